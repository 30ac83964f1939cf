package checkout_test

import (
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// medusa#16502: two lines that share their stock each passed the check. The
// same goods in two shops of a brand are two lines, and their pieces add up.
func TestTwoLinesOfOneVariant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, 5)
	first, v := w.honey, w.honey.Variants[0]
	outlet := fixture.Storefront(t, w.db, &models.Brand{ID: v.BrandID, Status: models.BrandActive}, "outlet",
		func(s *models.Storefront) { s.IsPrimary = false })
	listing := *first.Listing
	listing.ID, listing.StorefrontID, listing.MinPriceMinor, listing.MaxPriceMinor = fixture.ID(), outlet.ID, new(int64(1000)), new(int64(1000))
	fixture.Create(t, w.db, &listing, &models.Price{
		BrandID: v.BrandID, StorefrontID: outlet.ID, VariantID: v.ID, ProductID: v.ProductID, AmountMinor: 1000, Currency: "CNY", UpdatedAt: fixture.Start,
	})
	if err := visibility.ProductsTx(w.db, v.BrandID, v.ProductID); err != nil {
		t.Fatal(err)
	}
	second := first
	second.Listing = &listing

	shopper := fixture.Shopper(t, w.db, "Li Wei")
	c, err := w.fill(t, shopper, line(v, first, 1), line(v, second, 3), line(v, first, 2))
	if err != nil || len(c.Groups) != 2 || len(c.Lines()) != 2 || len(c.Problems) != 1 || *c.Problems[0].Available != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := w.buy(t, shopper, c); problem.From(err) == nil || problem.From(err)[0].Code != problem.Conflict {
		t.Errorf("six pieces of five: %v", err)
	}
	if c, err = w.carts.Accept(as(t, shopper), cart.Ref{ID: c.ID}, c.ProblemsKey); err != nil {
		t.Fatal(err)
	}
	p, err := w.buy(t, shopper, c)
	if err != nil || p.TotalMinor != 3*1200+2*1000 {
		t.Fatalf("%+v, %v", p, err)
	}
	w.sound(t)
	if p = w.pay(t, p, models.PaymentCaptured); p.Status != models.PurchaseCompleted || w.orders(t, p) != 2 {
		t.Errorf("%s, %d orders", p.Status, w.orders(t, p))
	}
	w.sound(t)
}

// Carts with the same two goods of two brands, put in in opposite order, are
// bought at once: nobody waits in a circle.
func TestCartsInOppositeOrder(t *testing.T) {
	t.Parallel()
	const buyers = 16
	w := newWorld(t, dbtest.New(t).Gorm, buyers)
	var all sync.WaitGroup
	for n := range buyers {
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		lines := []cart.LineInput{line(w.honey.Variants[0], w.honey, 1), line(w.jam.Variants[0], w.jam, 1)}
		if n%2 == 1 {
			lines[0], lines[1] = lines[1], lines[0]
		}
		c, err := w.fill(t, shopper, lines...)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			p, err := w.buy(t, shopper, c)
			if err != nil {
				t.Error(err)
				return
			}
			if p = w.pay(t, p, models.PaymentCaptured); p.Status != models.PurchaseCompleted {
				t.Error(p.Status)
			}
		})
	}
	all.Wait()
	w.sound(t)
}
