package checkout_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// Where one order of two of a brand is captured, the promotions from which it
// gains stay used, and those from which the other alone gained are given back.
func TestCapturingAPartKeepsTheUsesOfThatPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, 50)
	w.payments.AuthoriseFirst()
	var brand *models.Brand
	if err := w.db.Take(&brand, "id = ?", w.honey.Product.BrandID).Error; err != nil {
		t.Fatal(err)
	}
	second := fixture.Storefront(t, w.db, brand, "second-"+uuid.NewString()[:8], func(s *models.Storefront) { s.IsPrimary = false })
	tea := fixture.Sell(t, w.db, second, "tea", 50, 3000)
	both, first, other := fixture.Promotion(t, w.db, brand, "BOTH"), fixture.Promotion(t, w.db, brand, "FIRST"), fixture.Promotion(t, w.db, brand, "OTHER")
	for p, shop := range map[*models.Promotion]uuid.UUID{first: w.honey.Listing.StorefrontID, other: second.ID} {
		err := w.db.Exec("update promotions set storefront_id = ?, use_limit = 1, target = 'LINES' where brand_id = ? and id = ?", shop, p.BrandID, p.ID).Error
		if err != nil {
			t.Fatal(err)
		}
		p.UseLimit = new(int64(1))
	}
	shopper := fixture.Shopper(t, w.db, "Li Na")
	c, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 1), line(tea.Variants[0], tea, 1), line(w.jam.Variants[0], w.jam, 1))
	if err != nil {
		t.Fatal(err)
	}
	card := models.MethodCard
	if _, err = w.carts.SetPaymentMethod(as(t, shopper), cart.Ref{ID: c.ID}, &card); err == nil {
		c, err = w.carts.SetDiscountCodes(as(t, shopper), cart.Ref{ID: c.ID}, []string{"BOTH", "FIRST", "OTHER"})
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.buy(t, shopper, c)
	if err != nil {
		t.Fatal(err)
	}
	w.pay(t, p, models.PaymentAuthorised)
	if w.used(t, both) != 1 || w.used(t, first) != 1 || w.used(t, other) != 1 {
		t.Fatal("not all are used")
	}
	_, err = w.checkout.Capture(as(t, fixture.Operator(t, w.db)), checkout.CaptureInput{IdempotencyKey: "k", PaymentID: w.paymentOf(t, p).ID,
		Storefronts: []models.Key{{BrandID: brand.ID, ID: w.honey.Listing.StorefrontID}}})
	if err != nil {
		t.Fatal(err)
	}
	// 12.00 less 10 % of the line, less 10 % of the rest.
	if now := w.purchase(t, p.ID); now.Status != models.PurchaseCompleted || now.TotalMinor != 972 || w.orders(t, p) != 1 {
		t.Errorf("%+v with %d orders", now, w.orders(t, p))
	}
	if w.used(t, both) != 1 || w.used(t, first) != 1 || w.used(t, other) != 0 {
		t.Errorf("%d, %d and %d uses", w.used(t, both), w.used(t, first), w.used(t, other))
	}
	w.sound(t)
}
