package programme_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/programme"
)

// What was reported in January 2017: 7,000 US brands with 15 billion dollars of
// yearly sales, 14.2 billion euros, beside a goal of a million businesses in
// five years with a job each. Here it follows from facts.
func TestReportedBaseline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-01-10")
	w.exec(`
insert into brands (id, slug, name, default_language, texts, status, country, region, industry, size, jobs_before, jobs_now, applied_at, joined_at, created_at, updated_at)
select gen_random_uuid(), 'us-' || n, 'Brand ' || n, 'en', '{}', 'ACTIVE', 'US', 'NE', 'FOOD', 'MEDIUM', 60, 60, at, at, at, at
from generate_series(1, 7000) n, lateral (select timestamptz '2012-01-01' + n * interval '6 hours' as at) t`)
	w.exec(`
insert into storefronts (brand_id, id, slug, name, texts, country, currency, languages, payment_methods, status, is_primary, created_at, updated_at)
select id, id, slug, slug, '{}', 'CN', 'USD', '{en}', '{}', 'OPEN', true, joined_at, joined_at from brands`)
	w.exec(`
insert into orders (brand_id, id, number, source, kind, storefront_id, status, payment_status, fulfilment_status, currency, goods_minor, total_minor, seller_name, placed_at, recorded_at)
select id, id, slug, 'IMPORT', 'SALE', id, 'COMPLETED', 'PAID', 'DELIVERED', 'USD', 0, 0, name, '2016-06-01', '2016-06-01' from brands`)
	// Shares that no two brands have alike, which sum to 15 billion dollars; one
	// sale more on each side of the year.
	w.exec(`
with numbered as (select b.id, row_number() over (order by b.id) as n from brands b)
insert into sales_facts (brand_id, id, kind, source, event_at, recorded_at, order_id, line_id, storefront_id, market, currency,
  units_sold, units_returned, gross_minor, discount_minor, refund_minor, opens_order)
select id, gen_random_uuid(), 'SALE', 'IMPORT', timestamptz '2016-01-10' + (n - 1) * interval '1 day' * 365 / 7000, now(), id, gen_random_uuid(), id, 'CN', 'USD',
  1, 0, floor(1500000000000::numeric * n * n / 49000000)::bigint - floor(1500000000000::numeric * (n - 1) * (n - 1) / 49000000)::bigint, 0, 0, true
from numbered
union all
select id, gen_random_uuid(), 'SALE', 'IMPORT', at, now(), id, gen_random_uuid(), id, 'CN', 'USD', 1, 0, 777, 0, 0, false
from numbered, unnest(array[timestamptz '2016-01-09 23:59:59Z', timestamptz '2017-01-10 00:00Z']) at
where n = 1`)
	million := patch.To(int64(1_000_000))
	p := w.programme(func(t *programme.Terms) {
		t.BusinessGoal, t.JobGoal = million, million
		t.SalesGoal = patch.Empty[decimal.Decimal]()
	})

	check := func(t *testing.T) {
		t.Helper()
		r := w.progress(w.reporter, p, func(q *programme.Query) { q.AsOf = new(date("2017-01-09")) })
		b := r.Baseline
		if b.Businesses != 7000 || b.Sales.String() != "15000000000.00 USD" || b.From != date("2016-01-10") || b.To != date("2017-01-09") {
			t.Errorf("baseline: %d, %s, %s to %s", b.Businesses, b.Sales, b.From, b.To)
		}
		r = w.progress(w.reporter, p, func(q *programme.Query) { q.Currency = new(money.Currency("EUR")) })
		if r.Baseline.Sales.String() != "14195135800.13 EUR" {
			t.Errorf("in euros: %s", r.Baseline.Sales)
		}
		if len(r.Rates) != 1 || r.Rates[0].Base != "USD" || r.Rates[0].Date != date("2017-01-10") || r.Rates[0].Source != "ECB" {
			t.Errorf("rates: %+v", r.Rates)
		}
		// They were there before: none of them is progress.
		m := measure(r, programme.Businesses)
		if m.Goal.String() != "1000000" || m.Value.String() != "0" {
			t.Errorf("businesses: %s of %s", m.Value, m.Goal)
		}
	}
	check(t)
	if err := w.rollups.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	check(t)
	t.Logf("both progresses from roll-ups: %s", time.Since(begun))
}
