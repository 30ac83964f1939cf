package doorprice

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// sale is a variant in a storefront that charges duties and taxes.
type sale struct {
	BrandID, StorefrontID, VariantID uuid.UUID
	Country                          string
	Regime                           landedcost.Regime
	HSCode                           *string `gorm:"column:hs_code"`
	OriginCountry                    *string
	WeightGrams                      *int32
	NetContent                       *decimal.Decimal
	NetUnit                          *landedcost.Unit
	ShippedFrom                      *string
}

const salesOf = `
select w.brand_id, w.storefront_id, w.variant_id, s.country, s.customs_regime as regime, p.hs_code, p.origin_country,
  v.weight_grams, v.net_content, v.net_unit, ` + inventory.Home + ` as shipped_from
from unnest(?::uuid[], ?::uuid[], ?::uuid[]) w (brand_id, storefront_id, variant_id)
join storefronts s on s.brand_id = w.brand_id and s.id = w.storefront_id and s.customs_regime is not null
join variants v on v.brand_id = w.brand_id and v.id = w.variant_id
join products p on p.brand_id = v.brand_id and p.id = v.product_id`

// Prices quotes pieces at prices that the caller has read, by today's rules
// and without carriage; those of storefronts without a regime are left out.
// However many they are, it takes one statement. It reports money.ErrOverflow.
func (s *Service) Prices(ctx context.Context, prices []*models.Price, pieces int64) (map[*models.Price]*landedcost.Record, error) {
	brands, shops, variants := make([]uuid.UUID, len(prices)), make([]uuid.UUID, len(prices)), make([]uuid.UUID, len(prices))
	for i, p := range prices {
		brands[i], shops[i], variants[i] = p.BrandID, p.StorefrontID, p.VariantID
	}
	db := s.db.WithContext(ctx)
	reads := database.NewBatch(db)
	rows := database.Read[sale](reads, database.Text(salesOf, brands, shops, variants))
	if err := reads.Send(); err != nil {
		return nil, fmt.Errorf("read what is taxed: %w", err)
	}
	type place struct{ brand, shop, variant uuid.UUID }
	sales := make(map[place]*sale, len(*rows))
	for i := range *rows {
		r := &(*rows)[i]
		sales[place{r.BrandID, r.StorefrontID, r.VariantID}] = r
	}
	type trade struct {
		country  string
		currency money.Currency
	}
	quotes, known, now := make(map[*models.Price]*landedcost.Record, len(sales)), map[trade]*Terms{}, s.now()
	for _, p := range prices {
		sold := sales[place{p.BrandID, p.StorefrontID, p.VariantID}]
		if sold == nil {
			continue
		}
		to := trade{sold.Country, money.Currency(p.Currency)}
		terms := known[to]
		if terms == nil {
			var err error
			if terms, err = s.Terms(db, to.country, to.currency, now); err != nil {
				return nil, err
			}
			known[to] = terms
		}
		line := Goods{sold.HSCode, sold.OriginCountry, sold.WeightGrams, sold.NetContent, sold.NetUnit}.Line(pieces, p.AmountMinor)
		line.Ref = models.Variant{BrandID: p.BrandID, ID: p.VariantID}.GlobalID()
		in := &landedcost.Input{Regime: sold.Regime, Lines: []landedcost.Line{line}}
		if sold.ShippedFrom != nil {
			in.ShippedFrom = *sold.ShippedFrom
		}
		quote, err := terms.Quote(in)
		if err != nil {
			return nil, err
		}
		quotes[p] = quote
	}
	return quotes, nil
}

// OfOrders gives what orders that the caller has read cost at the door, in any
// order.
func (s *Service) OfOrders(ctx context.Context, orders []models.Key) ([]*models.OrderLandedCost, error) {
	return database.Find[models.OrderLandedCost](
		s.db.WithContext(ctx).Where("(brand_id, order_id) in ?", models.Pairs(orders)), "landed costs")
}
