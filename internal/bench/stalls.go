package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
)

// stall is where a brand of a history sells two of its goods, which nobody
// counts: orders wait for no stock, and for roll-ups alone if for anything.
type stall struct {
	Brand, Shop                 uuid.UUID
	Country, Currency           string
	First, Second               uuid.UUID // variants
	FirstProduct, SecondProduct uuid.UUID
	Listed                      bool
}

// Prices of the goods of a stall, in minor units of its currency.
const (
	firstPrice  = 2000
	secondPrice = 3000
)

const findStalls = `
select b.id as brand, s.id as shop, s.country, s.currency, v.variants[1] as first, v.variants[2] as second, v.products[1] as first_product,
  v.products[2] as second_product, exists (select from listings l where l.brand_id = b.id and l.storefront_id = s.id) as listed
from brands b
cross join lateral (select id, country, currency from storefronts where brand_id = b.id order by country <> 'CN', id limit 1) s
cross join lateral (
  select array_agg(id order by id) as variants, array_agg(product_id order by id) as products from variants where brand_id = b.id
) v
where b.slug ~ '^history-[0-9]+$'
order by cast(substr(b.slug, 9) as bigint)`

// sellAt lists a product and prices its one variant.
const sellAt = `
with priced as (
  insert into prices (brand_id, storefront_id, variant_id, product_id, amount_minor, currency, updated_at)
  values (@brand, @shop, @variant, @product, @price, @currency, @at)
)
insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, currency, min_price_minor, max_price_minor, created_at, updated_at)
values (@brand, @product, @shop, @product, 'PUBLISHED', @at, @currency, @price, @price, @at, @at)`

// stallsAtOnce are opened in one transaction.
const stallsAtOnce = 200

// openStalls has each brand of a history sell in one of its storefronts, if it
// does not yet. Those who take most orders of a history with hot brands come first.
func openStalls(ctx context.Context, db *gorm.DB, progress func(step string, done, total int)) ([]stall, error) {
	db = db.WithContext(ctx)
	var all []stall
	if err := db.Raw(findStalls).Scan(&all).Error; err != nil {
		return nil, err
	}
	done := 0
	for some := range slices.Chunk(all, stallsAtOnce) {
		progress("putting goods on sale", done, len(all))
		err := database.InTx(ctx, db, func(tx *gorm.DB) error {
			for _, s := range some {
				if s.Listed {
					continue
				}
				if err := s.open(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		done += len(some)
	}
	progress("putting goods on sale", len(all), len(all))
	return all, nil
}

func (s stall) open(tx *gorm.DB) error {
	at := HistoryEnds.Add(-time.Hour)
	for _, g := range []struct {
		variant, product uuid.UUID
		price            int64
	}{{s.First, s.FirstProduct, firstPrice}, {s.Second, s.SecondProduct, secondPrice}} {
		err := tx.Exec(sellAt, map[string]any{
			"brand": s.Brand, "shop": s.Shop, "variant": g.variant, "product": g.product, "price": g.price, "currency": s.Currency, "at": at,
		}).Error
		if err != nil {
			return err
		}
	}
	return visibility.ProductsTx(tx, s.Brand, s.FirstProduct, s.SecondProduct)
}

// buy orders a piece of both goods of one stall after the other, as one
// shopper after the other.
func (r ReportOptions) buy(name string, from []stall) *operation {
	once := fmt.Sprintf("bench-%d", time.Now().UnixNano())
	body := func(n int64) []byte {
		s, key := from[n%int64(len(from))], fmt.Sprintf("%s-%d", once, n)
		line := func(variant uuid.UUID) map[string]any {
			return map[string]any{"variantId": globalid.EncodeOf(globalid.Variant, s.Brand, variant), "quantity": 1}
		}
		return document(placeMutation, map[string]any{"input": map[string]any{
			"idempotencyKey": key, "storefrontId": globalid.EncodeOf(globalid.Storefront, s.Brand, s.Shop),
			"lines": []any{line(s.First), line(s.Second)},
			"recipient": map[string]any{
				"name": "Ada Lind", "phone": "+1 402 555 0100", "country": s.Country, "province": "-", "city": "-", "street": "Long Street 1",
			},
			"payment": map[string]any{
				"reference": "SANDBOX-OK-" + key, "amount": money.New(firstPrice+secondPrice, money.Currency(s.Currency)).Amount(), "currency": s.Currency,
			},
		}})
	}
	return &operation{name: name, tokens: r.Shoppers, body: body}
}
