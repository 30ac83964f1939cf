package report_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// What months come to is remembered: totals stay the sums of the rows, and those
// of a service that has just begun, while sales of any month come in, are rolled
// up or not, rates change and roll-ups are built anew.
func TestTotalsWhileSalesComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	r := rand.New(rand.NewPCG(3, 5))
	rolled := rollup.NewService(w.db, time.Now)
	from, to := models.Date{Year: 2015, Month: 1, Day: 1}, models.Date{Year: 2018, Month: 12, Day: 31}
	year := models.Date{Year: 2017, Month: 1, Day: 1}
	part := models.Date{Year: 2017, Month: 3, Day: 12}
	fixed := models.Date{Year: 2017, Month: 3, Day: 14}
	queries := []report.Query{
		{From: &from, To: &to, Convert: &report.Conversion{To: "USD", Rate: report.PeriodAverage}},
		{From: &part, To: &to, Convert: &report.Conversion{To: "EUR", Rate: report.FixedDay, Day: &fixed}, Currencies: []money.Currency{"CNY"}},
		{From: &year, To: &to, Convert: &report.Conversion{To: "EUR", Rate: report.FixedDay, Day: &fixed}, Compare: report.LastYear},
		{From: &from, To: &to, Convert: &report.Conversion{To: "EUR", Rate: report.FixedDay, Day: &fixed}},
		{From: &from, To: &to, Convert: &report.Conversion{To: "CNY", Rate: report.PeriodAverage}, Top: 2},
		{From: &part, To: &to, Convert: &report.Conversion{To: "USD", Rate: report.TransactionDay}},
		{Convert: &report.Conversion{To: "EUR", Rate: report.TransactionDay}, Currencies: []money.Currency{"CNY"}},
		{From: &year, To: &to, Convert: &report.Conversion{To: "EUR", Rate: report.TransactionDay}, Compare: report.LastYear},
	}
	for round := range 12 {
		for range r.IntN(3) {
			w.addOrder(t, r, w.shops[r.IntN(len(w.shops))])
		}
		switch {
		case round == 5:
			if err := w.db.Exec("update exchange_rates set rate = rate + 0.01 where day between '2017-01-01' and '2017-06-30'").Error; err != nil {
				t.Fatal(err)
			}
		case round == 8:
			if err := rolled.Rebuild(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		case round%2 == 0:
			if _, err := rolled.Advance(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, q := range queries {
			q.GroupBy, q.Page = []report.Dimension{report.Brand, report.Period}, thousand
			q.Fields = []string{"gross", "net", "shipping", "totals", "totalCount", "orders"}
			rows, totals := collect(ctx, t, w.sales, q)
			q.Page = paging.Args{First: new(int32(1))}
			anew, err := report.NewService(w.db, time.Now).Sales(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			if len(totals) != 1 || len(anew.Totals) != 1 {
				t.Fatalf("round %d, %d: %d totals and %d", round, i, len(totals), len(anew.Totals))
			}
			now, was := report.Figures{Currency: totals[0].Currency}, report.Figures{Currency: totals[0].Currency}
			for _, row := range rows {
				add(&now, &row.Figures)
				if row.Previous != nil {
					add(&was, &row.Previous.Figures)
				}
			}
			alike := func(of string, got, told report.Figures) {
				if got.Gross() != told.Gross() || got.Net() != told.Net() || got.Shipping() != told.Shipping() {
					t.Fatalf("round %d, %d: in all %+v, of %s %+v", round, i, got, of, told)
				}
			}
			alike("rows", totals[0].Figures, now)
			alike("a new service", totals[0].Figures, anew.Totals[0].Figures)
			if q.Compare != "" {
				alike("rows before", totals[0].Previous.Figures, was)
			}
		}
	}
}

func add(sum, more *report.Figures) {
	sum.GrossMinor, sum.DiscountMinor, sum.RefundMinor = sum.GrossMinor+more.GrossMinor, sum.DiscountMinor+more.DiscountMinor, sum.RefundMinor+more.RefundMinor
	sum.ShippingMinor += more.ShippingMinor
}
