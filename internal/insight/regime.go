package insight

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Regimes is sales by how goods were brought into their market.
type Regimes struct {
	Rows     []*RegimeRow
	Totals   []*RegimeTotals
	TimeZone *time.Location
}

// RegimeRow is sales under a regime of a market, in a currency. Regime is nil
// for orders on whose import nothing was reckoned.
type RegimeRow struct {
	RegimeFigures

	Market string
	Regime *landedcost.Regime
}

// RegimeTotals sum all rows of a currency.
type RegimeTotals struct{ RegimeFigures }

// RegimeFigures are sums of sales facts: what was given back is taken off, on
// the day it was given back.
type RegimeFigures struct {
	Currency                                       string
	Orders                                         int64
	GoodsMinor, ShippingMinor, DutyMinor, TaxMinor int64
}

func (f RegimeFigures) money(minor int64) money.Money {
	return money.New(minor, money.Currency(f.Currency))
}

// Goods is net of discounts and refunds.
func (f RegimeFigures) Goods() money.Money { return f.money(f.GoodsMinor) }

// Shipping is carriage and insurance.
func (f RegimeFigures) Shipping() money.Money { return f.money(f.ShippingMinor) }

// Duties is import duty.
func (f RegimeFigures) Duties() money.Money { return f.money(f.DutyMinor) }

// Taxes is consumption tax and VAT.
func (f RegimeFigures) Taxes() money.Money { return f.money(f.TaxMinor) }

// Burden is duties and taxes by goods, nil without goods.
func (f RegimeFigures) Burden() *decimal.Decimal { return ratio(f.DutyMinor+f.TaxMinor, f.GoodsMinor) }

// Regimes tells under which regimes goods were brought in, and what that cost.
func (s *Service) Regimes(ctx context.Context, q Query) (*Regimes, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	g := &Regimes{TimeZone: q.TimeZone, Totals: []*RegimeTotals{}}
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		if err := ofAllSales(tx); err != nil {
			return err
		}
		g.Rows, err = scan[RegimeRow](tx, "the regimes", s.regimes(ctx, &q))
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range g.Rows {
		if n := len(g.Totals); n == 0 || g.Totals[n-1].Currency != r.Currency {
			g.Totals = append(g.Totals, &RegimeTotals{RegimeFigures{Currency: r.Currency}})
		}
		t := g.Totals[len(g.Totals)-1]
		t.Orders, t.GoodsMinor, t.ShippingMinor = t.Orders+r.Orders, t.GoodsMinor+r.GoodsMinor, t.ShippingMinor+r.ShippingMinor
		t.DutyMinor, t.TaxMinor = t.DutyMinor+r.DutyMinor, t.TaxMinor+r.TaxMinor
	}
	return g, nil
}

// regimes: a record is read out once for the facts of its order where all are
// summed, and by its key where some are.
func (s *Service) regimes(ctx context.Context, q *Query) database.SQL {
	costs, regime := database.Text("order_landed_costs"), "l.record ->> 'Regime'"
	if q.From == nil && q.To == nil && len(q.Storefronts) == 0 {
		costs = database.Text("(select l.brand_id, l.order_id, "+regime+" as regime from order_landed_costs l where ? offset 0)",
			s.scope(ctx, &Query{Brands: q.Brands}, "l"))
		regime = "l.regime"
	}
	return database.Text(`
select f.market, `+regime+` as regime, f.currency, count(*) filter (where f.opens_order) as orders,
  total(f.gross_minor - f.discount_minor - f.refund_minor) as goods_minor, total(f.shipping_minor) as shipping_minor,
  total(f.duty_minor) as duty_minor, total(f.tax_minor) as tax_minor
from sales_facts f
left join ? l on l.brand_id = f.brand_id and l.order_id = f.order_id
where ? and ? and ?
group by 1, 2, 3
order by 3, 1, 2 nulls last`, costs, s.scope(ctx, q, "f"), q.during("f.event_at"), q.currency("f.currency"))
}

var regimeColumns = []column[RegimeRow]{
	{table.Column{Name: "market", Title: "Market", Kind: table.Text, Dimension: true}, func(r *RegimeRow) any { return r.Market }},
	{table.Column{Name: "regime", Title: "Regime", Kind: table.Text, Dimension: true}, func(r *RegimeRow) any {
		if r.Regime == nil {
			return nil
		}
		return string(*r.Regime)
	}},
	{table.Column{Name: "currency", Title: "Currency", Kind: table.Text}, func(r *RegimeRow) any { return r.Currency }},
	{table.Column{Name: "orders", Title: "Orders", Kind: table.Integer, Sums: true}, func(r *RegimeRow) any { return r.Orders }},
	{table.Column{Name: "goods", Title: "Goods", Kind: table.Money, Currency: "currency", Sums: true}, func(r *RegimeRow) any { return r.Goods() }},
	{table.Column{Name: "shipping", Title: "Shipping", Kind: table.Money, Currency: "currency", Sums: true}, func(r *RegimeRow) any { return r.Shipping() }},
	{table.Column{Name: "duties", Title: "Duties", Kind: table.Money, Currency: "currency", Sums: true}, func(r *RegimeRow) any { return r.Duties() }},
	{table.Column{Name: "taxes", Title: "Taxes", Kind: table.Money, Currency: "currency", Sums: true}, func(r *RegimeRow) any { return r.Taxes() }},
	{table.Column{Name: "burden", Title: "Burden", Kind: table.Percent}, func(r *RegimeRow) any { return optional(r.Burden()) }},
}

// RegimeTable is Regimes as a table.
func (s *Service) RegimeTable(ctx context.Context, q Query) (*table.Table, error) {
	return whole(ctx, "Regimes", &q, regimeColumns, func() ([]*RegimeRow, error) {
		g, err := s.Regimes(ctx, q)
		if err != nil {
			return nil, err
		}
		return g.Rows, nil
	})
}
