package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// A grouped row as the database gives it. Dimensions are never null, so that
// they sort and page like any other column: "" or the zero id where facts do
// not say.
type groupedRow struct {
	D1, D2, D3, D4 string
	// BrandKey is the brand of a storefront or product.
	BrandKey      string
	Currency      string
	Orders        int64
	UnitsSold     int64
	UnitsReturned int64
	GrossMinor    int64
	DiscountMinor int64
	RefundMinor   int64
	NetMinor      int64
	RecordedAt    time.Time
	// Seq is the place in the page, 0 for totals, of as many Rows.
	Seq  int
	Rows int64
}

// key of a dimension as labels know it: ids of rows come with their brand's.
func (r *groupedRow) key(d Dimension, i int) string {
	value := [...]string{r.D1, r.D2, r.D3, r.D4}[i]
	switch d {
	case Period:
		return value[:len(time.DateOnly)]
	case Storefront:
		return r.BrandKey + "/" + value
	case Product:
		if value == noID {
			return ""
		}
		return r.BrandKey + "/" + value
	default:
		return value
	}
}

func (r *groupedRow) figures() Figures {
	return Figures{
		Currency: r.Currency, Orders: r.Orders, Units: r.UnitsSold, UnitsReturned: r.UnitsReturned,
		GrossMinor: r.GrossMinor, DiscountMinor: r.DiscountMinor, RefundMinor: r.RefundMinor,
	}
}

const noID = "00000000-0000-0000-0000-000000000000"

// A dimension is read from columns of facts, and is of an SQL type that sorts.
type dimension struct {
	columns []string
	sql     string
	kind    string
}

var dimensions = map[Dimension]dimension{
	Period:        {nil, "f.period", "date"},
	Brand:         {[]string{"brand_id"}, "f.brand_id", "uuid"},
	Storefront:    {[]string{"brand_id", "storefront_id"}, "f.storefront_id", "uuid"},
	Product:       {[]string{"brand_id", "product_id"}, "coalesce(f.product_id, '" + noID + "')", "uuid"},
	Category:      {[]string{"category_path"}, "coalesce(f.category_path, '')", "text"},
	OriginCountry: {[]string{"origin_country"}, "coalesce(f.origin_country, '')", "text"},
	OriginRegion:  {[]string{"origin_country", "origin_region"}, "coalesce(f.origin_country || '-' || f.origin_region, '')", "text"},
	Market:        {[]string{"market"}, "f.market", "text"},
	BuyerCountry:  {[]string{"buyer_country"}, "coalesce(f.buyer_country, '')", "text"},
}

// sorted is the i-th dimension's column in the order of the rows.
func (d dimension) sorted(i int) string {
	if d.kind == "text" {
		return fmt.Sprintf(`d%d collate "C"`, i+1)
	}
	return fmt.Sprintf("d%d", i+1)
}

// clause is a piece of SQL with its arguments.
type clause struct {
	sql  string
	args []any
}

// filters are the conditions on facts, and the columns they look at.
func (q *Query) filters() (where []clause, columns []string) {
	among := func(column string, n int, values any) {
		if n > 0 {
			where, columns = append(where, clause{"f." + column + " in ?", []any{values}}), append(columns, column)
		}
	}
	among("brand_id", len(q.Brands), q.Brands)
	among("storefront_id", len(q.Storefronts), q.Storefronts)
	among("product_id", len(q.Products), q.Products)
	among("market", len(q.Markets), q.Markets)
	among("origin_country", len(q.OriginCountries), q.OriginCountries)
	among("origin_region", len(q.OriginRegions), q.OriginRegions)
	among("buyer_country", len(q.BuyerCountries), q.BuyerCountries)
	among("currency", len(q.Currencies), q.Currencies)
	if q.CategoryPath != nil {
		where = append(where, clause{"(f.category_path = ? or starts_with(f.category_path, ?))", []any{*q.CategoryPath, *q.CategoryPath + "/"}})
		columns = append(columns, "category_path")
	}
	if q.Source != nil {
		where, columns = append(where, clause{"f.source = ?", []any{*q.Source}}), append(columns, "source")
	}
	return where, columns
}

// facts are what a query is about that the caller may read, as the rows f of
// roll-ups and of facts that are not in them yet. ByLine: an order may stand
// in several groups, and is to be counted by its id.
func (s *Service) facts(actor *auth.Actor, state rollup.State, q *Query) (f clause, byLine bool) {
	where, columns := q.filters()
	scope, args := auth.Where(actor, "sales_facts", "f", s.now())
	if scope != "true" {
		where, columns = append(where, clause{scope, args}), append(columns, "brand_id")
	}
	need := rollup.Need{Orders: q.counted(), Zone: q.TimeZone, From: q.From, To: q.To}
	for _, d := range q.GroupBy {
		columns = append(columns, dimensions[d].columns...)
		if d == Period {
			need.Period = strings.ToLower(string(q.Period))
		}
	}
	need.Columns = columns
	var parts []string
	for _, p := range rollup.Cover(state, need) {
		parts, f.args = append(parts, p.SQL), append(f.args, p.Args...)
	}
	f.sql = "(" + strings.Join(parts, " union all ") + ") f where true"
	for _, w := range where {
		f.sql, f.args = f.sql+" and "+w.sql, append(f.args, w.args...)
	}
	return f, need.Orders && rollup.ByLine(columns)
}

const distinctOrders = "count(distinct f.order_id) filter (where f.kind = 'SALE')"

// grouped sums facts by the dimensions and currencies.
func (q *Query) grouped(f clause, byLine bool) clause {
	var selected []string
	for i, d := range q.GroupBy {
		selected = append(selected, fmt.Sprintf("%s as d%d", dimensions[d].sql, i+1))
	}
	switch {
	case slices.Contains(q.GroupBy, Storefront):
		selected = append(selected, "f.brand_id as brand_key")
	case slices.Contains(q.GroupBy, Product):
		selected = append(selected, "case when f.product_id is not null then f.brand_id end as brand_key")
	}
	selected = append(selected, "f.currency")
	groups := make([]string, len(selected))
	for i := range groups {
		groups[i] = fmt.Sprint(i + 1)
	}
	orders := "coalesce(sum(f.orders), 0)::bigint"
	if byLine {
		orders = distinctOrders
	}
	return clause{fmt.Sprintf(`select %s, %s as orders, sum(f.units_sold)::bigint as units_sold, sum(f.units_returned)::bigint as units_returned,
  sum(f.gross_minor)::bigint as gross_minor, sum(f.discount_minor)::bigint as discount_minor, sum(f.refund_minor)::bigint as refund_minor,
  (sum(f.gross_minor) - sum(f.discount_minor) - sum(f.refund_minor))::bigint as net_minor, max(f.recorded_at) as recorded_at
from %s group by %s`, strings.Join(selected, ", "), orders, f.sql, strings.Join(groups, ", ")), f.args}
}

// read reads a page of rows and the totals of all rows in one statement.
func (q *Query) read(tx *gorm.DB, f clause, byLine bool) (rows, totals []*groupedRow, err error) {
	page, err := q.sort().Narrow(tx.Table("g").Select("g.*"), q.Page)
	if err != nil {
		return nil, nil, err
	}
	g := q.grouped(f, byLine)
	columns := []string{"currency", "orders", "units_sold", "units_returned", "gross_minor", "discount_minor", "refund_minor", "net_minor", "recorded_at"}
	var keys []string
	for i := range q.GroupBy {
		keys = append(keys, fmt.Sprintf("d%d", i+1))
	}
	if strings.Contains(g.sql, " as brand_key") {
		keys = append(keys, "brand_key")
	}
	none := ""
	for _, k := range keys {
		none += "null as " + k + ", "
	}
	orders, distinct := "sum(g.orders)::bigint", clause{}
	from := "g"
	if byLine {
		// An order that stands in several rows is one in the totals.
		distinct = clause{", o as (select f.currency, " + distinctOrders + " as orders from " + f.sql + " group by f.currency)", f.args}
		orders, from = "max(o.orders)", "g join o on o.currency = g.currency"
	}
	all := append(keys, columns...)
	sql := fmt.Sprintf(`with g as materialized (%s)%s
select row_number() over () as seq, 0 as rows, %s from (?) p
union all
select 0, count(*), %sg.currency, %s, sum(g.units_sold)::bigint, sum(g.units_returned)::bigint, sum(g.gross_minor)::bigint,
  sum(g.discount_minor)::bigint, sum(g.refund_minor)::bigint, sum(g.net_minor)::bigint, max(g.recorded_at)
from %s group by g.currency`, g.sql, distinct.sql, "p."+strings.Join(all, ", p."), none, orders, from)
	var found []*groupedRow
	if err := tx.Raw(sql, slices.Concat(g.args, distinct.args, []any{page})...).Scan(&found).Error; err != nil {
		return nil, nil, fmt.Errorf("sum the facts: %w", err)
	}
	slices.SortFunc(found, func(a, b *groupedRow) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Currency, b.Currency))
	})
	n, _ := slices.BinarySearchFunc(found, 1, func(r *groupedRow, seq int) int { return cmp.Compare(r.Seq, seq) })
	return found[n:], found[:n], nil
}

// sort is the order of the rows.
func (q *Query) sort() paging.Sort[groupedRow] {
	sort := paging.Sort[groupedRow]{
		Name:   "salesReport " + string(q.SortKey),
		Filter: []any{q.filter(), q.GroupBy, q.Period, q.TimeZone.String()},
		Desc:   q.Reverse,
	}
	if column, ok := map[SortKey]string{
		ByGross: "gross_minor", ByNet: "net_minor", ByUnits: "units_sold", ByOrders: "orders",
	}[q.SortKey]; ok {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g." + column, Type: "bigint", Value: func(r *groupedRow) any {
			return map[SortKey]int64{ByGross: r.GrossMinor, ByNet: r.NetMinor, ByUnits: r.UnitsSold, ByOrders: r.Orders}[q.SortKey]
		}})
	}
	for i, d := range q.GroupBy {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g." + dimensions[d].sorted(i), Type: dimensions[d].kind, Value: func(r *groupedRow) any {
			value := [...]string{r.D1, r.D2, r.D3, r.D4}[i]
			if d == Period {
				return value[:len(time.DateOnly)]
			}
			return value
		}})
	}
	sort.Columns = append(sort.Columns, paging.Column[groupedRow]{
		Expr: `g.currency collate "C"`, Type: "text", Value: func(r *groupedRow) any { return r.Currency },
	})
	return sort
}

// filter is what of a query belongs into its cursors.
func (q Query) filter() any {
	q.GroupBy, q.TimeZone, q.Page, q.Fields = nil, nil, paging.Args{}, nil
	return q
}
