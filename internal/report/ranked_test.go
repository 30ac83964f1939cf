package report_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// What brands sold in months is remembered: ranked pages from both ends are those of all
// rows, sorted, and of a service that has just begun, while sales and refunds of
// any month come in, are rolled up or not, and rates change.
func TestRankedPagesWhileSalesComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	for _, sql := range []string{`
insert into sales_by_brand_months (generation, zone, starts_on, brand_id, currency, orders, units_sold, units_returned, gross_minor, discount_minor,
  refund_minor, shipping_minor, duty_minor, tax_minor, fee_minor, commission_minor, recorded_at)
select r.generation, 'UTC', m, md5(b::text)::uuid, c, b % 11, b % 7, 0, b * 1009 % 797 * case m when '2017-02-01' then 10 else 1 end, 0,
  b % 5 * (b * 53 % 499), 0, 0, 0, 0, 0, m
from sales_rollups r
cross join generate_series(date '2017-01-01', date '2017-05-01', interval '1 month') m
cross join generate_series(1, case m when '2017-04-01' then 30 else 150 end) b
cross join unnest(array['USD', 'CNY']) c
where c = 'USD' or b % 3 = 0`, `
insert into sales_by_market_months (generation, zone, starts_on, market, buyer_country, buyer_region, currency, source, orders, units_sold,
  units_returned, gross_minor, discount_minor, refund_minor, shipping_minor, duty_minor, tax_minor, fee_minor, commission_minor, recorded_at)
select r.generation, 'UTC', m, 'CN', '', 'of the months', c, 'IMPORT', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, m
from sales_rollups r
cross join generate_series(date '2017-01-01', date '2017-05-01', interval '1 month') m
cross join unnest(array['USD', 'CNY']) c`} {
		if err := w.db.Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	r := rand.New(rand.NewPCG(5, 3))
	rolled := rollup.NewService(w.db, time.Now)
	year, last := models.Date{Year: 2017, Month: 1, Day: 1}, models.Date{Year: 2017, Month: 12, Day: 31}
	march, end, beside := models.Date{Year: 2017, Month: 3, Day: 1}, models.Date{Year: 2017, Month: 3, Day: 31}, models.Date{Year: 2017, Month: 4, Day: 9}
	fixed := models.Date{Year: 2017, Month: 3, Day: 14}
	mean := &report.Conversion{To: "EUR", Rate: report.PeriodAverage}
	day := &report.Conversion{To: "USD", Rate: report.FixedDay, Day: &fixed}
	queries := []report.Query{
		{From: &year, To: &last, Convert: mean, GroupBy: []report.Dimension{report.Brand, report.Period}},
		{Convert: mean, GroupBy: []report.Dimension{report.Period, report.Brand}},
		{From: &fixed, To: &last, Convert: day, GroupBy: []report.Dimension{report.Period, report.Brand}, Currencies: []money.Currency{"CNY"}},
		{From: &march, To: &end, Convert: mean, GroupBy: []report.Dimension{report.Brand}},
		{From: &march, To: &beside, Convert: day, GroupBy: []report.Dimension{report.Brand}},
		{From: &year, To: &last, Convert: day, GroupBy: []report.Dimension{report.Storefront, report.Period, report.Source, report.Market}},
	}
	for round := range 5 {
		begun := fixture.Storefront(t, w.db, fixture.Brand(t, w.db, fmt.Sprintf("begun-%d", round)), fmt.Sprintf("begun-%d", round))
		for range 4 {
			w.addOrder(t, r, w.shops[r.IntN(len(w.shops))])
			w.addOrder(t, r, begun)
		}
		switch {
		case round == 3:
			if err := w.db.Exec("update exchange_rates set rate = rate + 0.1 * extract(day from day) where currency = 'USD'").Error; err != nil {
				t.Fatal(err)
			}
		case round%2 == 0:
			if _, err := rolled.Advance(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for i, q := range queries {
			q.Reverse = i%2 == 0 // the same each time, for what is remembered
			q.Page = thousand
			q.Fields = []string{"gross", "net", "units", "orders", "totalCount"}
			want, _ := collect(ctx, t, w.sales, q)
			q.Fields = q.Fields[:4]
			q.SortKey = []report.SortKey{report.ByGross, report.ByNet, report.ByGross, report.ByNet, report.ByUnits, report.ByOrders}[i]
			slices.SortStableFunc(want, func(a, b *report.Row) int { return order(q, a, b) })
			size := int32(5 + r.IntN(60))
			for _, page := range []paging.Args{{First: &size}, {Last: &size}} {
				q.Page = page
				got, told := walk(t, 4, &q, func(q report.Query) (*report.Report, error) { return w.sales.Sales(ctx, q) })
				anew, err := report.NewService(w.db, time.Now).Sales(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				if told.PageInfo.HasNextPage != anew.PageInfo.HasNextPage || !slices.EqualFunc(told.Rows, anew.Rows, func(a, b *report.Row) bool { return a.Cursor == b.Cursor }) {
					t.Fatalf("round %d, %d by %s: a new service tells of other rows", round, i, q.SortKey)
				}
				shown := want[:min(len(got), len(want))]
				if page.Last != nil {
					shown = want[len(want)-len(shown):]
				}
				if len(got) != len(shown) || len(got) < min(4*int(size), len(want)) {
					t.Fatalf("round %d, %d by %s: %d rows of %d", round, i, q.SortKey, len(got), len(want))
				}
				for j, row := range got {
					if at(row, same) != at(shown[j], same) || row.Figures != shown[j].Figures {
						t.Fatalf("round %d, %d by %s, %v: row %d is %s %+v, want %s %+v", round, i, q.SortKey, q.Reverse, j, at(row, same), row.Figures, at(shown[j], same), shown[j].Figures)
					}
				}
			}
		}
	}
}

// walk reads so many pages from the end where the query's begins, and tells the
// last of them and, in the query, which it was.
func walk(t *testing.T, pages int, q *report.Query, read func(report.Query) (*report.Report, error)) (rows []*report.Row, r *report.Report) {
	t.Helper()
	for page := range pages {
		switch {
		case page > 0 && q.Page.Last != nil:
			q.Page.Before = r.PageInfo.StartCursor
		case page > 0:
			q.Page.After = r.PageInfo.EndCursor
		}
		var err error
		if r, err = read(*q); err != nil {
			t.Fatal(err)
		}
		if q.Page.Last != nil {
			rows = append(r.Rows, rows...)
		} else {
			rows = append(rows, r.Rows...)
		}
		if more := r.PageInfo; q.Page.Last != nil && !more.HasPreviousPage || q.Page.Last == nil && !more.HasNextPage {
			break
		}
	}
	return rows, r
}
