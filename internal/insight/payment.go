package insight

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Payments is how shoppers paid.
type Payments struct {
	Rows     []*PaymentRow
	Totals   []*PaymentTotals
	TimeZone *time.Location
}

// PaymentRow is a method in a currency.
type PaymentRow struct {
	PaymentFigures

	Method string
}

// PaymentTotals sum all methods of a currency.
type PaymentTotals struct{ PaymentFigures }

// PaymentFigures are of purchases that were begun, and orders placed, in the
// time asked for.
type PaymentFigures struct {
	Currency string
	// Attempts are payments that were begun, Failed those of them that failed.
	Attempts, Failed int64
	// Orders were paid; Paid is what for, and Refunded what has left of it since.
	Orders                   int64
	PaidMinor, RefundedMinor int64
}

// Paid is what was paid for the orders.
func (f PaymentFigures) Paid() money.Money { return money.New(f.PaidMinor, money.Currency(f.Currency)) }

// Refunded is what of it has been given back up to now.
func (f PaymentFigures) Refunded() money.Money {
	return money.New(f.RefundedMinor, money.Currency(f.Currency))
}

// FailureRate is failed by attempts, nil without attempts.
func (f PaymentFigures) FailureRate() *decimal.Decimal { return ratio(f.Failed, f.Attempts) }

// Payments tells how shoppers tried to pay, and paid.
func (s *Service) Payments(ctx context.Context, q Query) (*Payments, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	p := &Payments{TimeZone: q.TimeZone, Totals: []*PaymentTotals{}}
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		if err := ofAllSales(tx); err != nil {
			return err
		}
		p.Rows, err = scan[PaymentRow](tx, "the payments", s.payments(ctx, &q))
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range p.Rows {
		if n := len(p.Totals); n == 0 || p.Totals[n-1].Currency != r.Currency {
			p.Totals = append(p.Totals, &PaymentTotals{PaymentFigures{Currency: r.Currency}})
		}
		t := p.Totals[len(p.Totals)-1]
		t.Attempts, t.Failed, t.Orders = t.Attempts+r.Attempts, t.Failed+r.Failed, t.Orders+r.Orders
		t.PaidMinor, t.RefundedMinor = t.PaidMinor+r.PaidMinor, t.RefundedMinor+r.RefundedMinor
	}
	return p, nil
}

// payments: what a purchase is about is told by its orders, and until it has
// any by its draft. Allocations are joined to orders as if some had none, so that
// PostgreSQL expects at least as many, and reads them by hashes where there are many.
func (s *Service) payments(ctx context.Context, q *Query) database.SQL {
	return database.Text(`
with sold as materialized (
  select o.brand_id, o.id, o.purchase_id
  from orders o
  where ? and ? and ? and o.purchase_id is not null
), paid as (
  select method, currency, total(orders) as orders, total(paid) as paid, total(refunded) as refunded
  from (
    select method, currency, count(*) as orders, total(paid) as paid, 0 as refunded
    from (
      select p.method, a.currency, total(a.amount_minor) as paid
      from sold
      left join payment_allocations a on a.brand_id = sold.brand_id and a.order_id = sold.id
      left join payments p on p.id = a.payment_id
      group by p.method, a.currency, sold.brand_id, sold.id
      having count(p.id) > 0
    ) o
    group by 1, 2
    union all
    select p.method, x.currency, 0, 0, total(x.amount_minor)
    from sold
    join refund_allocations x on x.brand_id = sold.brand_id and x.order_id = sold.id
    join refunds r on r.id = x.refund_id
    join payments p on p.id = r.payment_id
    where r.status = 'SUCCEEDED'
    group by 1, 2
  ) m
  group by 1, 2
), tried as (
  select p.method, p.currency, count(*) as attempts, count(*) filter (where p.status = 'FAILED') as failed
  from (
    select purchase_id as id
    from sold
    union
    select u.id
    from purchases u
    where u.status <> 'COMPLETED' and ? and ? and exists (
      select
      from (
        select (x -> 'Order' ->> 'BrandID')::uuid as brand_id, (x -> 'Order' ->> 'StorefrontID')::uuid as storefront_id
        from jsonb_array_elements(u.draft) x
      ) d
      where ?
    )
  ) u
  join payments p on p.purchase_id = u.id
  group by 1, 2
)
select method, currency, coalesce(attempts, 0) as attempts, coalesce(failed, 0) as failed, coalesce(orders, 0) as orders,
  coalesce(paid, 0) as paid_minor, coalesce(refunded, 0) as refunded_minor
from paid
full join tried using (method, currency)
order by currency, method`,
		s.scope(ctx, q, "o"), q.during("o.placed_at"), q.currency("o.currency"),
		q.during("u.placed_at"), q.currency("u.currency"), s.scope(ctx, q, "d"))
}

var paymentColumns = []column[PaymentRow]{
	{table.Column{Name: "method", Title: "Method", Kind: table.Text, Dimension: true}, func(r *PaymentRow) any { return r.Method }},
	{table.Column{Name: "currency", Title: "Currency", Kind: table.Text}, func(r *PaymentRow) any { return r.Currency }},
	{table.Column{Name: "attempts", Title: "Attempts", Kind: table.Integer, Sums: true}, func(r *PaymentRow) any { return r.Attempts }},
	{table.Column{Name: "failed", Title: "Failed", Kind: table.Integer, Sums: true}, func(r *PaymentRow) any { return r.Failed }},
	{table.Column{Name: "orders", Title: "Orders paid", Kind: table.Integer}, func(r *PaymentRow) any { return r.Orders }},
	{table.Column{Name: "paid", Title: "Paid", Kind: table.Money, Currency: "currency", Sums: true}, func(r *PaymentRow) any { return r.Paid() }},
	{table.Column{Name: "refunded", Title: "Refunded", Kind: table.Money, Currency: "currency", Sums: true}, func(r *PaymentRow) any { return r.Refunded() }},
}

// PaymentTable is Payments as a table.
func (s *Service) PaymentTable(ctx context.Context, q Query) (*table.Table, error) {
	return whole(ctx, "Payment methods", &q, paymentColumns, func() ([]*PaymentRow, error) {
		p, err := s.Payments(ctx, q)
		if err != nil {
			return nil, err
		}
		return p.Rows, nil
	})
}
