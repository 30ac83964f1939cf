package landedcost

import "github.com/tradewind-commerce/tradewind/internal/money"

// Treatment is how an order is taxed in its regime.
type Treatment string

// Treatments.
const (
	// WithinLimits takes the shares of the regime's terms.
	WithinLimits Treatment = "WITHIN_LIMITS"
	// FullTaxes is one piece above the order limit: all taxes, as an order of
	// the regime.
	FullTaxes Treatment = "FULL_TAXES"
	// AsGeneralTrade is beyond what the regime allows: all taxes, as general trade.
	AsGeneralTrade Treatment = "GENERAL_TRADE"
)

// Problem says why something is not known, or not allowed.
type Problem string

// Problems.
const (
	// RateUnknown tells that the rules have no rate, or no exchange rate is there.
	RateUnknown Problem = "RATE_UNKNOWN"
	// HSCodeMissing tells that the goods have no HS code.
	HSCodeMissing Problem = "HS_CODE_MISSING"
	// HSCodeInvalid tells that it has not 6, 8 or 10 digits.
	HSCodeInvalid Problem = "HS_CODE_INVALID"
	// OriginMissing tells that a rate depends on an origin that is not known.
	OriginMissing Problem = "ORIGIN_MISSING"
	// NetContentMissing tells that a rate depends on a net content that is not
	// known, or in another unit.
	NetContentMissing Problem = "NET_CONTENT_MISSING"
	// NotListed tells that the goods are not on the positive list.
	NotListed Problem = "NOT_ON_POSITIVE_LIST"
	// BondedOnly tells that they only come out of a bonded warehouse.
	BondedOnly Problem = "BONDED_ONLY"
	// RegimeUnknown tells that the rules have no such regime.
	RegimeUnknown Problem = "REGIME_UNKNOWN"
	// WeightMissing tells that a bound of weight is there, and no weight.
	WeightMissing Problem = "WEIGHT_MISSING"
	// OverWeightLimit tells that with the lines before it this is more than the
	// person may still buy of such goods this year.
	OverWeightLimit Problem = "OVER_WEIGHT_LIMIT"
	// OverOrderLimit tells that several pieces are above the order limit: they
	// can be bought one order after the other.
	OverOrderLimit Problem = "OVER_ORDER_LIMIT"
	// OverYearLimit tells that the order is beyond the yearly allowance.
	OverYearLimit Problem = "OVER_YEAR_LIMIT"
)

// Kind of a tax.
type Kind string

// Kinds, in the order in which they are reckoned. Postal tax is the one tax
// that stands for all of them in personal post; it is charged as duty.
const (
	Duty           Kind = "DUTY"
	ConsumptionTax Kind = "CONSUMPTION_TAX"
	VAT            Kind = "VAT"
	PostalTax      Kind = "POSTAL_TAX"
)

// Result is what an order costs at the door. It is reused: a quote writes over
// what it held. Amounts are in the currency of the input but for those that
// say otherwise.
type Result struct {
	Regime    Regime
	Treatment Treatment
	// Problem of the order as a whole, empty where there is none. Beyond limits
	// its amounts are those of general trade.
	Problem Problem
	// Currency of the input, and Declared, in which goods are declared.
	Currency money.Currency
	Declared money.Currency
	Lines    []LineResult
	Fees     []FeeResult
	// Sums of the lines. Tax is duty and all taxes; Total is everything with
	// fees, and Complete tells that no tax is missing from it.
	Goods, Freight, Insurance int64
	Tax, Fee, Total           int64
	Complete                  bool
	// DeclaredValue and DeclaredTax are in the currency of the rules.
	DeclaredValue, DeclaredTax int64

	exchange exchange
}

// LineResult is what a line costs. Where it has a problem, its taxes are not
// known and it has no parts.
type LineResult struct {
	Problem Problem
	// Missing is the kind of the rate that is unknown; empty for an exchange rate.
	Missing Kind
	// Goods after discount, with their share of Freight and Insurance. Total is
	// all of them and Tax.
	Goods, Freight, Insurance, Tax, Total int64
	// Value is what is declared, in the currency of the rules.
	Value int64
	// ListedAs is the code of the positive list whose weight is bounded, empty
	// where none is; Grams count against GramsPerYear of it.
	ListedAs            string
	Grams, GramsPerYear int64

	parts [3]Part
	count int
}

// Parts are the taxes of a line in their order; those of zero too. They are
// good until the result is written over.
func (l *LineResult) Parts() []Part { return l.parts[:l.count] }

// Part is one tax of a line. Value, Base and Due are in the currency of the
// rules, rates and shares in parts per million:
//
//	Due = Value × (1 + InDuty) / (1 − InConsumptionTax) × Rate × Share
//
// which is rounded once, half up. Base is what Rate is of, rounded for reading.
type Part struct {
	Kind  Kind
	Value int64
	Base  int64
	// Rate is the statutory one, of which Share is due.
	Rate, Share int64
	// InDuty and InConsumptionTax are the rates that are in the base.
	InDuty, InConsumptionTax int64
	Due                      int64
	// Exempt tells that all of it is too little to be charged: Due is zero.
	Exempt bool
	// Amount is Due in the currency of the input.
	Amount int64
	// Source of the rate; of the regime's terms where nothing is due by them.
	Source *Source
	// Terms is the source of the share, nil where all taxes are due.
	Terms *Source
}

// FeeResult is a fee that the shopper pays.
type FeeResult struct {
	Fee    *Fee
	Amount int64
}

// Counts is how much of a person's yearly allowance the order takes, in the
// currency of the rules.
func (r *Result) Counts() int64 {
	if !r.Regime.CrossBorder() || r.Treatment == AsGeneralTrade {
		return 0
	}
	return r.DeclaredValue
}
