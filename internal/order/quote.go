package order

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
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

	stock  []inventory.Line
	supply inventory.Supply
}

// Total is what the shopper must pay.
func (q *Quote) Total() money.Money { return q.Book.Order.Total() }

// question is what must be read to quote a basket.
type question struct {
	basket Basket
	wanted []*wish
	shops  *[]shopfront
	offers *[]offer
	supply inventory.Supply
}

// ask adds to a batch what must be read to quote a basket.
func ask(reads *database.Batch, basket Basket) *question {
	q := &question{basket: basket, wanted: added(basket)}
	variants := make([]uuid.UUID, 0, len(q.wanted))
	for _, w := range q.wanted {
		if w.variant.BrandID == basket.Storefront.BrandID {
			variants = append(variants, w.variant.ID)
		}
	}
	q.shops, q.offers = askStorefront(reads, basket), askGoods(reads, basket, variants)
	q.supply = inventory.Ask(reads, basket.Storefront.BrandID, variants)
	return q
}

// quote prices the basket, freezes texts and says from where its goods are
// taken. It refuses a storefront that is not open, every line that is not for
// sale there, and goods that have gone. Lines of one variant become one.
func (q *question) quote() (*Quote, error) {
	shop, err := q.storefront()
	if err != nil {
		return nil, err
	}
	goods := make(map[models.Key]offer, len(*q.offers))
	for _, o := range *q.offers {
		goods[models.Key{BrandID: o.BrandID, ID: *o.VariantID}] = o
	}
	var refused problem.List
	var lines []models.OrderLine
	quote := &Quote{supply: q.supply}
	for _, w := range q.wanted {
		g, ok := goods[w.variant]
		if !ok {
			refused.Add(w.field+".variantId", problem.NotForSale, "this variant is not sold in this storefront now")
			continue
		}
		l := g.OrderLine
		l.Quantity, l.UnitPrice = w.quantity, decimal.New(g.AmountMinor, -money.Currency(shop.Currency).Digits())
		lines = append(lines, l)
		quote.stock = append(quote.stock, inventory.Line{VariantID: w.variant.ID, Quantity: w.quantity, Field: w.field + ".quantity"})
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	r, at := q.basket.Recipient, q.basket.At
	quote.Book, err = NewBook(models.Order{
		BrandID: shop.BrandID, ID: q.basket.OrderID, Source: models.OrderFromShop, StorefrontID: shop.ID, ShopperID: q.basket.Shopper.AccountID(),
		Currency: shop.Currency, SellerName: shop.SellerName, BuyerCountry: &r.Country, BuyerRegion: models.Optional(r.Region),
		Recipient: &r, PlacedAt: at, RecordedAt: at,
	}, lines, nil, shop.Country, newID)
	if errors.Is(err, money.ErrOverflow) {
		return nil, problem.At("input.lines", problem.OutOfRange, "the total is too large")
	}
	return quote, err
}

// shopfront is what an order keeps of its storefront.
type shopfront struct {
	BrandID, ID       uuid.UUID
	Country, Currency string
	Status            models.StorefrontStatus
	Visible           bool
	SellerName        string
}

func askStorefront(reads *database.Batch, basket Basket) *[]shopfront {
	seen, args := auth.Where(basket.Shopper, "storefronts", "s", basket.At)
	return database.Read[shopfront](reads, database.Text(`
select s.brand_id, s.id, s.country, s.currency, s.status, s.visible, b.name as seller_name
from storefronts s
join brands b on b.id = s.brand_id
where s.brand_id = ? and s.id = ? and `+seen, append([]any{basket.Storefront.BrandID, basket.Storefront.ID}, args...)...))
}

func (q *question) storefront() (*shopfront, error) {
	shops := *q.shops
	switch {
	case len(shops) == 0:
		return nil, problem.At(q.basket.Field, problem.NotFound, "there is no such storefront, or you may not see it")
	case shops[0].Status != models.StorefrontOpen || !shops[0].Visible:
		return nil, problem.At(q.basket.Field, problem.Conflict, "the storefront is not open")
	}
	return &shops[0], nil
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

// askGoods asks what of the variants is for sale: listed, visible and priced.
// Each is looked up behind a fence: a plan that serves all storefronts alike
// would take the small for the usual, and read all that a large one lists.
func askGoods(reads *database.Batch, basket Basket, variants []uuid.UUID) *[]offer {
	return database.Read[offer](reads, database.Text(`
select v.brand_id, v.id as variant_id, v.product_id, v.sku, v.options, p.default_language, p.texts,
  p.hs_code, p.origin_country, p.origin_region, p.category_path, r.amount_minor
from variants v
cross join lateral (
  select p.default_language, p.hs_code, p.origin_country, p.origin_region,
    (select c.path from categories c where c.id = p.category_id) as category_path,
    (select jsonb_object_agg(t.key, jsonb_build_object('title', t.value -> 'title')) from jsonb_each(p.texts) as t) as texts
  from products p
  where p.brand_id = v.brand_id and p.id = v.product_id
  offset 0
) p
cross join lateral (
  select s.currency
  from listings l
  join storefronts s on s.brand_id = l.brand_id and s.id = l.storefront_id
  where l.brand_id = v.brand_id and l.storefront_id = ? and l.product_id = v.product_id and l.visible_from <= ?
  offset 0
) l
cross join lateral (
  select r.amount_minor
  from prices r
  where r.brand_id = v.brand_id and r.storefront_id = ? and r.variant_id = v.id and r.currency = l.currency
  offset 0
) r
where v.brand_id = ? and v.id in ? and v.archived_at is null`,
		basket.Storefront.ID, basket.At, basket.Storefront.ID, basket.Storefront.BrandID, variants))
}
