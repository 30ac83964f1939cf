package report

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// A grouped row as the database gives it: dimensions are text, "" where facts
// do not say, so that they sort and page like any other column.
type groupedRow struct {
	D1, D2, D3, D4 string
	Currency       string
	Orders         int64
	Units          int64
	UnitsReturned  int64
	GrossMinor     int64
	DiscountMinor  int64
	RefundMinor    int64
	NetMinor       int64
	AsOf           time.Time
}

func (r *groupedRow) dimension(i int) string { return [...]string{r.D1, r.D2, r.D3, r.D4}[i] }

func (r *groupedRow) figures() Figures {
	return Figures{
		Currency: r.Currency, Orders: r.Orders, Units: r.Units, UnitsReturned: r.UnitsReturned,
		GrossMinor: r.GrossMinor, DiscountMinor: r.DiscountMinor, RefundMinor: r.RefundMinor,
	}
}

const measures = `
count(distinct f.order_id) filter (where f.kind = 'SALE') as orders,
sum(f.units_sold)::bigint as units,
sum(f.units_returned)::bigint as units_returned,
sum(f.gross_minor)::bigint as gross_minor,
sum(f.discount_minor)::bigint as discount_minor,
sum(f.refund_minor)::bigint as refund_minor,
(sum(f.gross_minor) - sum(f.discount_minor) - sum(f.refund_minor))::bigint as net_minor,
max(f.recorded_at) as as_of`

var dimensionSQL = map[Dimension]string{
	Brand:         "f.brand_id::text",
	Storefront:    "f.brand_id::text || '/' || f.storefront_id::text",
	Product:       "f.brand_id::text || '/' || f.product_id::text",
	Category:      "f.category_path",
	OriginCountry: "f.origin_country",
	OriginRegion:  "f.origin_country || '-' || f.origin_region",
	Market:        "f.market",
	BuyerCountry:  "f.buyer_country",
}

// facts are the facts a query is about that the caller may read.
func (s *Service) facts(tx *gorm.DB, actor *auth.Actor, q *Query) *gorm.DB {
	scope, args := auth.Where(actor, "sales_facts", "f", s.now())
	facts := tx.Table("sales_facts f").Where(scope, args...)
	zone := q.TimeZone.String()
	// The first condition uses the index, the second is exact where clocks
	// skip or repeat midnight.
	if q.From != nil {
		facts = facts.Where("f.event_at >= ?::date and (f.event_at at time zone ?)::date >= ?::date",
			q.From.AddDays(-1).String(), zone, q.From.String())
	}
	if q.To != nil {
		facts = facts.Where("f.event_at < ?::date and (f.event_at at time zone ?)::date <= ?::date",
			q.To.AddDays(2).String(), zone, q.To.String())
	}
	if q.CategoryPath != nil {
		facts = facts.Where("f.category_path = ? or starts_with(f.category_path, ?)", *q.CategoryPath, *q.CategoryPath+"/")
	}
	if q.Source != nil {
		facts = facts.Where("f.source = ?", *q.Source)
	}
	facts = among(facts, "f.brand_id", q.Brands)
	facts = among(facts, "f.storefront_id", q.Storefronts)
	facts = among(facts, "f.product_id", q.Products)
	facts = among(facts, "f.market", q.Markets)
	facts = among(facts, "f.origin_country", q.OriginCountries)
	facts = among(facts, "f.origin_region", q.OriginRegions)
	facts = among(facts, "f.buyer_country", q.BuyerCountries)
	facts = among(facts, "f.currency", q.Currencies)
	return facts.Session(&gorm.Session{})
}

func among[T any](facts *gorm.DB, column string, values []T) *gorm.DB {
	if len(values) == 0 {
		return facts
	}
	return facts.Where(column+" in ?", values)
}

func grouped(facts *gorm.DB, q *Query) *gorm.DB {
	columns, groups := []string{"f.currency"}, []string{"f.currency"}
	var args []any
	for i, d := range q.GroupBy {
		name := "d" + string('1'+rune(i))
		if d == Period {
			columns = append(columns, "date_trunc(?, f.event_at at time zone ?)::date::text as "+name)
			args = append(args, strings.ToLower(string(q.Period)), q.TimeZone.String())
		} else {
			columns = append(columns, "coalesce("+dimensionSQL[d]+", '') as "+name)
		}
		groups = append(groups, name)
	}
	return facts.Select(strings.Join(columns, ", ")+", "+measures, args...).Group(strings.Join(groups, ", "))
}

// page reads a page of the grouped rows.
func page(tx, rows *gorm.DB, q *Query) (*paging.Connection[groupedRow], error) {
	sort := paging.Sort[groupedRow]{
		Name:   "salesReport " + string(q.SortKey),
		Filter: []any{q.filter(), q.GroupBy, q.Period, q.TimeZone.String()},
		Desc:   q.Reverse,
	}
	if column, ok := map[SortKey]string{
		ByGross: "gross_minor", ByNet: "net_minor", ByUnits: "units", ByOrders: "orders",
	}[q.SortKey]; ok {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g." + column, Type: "bigint", Value: func(r *groupedRow) any {
			return map[SortKey]int64{ByGross: r.GrossMinor, ByNet: r.NetMinor, ByUnits: r.Units, ByOrders: r.Orders}[q.SortKey]
		}})
	}
	for i := range q.GroupBy {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{
			Expr: "g.d" + string('1'+rune(i)) + ` collate "C"`, Type: "text", Value: func(r *groupedRow) any { return r.dimension(i) },
		})
	}
	sort.Columns = append(sort.Columns, paging.Column[groupedRow]{
		Expr: `g.currency collate "C"`, Type: "text", Value: func(r *groupedRow) any { return r.Currency },
	})
	return paging.Find(tx.Table("(?) as g", rows), q.Page, sort)
}

// filter is what of a query belongs into its cursors.
func (q Query) filter() any {
	q.GroupBy, q.TimeZone, q.Page = nil, nil, paging.Args{}
	return q
}
