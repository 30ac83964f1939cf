package insight

import (
	"context"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Funnel is what became of the carts that were begun.
type Funnel struct {
	Rows     []*FunnelRow
	Totals   FunnelSteps
	TimeZone *time.Location
}

// FunnelRow is the carts that were begun in a period.
type FunnelRow struct {
	FunnelSteps

	At time.Time `gorm:"column:starts_on"`
}

// StartsOn is the first day of the period.
func (r FunnelRow) StartsOn() models.Date { return models.DateOf(r.At.UTC()) }

// FunnelSteps counts carts: a cart counts once however many brands it is of.
type FunnelSteps struct {
	// Carts hold goods, or held them when they expired or were ordered.
	Carts int64
	// Checkouts are carts whose shopper went to pay, Purchases those that became orders.
	Checkouts, Purchases int64
}

// CheckoutRate is checkouts by carts, nil without carts.
func (f FunnelSteps) CheckoutRate() *decimal.Decimal { return ratio(f.Checkouts, f.Carts) }

// PurchaseRate is purchases by carts, nil without carts.
func (f FunnelSteps) PurchaseRate() *decimal.Decimal { return ratio(f.Purchases, f.Carts) }

// ratio has four decimals, nil where there is nothing to divide by.
func ratio(part, whole int64) *decimal.Decimal {
	if whole == 0 {
		return nil
	}
	return new(decimal.NewFromInt(part).DivRound(decimal.NewFromInt(whole), 4))
}

// Funnel follows the carts that were begun in each period. A cart is of the
// brands whose goods it holds, and of those that it was ordered from.
func (s *Service) Funnel(ctx context.Context, q Query) (*Funnel, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	if q.Period == "" {
		q.Period = report.Month
	}
	if q.From != nil && q.To != nil {
		if err := fewEnough(periods(*q.From, *q.To, q.Period)); err != nil {
			return nil, err
		}
	}
	f := &Funnel{TimeZone: q.TimeZone}
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		f.Rows, err = scan[FunnelRow](tx, "the funnel", s.funnel(ctx, &q))
		return err
	})
	if err == nil {
		err = fewEnough(len(f.Rows))
	}
	if err != nil {
		return nil, err
	}
	for _, r := range f.Rows {
		f.Totals.Carts, f.Totals.Checkouts, f.Totals.Purchases = f.Totals.Carts+r.Carts, f.Totals.Checkouts+r.Checkouts, f.Totals.Purchases+r.Purchases
	}
	return f, nil
}

// periods is how many there are at least between two days.
func periods(from, to models.Date, length report.Length) int {
	days := int(to.Time().Sub(from.Time())/(24*time.Hour)) + 1
	return days / map[report.Length]int{report.Day: 1, report.Week: 7, report.Month: 31, report.Quarter: 92, report.Year: 366}[length]
}

func (s *Service) funnel(ctx context.Context, q *Query) database.SQL {
	// All purchases are looked through only where most of them count.
	ours := "p.cart_id in (select cart_id from places)"
	if s.ofAll(ctx, q) {
		ours = "p.cart_id is not null"
	}
	return database.Text(`
with places as (
  select c.id as cart_id, l.brand_id, l.storefront_id, c.created_at as begun_at
  from carts c
  join cart_lines l on l.cart_id = c.id
  where ? and ?
  union
  select c.id, o.brand_id, o.storefront_id, c.created_at
  from carts c
  join purchases p on p.cart_id = c.id
  join orders o on o.purchase_id = p.id
  where ? and ?
  union
  select t.cart_id, t.brand_id, t.storefront_id, t.begun_at
  from cart_traces t
  where ? and ?
), paid as (
  select p.cart_id, o.brand_id, o.storefront_id, true as bought
  from purchases p
  join orders o on o.purchase_id = p.id
  where `+ours+` and ?
  union all
  select p.cart_id, (d -> 'Order' ->> 'BrandID')::uuid, (d -> 'Order' ->> 'StorefrontID')::uuid, false
  from purchases p
  cross join jsonb_array_elements(p.draft) d
  where `+ours+` and p.draft <> '[]'
), carts_of as (
  select places.cart_id, min(places.begun_at) as begun_at, count(paid.cart_id) > 0 as went, coalesce(bool_or(paid.bought), false) as bought
  from places
  left join paid on paid.cart_id = places.cart_id and paid.brand_id = places.brand_id and paid.storefront_id = places.storefront_id
  group by places.cart_id
)
select date_trunc(?, begun_at at time zone ?)::date as starts_on, count(*) as carts, count(*) filter (where went) as checkouts,
  count(*) filter (where bought) as purchases
from carts_of
group by 1
order by 1`,
		q.during("c.created_at"), s.scope(ctx, q, "l"), q.during("c.created_at"), s.scope(ctx, q, "o"), q.during("t.begun_at"), s.scope(ctx, q, "t"), s.scope(ctx, q, "o"),
		strings.ToLower(string(q.Period)), q.TimeZone.String())
}

var funnelColumns = []column[FunnelRow]{
	{table.Column{Name: "starts_on", Title: "Begun in", Kind: table.Date, Dimension: true}, func(r *FunnelRow) any { return r.StartsOn() }},
	{table.Column{Name: "carts", Title: "Carts", Kind: table.Integer, Sums: true}, func(r *FunnelRow) any { return r.Carts }},
	{table.Column{Name: "checkouts", Title: "Checkouts", Kind: table.Integer, Sums: true}, func(r *FunnelRow) any { return r.Checkouts }},
	{table.Column{Name: "purchases", Title: "Purchases", Kind: table.Integer, Sums: true}, func(r *FunnelRow) any { return r.Purchases }},
	{table.Column{Name: "checkout_rate", Title: "Checkout rate", Kind: table.Percent}, func(r *FunnelRow) any { return optional(r.CheckoutRate()) }},
	{table.Column{Name: "purchase_rate", Title: "Purchase rate", Kind: table.Percent}, func(r *FunnelRow) any { return optional(r.PurchaseRate()) }},
}

// FunnelTable is Funnel as a table.
func (s *Service) FunnelTable(ctx context.Context, q Query) (*table.Table, error) {
	return whole(ctx, "Funnel", &q, funnelColumns, func() ([]*FunnelRow, error) {
		f, err := s.Funnel(ctx, q)
		if err != nil {
			return nil, err
		}
		return f.Rows, nil
	})
}
