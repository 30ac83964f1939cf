package landedcost

import "github.com/tradewind-commerce/tradewind/internal/money"

// Input is an order, or what may become one.
type Input struct {
	Regime Regime
	// Currency of all amounts.
	Currency money.Currency
	// Exchange turns them into the currency of the rules. It is not needed
	// where both are the same.
	Exchange Exchange
	// ShippedFrom is the country that sends, empty where it is not known.
	ShippedFrom string
	// FreightMinor and InsuranceMinor are of the order as a whole.
	FreightMinor   int64
	InsuranceMinor int64
	// AllowanceMinor is what the person may still buy this year, in the currency
	// of the rules; nil where nobody knows who buys: then all of it.
	AllowanceMinor *int64
	Lines          []Line
}

// Exchange is what one major unit of the input's currency costs in that of the
// rules: Units times ten to the power of minus Scale.
type Exchange struct {
	Units int64
	Scale uint8
	// Source tells whose rate it is, and of which day.
	Source string
}

// Line is goods of one kind.
type Line struct {
	// HSCode has 6, 8 or 10 digits.
	HSCode string
	// Origin is a country, empty where it is not known.
	Origin    string
	Quantity  int64
	UnitMinor int64
	// DiscountMinor is taken off all pieces together.
	DiscountMinor int64
	// WeightGrams of a piece, zero where it is not known.
	WeightGrams int64
	// NetContent of a piece in NetUnit, zero where it is not known.
	NetContent int64
	NetUnit    Unit
}
