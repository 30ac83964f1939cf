package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Goods is what a row of turnover is about.
type Goods string

// What rows can be about.
const (
	ByBrand     Goods = "BRAND"
	ByWarehouse Goods = "WAREHOUSE"
	ByProduct   Goods = "PRODUCT"
	ByVariant   Goods = "VARIANT"
)

// Turnover is how fast stock turns: a page of rows, and totals of all.
type Turnover struct {
	Rows     []*TurnoverRow
	Totals   *TurnoverTotals
	PageInfo paging.PageInfo
	TimeZone *time.Location
	// From and To are the days that were looked at.
	From, To models.Date
	// TotalCount is how many rows there are on all pages.
	TotalCount int
}

// TurnoverRow is the stock of a brand, warehouse, product or variant.
type TurnoverRow struct {
	TurnoverFigures

	Cursor string
	Key    string
	Label  string
}

// TurnoverTotals sum all rows of all pages.
type TurnoverTotals struct{ TurnoverFigures }

// TurnoverFigures are of tracked stock in the time asked for.
type TurnoverFigures struct {
	// Opening and Closing are pieces on hand when it began and ended.
	Opening, Closing int64
	// Sold are pieces that left for orders, less those of cancelled ones.
	Sold int64
	// Average is pieces on hand over time: each counts for as long as it lay there.
	Average decimal.Decimal
	days    decimal.Decimal
}

// Turnover is sold by average, nil where nothing lay there.
func (f TurnoverFigures) Turnover() *decimal.Decimal {
	if f.Average.Sign() <= 0 {
		return nil
	}
	return new(decimal.NewFromInt(f.Sold).DivRound(f.Average, 4))
}

// DaysOfStock is how long the average lasts at that pace, nil where nothing is sold.
func (f TurnoverFigures) DaysOfStock() *decimal.Decimal {
	if f.Sold <= 0 {
		return nil
	}
	return new(f.Average.Mul(f.days).DivRound(decimal.NewFromInt(f.Sold), 1))
}

// turnoverRow is a row as the database gives it, with its name.
type turnoverRow struct {
	BrandID uuid.UUID
	ID      uuid.UUID
	Name    string
	Opening int64
	Closing int64
	Sold    int64
	Average decimal.Decimal
	Count   int64
}

func (r *turnoverRow) figures(days decimal.Decimal) TurnoverFigures {
	return TurnoverFigures{Opening: r.Opening, Closing: r.Closing, Sold: r.Sold, Average: r.Average, days: days}
}

// span is the time a query asks for: a year up to today where it says nothing.
// What has not come yet is no part of it.
func (s *Service) span(q *Query) (from, until time.Time, days decimal.Decimal) {
	now := s.now()
	if q.To == nil {
		q.To = new(models.DateOf(now.In(q.TimeZone)))
	}
	if q.From == nil {
		q.From = new(q.To.AddDays(-364))
	}
	begins := func(d models.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, q.TimeZone).UTC() }
	if from, until = begins(*q.From), begins(q.To.AddDays(1)); until.After(now) {
		until = now.UTC()
	}
	if !until.After(from) {
		until = from.Add(time.Second)
	}
	return from, until, decimal.NewFromInt(int64(until.Sub(from) / time.Second)).Div(decimal.NewFromInt(24 * 60 * 60))
}

// Turnover tells how fast stock turns. Rows come with what sold most first.
func (s *Service) Turnover(ctx context.Context, q Query) (*Turnover, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	if q.Goods == "" {
		q.Goods = ByProduct
	}
	from, until, days := s.span(&q)
	t := &Turnover{TimeZone: q.TimeZone, From: *q.From, To: *q.To, Rows: []*TurnoverRow{}}
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		statement := s.turnover(ctx, &q, from, until)
		page, err := paging.Find(tx.Table("(?) as g", gorm.Expr(statement.Text, statement.Args...)), q.Page, turnoverOrder(&q))
		if err != nil {
			return err
		}
		totals, err := scan[turnoverRow](tx, "the turnover", database.Text(`
select coalesce(sum(opening), 0)::bigint as opening, coalesce(sum(closing), 0)::bigint as closing, coalesce(sum(sold), 0)::bigint as sold,
  coalesce(sum(average), 0) as average, count(*) as count
from (?) g`, statement))
		if err != nil {
			return err
		}
		t.Totals, t.TotalCount, t.PageInfo = &TurnoverTotals{totals[0].figures(days)}, int(totals[0].Count), page.PageInfo
		for _, e := range page.Edges {
			t.Rows = append(t.Rows, &TurnoverRow{e.Node.figures(days), e.Cursor, e.Node.key(q.Goods), e.Node.Name})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (r *turnoverRow) key(g Goods) string {
	switch g {
	case ByBrand:
		return globalid.Encode(globalid.Brand, r.ID)
	case ByWarehouse:
		return globalid.EncodeOf(globalid.Warehouse, r.BrandID, r.ID)
	case ByVariant:
		return globalid.EncodeOf(globalid.Variant, r.BrandID, r.ID)
	default:
		return globalid.EncodeOf(globalid.Product, r.BrandID, r.ID)
	}
}

func turnoverOrder(q *Query) paging.Sort[turnoverRow] {
	return paging.Sort[turnoverRow]{
		Name: "turnover", Desc: !q.Reverse,
		Filter: []any{q.Goods, q.From.String(), q.To.String(), q.TimeZone.String(), q.Brands, q.Warehouses},
		Columns: []paging.Column[turnoverRow]{
			{Expr: "g.sold", Type: "bigint", Value: func(r *turnoverRow) any { return r.Sold }},
			{Expr: "g.brand_id", Type: "uuid", Value: func(r *turnoverRow) any { return r.BrandID }},
			{Expr: "g.id", Type: "uuid", Value: func(r *turnoverRow) any { return r.ID }},
		},
	}
}

// turnover sums levels and their movements. What lay there on average is what
// the time began with, and of each movement the part of the time that was
// still to come.
func (s *Service) turnover(ctx context.Context, q *Query, from, until time.Time) database.SQL {
	id, name, join := "v.product_id", "p.texts", "join products p on p.brand_id = l.brand_id and p.id = v.product_id"
	switch q.Goods {
	case ByBrand:
		id, name, join = "l.brand_id", "b.name", "join brands b on b.id = l.brand_id"
	case ByWarehouse:
		id, name, join = "l.warehouse_id", "w.name", "join warehouses w on w.brand_id = l.brand_id and w.id = l.warehouse_id"
	case ByVariant:
		id = "l.variant_id"
	case ByProduct:
	}
	if q.Goods == ByProduct || q.Goods == ByVariant {
		// A product's title in its own language.
		name = "p.texts -> p.default_language ->> 'title'"
		if q.Goods == ByVariant {
			name = "concat_ws(' · ', " + name + ", v.sku)"
		}
	}
	stock := database.Conditions{s.scope(ctx, &Query{Brands: q.Brands}, "l")}
	moved := database.Conditions{s.scope(ctx, &Query{Brands: q.Brands}, "a")}
	if len(q.Warehouses) > 0 {
		stock.Add("l.warehouse_id in ?", q.Warehouses)
		moved.Add("a.warehouse_id in ?", q.Warehouses)
	}
	return database.Text(`
select l.brand_id, `+id+` as id, min(coalesce(`+name+`, '')) as name,
  sum(l.on_hand - coalesce(m.since, 0))::bigint as opening, sum(l.on_hand - coalesce(m.since, 0) + coalesce(m.inside, 0))::bigint as closing,
  coalesce(sum(m.sold), 0)::bigint as sold,
  round(sum(l.on_hand - coalesce(m.since, 0)) + coalesce(sum(m.weighted), 0) / extract(epoch from ?::timestamptz - ?::timestamptz), 2) as average
from stock_levels l
join variants v on v.brand_id = l.brand_id and v.id = l.variant_id and v.track_stock
`+join+`
left join (
  select a.brand_id, a.variant_id, a.warehouse_id, sum(a.delta) as since, sum(a.delta) filter (where a.recorded_at < ?) as inside,
    sum(a.delta * extract(epoch from ?::timestamptz - a.recorded_at)) filter (where a.recorded_at < ?) as weighted,
    -sum(a.delta) filter (where a.recorded_at < ? and a.reason in ('ORDER_PLACED', 'ORDER_CANCELLED')) as sold
  from stock_adjustments a
  where ? and a.recorded_at >= ?
  group by 1, 2, 3
) m on m.brand_id = l.brand_id and m.variant_id = l.variant_id and m.warehouse_id = l.warehouse_id
where ?
group by 1, 2`, until, from, until, until, until, until, moved.All(), from, stock.All())
}

var turnoverColumns = []column[TurnoverRow]{
	{table.Column{Name: "name", Title: "Name", Kind: table.Text, Dimension: true}, func(r *TurnoverRow) any { return r.Label }},
	{table.Column{Name: "id", Title: "Id", Kind: table.Text}, func(r *TurnoverRow) any { return r.Key }},
	{table.Column{Name: "opening", Title: "Opening", Kind: table.Integer, Sums: true}, func(r *TurnoverRow) any { return r.Opening }},
	{table.Column{Name: "closing", Title: "Closing", Kind: table.Integer, Sums: true}, func(r *TurnoverRow) any { return r.Closing }},
	{table.Column{Name: "sold", Title: "Sold", Kind: table.Integer, Sums: true}, func(r *TurnoverRow) any { return r.Sold }},
	{table.Column{Name: "average", Title: "Average", Kind: table.Decimal}, func(r *TurnoverRow) any { return r.Average }},
	{table.Column{Name: "turnover", Title: "Turnover", Kind: table.Decimal}, func(r *TurnoverRow) any { return optional(r.Turnover()) }},
	{table.Column{Name: "days_of_stock", Title: "Days of stock", Kind: table.Decimal}, func(r *TurnoverRow) any { return optional(r.DaysOfStock()) }},
}

// TurnoverTable is Turnover with the rows of all pages.
func (s *Service) TurnoverTable(ctx context.Context, q Query) (*table.Table, error) {
	if q.Goods == "" {
		q.Goods = ByProduct
	}
	t, err := heading(ctx, "Inventory turnover", &q, turnoverColumns)
	if err != nil {
		return nil, err
	}
	from, until, days := s.span(&q)
	t.About[0].Text = fmt.Sprintf("%s to %s", q.From, q.To)
	order := "g.sold desc, g.brand_id desc, g.id desc"
	if q.Reverse {
		order = "g.sold, g.brand_id, g.id"
	}
	t.Rows = stream(ctx, s, database.Text("select g.* from (?) g order by "+order, s.turnover(ctx, &q, from, until)), turnoverColumns,
		func(r *turnoverRow) *TurnoverRow {
			return &TurnoverRow{r.figures(days), "", r.key(q.Goods), r.Name}
		})
	return t, nil
}
