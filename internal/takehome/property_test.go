package takehome_test

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/takehome"
	"github.com/tradewind-commerce/tradewind/models"
)

var on = models.Date{Year: 2026, Month: 11, Day: 23}

func rate(t interface{ Fatal(...any) }, sale, pay money.Currency, value decimal.Decimal) *fx.Rate {
	r, err := fx.Given(sale, pay, value, on, "a test")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func anyTerms(t *rapid.T) *takehome.Terms {
	terms := &takehome.Terms{
		Sale: rapid.SampledFrom([]money.Currency{"CNY", "USD", "JPY"}).Draw(t, "sale"), Pay: "EUR",
		Goods: landedcost.Line{
			HSCode: rapid.SampledFrom([]string{"950300", "2204210010", "33049900", "62034290"}).Draw(t, "code"), Origin: "US",
			WeightGrams: 100, NetContent: rapid.Int64Range(1, 100_000).Draw(t, "net"), NetUnit: landedcost.Gram,
		},
		Rules: fixture.China(rapid.SampledFrom([]string{"2017-01-10", "2019-01-01", "2026-11-23"}).Draw(t, "day")),
	}
	terms.Rate = rate(t, terms.Sale, "EUR", decimal.New(rapid.Int64Range(1, 50_000_000).Draw(t, "rate"), -6))
	if terms.Sale != "CNY" {
		terms.Exchange = landedcost.Exchange{Units: rapid.Int64Range(1, 99_999_999).Draw(t, "units"), Per: 1_000_000}
	}
	if i := rapid.IntRange(-1, len(landedcost.Regimes)-1).Draw(t, "regime"); i >= 0 {
		terms.Regime = &landedcost.Regimes[i]
	}
	if rapid.Bool().Draw(t, "planned") {
		terms.Plan = &models.CommissionPlan{
			Rate: decimal.New(rapid.Int64Range(0, 900_000).Draw(t, "commission"), -6), FixedMinor: rapid.Int64Range(0, 500).Draw(t, "fixed"),
		}
	}
	for _, code := range rapid.SliceOfN(rapid.SampledFrom([]string{"PAYMENT", "CLEARANCE"}), 0, 2).Draw(t, "fees") {
		terms.Fees = append(terms.Fees, takehome.Fee{
			Code: code, Title: code, OfTotal: code == "PAYMENT", WithCarriage: code != "PAYMENT",
			PPM: rapid.Int64Range(0, 60_000).Draw(t, "ppm"), FlatMinor: rapid.Int64Range(0, 300).Draw(t, "flat"),
		})
	}
	if rapid.Bool().Draw(t, "carried") {
		terms.Carriage = []takehome.Carriage{{Minor: rapid.Int64Range(0, 2_000).Draw(t, "carriage")}, {FromMinor: rapid.Int64Range(1, 60_000).Draw(t, "free from")}}
	}
	if rapid.Bool().Draw(t, "costs") {
		cost := rapid.Int64Range(0, 3_000).Draw(t, "cost")
		terms.CostMinor = &cost
	}
	return terms
}

func quoted(t *rapid.T, terms *takehome.Terms, price int64) *takehome.Result {
	r, err := terms.Quote(price)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever is taken: the parts sum to what the shopper pays, and what is left
// is exchanged once.
func TestPartsSumToWhatTheShopperPays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		r := quoted(t, terms, rapid.Int64Range(0, 10_000_000).Draw(t, "price"))
		if !r.Known() {
			if r.Problem != landedcost.OverOrderLimit {
				t.Fatal(r.Problem)
			}
			return
		}
		sum := r.LeftMinor
		for _, s := range r.Steps {
			if s.Kind != takehome.Exchange {
				sum += s.Amount.Minor
			}
		}
		last := r.Steps[len(r.Steps)-1]
		want, err := terms.Rate.Convert(money.New(r.LeftMinor, terms.Sale))
		if sum != r.PaidMinor || err != nil || last.Kind != takehome.Exchange || *last.Amount != want || want.Minor != r.TakenMinor {
			t.Fatalf("%d of %d; %+v, want %s", sum, r.PaidMinor, last, want)
		}
	})
}

// The price of what a price leaves is no higher, leaves as much, and no lower
// one does: those next to it and any other are tried.
func TestThePriceOfATakeHomeIsTheSmallest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		price := rapid.OneOf(rapid.Int64Range(0, 3_000), rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, 1<<50)).Draw(t, "price")
		r := quoted(t, terms, price)
		if !r.Known() {
			return
		}
		least, err := terms.Price(r.TakenMinor)
		if err != nil || least > price {
			t.Fatalf("%d leaves %d, and so does %d (%v)", price, r.TakenMinor, least, err)
		}
		if again := quoted(t, terms, least); !again.Known() || again.TakenMinor < r.TakenMinor {
			t.Fatalf("%d leaves %d, not %d", least, again.TakenMinor, r.TakenMinor)
		}
		lower := rapid.SliceOfN(rapid.Int64Range(0, max(least-1, 0)), 20, 20).Draw(t, "lower")
		for p := max(0, least-300); p < least; p++ {
			lower = append(lower, p)
		}
		for _, p := range lower {
			if p < least {
				if l := quoted(t, terms, p); l.Known() && l.TakenMinor >= r.TakenMinor {
					t.Fatalf("%d is not the smallest that leaves %d: %d leaves %d", least, r.TakenMinor, p, l.TakenMinor)
				}
			}
		}
	})
}

// Where everything is taken, or a rate is missing, it is said so at once.
func TestNoPriceLeavesSoMuch(t *testing.T) {
	t.Parallel()
	terms := &takehome.Terms{Sale: "CNY", Pay: "CNY", Rate: rate(t, "CNY", "CNY", decimal.NewFromInt(1)), Plan: &models.CommissionPlan{Rate: decimal.NewFromInt(1)}}
	if _, err := terms.Price(1); !errors.Is(err, takehome.ErrNoPrice) {
		t.Error(err)
	}
	terms.Plan = nil
	if price, err := terms.Price(takehome.MaxPrice); err != nil || price != takehome.MaxPrice {
		t.Error(price, err)
	}
	if _, err := terms.Price(takehome.MaxPrice + 1); !errors.Is(err, takehome.ErrNoPrice) {
		t.Error(err)
	}
	terms.Fees = []takehome.Fee{{Code: "COMMISSION", Unknown: true}}
	var unknown *takehome.UnknownError
	if _, err := terms.Price(1); !errors.As(err, &unknown) || unknown.Problem != landedcost.RateUnknown {
		t.Error(err)
	}
	if r, err := terms.Quote(100); err != nil || r.Known() || r.TakenMinor != 0 || r.Steps[2].Amount != nil || r.Steps[2].Formula("en") != ": not known" {
		t.Errorf("%+v, %v", r, err)
	}
}
