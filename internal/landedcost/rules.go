// Package landedcost says what goods cost at a door: duty, consumption tax and
// VAT by the dated rules of a country. It knows no database and no clock,
// reckons in integers alone, and writes texts only when they are asked for.
package landedcost

import "github.com/tradewind-commerce/tradewind/internal/money"

// Million is the whole of which rates are parts: 13 % is 130,000.
const Million = 1_000_000

// Regime is a way of bringing goods into a country.
type Regime string

// Regimes.
const (
	// CBECBonded is cross-border retail import out of a bonded warehouse (1210).
	CBECBonded Regime = "CBEC_BONDED"
	// CBECDirect is cross-border retail import by direct mail (9610).
	CBECDirect Regime = "CBEC_DIRECT"
	// PersonalPost is a parcel for somebody's own use.
	PersonalPost Regime = "PERSONAL_POST"
	// GeneralTrade is everything else, with duty and all taxes in full.
	GeneralTrade Regime = "GENERAL_TRADE"
)

// Regimes in the order in which they are compared.
var Regimes = []Regime{CBECBonded, CBECDirect, PersonalPost, GeneralTrade}

// CrossBorder tells whether it is cross-border retail import.
func (r Regime) CrossBorder() bool { return r == CBECBonded || r == CBECDirect }

// Unit of net content.
type Unit string

// Units of net content.
const (
	Gram       Unit = "GRAM"
	Millilitre Unit = "MILLILITRE"
	Piece      Unit = "PIECE"
)

// Units lists every unit.
var Units = []Unit{Gram, Millilitre, Piece}

// Confidence says how sure a rule is.
type Confidence string

// Source is where a rule comes from. Days are YYYY-MM-DD; Until is the first
// day on which it is no longer in force, empty where that is not known.
type Source struct {
	// ID stands for exactly this version of the rule.
	ID         string
	Title      string
	URL        string
	Confidence Confidence
	From       string
	Until      string
}

// Rules are those of a country on one day. They are made once and then only
// read, by many at a time.
type Rules struct {
	// Country of destination.
	Country string
	// On is the day they are of, YYYY-MM-DD.
	On string
	// Version stands for all that is in them.
	Version string
	// Currency in which goods are declared. Limits and thresholds are in its
	// minor units.
	Currency money.Currency
	// Terms of each regime; one that is missing cannot be used.
	Terms map[Regime]*Terms
	// Tariffs by HS prefix of 0, 2, 4, 6, 8 or 10 digits. For each kind of rate
	// the longest prefix that has one counts, and of its rates the one for the
	// goods' origin before the one for all. What is free of a tax has a rate of
	// zero; a rate that is not there is not known.
	Tariffs map[string]*Tariff
	// Listed is the positive list of cross-border retail import by HS prefix,
	// nil where no list is loaded.
	Listed map[string]*Listed
	// Fees that come on top, in their order.
	Fees []Fee
	// Schedules are what others charge for selling, by the name of the schedule.
	Schedules map[string][]Scheduled
}

// Terms are the parameters of a regime.
type Terms struct {
	// OrderLimitMinor and YearLimitMinor bound an order, and what a person may
	// buy in a calendar year; zero where there is no bound.
	OrderLimitMinor int64
	YearLimitMinor  int64
	// DutyShare, VATShare and ConsumptionTaxShare are the parts per million of
	// the statutory amounts that are due within the limits.
	DutyShare           int64
	VATShare            int64
	ConsumptionTaxShare int64
	// SinglePiece tells that one indivisible piece above the order limit may
	// still be bought, with taxes in full.
	SinglePiece bool
	// ExemptMinor is the tax up to which none is charged: of personal post.
	ExemptMinor int64
	// ReturnDays are those within which taxes and allowance come back; zero
	// where they never do.
	ReturnDays int
	// OrderLimits bound an order that is sent from certain countries instead.
	OrderLimits map[string]int64
	Source      *Source
}

// Tariff is what the rules say of goods.
type Tariff struct {
	Duty           []Rate
	VAT            []Rate
	ConsumptionTax []Rate
	// Post is the rate of personal post.
	Post []Rate
}

// Rate is a tax on value.
type Rate struct {
	// PPM is in parts per million, at most three times the value.
	PPM int64
	// Origin is a country, empty for all of them.
	Origin string
	// InFull tells of a duty that all of it is due whatever share the regime's
	// terms have, within the limits of cross-border retail import, too.
	InFull bool
	// Thresholds tell from which value of a unit of net content it applies;
	// below it is zero. Without any it always applies.
	Thresholds []Threshold
	Source     *Source
}

// Threshold is a value for each unit of net content.
type Threshold struct {
	Unit Unit
	// Minor units of value for each gram, millilitre or piece.
	Minor int64
	// Exclusive tells that exactly this value is still below.
	Exclusive bool
}

// Listed is an entry of the positive list.
type Listed struct {
	// Excluded tells that goods of this code are not on it after all.
	Excluded bool
	// BondedOnly tells that it is only imported out of a bonded warehouse.
	BondedOnly bool
	// GramsPerYear bounds what a person may buy in a year, zero where nothing does.
	GramsPerYear int64
	Note         string
	Source       *Source
}

// Payer bears a fee.
type Payer string

// Payers.
const (
	PaidByShopper Payer = "SHOPPER"
	PaidByBrand   Payer = "BRAND"
)

// Fee comes on top of an order.
type Fee struct {
	// Code names it to programs, such as PAYMENT or CUSTOMS_CLEARANCE.
	Code  string
	Title string
	Payer Payer
	// Regimes for which it is taken, all of them where empty.
	Regimes []Regime
	// FlatMinor is taken for each order, PPM of its value besides.
	FlatMinor int64
	PPM       int64
	Source    *Source
}

// Scheduled is a fee of somebody's schedule. No landed cost has it.
type Scheduled struct {
	Fee
	// Per is ORDER, YEAR or ONCE.
	Per string
	// MostPPM is above PPM where only a range is known.
	MostPPM int64
}
