package models

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// HSCode is a chapter, heading or subheading of the Harmonized System, of 2, 4
// or 6 digits.
type HSCode struct {
	Code        string `gorm:"primaryKey"`
	Parent      *string
	Section     *string
	SectionName *string
	Description string
}

// TableName is that of the table.
func (HSCode) TableName() string { return "hs_codes" }

// Digits tells its level: 2, 4 or 6.
func (h HSCode) Digits() int32 { return int32(len(h.Code)) }

// RuleKind says what a rule of customs is about.
type RuleKind string

// Kinds of rules.
const (
	RuleDuty           RuleKind = "DUTY"
	RuleVAT            RuleKind = "VAT"
	RuleConsumptionTax RuleKind = "CONSUMPTION_TAX"
	RulePostalTax      RuleKind = "POSTAL_TAX"
	// RuleRegime has the limits and shares of a way of importing.
	RuleRegime RuleKind = "REGIME"
	// RuleListing is an entry of the positive list.
	RuleListing RuleKind = "LISTING"
	// RuleFee is what somebody charges besides.
	RuleFee RuleKind = "FEE"
)

// RuleKinds lists every kind.
var RuleKinds = []RuleKind{RuleDuty, RuleVAT, RuleConsumptionTax, RulePostalTax, RuleRegime, RuleListing, RuleFee}

// Tax tells whether it is a rate for goods.
func (k RuleKind) Tax() bool {
	return k == RuleDuty || k == RuleVAT || k == RuleConsumptionTax || k == RulePostalTax
}

// Confidence says how sure a rule is.
type Confidence string

// Confidences, the surest first.
const (
	// Verified is read in a source of its own or in several.
	Verified Confidence = "VERIFIED"
	// Reported is read in one place that is not the law.
	Reported Confidence = "REPORTED"
	// Derived follows from what is verified.
	Derived Confidence = "DERIVED"
	// Assumed is believed and not read anywhere.
	Assumed Confidence = "ASSUMED"
	// Demonstration is made up, to show how the software works.
	Demonstration Confidence = "DEMONSTRATION"
)

// Confidences lists every one.
var Confidences = []Confidence{Verified, Reported, Derived, Assumed, Demonstration}

// CustomsRuleSet is a file of rules, in one of its versions.
type CustomsRuleSet struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	Name       string
	Version    int32
	Title      string
	Hash       string
	Rules      int32
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	ReplacedAt *time.Time
}

// CustomsRule is what the customs of a country ask for, from a day on and
// before another.
type CustomsRule struct {
	ID      uuid.UUID `gorm:"primaryKey"`
	SetName *string
	// Line of the file, and hash of what it says there.
	Line        *int32
	Fingerprint string
	Country     string
	Kind        RuleKind
	// What it is about; empty where that is everything.
	Regime   string
	HSPrefix string
	Origin   string
	// Code names a fee, and its schedule before a slash where it has one.
	Code string
	// Rate of a tax or fee: 0.13 is 13 %. A fee up to RateTo has no single one.
	Rate       *decimal.Decimal `gorm:"type:numeric"`
	RateTo     *decimal.Decimal `gorm:"type:numeric"`
	Detail     RuleDetail       `gorm:"type:jsonb;serializer:json"`
	Note       *string
	ValidFrom  time.Time  `gorm:"type:date"`
	ValidTo    *time.Time `gorm:"type:date"`
	Source     string
	SourceURL  *string
	Confidence Confidence
	CreatedBy  *uuid.UUID
	CreatedAt  time.Time
	ReplacedAt *time.Time
}

// GlobalID is the opaque id of the API.
func (r CustomsRule) GlobalID() string { return globalid.Encode(globalid.CustomsRule, r.ID) }

// From is the first day on which it holds.
func (r CustomsRule) From() Date { return DateOf(r.ValidFrom) }

// To is the first day on which it no longer does, nil where that is not known.
func (r CustomsRule) To() *Date {
	if r.ValidTo == nil {
		return nil
	}
	return new(DateOf(*r.ValidTo))
}

// RuleDetail is what a rule says beside its rate. Amounts are minor units of
// Currency.
type RuleDetail struct {
	Currency string `json:"currency,omitempty"`
	// Thresholds of a consumption tax, which is due from these values on.
	Thresholds []RuleThreshold `json:"thresholds,omitempty"`
	Terms      *RuleTerms      `json:"terms,omitempty"`
	Listing    *RuleListed     `json:"listing,omitempty"`
	Fee        *RuleCharge     `json:"fee,omitempty"`
}

// RuleThreshold is a value for each unit of net content.
type RuleThreshold struct {
	Unit  NetUnit `json:"unit"`
	Minor int64   `json:"minor"`
	// Exclusive tells that exactly this value is still below.
	Exclusive bool `json:"exclusive,omitempty"`
}

// RuleTerms are the limits and shares of a regime; a share of 0.7 is 70 % of
// the statutory amount.
type RuleTerms struct {
	OrderLimitMinor     int64            `json:"orderLimitMinor,omitempty"`
	YearLimitMinor      int64            `json:"yearLimitMinor,omitempty"`
	OrderLimits         map[string]int64 `json:"orderLimits,omitempty"`
	DutyShare           decimal.Decimal  `json:"dutyShare"`
	VATShare            decimal.Decimal  `json:"vatShare"`
	ConsumptionTaxShare decimal.Decimal  `json:"consumptionTaxShare"`
	SinglePiece         bool             `json:"singlePiece,omitempty"`
	ExemptMinor         int64            `json:"exemptMinor,omitempty"`
	// ReturnDays are those within which taxes and allowance come back.
	ReturnDays int32 `json:"returnDays,omitempty"`
}

// RuleListed is an entry of the positive list.
type RuleListed struct {
	Excluded     bool  `json:"excluded,omitempty"`
	BondedOnly   bool  `json:"bondedOnly,omitempty"`
	GramsPerYear int64 `json:"gramsPerYear,omitempty"`
}

// RuleCharge is what a fee is, beside its rate.
type RuleCharge struct {
	Title string `json:"title"`
	// Payer is SHOPPER or BRAND.
	Payer string `json:"payer"`
	// Per is ORDER, YEAR, or ONCE.
	Per       string   `json:"per"`
	FlatMinor *int64   `json:"flatMinor,omitempty"`
	Regimes   []string `json:"regimes,omitempty"`
}

// Thresholds are those of its tax.
func (r CustomsRule) Thresholds() []*CustomsThreshold {
	list := make([]*CustomsThreshold, len(r.Detail.Thresholds))
	for i, t := range r.Detail.Thresholds {
		list[i] = &CustomsThreshold{Unit: t.Unit, Value: r.amount(t.Minor), Exclusive: t.Exclusive}
	}
	return list
}

func (r CustomsRule) amount(minor int64) money.Money {
	return money.New(minor, money.Currency(r.Detail.Currency))
}

// Terms are the limits and shares of a regime, nil for another kind.
func (r CustomsRule) Terms() *CustomsTerms {
	t := r.Detail.Terms
	if t == nil {
		return nil
	}
	out := &CustomsTerms{
		OrderLimit: r.limit(t.OrderLimitMinor), YearLimit: r.limit(t.YearLimitMinor), Exempt: r.limit(t.ExemptMinor), OrderLimits: []*CustomsOrderLimit{},
		DutyShare: t.DutyShare, VatShare: t.VATShare, ConsumptionTaxShare: t.ConsumptionTaxShare, SinglePiece: t.SinglePiece,
	}
	if t.ReturnDays > 0 {
		out.ReturnDays = &t.ReturnDays
	}
	for _, country := range slices.Sorted(maps.Keys(t.OrderLimits)) {
		out.OrderLimits = append(out.OrderLimits, &CustomsOrderLimit{Country: country, Limit: r.amount(t.OrderLimits[country])})
	}
	return out
}

func (r CustomsRule) limit(minor int64) *money.Money {
	if minor == 0 {
		return nil
	}
	return new(r.amount(minor))
}

// Listing is what the positive list says, nil for another kind.
func (r CustomsRule) Listing() *CustomsListing {
	l := r.Detail.Listing
	if l == nil {
		return nil
	}
	out := &CustomsListing{Excluded: l.Excluded, BondedOnly: l.BondedOnly}
	if l.GramsPerYear > 0 {
		out.GramsPerYear = &l.GramsPerYear
	}
	return out
}

// Fee is what a fee is, nil for another kind.
func (r CustomsRule) Fee() *CustomsFee {
	f := r.Detail.Fee
	if f == nil {
		return nil
	}
	out := &CustomsFee{Title: f.Title, Payer: f.Payer, Per: f.Per}
	if f.FlatMinor != nil {
		out.Amount = new(r.amount(*f.FlatMinor))
	}
	return out
}

// CustomsThreshold is a threshold as it is shown: with money.
type CustomsThreshold struct {
	Unit      NetUnit
	Value     money.Money
	Exclusive bool
}

// CustomsOrderLimit is a limit for goods that a country sends.
type CustomsOrderLimit struct {
	Country string
	Limit   money.Money
}

// CustomsTerms are terms as they are shown: with money.
type CustomsTerms struct {
	OrderLimit, YearLimit, Exempt            *money.Money
	OrderLimits                              []*CustomsOrderLimit
	DutyShare, VatShare, ConsumptionTaxShare decimal.Decimal
	SinglePiece                              bool
	ReturnDays                               *int32
}

// CustomsListing is an entry of the positive list as it is shown.
type CustomsListing struct {
	Excluded, BondedOnly bool
	GramsPerYear         *int64
}

// CustomsFee is a fee as it is shown: with money.
type CustomsFee struct {
	Title, Payer, Per string
	Amount            *money.Money
}
