package checkout_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// basket is what a random shopper buys: from two shops of one brand and one of
// another, in one currency.
type basket struct {
	Currency   string
	Shops      [3]stall
	Promotions []models.Promotion
}

// stall is what is bought in a shop, and how that may be sent.
type stall struct {
	Prices, Pieces []int64
	Zone           *models.DeliveryZone
}

var anyBasket = rapid.Custom(func(t *rapid.T) basket {
	b := basket{Currency: rapid.SampledFrom([]string{"CNY", "JPY", "KWD", "BHD"}).Draw(t, "currency")}
	// Small change, usual prices, and what does not fit 32 bits.
	price := rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(10, 50_000), rapid.Int64Range(math.MaxInt32, 1<<46))
	for i := range b.Shops {
		s := &b.Shops[i]
		s.Prices = rapid.SliceOfN(price, 1, 3).Draw(t, "prices")
		for range s.Prices {
			s.Pieces = append(s.Pieces, rapid.OneOf(rapid.Int64Range(1, 5), rapid.Int64Range(1, 100)).Draw(t, "pieces"))
		}
		if rapid.Bool().Draw(t, "sends") {
			s.Zone = &models.DeliveryZone{
				Countries: []string{"CN"}, BaseMinor: rapid.Int64Range(0, 5000).Draw(t, "base"),
				Steps: []models.DeliveryStep{{UpToGrams: 3000, AmountMinor: rapid.Int64Range(0, 999).Draw(t, "step")}},
				Extra: &models.DeliveryExtra{Grams: 1000, AmountMinor: rapid.Int64Range(0, 333).Draw(t, "extra")},
			}
			if rapid.Bool().Draw(t, "free") {
				s.Zone.FreeFromMinor = new(rapid.Int64Range(0, 100_000).Draw(t, "free from"))
			}
		}
	}
	b.Promotions = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) models.Promotion { return anyPromotion(t, b.Currency) }), 0, 6).Draw(t, "promotions")
	return b
})

func anyPromotion(t *rapid.T, currency string) models.Promotion {
	p := models.Promotion{
		Kind:    rapid.SampledFrom([]models.PromotionKind{"PERCENTAGE", "FIXED_AMOUNT", "BUY_X_GET_Y", "FREE_SHIPPING"}).Draw(t, "kind"),
		Target:  rapid.SampledFrom([]models.PromotionTarget{"LINES", "ORDER"}).Draw(t, "target"),
		Trigger: rapid.SampledFrom([]models.PromotionTrigger{"AUTOMATIC", "CODE"}).Draw(t, "trigger"), Currency: &currency,
		MinimumMinor:    rapid.SampledFrom([]int64{0, 0, 100, 20_000}).Draw(t, "minimum"),
		DefaultLanguage: "en", Texts: models.Texts[models.TitleText]{"en": {Title: "Less"}},
		StartsAt: fixture.Start, CreatedAt: fixture.Start, UpdatedAt: fixture.Start, Version: 1,
	}
	if rapid.Bool().Draw(t, "limited") {
		p.UseLimit = new(int64(1))
	}
	switch p.Kind {
	case models.PromotionFixed:
		p.AmountMinor = rapid.Int64Range(1, 30_000).Draw(t, "amount")
	case models.PromotionBuyXGetY:
		p.Target, p.BuyQuantity, p.GetQuantity = models.TargetLines, rapid.Int64Range(1, 3).Draw(t, "buy"), rapid.Int64Range(1, 2).Draw(t, "get")
	case models.PromotionFreeShipping:
		p.Target = models.TargetShipping
	case models.PromotionPercentage:
	}
	if p.Kind == models.PromotionPercentage || p.Kind == models.PromotionBuyXGetY {
		p.BasisPoints = rapid.Int32Range(1, 10_000).Draw(t, "percent")
	}
	return p
}

// open writes the shops and promotions of a basket, and gives its lines.
func (b basket) open(t testing.TB, w *world, n int) (lines []cart.LineInput, codes []string) {
	t.Helper()
	name := fmt.Sprintf("brand-%d-", n)
	brands := []*models.Brand{fixture.Brand(t, w.db, name+"a"), fixture.Brand(t, w.db, name+"b")}
	for i, s := range b.Shops {
		brand := brands[i/2]
		shop := fixture.Storefront(t, w.db, brand, fmt.Sprint(name, i), func(s *models.Storefront) { s.Currency, s.IsPrimary = b.Currency, i != 1 })
		goods := fixture.Sell(t, w.db, shop, fmt.Sprint("goods-", i), 1000, s.Prices...)
		for j, v := range goods.Variants {
			lines = append(lines, line(v, goods, s.Pieces[j]))
		}
		if s.Zone != nil {
			o := fixture.Delivery(t, w.db, shop)
			o.Zones = []models.DeliveryZone{*s.Zone}
			if err := w.db.Model(o).Select("zones").UpdateColumns(o).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, p := range b.Promotions {
		p.BrandID, p.ID = brands[i%2].ID, fixture.ID()
		fixture.Create(t, w.db, &p)
		if p.Trigger == models.TriggerCode {
			code := fmt.Sprint("CODE-", i)
			codes = append(codes, code)
			fixture.Create(t, w.db, &models.PromotionCode{BrandID: p.BrandID, Code: code, PromotionID: p.ID, CreatedAt: fixture.Start})
		}
	}
	return lines, codes
}

// fillAs makes a cart of a currency that can be bought, by the first ways of sending.
func (w *world) fillAs(t testing.TB, shopper *auth.Actor, currency string, codes []string, lines ...cart.LineInput) *cart.Priced {
	t.Helper()
	ctx := as(t, shopper)
	made, err := w.carts.Create(ctx, cart.CreateInput{Country: "CN", Currency: money.Currency(currency), Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	ref := cart.Ref{ID: made.ID}
	c, err := w.carts.SetRecipient(ctx, ref, models.Recipient{
		Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Province: "上海市", City: "上海市", Street: "南京西路 1 号",
	})
	if err == nil {
		c, err = w.carts.SetPaymentMethod(ctx, ref, new(models.MethodAlipay))
	}
	if err == nil {
		c, err = w.carts.SetDiscountCodes(ctx, ref, codes)
	}
	for i := 0; err == nil && i < len(c.Groups); i++ {
		if g := c.Groups[i]; len(g.Options) > 0 {
			c, err = w.carts.SetDelivery(ctx, ref, g.Key, &models.Key{BrandID: g.Key.BrandID, ID: g.Options[0].Option.ID}, &c.Version)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Cents are neither lost nor made (saleor#12348, saleor#6720, vendure#2662):
// whatever is bought with whatever promotions and carriage, lines, charges,
// groups and the cart agree, and so do the purchase, its orders, their charges,
// the sales facts and the ledger.
func TestCartsAndOrdersAgreeToTheCent(t *testing.T) {
	t.Parallel()
	const baskets = 100
	w := newWorld(t, dbtest.New(t).Gorm, 10)
	fixture.Create(t, w.db, &models.CommissionPlan{ID: fixture.ID(), Name: "Standard", Rate: decimal.New(333, -4), Source: "a contract",
		ValidFrom: fixture.Start, CreatedAt: fixture.Start})
	began, discounted, sent, large := time.Now(), 0, 0, 0
	for n := range baskets {
		b := anyBasket.Example(n)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		lines, codes := b.open(t, w, n)
		c := w.fillAs(t, shopper, b.Currency, codes, lines...)
		agree(t, c)
		p, err := w.buy(t, shopper, c)
		if err != nil {
			t.Fatalf("basket %d: %v; %+v", n, err, b)
		}
		if p.TotalMinor != c.Total.Minor {
			t.Errorf("basket %d: a purchase of %s of a cart of %s", n, p.Total(), c.Total)
		}
		if p.Status == models.PurchaseAwaiting {
			p = w.pay(t, p, models.PaymentCaptured)
		}
		if p.Status != models.PurchaseCompleted {
			t.Fatalf("basket %d: %s", n, p.Status)
		}
		w.booked(t, n, p, c)
		discounted, sent, large = discounted+count(c.Discount.Minor > 0), sent+count(c.Shipping.Minor > 0), large+count(c.Total.Minor > math.MaxInt32)
	}
	w.sound(t)
	t.Logf("%d baskets in %s: %d with discounts, %d with carriage, %d beyond 32 bits", baskets, time.Since(began).Round(time.Millisecond), discounted, sent, large)
	if discounted < baskets/4 || sent < baskets/4 || large < baskets/4 {
		t.Error("the baskets show too little")
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// agree fails where the sums of a cart do not, or a line goes below zero.
func agree(t testing.TB, c *cart.Priced) {
	t.Helper()
	var total, promotions, discounts int64
	for _, g := range c.Groups {
		var charges int64
		left := map[uuid.UUID]int64{}
		for _, charge := range g.Charges {
			charges += charge.AmountMinor
			if charge.Line != nil {
				left[charge.Line.ID] += charge.AmountMinor
			}
			if charge.Kind == models.ChargeDiscount {
				discounts -= charge.AmountMinor
			}
		}
		for id, minor := range left {
			if minor < 0 {
				t.Errorf("line %s costs %d", id, minor)
			}
		}
		if charges != g.Total.Minor || g.Total.Minor != g.Totals.Goods.Minor-g.Discount.Minor+g.Shipping.Minor {
			t.Errorf("charges of %d in a group of %+v", charges, g.Totals)
		}
		total += g.Total.Minor
	}
	for _, p := range c.Applied {
		if !p.FreesCarriage() {
			promotions += p.Amount.Minor
		}
	}
	if total != c.Total.Minor || promotions != discounts || discounts != c.Discount.Minor || len(c.Problems) > 0 {
		t.Errorf("groups of %d, promotions of %d, discounts of %d in a cart of %+v with %v", total, promotions, discounts, c.Totals, c.Problems)
	}
}

// booked fails unless each order of a purchase, its charges, facts and ledger
// say what its group in the cart said.
func (w *world) booked(t testing.TB, n int, p *models.Purchase, c *cart.Priced) {
	t.Helper()
	type sums struct{ Goods, Discount, Shipping, Total, Charges, Facts, Ledger int64 }
	for _, g := range c.Groups {
		var got sums
		err := w.db.WithContext(database.AcrossBrands(context.WithoutCancel(t.Context()), database.Reconciliation)).Raw(`
select o.goods_minor as goods, o.discount_minor as discount, o.shipping_minor as shipping, o.total_minor as total,
  (select count(*) from charges c where c.brand_id = o.brand_id and c.order_id = o.id) as charges,
  (select sum(gross_minor - discount_minor + shipping_minor) from sales_facts f where f.brand_id = o.brand_id and f.order_id = o.id) as facts,
  (select coalesce(sum(e.amount_minor) filter (where e.amount_minor > 0), 0) from ledger_transactions t
    join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
    where t.brand_id = o.brand_id and t.order_id = o.id) as ledger
from orders o
where o.brand_id = ? and o.purchase_id = ? and o.storefront_id = ?`, g.Key.BrandID, p.ID, g.Key.ID).Scan(&got).Error
		if err != nil {
			t.Fatal(err)
		}
		want := sums{g.Totals.Goods.Minor, g.Discount.Minor, g.Shipping.Minor, g.Total.Minor, int64(len(g.Charges)), g.Total.Minor, g.Total.Minor}
		if got != want {
			t.Errorf("basket %d: booked %+v of %+v", n, got, want)
		}
	}
}

// vendure#838, vendure#2212: amounts are exact beyond 32 bits and beyond the
// 53 of a float, and refused where 63 bits do not hold them.
func TestLargeAmounts(t *testing.T) {
	t.Parallel()
	const large = 1<<53 + 1
	for _, currency := range []string{"CNY", "JPY", "KWD"} {
		t.Run(currency, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm, 10)
			brand := fixture.Brand(t, w.db, "large")
			shop := fixture.Storefront(t, w.db, brand, "large", func(s *models.Storefront) { s.Currency = currency })
			goods := fixture.Sell(t, w.db, shop, "jewels", 20_000, large, 1<<31)
			third := fixture.Promotion(t, w.db, brand)
			if err := w.db.Model(third).UpdateColumn("basis_points", 3333).Error; err != nil {
				t.Fatal(err)
			}
			shopper := fixture.Shopper(t, w.db, "Li Wei")
			c := w.fillAs(t, shopper, currency, nil, line(goods.Variants[0], goods, 1), line(goods.Variants[1], goods, 3))
			agree(t, c)
			const all = large + 3*(1<<31)
			if off := int64(all/10_000*3333 + (all%10_000*3333+5000)/10_000); c.Totals.Goods.Minor != all || c.Discount.Minor != off {
				t.Errorf("%s off %s, not %d", c.Discount, c.Totals.Goods, off)
			}
			_, err := w.carts.AddLines(as(t, shopper), cart.Ref{ID: c.ID}, []cart.LineInput{line(goods.Variants[0], goods, 9_999)})
			if refused := problem.From(err); refused == nil || refused[0].Code != problem.OutOfRange {
				t.Errorf("a total of 10,000 times 2^53: %v", err)
			}
			p, err := w.buy(t, shopper, c)
			if err != nil {
				t.Fatal(err)
			}
			if p = w.pay(t, p, models.PaymentCaptured); p.Status != models.PurchaseCompleted || p.TotalMinor != c.Total.Minor {
				t.Errorf("%s %s of %s", p.Status, p.Total(), c.Total)
			}
			w.booked(t, 0, p, c)
			w.sound(t)
		})
	}
}
