package checkout_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// promote takes ten percent off the honey of orders, by the code TEN.
func (w *world) promote(t testing.TB, change func(*models.Promotion)) *models.Promotion {
	t.Helper()
	p := fixture.Promotion(t, w.db, &models.Brand{ID: w.honey.Product.BrandID}, "TEN")
	change(p)
	err := w.db.Model(p).Select("use_limit", "shopper_limit", "kind", "target", "basis_points").UpdateColumns(p).Error
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// code fills a cart and enters the code.
func (w *world) code(t testing.TB, shopper *auth.Actor, lines ...cart.LineInput) *cart.Priced {
	t.Helper()
	c, err := w.fill(t, shopper, lines...)
	if err == nil {
		c, err = w.carts.SetDiscountCodes(as(t, shopper), cart.Ref{ID: c.ID}, []string{"TEN"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) buy(t testing.TB, shopper *auth.Actor, c *cart.Priced) (*models.Purchase, error) {
	t.Helper()
	return w.checkout.Complete(as(t, shopper), checkout.CompleteInput{
		IdempotencyKey: uuid.NewString(), Cart: cart.Ref{ID: c.ID}, ExpectedVersion: c.Version,
	})
}

// used counts the uses of a promotion: those counted, and those kept.
func (w *world) used(t testing.TB, p *models.Promotion) (n int64) {
	t.Helper()
	var row struct{ Counted, Kept, Codes int64 }
	err := w.db.WithContext(database.AcrossBrands(context.WithoutCancel(t.Context()), database.Reconciliation)).Raw(`
select p.uses as counted, (select count(*) from promotion_uses u where u.brand_id = p.brand_id and u.promotion_id = p.id) as kept,
  (select coalesce(sum(s.uses), 0) from promotion_shoppers s where s.brand_id = p.brand_id and s.promotion_id = p.id) as codes
from promotions p where p.brand_id = ? and p.id = ?`, p.BrandID, p.ID).Scan(&row).Error
	if err != nil {
		t.Fatal(err)
	}
	if row.Kept != row.Codes || p.UseLimit != nil && row.Kept != row.Counted {
		t.Errorf("%+v", row)
	}
	return row.Kept
}

func limited(uses int64) func(*models.Promotion) {
	return func(p *models.Promotion) { p.UseLimit = &uses }
}

// Of 24 who complete their carts at once with the last use of a code, one buys
// with it; the others are told, and have lost nothing else.
func TestTheLastUseOfACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, 100)
	p := w.promote(t, limited(1))
	type buyer struct {
		actor *auth.Actor
		cart  *cart.Priced
	}
	var buyers []buyer
	for range 24 {
		actor := fixture.Shopper(t, w.db, "Li Wei")
		buyers = append(buyers, buyer{actor, w.code(t, actor, line(w.honey.Variants[0], w.honey, 1))})
	}
	var all sync.WaitGroup
	bought := make(chan *models.Purchase, len(buyers))
	for _, b := range buyers {
		all.Go(func() {
			switch purchase, err := w.buy(t, b.actor, b.cart); {
			case err == nil:
				bought <- purchase
			case problem.From(err) == nil || problem.From(err)[0].Code != problem.Conflict:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(bought) != 1 {
		t.Fatalf("%d purchases", len(bought))
	}
	purchase := <-bought
	if purchase.TotalMinor != 1080 || w.used(t, p) != 1 {
		t.Errorf("%d, %d uses", purchase.TotalMinor, w.used(t, p))
	}
	w.sound(t)
	// The others are told so, and buy without it once they have accepted that.
	for _, b := range buyers {
		if b.actor.Account.ID == purchase.ShopperID {
			continue
		}
		c, err := w.carts.Get(as(t, b.actor), cart.Ref{ID: b.cart.ID})
		if err != nil || len(c.Problems) != 1 || c.Problems[0].Code != cart.PromotionChanged || string(*c.Codes[0].Reason) != "USED_UP" {
			t.Fatalf("%+v, %v", c, err)
		}
		if c, err = w.carts.Accept(as(t, b.actor), cart.Ref{ID: c.ID}, c.ProblemsKey); err != nil {
			t.Fatal(err)
		}
		second, err := w.buy(t, b.actor, c)
		if err != nil || second.TotalMinor != 1200 {
			t.Fatalf("%+v, %v", second, err)
		}
		break
	}
	w.pay(t, purchase, models.PaymentCaptured)
	if w.used(t, p) != 1 {
		t.Error("an order gave its promotion back")
	}
	w.sound(t)
}

// A purchase that ends without orders gives back what it used, once.
func TestPromotionsAreGivenBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, w *world, shopper *auth.Actor, p *models.Purchase){
		"when_the_payment_fails": func(t *testing.T, w *world, _ *auth.Actor, p *models.Purchase) {
			t.Helper()
			w.pay(t, p, models.PaymentFailed)
			w.pay(t, p, models.PaymentFailed)
		},
		"when_it_is_cancelled": func(t *testing.T, w *world, shopper *auth.Actor, p *models.Purchase) {
			t.Helper()
			for range 2 {
				if _, err := w.checkout.Cancel(as(t, shopper), p.ID); err != nil {
					t.Fatal(err)
				}
			}
		},
		"when_it_is_not_paid_in_time": func(t *testing.T, w *world, _ *auth.Actor, _ *models.Purchase) {
			t.Helper()
			w.bank.silent = true
			w.wait(checkout.Hold + checkout.Grace + time.Second)
			if n, err := w.checkout.Expire(t.Context()); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm, 10)
			p := w.promote(t, func(p *models.Promotion) { p.UseLimit, p.ShopperLimit = new(int64(1)), new(int64(1)) })
			shopper := fixture.Shopper(t, w.db, "Li Wei")
			purchase, err := w.buy(t, shopper, w.code(t, shopper, line(w.honey.Variants[0], w.honey, 1)))
			if err != nil || w.used(t, p) != 1 {
				t.Fatal(err)
			}
			end(t, w, shopper, purchase)
			if w.used(t, p) != 0 {
				t.Error("it is still used")
			}
			w.sound(t)
			// It can be used again, by the same shopper.
			c, err := w.carts.Own(as(t, shopper), "CN", "CNY")
			if err != nil || len(c.Problems) > 0 || c.Discount.Minor != 120 {
				t.Fatalf("%+v, %v", c, err)
			}
			w.bank.silent = false
			again, err := w.buy(t, shopper, c)
			if err != nil {
				t.Fatal(err)
			}
			if again = w.pay(t, again, models.PaymentCaptured); again.Status != models.PurchaseCompleted || w.used(t, p) != 1 {
				t.Errorf("%s, %d uses", again.Status, w.used(t, p))
			}
			w.sound(t)
		})
	}
}

// The written rule for a payment that comes after its promotion was given back:
// take it again if it can be had, else give the money back.
func TestLatePaymentOfAPromotion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		usedMeanwhile bool
		want          models.PurchaseStatus
	}{
		"uses_what_can_still_be_used": {false, models.PurchaseCompleted},
		"gives_back_what_was_used_up": {true, models.PurchaseRefunded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm, 10)
			p := w.promote(t, limited(1))
			shopper, other := fixture.Shopper(t, w.db, "Li Wei"), fixture.Shopper(t, w.db, "Han Mei")
			purchase, err := w.buy(t, shopper, w.code(t, shopper, line(w.honey.Variants[0], w.honey, 1)))
			if err != nil {
				t.Fatal(err)
			}
			w.bank.silent = true
			w.wait(checkout.Hold + checkout.Grace + time.Second)
			w.bank.set(*w.paymentOf(t, purchase).Reference, models.PaymentCaptured)
			if n, err := w.checkout.Expire(t.Context()); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			w.bank.silent = false
			if c.usedMeanwhile {
				theirs, err := w.buy(t, other, w.code(t, other, line(w.honey.Variants[0], w.honey, 1)))
				if err != nil {
					t.Fatal(err)
				}
				w.pay(t, theirs, models.PaymentCaptured)
			}
			if purchase = w.pay(t, purchase, models.PaymentCaptured); purchase.Status != c.want {
				t.Error(purchase.Status)
			}
			if given := w.paymentOf(t, purchase).RefundedMinor; c.usedMeanwhile != (given == purchase.TotalMinor) {
				t.Errorf("%d given back of %d", given, purchase.TotalMinor)
			}
			if w.used(t, p) != 1 {
				t.Errorf("%d uses", w.used(t, p))
			}
			w.sound(t)
		})
	}
}

func TestCheckoutAsksForDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, 10)
	shop := models.Key{BrandID: w.honey.Product.BrandID, ID: w.honey.Listing.StorefrontID}
	option := fixture.Delivery(t, w.db, &models.Storefront{BrandID: shop.BrandID, ID: shop.ID, Country: "CN", Currency: "CNY"})
	shopper := fixture.Shopper(t, w.db, "Li Wei")
	c, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 3), line(w.jam.Variants[0], w.jam, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.buy(t, shopper, c); problem.From(err) == nil || problem.From(err)[0].Code != problem.Required {
		t.Errorf("bought without delivery: %v", err)
	}
	ctx, ref := as(t, shopper), cart.Ref{ID: c.ID}
	if c, err = w.carts.SetDelivery(ctx, ref, shop, &models.Key{BrandID: shop.BrandID, ID: option.ID}, &c.Version); err != nil {
		t.Fatal(err)
	}
	purchase, err := w.buy(t, shopper, c)
	if err != nil || purchase.TotalMinor != 3*1200+1200+1500 {
		t.Fatalf("%+v, %v", purchase, err)
	}
	// What the merchant changes now does not touch it.
	if err := w.db.Exec("update delivery_options set archived_at = now() where brand_id = ? and id = ?", shop.BrandID, option.ID).Error; err != nil {
		t.Fatal(err)
	}
	if purchase = w.pay(t, purchase, models.PaymentCaptured); purchase.Status != models.PurchaseCompleted {
		t.Error(purchase.Status)
	}
	w.sound(t)
	// The cart stays as it was ordered, though the option is gone.
	if c, err = w.carts.Get(ctx, ref); err != nil || c.Status != models.CartOrdered || c.Total.Minor != purchase.TotalMinor || len(c.Problems) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
	// An address that no option reaches cannot be bought for.
	if err := w.db.Exec("update delivery_options set archived_at = null, zones = '[{\"countries\": [\"JP\"], \"baseMinor\": 1}]' where brand_id = ? and id = ?",
		shop.BrandID, option.ID).Error; err != nil {
		t.Fatal(err)
	}
	if c, err = w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.buy(t, shopper, c); problem.From(err) == nil || problem.From(err)[0].Code != problem.NotAllowed {
		t.Errorf("bought what is not delivered: %v", err)
	}
}
