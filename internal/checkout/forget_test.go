package checkout_test

import (
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// buyerOf is who buys with a purchase, and whether that is still known.
func (w *world) buyerOf(t testing.TB, p *models.Purchase) (c models.Consumer, known bool) {
	t.Helper()
	if err := w.db.Where("purchase_id = ?", p.ID).Take(&c).Error; err != nil {
		t.Fatal(err)
	}
	erased := len(c.Sealed) == 0 && len(c.NameMAC) == 0 && c.Name == "" && c.Number == ""
	if erased != (c.ErasedAt != nil) || len(c.Person) != 32 {
		t.Errorf("half erased: %+v", c)
	}
	return c, !erased
}

func (w *world) forgets(t testing.TB, n int) {
	t.Helper()
	if got, err := w.checkout.Forget(t.Context()); got != n || err != nil {
		t.Errorf("%d purchases forgot who was to buy, want %d: %v", got, n, err)
	}
	w.sound(t)
}

// Who was to buy with a purchase that ends without orders is erased once its
// payment can come no more.
func TestWhoWasToBuyIsForgotten(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*world, *models.Purchase, func() (bool, error)) {
		t.Helper()
		w, consumers := bonded(t, 50)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 1))
		if err != nil {
			t.Fatal(err)
		}
		return w, p, func() (bool, error) { return consumers.Erase(as(t, shopper), consumerid.Owner{}) }
	}
	ends := map[string]func(*testing.T, *world, *models.Purchase) error{
		"failed": func(t *testing.T, w *world, p *models.Purchase) error {
			t.Helper()
			w.bank.set(*w.paymentOf(t, p).Reference, models.PaymentFailed)
			_, err := w.payments.Ask(t.Context(), w.paymentOf(t, p).ID)
			return err
		},
		"expired": func(t *testing.T, w *world, _ *models.Purchase) error {
			t.Helper()
			w.wait(checkout.Hold + checkout.Grace)
			_, err := w.checkout.Expire(t.Context())
			return err
		},
	}
	for name, end := range ends {
		t.Run("a_week_after_it_has_"+name, func(t *testing.T) {
			t.Parallel()
			w, p, _ := begin(t)
			w.wait(2 * checkout.Remember)
			w.forgets(t, 0) // its payment is open
			if err := end(t, w, p); err != nil {
				t.Fatal(err)
			}
			w.wait(checkout.Remember - time.Second)
			w.forgets(t, 0)
			if _, known := w.buyerOf(t, p); !known {
				t.Error("it is forgotten while it may be paid")
			}
			w.wait(time.Second)
			w.forgets(t, 1)
			w.forgets(t, 0)
			if _, known := w.buyerOf(t, p); known {
				t.Error("it is not forgotten")
			}
			// What comes yet is given back: customs could not be told who buys.
			if late := w.pay(t, p, models.PaymentCaptured); late.Status != models.PurchaseRefunded || w.orders(t, p) != 0 {
				t.Errorf("paid after that, it is %s", late.Status)
			}
			w.stands(t, "given back", 2026, 0, 0)
		})
	}
	t.Run("not_where_it_was_paid_late", func(t *testing.T) {
		t.Parallel()
		w, p, _ := begin(t)
		w.pay(t, p, models.PaymentFailed)
		w.wait(checkout.Remember - time.Second)
		if late := w.pay(t, p, models.PaymentCaptured); late.Status != models.PurchaseCompleted {
			t.Fatal(late.Status)
		}
		w.wait(2 * checkout.Remember)
		w.forgets(t, 0)
		if _, known := w.buyerOf(t, p); !known {
			t.Error("customs cannot be told who has bought")
		}
	})
	t.Run("at_once_where_its_money_is_given_back", func(t *testing.T) {
		t.Parallel()
		w, p, _ := begin(t)
		w.pay(t, p, models.PaymentFailed)
		w.exec(t, "update stock_levels set on_hand = 0 where brand_id = ?", w.jam.Product.BrandID)
		if late := w.pay(t, p, models.PaymentCaptured); late.Status != models.PurchaseRefunded {
			t.Fatal(late.Status)
		}
		if _, known := w.buyerOf(t, p); known {
			t.Error("it is not forgotten")
		}
	})
	t.Run("with_its_number_by_the_shopper", func(t *testing.T) {
		t.Parallel()
		w, p, erase := begin(t)
		w.pay(t, p, models.PaymentFailed)
		if gone, err := erase(); !gone || err != nil {
			t.Fatal(gone, err)
		}
		if late := w.pay(t, p, models.PaymentCaptured); late.Status != models.PurchaseRefunded {
			t.Errorf("paid after that, it is %s", late.Status)
		}
	})
	t.Run("or_paid_of_both_at_the_same_moment", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		var all []*models.Purchase
		for range 12 {
			p, err := w.begin(t, w.person(t, consumers, fixture.IdentityNumber), line(w.jam.Variants[0], w.jam, 1))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentFailed)
			all = append(all, p)
		}
		w.wait(checkout.Remember)
		var wg sync.WaitGroup
		for _, p := range all {
			wg.Go(func() { w.pay(t, p, models.PaymentCaptured) })
			wg.Go(func() {
				if _, err := w.checkout.Forget(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, p := range all {
			_, known := w.buyerOf(t, p)
			if is := w.purchase(t, p.ID); (is.Status == models.PurchaseCompleted) != known {
				t.Errorf("a purchase that is %s knows its buyer: %t", is.Status, known)
			}
		}
		w.sound(t)
	})
}
