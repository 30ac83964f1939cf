package takehome_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/takehome"
	"github.com/tradewind-commerce/tradewind/models"
)

// luxury is a jar of cosmetics with all that may be taken: a tax that begins at
// a value of a gram, a limit of an order, a commission, a fee of the total,
// carriage that is free from a price on, and an exchange.
func luxury(t interface{ Fatal(...any) }) *takehome.Terms {
	cost := int64(3_500)
	return &takehome.Terms{
		Sale: "CNY", Pay: "EUR", Regime: &landedcost.Regimes[0], Rules: fixture.China("2026-11-23"),
		Goods:    landedcost.Line{HSCode: "33049900", Origin: "US", WeightGrams: 60, NetContent: 20_000, NetUnit: landedcost.Gram},
		Plan:     &models.CommissionPlan{Rate: decimal.New(5, -2), FixedMinor: 100},
		Fees:     []takehome.Fee{{Code: "PAYMENT", Title: "Payment", OfTotal: true, PPM: 10_000}},
		Carriage: []takehome.Carriage{{Minor: 2_000}, {FromMinor: 30_000}}, CostMinor: &cost,
		Rate: rate(t, "CNY", "EUR", decimal.New(1285, -4)),
	}
}

// BenchmarkQuote is a quote with all its steps.
func BenchmarkQuote(b *testing.B) {
	terms := luxury(b)
	for b.Loop() {
		if _, err := terms.Quote(42_500); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPrice is the inverse: the smallest price that leaves EUR 50.00.
func BenchmarkPrice(b *testing.B) {
	terms := luxury(b)
	for b.Loop() {
		if _, err := terms.Price(5_000); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNoPrice is the inverse where no price leaves so much.
func BenchmarkNoPrice(b *testing.B) {
	terms := luxury(b)
	for b.Loop() {
		if _, err := terms.Price(takehome.MaxPrice); err == nil {
			b.Fatal("there is a price")
		}
	}
}
