package order

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Basket is what a shopper wants of one storefront.
type Basket struct {
	Shopper    *auth.Actor
	Storefront models.Key
	// Field is the path that named the storefront, Fields those of the lines.
	Field     string
	Fields    []string
	Lines     []LineInput
	Recipient models.Recipient
	// OrderID names the order that it becomes.
	OrderID uuid.UUID
	At      time.Time
}

// Quote is a basket with everything frozen as it is now.
type Quote struct {
	Book *Book
	// Where refusals of the lines point.
	fields []string
}

// Total is what the shopper must pay.
func (q *Quote) Total() money.Money { return q.Book.Order.Total() }

// QuoteTx prices a basket and freezes texts, in two statements. It refuses a
// storefront that is not open, and every line that is not for sale there.
// Lines of one variant become one.
func (s *Service) QuoteTx(tx *gorm.DB, basket Basket) (*Quote, error) {
	shop, err := openStorefront(tx, basket)
	if err != nil {
		return nil, err
	}
	wanted := added(basket)
	goods, err := goodsOf(tx, shop, wanted, basket.At)
	if err != nil {
		return nil, err
	}
	var refused problem.List
	var lines []models.OrderLine
	quote := &Quote{}
	for _, w := range wanted {
		g, ok := goods[w.variant]
		if !ok {
			refused.Add(w.field+".variantId", problem.NotForSale, "this variant is not sold in this storefront now")
			continue
		}
		l := g.OrderLine
		l.Quantity, l.UnitPrice = w.quantity, decimal.New(g.AmountMinor, -money.Currency(shop.Currency).Digits())
		lines, quote.fields = append(lines, l), append(quote.fields, w.field+".quantity")
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	r := basket.Recipient
	quote.Book, err = NewBook(models.Order{
		BrandID: shop.BrandID, ID: basket.OrderID, Source: models.OrderFromShop, StorefrontID: shop.ID, ShopperID: basket.Shopper.AccountID(),
		Currency: shop.Currency, SellerName: shop.SellerName, BuyerCountry: &r.Country, BuyerRegion: models.Optional(r.Region),
		Recipient: &r, PlacedAt: basket.At, RecordedAt: basket.At,
	}, lines, nil, shop.Country, newID)
	if errors.Is(err, money.ErrOverflow) {
		return nil, problem.At("input.lines", problem.OutOfRange, "the total is too large")
	}
	return quote, err
}

type shopfront struct {
	models.Storefront `gorm:"embedded"`
	SellerName        string
}

func openStorefront(tx *gorm.DB, basket Basket) (*shopfront, error) {
	seen, args := auth.Where(basket.Shopper, "storefronts", "s", basket.At)
	var shops []*shopfront
	err := tx.Raw(`
select s.*, b.name as seller_name
from storefronts s
join brands b on b.id = s.brand_id
where s.brand_id = ? and s.id = ? and `+seen, append([]any{basket.Storefront.BrandID, basket.Storefront.ID}, args...)...).
		Scan(&shops).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the storefront: %w", err)
	case len(shops) == 0:
		return nil, problem.At(basket.Field, problem.NotFound, "there is no such storefront, or you may not see it")
	case shops[0].Status != models.StorefrontOpen || !shops[0].Visible:
		return nil, problem.At(basket.Field, problem.Conflict, "the storefront is not open")
	}
	return shops[0], nil
}

type wish struct {
	variant  models.Key
	quantity int64
	field    string
}

// added makes one of all lines of a variant, where it first appears.
func added(basket Basket) []*wish {
	var all []*wish
	byVariant := map[models.Key]*wish{}
	for i, l := range basket.Lines {
		w := byVariant[l.Variant]
		if w == nil {
			w = &wish{variant: l.Variant, field: basket.Fields[i]}
			byVariant[l.Variant], all = w, append(all, w)
		}
		w.quantity += l.Quantity
	}
	return all
}

// offer is a variant as it is sold in a storefront, in the form of a line.
type offer struct {
	models.OrderLine `gorm:"embedded"`
	AmountMinor      int64
}

// goodsOf reads what of the wanted is for sale: listed, visible and priced.
func goodsOf(tx *gorm.DB, shop *shopfront, wanted []*wish, now time.Time) (map[models.Key]offer, error) {
	variants := make([]uuid.UUID, 0, len(wanted))
	for _, w := range wanted {
		if w.variant.BrandID == shop.BrandID {
			variants = append(variants, w.variant.ID)
		}
	}
	var offers []offer
	err := tx.Raw(`
select v.brand_id, v.id as variant_id, v.product_id, v.sku, v.options, p.default_language,
  (select jsonb_object_agg(t.key, jsonb_build_object('title', t.value -> 'title')) from jsonb_each(p.texts) as t) as texts,
  p.hs_code, p.origin_country, p.origin_region, c.path as category_path, r.amount_minor
from variants v
join products p on p.brand_id = v.brand_id and p.id = v.product_id
join listings l on l.brand_id = v.brand_id and l.product_id = v.product_id and l.storefront_id = @shop
join prices r on r.brand_id = v.brand_id and r.variant_id = v.id and r.storefront_id = @shop
left join categories c on c.id = p.category_id
where v.brand_id = @brand and v.id in @variants and v.archived_at is null
  and l.visible_from <= @now and r.currency = @currency`, map[string]any{
		"shop": shop.ID, "brand": shop.BrandID, "variants": variants, "now": now, "currency": shop.Currency,
	}).Scan(&offers).Error
	if err != nil {
		return nil, fmt.Errorf("read what is for sale: %w", err)
	}
	goods := make(map[models.Key]offer, len(offers))
	for _, o := range offers {
		goods[models.Key{BrandID: o.BrandID, ID: *o.VariantID}] = o
	}
	return goods, nil
}
