package life_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// codes that shoppers try.
var codes = []string{"THIRD", "GIFT", "FREE", "ALL", "OLD"}

// offer has both sellers send for carriage, and take off by themselves and by
// codes: in percent, amounts, pieces and carriage, some of it seldom.
func (w *world) offer(t testing.TB) {
	t.Helper()
	for i, s := range w.sellers {
		for _, m := range markets {
			shop := &models.Storefront{BrandID: s.ID, ID: s.goods[m.currency].Listing.StorefrontID, Country: m.country, Currency: m.currency}
			fixture.Delivery(t, w.db, shop)
		}
		all := map[string]models.Promotion{
			"":      {Kind: models.PromotionPercentage, Target: models.TargetOrder, BasisPoints: 1000},
			"THIRD": {Kind: models.PromotionPercentage, Target: models.TargetLines, BasisPoints: 3333},
			"FREE":  {Kind: models.PromotionFreeShipping, Target: models.TargetShipping, UseLimit: new(int64(3))},
			"OLD":   {Kind: models.PromotionPercentage, Target: models.TargetOrder, BasisPoints: 500, EndsAt: new(start.Add(10 * 24 * time.Hour))},
		}
		if i == 1 {
			all[""] = models.Promotion{Kind: models.PromotionBuyXGetY, Target: models.TargetLines, BasisPoints: 5001, BuyQuantity: 1, GetQuantity: 1}
			all["GIFT"] = models.Promotion{Kind: models.PromotionFixed, Target: models.TargetOrder, Currency: new("CNY"), AmountMinor: 999, ShopperLimit: new(int64(2))}
			all["ALL"] = models.Promotion{Kind: models.PromotionPercentage, Target: models.TargetOrder, BasisPoints: 10_000, UseLimit: new(int64(2))}
		}
		for _, code := range append([]string{""}, codes...) {
			p, ok := all[code]
			if !ok {
				continue
			}
			p.BrandID, p.ID, p.Trigger, p.DefaultLanguage = s.ID, fixture.ID(), models.TriggerAutomatic, "en"
			p.Texts = models.Texts[models.TitleText]{"en": {Title: "Less"}}
			p.StartsAt, p.CreatedAt, p.UpdatedAt, p.Version = fixture.Start, fixture.Start, fixture.Start, 1
			if code != "" {
				p.Trigger = models.TriggerCode
			}
			fixture.Create(t, w.db, &p)
			if code != "" {
				fixture.Create(t, w.db, &models.PromotionCode{BrandID: s.ID, Code: code, PromotionID: p.ID, CreatedAt: fixture.Start})
			}
		}
	}
}

// choose takes codes, and the first way of sending of each seller.
func (w *world) choose(t testing.TB, shopper *auth.Actor, ref cart.Ref, c *cart.Priced, list []string) (*cart.Priced, error) {
	t.Helper()
	ctx, err := w.as(t, shopper), error(nil)
	if len(list) > 0 {
		c, err = w.api.Carts.SetDiscountCodes(ctx, ref, list)
	}
	for i := 0; err == nil && i < len(c.Groups); i++ {
		if g := c.Groups[i]; len(g.Options) > 0 {
			c, err = w.api.Carts.SetDelivery(ctx, ref, g.Key, &models.Key{BrandID: g.Key.BrandID, ID: g.Options[0].Option.ID}, nil)
		}
	}
	return c, err
}

func anyCodes(r *rapid.T) []string {
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 0, 3, rapid.ID).Draw(r, "codes")
	slices.Sort(list)
	return list
}
