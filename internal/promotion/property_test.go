package promotion_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

// Cents must not be lost (saleor#12348, saleor#6720, vendure#2662): whatever
// promotions meet whatever lines, shares sum to what was taken off, no line
// goes below zero, and the order of what is given plays no part.
func TestDiscountsSumAndNeverExceedTheirLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]money.Currency{"JPY", "CNY", "KWD"}).Draw(t, "currency")
		lines := rapid.Custom(func(t *rapid.T) promotion.Line { return anyLine(t, currency) })
		all := distinct(rapid.SliceOfN(lines, 1, 8).Draw(t, "lines"))
		promotions := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) promotion.Promotion { return anyPromotion(t, currency) }), 0, 8).Draw(t, "promotions")
		for i := range promotions {
			promotions[i].ID = id(200 + byte(i))
		}
		codes := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C"}), 0, 3).Draw(t, "codes")
		r, err := promotion.Apply(promotions, all, codes, noon)
		if err != nil {
			t.Fatal(err)
		}
		check(t, r, all)

		shuffled := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffled.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		shuffled.Shuffle(len(promotions), func(i, j int) { promotions[i], promotions[j] = promotions[j], promotions[i] })
		shuffled.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		if again, err := promotion.Apply(promotions, all, codes, noon); err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("in another order: %+v, %v; was %+v", again, err, r)
		}
	})
}

func check(t *rapid.T, r promotion.Result, lines []promotion.Line) {
	off := map[uuid.UUID]int64{}
	for _, a := range r.Applied {
		var sum int64
		for _, s := range a.Shares {
			if s.Amount.Minor <= 0 {
				t.Fatalf("a share of %s", s.Amount)
			}
			sum += s.Amount.Minor
			off[s.Line] += s.Amount.Minor
		}
		if sum != a.Amount.Minor || sum == 0 && len(a.Storefronts) == 0 {
			t.Fatalf("shares sum to %d of %s", sum, a.Amount)
		}
	}
	for _, l := range lines {
		goods, err := l.UnitPrice.Times(l.Quantity)
		if err != nil || off[l.ID] > goods.Minor || r.Off(l.ID, goods.Currency).Minor != off[l.ID] {
			t.Fatalf("%d off a line of %s, %v", off[l.ID], goods, err)
		}
	}
}

func anyLine(t *rapid.T, c money.Currency) promotion.Line {
	return promotion.Line{
		ID: id(rapid.Byte().Draw(t, "id")), BrandID: rapid.SampledFrom([]uuid.UUID{farm, mill}).Draw(t, "brand"),
		StorefrontID: rapid.SampledFrom([]uuid.UUID{china, japan}).Draw(t, "storefront"),
		ProductID:    rapid.SampledFrom([]uuid.UUID{honey, jam, jeans}).Draw(t, "product"),
		CategoryPath: rapid.SampledFrom([]string{"", "food", "food/sweets"}).Draw(t, "category"),
		// Up to 2^53 minor units a line.
		UnitPrice: money.New(rapid.OneOf(rapid.Int64Range(0, 999), rapid.Int64Range(1<<31, 1<<43)).Draw(t, "price"), c),
		Quantity:  rapid.Int64Range(1, 1<<10).Draw(t, "quantity"),
	}
}

func distinct(lines []promotion.Line) []promotion.Line {
	seen := map[uuid.UUID]bool{}
	var kept []promotion.Line
	for _, l := range lines {
		if !seen[l.ID] {
			kept, seen[l.ID] = append(kept, l), true
		}
	}
	return kept
}

func anyPromotion(t *rapid.T, c money.Currency) promotion.Promotion {
	p := promotion.Promotion{Paths: map[uuid.UUID]string{food: "food", sweets: "food/sweets"}}
	currency := string(c)
	p.BrandID = rapid.SampledFrom([]uuid.UUID{farm, mill}).Draw(t, "brand")
	p.Currency, p.StartsAt = &currency, noon
	p.Kind = rapid.SampledFrom([]models.PromotionKind{
		models.PromotionPercentage, models.PromotionFixed, models.PromotionBuyXGetY, models.PromotionFreeShipping,
	}).Draw(t, "kind")
	p.Target = rapid.SampledFrom([]models.PromotionTarget{models.TargetLines, models.TargetOrder}).Draw(t, "target")
	p.BasisPoints = rapid.Int32Range(1, 10_000).Draw(t, "basis points")
	p.AmountMinor = rapid.Int64Range(1, 1<<53).Draw(t, "amount")
	p.BuyQuantity, p.GetQuantity = rapid.Int64Range(1, 9).Draw(t, "buy"), rapid.Int64Range(1, 9).Draw(t, "get")
	p.MinimumQuantity = rapid.Int64Range(0, 9).Draw(t, "minimum")
	switch p.Kind {
	case models.PromotionBuyXGetY:
		p.Target = models.TargetLines
	case models.PromotionFreeShipping:
		p.Target = models.TargetShipping
	case models.PromotionPercentage, models.PromotionFixed:
	}
	p.Goods = anySelection(t)
	if rapid.Bool().Draw(t, "gets others") {
		gets := anySelection(t)
		p.Gets = &gets
	}
	if rapid.Bool().Draw(t, "here") {
		p.StorefrontID = &china
	}
	p.Trigger = models.TriggerAutomatic
	if rapid.Bool().Draw(t, "by code") {
		code(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "code"))(&p)
	}
	return p
}

func anySelection(t *rapid.T) models.Selection {
	return rapid.SampledFrom([]models.Selection{
		{},
		{Products: []uuid.UUID{honey}},
		{Products: []uuid.UUID{jam, jeans}},
		{Categories: []uuid.UUID{food}},
		{Products: []uuid.UUID{honey}, Categories: []uuid.UUID{sweets}},
	}).Draw(t, "selection")
}
