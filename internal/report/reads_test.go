package report_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// However many brands there are, a page of brands and months reads about as
// many sums as it shows, and a ranked one so many of each month.
func TestPagesReadWhatTheyShow(t *testing.T) {
	t.Parallel()
	sent := &dbtest.Reads{}
	db := dbtest.Open(t, dbtest.DSN(t), database.Options{Tracer: sent})
	if _, err := rollup.NewService(db.Gorm, time.Now).Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
	const size, months = 20, 12
	if _, err := db.Pool.Exec(t.Context(), `
insert into sales_by_brand_months (generation, zone, starts_on, brand_id, currency, orders, units_sold, units_returned, gross_minor, discount_minor,
  refund_minor, shipping_minor, duty_minor, tax_minor, fee_minor, commission_minor, recorded_at)
select r.generation, 'UTC', m, md5(b::text)::uuid, case b % 3 when 0 then 'USD' else 'CNY' end, b * 7 % 31, b * 11 % 97, 0, b * 1009 % 9973, 0,
  b % 5, 0, 0, 0, 0, 0, m
from sales_rollups r
cross join generate_series(1, 3000) b
cross join generate_series(date '2024-01-01', date '2024-12-01', interval '1 month') m`); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`
insert into sales_by_market_months (generation, zone, starts_on, market, buyer_country, buyer_region, currency, source, orders, units_sold,
  units_returned, gross_minor, discount_minor, refund_minor, shipping_minor, duty_minor, tax_minor, fee_minor, commission_minor, recorded_at)
select r.generation, 'UTC', m, 'CN', '', '', c, 'IMPORT', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, m
from sales_rollups r
cross join generate_series(date '2024-01-01', date '2024-12-01', interval '1 month') m
cross join unnest(array['USD', 'CNY']) c`, `
insert into exchange_rates (currency, day, source, rate)
select c, d, 'a bank', 2 + extract(day from d) / 100
from unnest(array['USD', 'CNY']) c, generate_series(date '2023-12-01', date '2025-01-31', interval '1 day') d`} {
		if _, err := db.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Pool.Exec(t.Context(), "analyze sales_by_brand_months"); err != nil {
		t.Fatal(err)
	}
	ctx := auth.With(t.Context(), fixture.Reporter(t, db.Gorm))
	sales := report.NewService(db.Gorm, time.Now)
	first, last := models.Date{Year: 2024, Month: 1, Day: 1}, models.Date{Year: 2024, Month: 12, Day: 31}
	for _, key := range []report.SortKey{report.ByDimensions, report.ByGross, report.ByNet, report.ByUnits, report.ByOrders} {
		most := 2 * size
		if key != report.ByDimensions {
			most = 8 * (size + 1) * months // equal ones are read together
		}
		for _, by := range [][]report.Dimension{{report.Brand, report.Period}, {report.Period, report.Brand}} {
			q := report.Query{
				GroupBy: by, From: &first, To: &last, SortKey: key, Reverse: by[0] == report.Brand, Fields: []string{"orders", "gross", "net"},
				Page: paging.Args{First: new(int32(size))},
			}
			for page := range 2 {
				var r *report.Report
				read := sent.Of(database.AcrossBrands(ctx, database.OperatorReports), t, db, func() (err error) {
					r, err = sales.Sales(ctx, q)
					return err
				})
				if got := read["sales_by_brand_months"]; got < size || got > most || len(r.Rows) != size {
					t.Errorf("%v by %s: page %d of %d rows reads %d, not up to %d", by, key, page, len(r.Rows), got, most)
				}
				q.Page.After = r.PageInfo.EndCursor
			}
		}
	}

	// Of rows that tell of others of their brand, or are of quarters, a page reads the brands it shows.
	for name, q := range map[string]report.Query{
		"a comparison": {Compare: report.PreviousPeriod, Fields: []string{"net", "previous"}}, "sums so far": {Fields: []string{"cumulativeNet"}},
		"moving means": {Moving: 3, Fields: []string{"movingNet"}}, "quarters": {Period: report.Quarter, Fields: []string{"net"}},
	} {
		q.GroupBy, q.From, q.To, q.Page.First = []report.Dimension{report.Brand, report.Period}, &first, &last, new(int32(size))
		for page := range 2 {
			var r *report.Report
			read := sent.Of(database.AcrossBrands(ctx, database.OperatorReports), t, db, func() (err error) {
				r, err = sales.Sales(ctx, q)
				return err
			})
			if got, most := read["sales_by_brand_months"], 4*months*(size+3); got < size || got > most || len(r.Rows) != size {
				t.Errorf("%s: page %d of %d rows reads %d, not up to %d", name, page, len(r.Rows), got, most)
			}
			q.Page.After = r.PageInfo.EndCursor
		}
	}

	// Once somebody has read months, what is ranked, compared, converted or summed
	// is found without reading them again.
	q := report.Query{From: &first, To: &last, GroupBy: []report.Dimension{report.Brand, report.Period}, Page: paging.Args{First: new(int32(size))}}
	mean := &report.Conversion{To: "EUR", Rate: report.PeriodAverage}
	read := func(name string, q report.Query) int {
		var r *report.Report
		read := sent.Of(database.AcrossBrands(ctx, database.OperatorReports), t, db, func() (err error) {
			r, err = sales.Sales(ctx, q)
			return err
		})
		if len(r.Rows) != size {
			t.Errorf("%s: %d rows", name, len(r.Rows))
		}
		return read["sales_by_brand_months"]
	}
	q.Convert, q.SortKey, q.Fields = mean, report.ByGross, []string{"gross"}
	if got := read("the first of all", q); got != 3000*months {
		t.Errorf("months of %d brands are read from %d rows", 3000, got)
	}
	for name, change := range map[string]func(*report.Query){
		"the same again": func(*report.Query) {}, "other rates": func(q *report.Query) { q.Convert = &report.Conversion{To: "USD", Rate: report.FixedDay, Day: &first} },
		"the largest": func(q *report.Query) { q.Top, q.Convert = 10, nil }, "ranks": func(q *report.Query) { q.Fields, q.Reverse = []string{"rank"}, true },
		"quarters": func(q *report.Query) { q.Period, q.Convert, q.Compare = report.Quarter, nil, report.PreviousPeriod },
		"brands":   func(q *report.Query) { q.GroupBy = []report.Dimension{report.Brand} },
	} {
		again := q
		change(&again)
		if got := read(name, again); got > 0 {
			t.Errorf("%s: %d rows are read again", name, got)
		}
	}
}
