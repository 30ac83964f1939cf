package tariff

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// sold is a line of an order. Amounts are of all its pieces.
type sold struct {
	goods
	OrderID, LineID              uuid.UUID
	PlacedAt                     time.Time
	Quantity                     int64
	DiscountMinor, ShippingMinor int64
	// Record is the quote that the order has kept, on its first line alone.
	Record *string
}

// Each line was a sale when the order was placed. The first condition on the
// time uses the index, the second is exact where clocks skip or repeat midnight.
const linesOf = `
select f.brand_id, f.storefront_id, f.product_id, f.variant_id, f.gross_minor as amount_minor, f.discount_minor, f.shipping_minor,
  o.currency, s.customs_regime as regime, l.hs_code, l.origin_country, l.origin_region, v.weight_grams, v.net_content, v.net_unit,
  b.name as brand, s.name as storefront, coalesce(l.sku, '') as sku, ? as title,
  o.id as order_id, l.id as line_id, o.placed_at, l.quantity,
  case when row_number() over (partition by o.brand_id, o.id order by l.ordinal) = 1 then c.record::text end as record
from sales_facts f
join orders o on o.brand_id = f.brand_id and o.id = f.order_id and o.status <> 'CANCELLED'
join order_lines l on l.brand_id = f.brand_id and l.id = f.line_id and l.quantity > 0
join storefronts s on s.brand_id = f.brand_id and s.id = f.storefront_id and s.country = ?
join brands b on b.id = f.brand_id
left join variants v on v.brand_id = f.brand_id and v.id = f.variant_id
left join order_landed_costs c on c.brand_id = o.brand_id and c.order_id = o.id
where f.kind = 'SALE' and f.event_at >= ?::date - 1 and f.event_at < ?::date + 2
  and (f.event_at at time zone ?)::date between ?::date and ?::date and ?
order by o.brand_id, o.id, l.ordinal`

// orders quotes the orders of the period as they were: by the quote they have
// kept, else by their lines. Nothing of them is changed.
func (w *walk) orders() error {
	p := w.q.Orders
	from, to, zone := p.From.String(), p.To.String(), p.Zone.String()
	query := database.Text(linesOf, w.title("l.texts", "l.default_language"), w.q.Country, from, to, zone, from, to, w.scope("b").All())
	var lines []sold
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		err := w.order(lines)
		lines = lines[:0]
		return err
	}
	err := stream(w.tx, query, func(l *sold) error {
		if len(lines) > 0 && lines[0].OrderID != l.OrderID {
			if err := flush(); err != nil {
				return err
			}
		}
		lines = append(lines, *l)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// order quotes one.
func (w *walk) order(lines []sold) error {
	of := make([]*goods, 0, len(lines))
	in, on, err := w.input(lines, &of)
	if err != nil {
		return err
	}
	if in == nil {
		for i := range lines {
			if w.wants(lines[i].OriginCountry, lines[i].OriginRegion) {
				w.untaxed++
			}
		}
		return nil
	}
	for i, g := range of {
		if g != nil && !w.wants(g.OriginCountry, g.OriginRegion) {
			of[i] = nil
		}
	}
	terms, err := w.termsOn(in.Currency, on)
	if err != nil {
		return err
	}
	if in.Exchange.Units == 0 {
		in.Exchange = terms.Exchange
	}
	return w.quote(in, terms.Rules, of)
}

// input is what of the order is quoted, nil where it charges no duty or tax,
// and the day of its rules.
func (w *walk) input(lines []sold, of *[]*goods) (*landedcost.Input, models.Date, error) {
	first := &lines[0]
	if first.Record != nil {
		return w.frozen(lines, of)
	}
	on, err := models.ParseDate(landedcost.Day(w.q.Country, first.PlacedAt))
	regime := first.Regime
	if w.q.Regime != nil {
		regime = w.q.Regime
	}
	if err != nil || regime == nil {
		return nil, on, err
	}
	in := &landedcost.Input{Regime: *regime, Currency: money.Currency(first.Currency)}
	for i := range lines {
		l := &lines[i]
		// Unit prices of imported history may have more decimals than the currency.
		unit := (l.AmountMinor + l.Quantity - 1) / l.Quantity
		line := doorprice.Goods{
			HSCode: l.HSCode, Origin: l.OriginCountry, WeightGrams: l.WeightGrams, NetContent: l.NetContent, NetUnit: l.NetUnit,
		}.Line(l.Quantity, unit)
		line.DiscountMinor = unit*l.Quantity - l.AmountMinor + l.DiscountMinor
		in.FreightMinor += l.ShippingMinor
		in.Lines, *of = append(in.Lines, line), append(*of, &l.goods)
	}
	return in, on, nil
}

// frozen is the order as its quote has it.
func (w *walk) frozen(lines []sold, of *[]*goods) (*landedcost.Input, models.Date, error) {
	var kept landedcost.Record
	if err := json.Unmarshal([]byte(*lines[0].Record), &kept); err != nil {
		return nil, models.Date{}, fmt.Errorf("read the landed cost of order %s: %w", lines[0].OrderID, err)
	}
	on, err := models.ParseDate(kept.On)
	if err != nil {
		return nil, on, err
	}
	in := &landedcost.Input{Regime: kept.Regime, Currency: kept.Currency, FreightMinor: kept.FreightMinor, InsuranceMinor: kept.InsuranceMinor, ShippedFrom: kept.ShippedFrom}
	if w.q.Regime != nil {
		in.Regime = *w.q.Regime
	}
	if kept.Exchange != nil {
		in.Exchange = *kept.Exchange
	}
	if kept.Problem == landedcost.OverYearLimit {
		in.AllowanceMinor = new(int64(0))
	}
	named := make(map[string]*goods, len(lines))
	for i := range lines {
		named[globalid.EncodeOf(globalid.OrderLine, lines[i].BrandID, lines[i].LineID)] = &lines[i].goods
	}
	for i := range kept.Lines {
		line := kept.Lines[i].Line
		g := named[line.Ref]
		if g != nil { // as customs were told of it
			g.HSCode, g.OriginCountry = &line.HSCode, models.Optional(line.Origin)
		}
		in.Lines, *of = append(in.Lines, line), append(*of, g)
	}
	return in, on, nil
}
