package report

import (
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// clause is a piece of SQL with its arguments.
type clause struct {
	sql  string
	args []any
}

// source is where a query reads its rows f from: what the caller may see.
type source struct {
	*Query

	actor *auth.Actor
	state rollup.State
	now   time.Time
	// known to the service.
	known remembered
	// spread is how orders counted by their ids lie in time.
	spread spread
	// all rows are read, not a page.
	all bool
	// inFile: rows are those of a file, all of them.
	inFile bool
	// ofPage: rows are those of the table page alone.
	ofPage bool
	// ofBrands: rows are those of the brands of the table brands_of_page alone.
	ofBrands bool
	// opened is shared by all that is read for one report.
	opened *opened
	// given are the rows, where a book has them.
	given *given
}

// of reads another query from the same place, a page of it.
func (s *source) of(q *Query) *source {
	return &source{Query: q, actor: s.actor, state: s.state, now: s.now, known: s.known, opened: s.opened, spread: s.spread}
}

// filters are the conditions on facts, and the columns they look at.
func (s *source) filters() (where []clause, columns []string) {
	among := func(column string, n int, values any) {
		if n > 0 {
			where, columns = append(where, clause{"f." + column + " in ?", []any{values}}), append(columns, column)
		}
	}
	among("brand_id", len(s.Brands), s.Brands)
	among("storefront_id", len(s.Storefronts), s.Storefronts)
	among("product_id", len(s.Products), s.Products)
	among("market", len(s.Markets), s.Markets)
	among("origin_country", len(s.OriginCountries), s.OriginCountries)
	among("origin_region", len(s.OriginRegions), s.OriginRegions)
	among("buyer_country", len(s.BuyerCountries), s.BuyerCountries)
	among("buyer_region", len(s.BuyerRegions), s.BuyerRegions)
	among("currency", len(s.Currencies), s.Currencies)
	if s.CategoryPath != nil {
		where = append(where, clause{"(f.category_path = ? or starts_with(f.category_path, ?))", []any{*s.CategoryPath, *s.CategoryPath + "/"}})
		columns = append(columns, "category_path")
	}
	if s.Source != nil {
		where, columns = append(where, clause{"f.source = ?", []any{*s.Source}}), append(columns, "source")
	}
	if s.RecordedBefore != nil {
		where = append(where, clause{"f.recorded_at < ?", []any{*s.RecordedBefore}})
	}
	if scope, args := auth.Where(s.actor, "sales_facts", "f", s.now); scope != "true" {
		where, columns = append(where, clause{scope, args}), append(columns, "brand_id")
	}
	return where, columns
}

// parts are the roll-ups and facts that rows are read from, between two days:
// enough to tell the columns apart, by which they are grouped, and those
// filtered by, and their time as fine as need be.
func (s *source) parts(columns []string, finer string, orders bool, from, to *models.Date) []rollup.Part {
	_, filtered := s.filters()
	if s.toBrand() {
		filtered = append(filtered, "brand_id")
	}
	return rollup.Cover(s.state, rollup.Need{
		Columns: append(filtered, columns...), Apart: columns, Orders: orders, Zone: s.TimeZone, From: from, To: to, Period: finer,
		Facts: s.byShopper() || s.RecordedBefore != nil,
	})
}

// partsOf are those of a span in the currencies of the sales.
func (s *source) partsOf(of span) []rollup.Part {
	return s.parts(append(s.columns(), "currency"), s.finer(), s.counted() && !s.byLine(), of.from, of.to)
}

// rows are those f of parts that the query is about.
func (s *source) rows(parts ...rollup.Part) (f, where clause) {
	f.sql, f.args = rollup.Rows(parts...)
	f.sql = "(" + f.sql + ") f"
	if s.byShopper() {
		f.sql += ` left join (
  select brand_id as of_brand, shopper_id as of_shopper, min(event_at) as first_at
  from sales_facts
  where kind = 'SALE' and shopper_id is not null
  group by 1, 2
) first on first.of_brand = f.brand_id and first.of_shopper = f.shopper_id`
	}
	if s.toBrand() {
		f.sql += " left join payout_accounts account on account.brand_id = f.brand_id"
	}
	conditions, _ := s.filters()
	where.sql = "true"
	for _, c := range conditions {
		where.sql, where.args = where.sql+" and "+c.sql, append(where.args, c.args...)
	}
	return f, where
}

// columns of facts that the dimensions look at.
func (q *Query) columns() (all []string) {
	for _, d := range q.GroupBy {
		all = append(all, dimensions[d].columns...)
	}
	return all
}

// byLine: an order may stand in several rows, so that it is counted by its id.
func (s *source) byLine() bool {
	_, columns := s.filters()
	return s.counted() && rollup.ByLine(append(columns, s.columns()...))
}

// ofAll tells that no rows are hidden from the caller.
func (s *source) ofAll() bool {
	scope, _ := auth.Where(s.actor, "sales_facts", "f", s.now)
	return scope == "true"
}
