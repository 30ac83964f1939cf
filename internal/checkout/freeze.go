package checkout

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// freeze makes the orders that a cart becomes, one for each storefront, with
// everything as the shopper has seen it.
func freeze(c *cart.Priced, shopper uuid.UUID, at time.Time) ([]models.Draft, error) {
	drafts := make([]models.Draft, 0, len(c.Groups))
	for _, g := range c.Groups {
		d := models.Draft{Market: g.Shop.Country, Commission: g.Shop.Plan(), Order: models.Order{
			BrandID: g.Key.BrandID, ID: newID(), Source: models.OrderFromShop, StorefrontID: g.Key.ID, ShopperID: &shopper,
			Currency: c.Currency, SellerName: g.Shop.SellerName, BuyerCountry: &c.Recipient.Country,
			BuyerRegion: models.Optional(c.Recipient.Region), Recipient: c.Recipient, PlacedAt: at, RecordedAt: at,
		}}
		if g.Delivery != nil {
			d.Order.Delivery = g.Delivery.Option.Chosen()
		}
		lineOf := map[uuid.UUID]uuid.UUID{}
		for _, l := range g.Lines {
			bought := l.Offer.OrderLine
			bought.ID, bought.Quantity = newID(), l.Quantity
			bought.UnitPrice = decimal.New(l.UnitPrice.Minor, -money.Currency(c.Currency).Digits())
			lineOf[l.ID] = bought.ID
			d.Lines = append(d.Lines, bought)
		}
		for _, charge := range g.Rows() {
			if charge.Kind == models.ChargeGoods {
				continue // made of the lines
			}
			if charge.LineID != nil {
				line := lineOf[*charge.LineID]
				charge.LineID = &line
			}
			d.Charges = append(d.Charges, charge)
		}
		d.LandedCost = g.Freeze(lineOf)
		b, err := book(d, at)
		if err != nil {
			return nil, err
		}
		if b.Order.Total() != g.Total {
			return nil, fmt.Errorf("an order of %s made of a part of a cart of %s", b.Order.Total(), g.Total)
		}
		d.Promotions = used(c, g)
		drafts = append(drafts, d)
	}
	byBrand(drafts)
	return drafts, nil
}

// used are the promotions that take something off a group. What would free
// carriage that costs nothing is not used.
func used(c *cart.Priced, g *cart.Group) (list []models.DraftPromotion) {
	for _, a := range c.Applied {
		if a.BrandID == g.Key.BrandID && (g.Freed == a || slices.ContainsFunc(g.Charges, func(c *cart.Charge) bool { return c.Promotion == a })) {
			list = append(list, models.DraftPromotion{ID: a.ID, Code: a.Code})
		}
	}
	return list
}

// book makes the rows of a frozen order, placed at a time.
func book(d models.Draft, at time.Time) (*order.Book, error) {
	d.Order.PlacedAt, d.Order.RecordedAt = at, at
	lines := append([]models.OrderLine(nil), d.Lines...)
	charges := append([]models.Charge(nil), d.Charges...)
	b, err := order.NewBook(d.Order, lines, charges, d.Market, newID)
	if err != nil {
		return nil, err
	}
	return b, b.Post(d.Commission, newID)
}
