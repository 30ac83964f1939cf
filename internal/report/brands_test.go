package report_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// Pages of brands are read by themselves, also where rows tell of others: they
// are those of all rows, from either end, whatever is told of them. Ranks take
// all rows.
func TestPagesOfBrands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	from, to := models.Date{Year: 2016, Month: 2, Day: 12}, models.Date{Year: 2017, Month: 12, Day: 31}
	rapid.Check(t, func(t *rapid.T) {
		q := report.Query{
			GroupBy: rapid.SampledFrom([][]report.Dimension{
				{report.Brand}, {report.Brand, report.Period}, {report.Brand, report.Period, report.Storefront}, {report.Brand, report.BuyerCountry, report.Period},
			}).Draw(t, "by"),
			Period:  rapid.SampledFrom([]report.Length{report.Day, report.Month, report.Quarter}).Draw(t, "period"),
			Compare: rapid.SampledFrom([]report.Comparison{"", report.LastYear, report.PreviousPeriod}).Draw(t, "compare"),
			Reverse: rapid.Bool().Draw(t, "reverse"),
			From:    &from, To: &to, Page: thousand,
		}
		if rapid.Bool().Draw(t, "open") && len(q.GroupBy) > 1 {
			q.From, q.To = nil, nil
		}
		if len(q.GroupBy) > 1 {
			q.Moving = rapid.SampledFrom([]int{0, 2, 5}).Draw(t, "moving")
		}
		if q.To != nil && q.Period != report.Day && rapid.Bool().Draw(t, "convert") {
			q.Convert = &report.Conversion{To: "EUR", Rate: rapid.SampledFrom([]report.RateOf{report.TransactionDay, report.PeriodAverage}).Draw(t, "rate")}
		}
		all, totals := collect(ctx, t, w.sales, q)

		q.Fields = []string{"gross", "net", "orders", "units", "share", "previous", "netChange", "cumulativeNet", "movingNet", "totals", "totalCount"}
		q.Page = paging.Args{}
		size := rapid.Int32Range(5, 60).Draw(t, "size")
		back := rapid.Bool().Draw(t, "back")
		var told []*report.Row
		for {
			if q.Page.First = &size; back {
				q.Page.First, q.Page.Last = nil, &size
			}
			r, err := w.sales.Sales(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := figuresOf(t, r.Totals), figuresOf(t, totals); got != want {
				t.Fatalf("in all %s, want %s", got, want)
			}
			if back {
				told, q.Page.Before = append(r.Rows, told...), r.PageInfo.StartCursor
			} else {
				told, q.Page.After = append(told, r.Rows...), r.PageInfo.EndCursor
			}
			if back && !r.PageInfo.HasPreviousPage || !back && !r.PageInfo.HasNextPage {
				break
			}
		}
		if len(told) != len(all) {
			t.Fatalf("%d rows on pages of %d, %d in all", len(told), size, len(all))
		}
		for i, r := range told {
			r.Rank = all[i].Rank
			if got, want := figuresOf(t, r), figuresOf(t, all[i]); got != want {
				t.Fatalf("row %d: %s, want %s", i, got, want)
			}
		}
	})
}

// figuresOf rows or totals, without those that were not asked for and cursors.
func figuresOf(t *rapid.T, of any) string {
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	drop(tree)
	if text, err = json.Marshal(tree); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func drop(tree any) {
	switch tree := tree.(type) {
	case []any:
		for _, part := range tree {
			drop(part)
		}
	case map[string]any:
		for _, name := range []string{
			"Cursor", "UnitsReturned", "Shoppers", "NewShoppers", "ShippingMinor", "DutyMinor", "TaxMinor", "CommissionMinor",
		} {
			delete(tree, name)
		}
		for _, part := range tree {
			drop(part)
		}
	}
}
