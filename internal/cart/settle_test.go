package cart_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// promote takes something off the farm's goods since the world began.
func (w *world) promote(t testing.TB, change func(*models.Promotion), codes ...string) *models.Promotion {
	t.Helper()
	p := &models.Promotion{
		BrandID: w.farm.BrandID, ID: fixture.ID(), Kind: models.PromotionPercentage, Target: models.TargetOrder, Trigger: models.TriggerAutomatic,
		DefaultLanguage: "en", Texts: models.Texts[models.TitleText]{"en": {Title: "Ten percent off"}},
		BasisPoints: 1000, StartsAt: fixture.Start, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	if len(codes) > 0 {
		p.Trigger = models.TriggerCode
	}
	if change != nil {
		change(p)
	}
	fixture.Create(t, w.db, p)
	for _, code := range codes {
		fixture.Create(t, w.db, &models.PromotionCode{BrandID: p.BrandID, Code: code, PromotionID: p.ID, CreatedAt: fixture.Start})
	}
	return p
}

func freeShipping(p *models.Promotion) {
	p.Kind, p.Target, p.BasisPoints = models.PromotionFreeShipping, models.TargetShipping, 0
}

func optionKey(o *models.DeliveryOption) *models.Key {
	return &models.Key{BrandID: o.BrandID, ID: o.ID}
}

func (w *world) deliver(t testing.TB, ref cart.Ref, o *models.DeliveryOption) *cart.Priced {
	t.Helper()
	c, err := w.carts.SetDelivery(t.Context(), ref, shopKey(w.farm), optionKey(o), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// codesOf tells how the codes of a cart stand: those that apply alone.
func codesOf(c *cart.Priced) string {
	var all []string
	for _, code := range c.Codes {
		text := code.Code
		if !code.Applies() {
			text += " " + string(*code.Reason)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func TestCodesAreToldWhyTheyDoNotApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.promote(t, nil, "TEN")
	w.promote(t, func(p *models.Promotion) { p.EndsAt = new(fixture.Start.Add(time.Hour)) }, "PAST")
	w.promote(t, func(p *models.Promotion) { p.StartsAt = now.Add(time.Hour) }, "SOON")
	w.promote(t, func(p *models.Promotion) { p.UseLimit, p.Uses = new(int64(3)), 3 }, "GONE")
	w.promote(t, func(p *models.Promotion) { p.MinimumMinor, p.Currency = 5000, new("CNY") }, "RICH")
	w.promote(t, func(p *models.Promotion) { p.MinimumQuantity = 3 }, "MANY")
	w.promote(t, func(p *models.Promotion) { p.Goods.Products = []uuid.UUID{uuid.New()} }, "OTHER")
	w.promote(t, func(p *models.Promotion) { p.BasisPoints = 500 }, "FIVE")
	_, ref := w.create(t.Context(), t, w.jar(2), w.jean(1))
	c, err := w.carts.SetDiscountCodes(t.Context(), ref, []string{" ten ", "past", "SOON", "GONE", "RICH", "MANY", "OTHER", "FIVE", "NEVER"})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, c)
	want := "TEN, PAST ENDED, SOON NOT_STARTED, GONE USED_UP, RICH MINIMUM_AMOUNT, MANY MINIMUM_QUANTITY, OTHER OTHER_GOODS, FIVE OTHER_APPLIED, NEVER UNKNOWN"
	if got := codesOf(c); got != want {
		t.Error(got)
	}
	// Ten percent of the farm's goods, not of the mill's.
	if c.Discount.Minor != 240 || c.Total.Minor != 2*1200-240+25000 || len(c.Applied) != 1 || c.Applied[0].Code != "TEN" || told(c) != "" {
		t.Errorf("%+v, %+v, %s", c.Totals, c.Applied, told(c))
	}
	for _, charge := range c.Groups[0].Charges {
		if (charge.Kind == models.ChargeDiscount) != (charge.Promotion != nil) {
			t.Errorf("%s of %v", charge.Kind, charge.Promotion)
		}
	}
	// With a third piece a code wakes up, without being entered again.
	if c, err = w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(3)}); err != nil || !strings.Contains(codesOf(c), "RICH OTHER_APPLIED, MANY OTHER_APPLIED") {
		t.Errorf("%s, %v", codesOf(c), err)
	}
}

func TestDeliveryOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	standard, express := fixture.Delivery(t, w.db, w.farm), fixture.Delivery(t, w.db, w.farm)
	w.exec(t, `update delivery_options set position = 1, zones = '[{"countries": ["CN"], "regions": ["SH"], "baseMinor": 4000, "steps": [{"upToGrams": 2000, "amountMinor": 0}]}]'
		where brand_id = ? and id = ?`, express.BrandID, express.ID)
	foreign := fixture.Delivery(t, w.db, w.mill)
	c, ref := w.create(t.Context(), t, w.jar(3), w.jean(1))
	farm := c.Groups[0]
	if len(farm.Options) != 1 || !farm.DeliveryRequired || farm.Options[0].Price.Minor != 1500 || farm.Delivery != nil {
		t.Fatalf("%+v", farm)
	}
	if _, err := w.carts.SetDelivery(t.Context(), ref, shopKey(w.farm), optionKey(express), nil); refusals(t, err) != "input.deliveryOptionId NOT_ALLOWED" {
		t.Error("sent to a region that is not known")
	}
	if _, err := w.carts.SetRecipient(t.Context(), ref, home()); err != nil {
		t.Fatal(err)
	}
	if c = w.deliver(t, ref, express); c.Shipping.Minor != 4000 || c.Groups[0].Delivery.Option.ID != express.ID || c.Total.Minor != 3*1200+25000+4000 {
		t.Errorf("%+v", c.Totals)
	}
	sound(t, c)
	for want, try := range map[string]func() error{
		"input.deliveryOptionId NOT_FOUND": func() error {
			_, err := w.carts.SetDelivery(t.Context(), ref, shopKey(w.farm), optionKey(foreign), nil)
			return err
		},
		"input.storefrontId NOT_FOUND": func() error {
			_, err := w.carts.SetDelivery(t.Context(), ref, models.Key{BrandID: w.farm.BrandID, ID: uuid.New()}, optionKey(express), nil)
			return err
		},
		"input.expectedVersion VERSION_CONFLICT": func() error {
			_, err := w.carts.SetDelivery(t.Context(), ref, shopKey(w.farm), nil, new(int32(1)))
			return err
		},
	} {
		if got := refusals(t, try()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}

	// Too heavy by the shopper's own doing: told, and the choice goes once accepted.
	c, err := w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(2)})
	if err != nil || told(c) != "DELIVERY_UNAVAILABLE" || c.Shipping.Minor != 0 || c.Problems[0].Group != c.Groups[0] {
		t.Fatalf("%s, %+v, %v", told(c), c.Totals, err)
	}
	if c, err = w.carts.Accept(t.Context(), ref, c.ProblemsKey); err != nil || told(c) != "" || c.Groups[0].Delivery != nil {
		t.Errorf("%s, %v", told(c), err)
	}
	// Carriage that follows the cart is no problem; carriage that changes by itself is.
	if c = w.deliver(t, ref, standard); c.Shipping.Minor != 2000 {
		t.Errorf("%+v", c.Totals)
	}
	if c, err = w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(1)}); err != nil || c.Shipping.Minor != 2000 || told(c) != "" {
		t.Errorf("%s, %+v, %v", told(c), c.Totals, err)
	}
	w.exec(t, "update delivery_options set zones = jsonb_set(zones, '{0,baseMinor}', '1100') where brand_id = ? and id = ?", standard.BrandID, standard.ID)
	// A change of something else does not hide it.
	if c, err = w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jean(1)}); err != nil || told(c) != "DELIVERY_CHANGED" {
		t.Fatalf("%s, %v", told(c), err)
	}
	if p := c.Problems[0]; p.Was.Minor != 2000 || p.Now.Minor != 2100 || c.Shipping.Minor != 2100 {
		t.Errorf("%+v", p)
	}
	if c, err = w.carts.Accept(t.Context(), ref, c.ProblemsKey); err != nil || told(c) != "" || told(w.get(t.Context(), t, ref)) != "" {
		t.Errorf("%s, %v", told(c), err)
	}
	// Free from 200.00 of goods after discounts.
	if c, err = w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(11)}); err != nil || c.Groups[0].Totals.Goods.Minor != 20400 || c.Shipping.Minor != 0 {
		t.Errorf("%+v, %v", c.Totals, err)
	}
	w.promote(t, nil, "TEN")
	if c, err = w.carts.SetDiscountCodes(t.Context(), ref, []string{"TEN"}); err != nil || c.Discount.Minor != 2040 || c.Shipping.Minor == 0 {
		t.Errorf("%+v, %v", c.Totals, err)
	}
	sound(t, c)
}

// What a merchant changes is told, with what it was, until it is accepted; what
// follows from a change of the cart is not.
func TestPromotionsThatChangeAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ten := w.promote(t, nil)
	free := w.promote(t, freeShipping, "FREE")
	option := fixture.Delivery(t, w.db, w.farm)
	c, ref := w.create(t.Context(), t, w.jar(5), w.pot(2))
	if told(c) != "" || c.Discount.Minor != 780 {
		t.Fatalf("%s, %+v", told(c), c.Totals)
	}
	if c = w.deliver(t, ref, option); c.Shipping.Minor != 2500 {
		t.Errorf("%+v", c.Totals)
	}
	c, err := w.carts.SetDiscountCodes(t.Context(), ref, []string{"free"})
	if err != nil || c.Shipping.Minor != 0 || c.Groups[0].Options[0].Price.Minor != 0 || told(c) != "" {
		t.Fatalf("%+v, %v", c.Totals, err)
	}
	if spared := c.Applied[1]; !spared.FreesCarriage() || spared.Amount.Minor != 2500 || *spared.OptionalCode() != "FREE" {
		t.Errorf("%+v", spared)
	}

	w.exec(t, "update promotions set basis_points = 500 where brand_id = ? and id = ?", ten.BrandID, ten.ID)
	w.exec(t, "update promotions set ends_at = ? where brand_id = ? and id = ?", now, free.BrandID, free.ID)
	late := w.promote(t, func(p *models.Promotion) {
		p.Target, p.Goods.Products = models.TargetLines, []uuid.UUID{w.honey.Product.ID}
	})
	c = w.get(t.Context(), t, ref)
	sound(t, c)
	if told(c) != "PROMOTION_CHANGED, PROMOTION_CHANGED, PROMOTION_CHANGED, DELIVERY_CHANGED" || codesOf(c) != "FREE ENDED" {
		t.Fatalf("%s; %s", told(c), codesOf(c))
	}
	less, gone, begun, carriage := c.Problems[0], c.Problems[1], c.Problems[2], c.Problems[3]
	if *less.PromotionID != ten.ID || less.Was.Minor != 780 || less.Now.Minor != 351 || *gone.PromotionID != free.ID || gone.Now != nil ||
		*begun.PromotionID != late.ID || begun.Was != nil || begun.Now.Minor != 780 || carriage.Was.Minor != 0 || carriage.Now.Minor != 2500 {
		t.Errorf("%+v %+v %+v %+v", less, gone, begun, carriage)
	}
	// Another change of the cart keeps all of it to be accepted.
	if c, err = w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(1)}); err != nil || len(c.Problems) != 4 || c.Problems[0].Was.Minor != 780 {
		t.Fatalf("%s, %v", told(c), err)
	}
	key := c.ProblemsKey
	w.exec(t, "update promotions set basis_points = 400 where brand_id = ? and id = ?", ten.BrandID, ten.ID)
	if _, err := w.carts.Accept(t.Context(), ref, key); refusals(t, err) != "input.problemsKey CONFLICT" {
		t.Error("accepted what was not shown")
	}
	c = w.get(t.Context(), t, ref)
	if c, err = w.carts.Accept(t.Context(), ref, c.ProblemsKey); err != nil || told(c) != "" || told(w.get(t.Context(), t, ref)) != "" {
		t.Fatalf("%s, %v", told(c), err)
	}
	sound(t, c)
	// What leaves the cart takes its promotions along.
	if c, err = w.carts.RemoveLines(t.Context(), ref, []uuid.UUID{c.Groups[0].Lines[0].ID, c.Groups[0].Lines[1].ID}); err != nil || told(c) != "" || c.Total.Minor != 0 {
		t.Errorf("%s, %+v, %v", told(c), c.Totals, err)
	}
}

// Goods that cannot be had at the moment keep their category and weight, so
// that nothing but their absence is told.
func TestGoodsThatAreAwayKeepTheirPromotions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	slug := "food-" + uuid.NewString()[:8]
	food := &models.Category{
		ID: fixture.ID(), Slug: slug, Path: slug, Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}},
		Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	fixture.Create(t, w.db, food)
	w.exec(t, "update products set category_id = ? where brand_id = ? and id = ?", food.ID, w.farm.BrandID, w.honey.Product.ID)
	w.promote(t, func(p *models.Promotion) {
		p.Target, p.Goods.Categories = models.TargetLines, []uuid.UUID{food.ID}
	})
	option := fixture.Delivery(t, w.db, w.farm)
	c, ref := w.create(t.Context(), t, w.jar(3))
	if c.Discount.Minor != 360 {
		t.Fatalf("%+v", c.Totals)
	}
	w.deliver(t, ref, option)
	w.exec(t, "update storefronts set status = 'PAUSED' where brand_id = ? and id = ?", w.farm.BrandID, w.farm.ID)
	if c = w.get(t.Context(), t, ref); told(c) != "UNAVAILABLE" || c.Discount.Minor != 360 || c.Shipping.Minor != 1500 {
		t.Errorf("%s, %+v", told(c), c.Totals)
	}
}
