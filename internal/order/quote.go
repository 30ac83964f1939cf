package order

import (
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/offer"
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

// question is a basket with what was read to quote it.
type question struct {
	basket Basket
	wanted []*wish
	claim  *idempotency.Claim

	shops  []offer.Storefront
	offers []offer.Offer
	supply inventory.Supply
}

// quote prices the basket, freezes texts and says from where its goods are
// taken. It refuses a storefront that is not open, every line that is not for
// sale there, and goods that have gone. Lines of one variant become one.
func (q *question) quote() (*Quote, error) {
	shop, err := q.storefront()
	if err != nil {
		return nil, err
	}
	goods := make(map[models.Key]offer.Offer, len(q.offers))
	for _, o := range q.offers {
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
	if err == nil {
		err = quote.Book.Post(shop.Plan(), newID)
	}
	if errors.Is(err, money.ErrOverflow) {
		return nil, problem.At("input.lines", problem.OutOfRange, "the total is too large")
	}
	return quote, err
}

func (q *question) storefront() (*offer.Storefront, error) {
	switch {
	case len(q.shops) == 0:
		return nil, problem.At(q.basket.Field, problem.NotFound, "there is no such storefront, or you may not see it")
	case !q.shops[0].Sells():
		return nil, problem.At(q.basket.Field, problem.Conflict, "the storefront is not open")
	case q.shops[0].CustomsRegime != nil:
		return nil, problem.At(q.basket.Field, problem.NotAllowed, "the storefront charges duties and taxes on import: buy with a cart")
	}
	return &q.shops[0], nil
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
