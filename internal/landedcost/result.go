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
// what it held.
type Result struct {
	Regime    Regime
	Treatment Treatment
	// Problem of the order as a whole, empty where there is none. Beyond limits
	// its amounts are those of general trade.
	Problem Problem
	// Currency of the input, and Declared, in which it is declared.
	Currency money.Currency
	Declared money.Currency
	Lines    []LineResult
	// Sums of the lines, in the currency of the input. Complete tells that no
	// tax is missing from them.
	Goods, Freight, Insurance           int64
	Duty, ConsumptionTax, VAT, Tax      int64
	Total                               int64
	Complete                            bool
	DeclaredValue, DeclaredTax, Allowed int64

	exchange Exchange
	terms    *Terms
	rules    *Rules
}

// LineResult is what a line costs. Where it has a problem, its taxes are not
// known and it has no parts.
type LineResult struct {
	Problem Problem
	// Missing is the kind of the rate that is unknown.
	Missing Kind
	// Goods after discount with their share of Freight and Insurance, in the
	// currency of the input. Total is all of them and Tax.
	Goods, Freight, Insurance, Tax, Total int64
	// Value is what is declared, in the currency of the rules.
	Value int64
	parts [3]Part
	count int
}

// Parts are the taxes of a line in their order; those of zero too.
func (l *LineResult) Parts() []Part { return l.parts[:l.count] }

// Part is one tax of a line.
type Part struct {
	Kind Kind
	// Base is what the rate is of, Due what is to be paid, in the currency of
	// the rules. Base is rounded for reading: Due comes from the exact one.
	Base, Due int64
	// Amount is Due in the currency of the input.
	Amount int64
	// Rate is the statutory one, of which Share is due: parts per million.
	Rate, Share int64
	Source      *Source
}
