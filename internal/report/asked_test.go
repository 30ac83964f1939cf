package report_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// fieldOf is a field of a row as the API tells it.
var fieldOf = map[string]func(*report.Row) any{
	"orders":        func(r *report.Row) any { return r.Orders },
	"units":         func(r *report.Row) any { return r.Units },
	"unitsReturned": func(r *report.Row) any { return r.UnitsReturned },
	"gross":         func(r *report.Row) any { return r.Gross() },
	"discounts":     func(r *report.Row) any { return r.Discounts() },
	"refunds":       func(r *report.Row) any { return r.Refunds() },
	"net":           func(r *report.Row) any { return r.Net() },
	"averageOrder":  func(r *report.Row) any { return orNone(r.AverageOrder()) },
	"returnRate":    func(r *report.Row) any { return orNone(r.ReturnRate()) },
	"shipping":      func(r *report.Row) any { return r.Shipping() },
	"duties":        func(r *report.Row) any { return r.Duties() },
	"taxes":         func(r *report.Row) any { return r.Taxes() },
	"commission":    func(r *report.Row) any { return r.Commission() },
	"payout":        func(r *report.Row) any { return r.Payout() },
	"share":         func(r *report.Row) any { return orNone(r.Share) },
	"rank":          func(r *report.Row) any { return r.Rank },
	"cumulativeNet": func(r *report.Row) any { return orNone(r.CumulativeNet()) },
}

func orNone[T any](v *T) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(*v)
}

// A report that is asked for some of its fields tells of them what the whole
// report does, on each of its pages and in its totals, however it is ranked,
// filtered and converted.
func TestFieldsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	names := make([]string, 0, len(fieldOf))
	for name := range fieldOf {
		names = append(names, name)
	}
	fixed := models.Date{Year: 2017, Month: 3, Day: 14}
	rapid.Check(t, func(t *rapid.T) {
		q := report.Query{
			GroupBy: rapid.SampledFrom([][]report.Dimension{
				{report.Brand, report.Period}, {report.Period, report.Brand}, {report.Brand},
				{report.Storefront, report.Market, report.Source, report.Period}, {report.Period, report.Category}, {report.Market},
			}).Draw(t, "groupBy"),
			Period:  rapid.SampledFrom([]report.Length{report.Month, report.Month, report.Day, report.Quarter}).Draw(t, "period"),
			SortKey: rapid.SampledFrom([]report.SortKey{report.ByGross, report.ByNet, report.ByUnits, report.ByOrders, report.ByDimensions}).Draw(t, "sort"),
			Reverse: rapid.Bool().Draw(t, "reverse"), TimeZone: time.UTC, Page: thousand,
			Top: rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "top"),
		}
		if rapid.Bool().Draw(t, "bounded") {
			first := rapid.SampledFrom([]models.Date{{Year: 2017, Month: 3, Day: 1}, {Year: 2016, Month: 10, Day: 20}}).Draw(t, "from")
			last := rapid.SampledFrom([]models.Date{{Year: 2017, Month: 3, Day: 31}, {Year: 2017, Month: 11, Day: 5}}).Draw(t, "to")
			q.From, q.To = &first, &last
		}
		switch rate := rapid.IntRange(0, 4).Draw(t, "rate"); {
		case rate == 1:
			q.Convert = &report.Conversion{To: "EUR", Rate: report.FixedDay, Day: &fixed}
		case rate == 2 && q.Period != report.Day: // Sundays have no mean
			q.Convert = &report.Conversion{To: "USD", Rate: report.PeriodAverage}
		case rate == 3:
			q.Convert = &report.Conversion{To: "USD", Rate: report.TransactionDay}
		}
		if q.Convert != nil && q.From == nil { // an average needs days, and rates their years
			q.From, q.To = &models.Date{Year: 2015, Month: 1, Day: 1}, &models.Date{Year: 2018, Month: 12, Day: 31}
		}
		if rapid.Bool().Draw(t, "one currency") {
			q.Currencies = append(q.Currencies, "USD")
		}
		whole, totals := collect(ctx, t, w.sales, q)

		asked := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 4, rapid.ID[string]).Draw(t, "asked")
		q.Fields = append([]string{"totals", "totalCount"}, asked...)
		q.Page.First = new(int32(rapid.IntRange(5, 60).Draw(t, "first")))
		rows, of := collect(ctx, t, w.sales, q)
		if len(rows) != len(whole) || len(of) != len(totals) {
			t.Fatalf("%d rows of %d, %d totals of %d", len(rows), len(whole), len(of), len(totals))
		}
		for i, row := range rows {
			if at(row, same) != at(whole[i], same) {
				t.Fatalf("row %d is %s, want %s", i, at(row, same), at(whole[i], same))
			}
			for _, name := range asked {
				if got, want := fieldOf[name](row), fieldOf[name](whole[i]); got != want {
					t.Fatalf("%s of row %d, %s: %v, want %v", name, i, at(row, same), got, want)
				}
			}
		}
		for i, total := range of {
			for _, name := range asked {
				got, want := fieldOf[name](&report.Row{Figures: total.Figures}), fieldOf[name](&report.Row{Figures: totals[i].Figures})
				if got != want {
					t.Fatalf("%s in all: %v, want %v", name, got, want)
				}
			}
		}
	})
}
