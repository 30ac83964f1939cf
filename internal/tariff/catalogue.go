package tariff

import (
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Goods leave from where all of a brand's warehouses lie, as in product pages.
const pricesOf = `
select p.brand_id, p.storefront_id, p.product_id, p.variant_id, p.amount_minor, p.currency, s.customs_regime as regime,
  d.hs_code, d.origin_country, d.origin_region, v.weight_grams, v.net_content, v.net_unit, b.name as brand, s.name as storefront,
  coalesce(v.sku, '') as sku, h.country as shipped_from, ? as title
from prices p
join storefronts s on s.brand_id = p.brand_id and s.id = p.storefront_id and s.status <> 'CLOSED' and s.country = ?
join variants v on v.brand_id = p.brand_id and v.id = p.variant_id and v.archived_at is null
join products d on d.brand_id = p.brand_id and d.id = p.product_id and d.status <> 'ARCHIVED'
join brands b on b.id = p.brand_id
left join (
  select brand_id, min(country) as country from warehouses where active group by brand_id having count(distinct country) = 1
) h on h.brand_id = p.brand_id
where ?`

// catalogue quotes a piece of each variant in each storefront that does not
// keep it in an archive, without carriage.
func (w *walk) catalogue() error {
	in := landedcost.Input{Lines: make([]landedcost.Line, 1)}
	of := make([]*goods, 1)
	query := database.Text(pricesOf, w.title("d.texts", "d.default_language"), w.q.Country, w.scope("b").All())
	return stream(w.tx, query, func(r *goods) error {
		if !w.wants(r.OriginCountry, r.OriginRegion) {
			return nil
		}
		regime := w.q.Regime
		if regime == nil {
			regime = r.Regime
		}
		if regime == nil {
			w.untaxed++
			return nil
		}
		terms, err := w.termsOn(money.Currency(r.Currency), w.on)
		if err != nil {
			return err
		}
		in.ShippedFrom = ""
		if r.ShippedFrom != nil {
			in.ShippedFrom = *r.ShippedFrom
		}
		in.Regime, in.Currency, in.Exchange = *regime, money.Currency(r.Currency), terms.Exchange
		in.Lines[0] = doorprice.Goods{
			HSCode: r.HSCode, Origin: r.OriginCountry, WeightGrams: r.WeightGrams, NetContent: r.NetContent, NetUnit: r.NetUnit,
		}.Line(1, r.AmountMinor)
		of[0] = r
		return w.quote(&in, terms.Rules, of)
	})
}

// title is that of the goods where it is asked for.
func (w *walk) title(texts, language string) database.SQL {
	if has(w.q.GroupBy, ByProduct) || has(w.q.GroupBy, ByVariant) {
		return database.Text("coalesce(" + texts + "->" + language + "->>'title', '')")
	}
	return database.Text("''")
}
