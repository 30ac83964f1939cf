package checkout_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// saleor#1251, saleor#16187 (8): one cart of several sellers becomes an order of each.
func TestCheckout(t *testing.T) {
	t.Parallel()

	t.Run("places_an_order_for_each_storefront_once_it_is_paid", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm, 10)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 2), line(w.jam.Variants[1], w.jam, 3))
		if err != nil {
			t.Fatal(err)
		}
		if p.Status != models.PurchaseAwaiting || p.TotalMinor != 2*1200+3*900 || w.orders(t, p) != 0 {
			t.Errorf("%s %d, %d orders", p.Status, p.TotalMinor, w.orders(t, p))
		}
		w.sound(t)
		if p = w.pay(t, p, models.PaymentCaptured); p.Status != models.PurchaseCompleted || w.orders(t, p) != 2 {
			t.Errorf("%s, %d orders", p.Status, w.orders(t, p))
		}
		w.pay(t, p, models.PaymentCaptured) // told once more
		if n := w.orders(t, p); n != 2 {
			t.Errorf("%d orders", n)
		}
		w.sound(t)
		if again, err := w.carts.Own(as(t, shopper), "CN", "CNY"); problem.From(err) == nil {
			t.Errorf("the cart is still there: %+v %v", again, err)
		}
	})

	// No line is lost (vendure#2041).
	t.Run("leaves_in_the_cart_what_was_added_while_it_was_paid_for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm, 10)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 2), line(w.jam.Variants[1], w.jam, 3))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 1), line(w.honey.Variants[1], w.honey, 4)); err != nil {
			t.Fatal(err)
		}
		if p = w.pay(t, p, models.PaymentCaptured); p.Status != models.PurchaseCompleted || w.orders(t, p) != 2 {
			t.Errorf("%s, %d orders", p.Status, w.orders(t, p))
		}
		w.sound(t)
		left, err := w.carts.Own(as(t, shopper), "CN", "CNY")
		if err != nil {
			t.Fatal(err)
		}
		got := map[uuid.UUID]int64{}
		for _, l := range left.Lines() {
			got[l.VariantID] = l.Quantity
		}
		if len(got) != 2 || got[w.honey.Variants[0].ID] != 1 || got[w.honey.Variants[1].ID] != 4 {
			t.Errorf("left in the cart: %v", got)
		}
	})

	t.Run("releases_what_a_failed_payment_held", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm, 10)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 10))
		if err != nil {
			t.Fatal(err)
		}
		if p = w.pay(t, p, models.PaymentFailed); p.Status != models.PurchaseFailed {
			t.Error(p.Status)
		}
		w.sound(t)
		// The same cart is bought again, with the same ten pieces.
		again, err := w.begin(t, shopper)
		if err != nil {
			t.Fatal(err)
		}
		if again = w.pay(t, again, models.PaymentCaptured); again.Status != models.PurchaseCompleted {
			t.Error(again.Status)
		}
		w.sound(t)
	})

	t.Run("is_paid_for_once_at_a_time_and_can_be_given_up", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm, 10)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.begin(t, shopper); problem.From(err) == nil || problem.From(err)[0].Code != problem.Conflict {
			t.Errorf("a second purchase of the cart: %v", err)
		}
		if _, err := w.checkout.Cancel(as(t, fixture.Shopper(t, w.db, "Eve")), p.ID); problem.From(err) == nil {
			t.Errorf("a stranger gave it up: %v", err)
		}
		for range 2 {
			if p, err = w.checkout.Cancel(as(t, shopper), p.ID); err != nil || p.Status != models.PurchaseCancelled {
				t.Fatal(p, err)
			}
		}
		w.sound(t)
	})

	t.Run("repeats_the_answer_of_a_key", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm, 10)
		shopper := fixture.Shopper(t, w.db, "Li Wei")
		c, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 1))
		if err != nil {
			t.Fatal(err)
		}
		in := checkout.CompleteInput{IdempotencyKey: "once", Cart: cart.Ref{ID: c.ID}, ExpectedVersion: c.Version}
		var ids sync.Map
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				p, err := w.checkout.Complete(as(t, shopper), in)
				if err != nil {
					t.Error(err)
					return
				}
				ids.Store(p.ID, true)
			})
		}
		all.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("%d purchases", n)
		}
		in.ExpectedVersion++
		if _, err := w.checkout.Complete(as(t, shopper), in); problem.From(err) == nil {
			t.Errorf("another input under the key: %v", err)
		}
		w.sound(t)
	})
}

// The written rule for a payment that comes after its stock was released: take
// it if it is still there, else give the money back at once (saleor PR#11069, #15246).
func TestLatePayment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		soldMeanwhile bool
		want          models.PurchaseStatus
	}{
		"takes_what_is_still_there":     {false, models.PurchaseCompleted},
		"gives_back_what_has_been_sold": {true, models.PurchaseRefunded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm, 10)
			lines := []cart.LineInput{line(w.honey.Variants[0], w.honey, 10), line(w.jam.Variants[0], w.jam, 1)}
			p, err := w.begin(t, fixture.Shopper(t, w.db, "Li Wei"), lines...)
			if err != nil {
				t.Fatal(err)
			}
			// Nobody hears of the payment until long after its time.
			w.bank.silent = true
			w.wait(checkout.Hold + checkout.Grace + time.Second)
			w.bank.set(*w.paymentOf(t, p).Reference, models.PaymentCaptured)
			if n, err := w.checkout.Expire(t.Context()); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			if p = w.purchase(t, p.ID); p.Status != models.PurchaseExpired {
				t.Fatal(p.Status)
			}
			w.sound(t)
			w.bank.silent = false
			if c.soldMeanwhile {
				other, err := w.begin(t, fixture.Shopper(t, w.db, "Han Mei"), lines[0])
				if err != nil {
					t.Fatal(err)
				}
				w.pay(t, other, models.PaymentCaptured)
			}
			if p = w.pay(t, p, models.PaymentCaptured); p.Status != c.want {
				t.Errorf("%s", p.Status)
			}
			paid := w.paymentOf(t, p)
			if given := paid.RefundedMinor; c.soldMeanwhile != (given == p.TotalMinor) || !c.soldMeanwhile && given != 0 {
				t.Errorf("%d given back of %d", given, p.TotalMinor)
			}
			if n := w.orders(t, p); (n > 0) != (c.want == models.PurchaseCompleted) {
				t.Errorf("%d orders", n)
			}
			w.sound(t)
		})
	}
}

// A thousand buyers, 64 at a time, over 100 pieces in five variants (saleor#543,
// vendure#1738, vendure#3508, medusa#16825): nothing is oversold, and no order is without its
// payment, nor a payment without its order.
func TestAThousandBuyers(t *testing.T) {
	t.Parallel()
	const buyers, crowd = 1000, 64
	w := newWorld(t, dbtest.New(t).Gorm, 20)
	began := time.Now()
	var mu sync.Mutex
	outcome := map[models.PurchaseStatus]int{}
	refused := 0
	work := make(chan int)
	var all sync.WaitGroup
	for range crowd {
		all.Go(func() {
			for n := range work {
				shopper := fixture.Shopper(t, w.db, "buyer "+uuid.NewString()[:8])
				// Two variants in opposite order, so that carts could lock each other.
				a, b := w.honey.Variants[n%5], w.honey.Variants[(n+1+n%3)%5]
				p, err := w.begin(t, shopper, line(a, w.honey, 1), line(b, w.honey, 1))
				if gone := problem.From(err); gone != nil && (gone[0].Code == problem.OutOfStock || gone[0].Code == problem.Conflict) {
					mu.Lock()
					refused++
					mu.Unlock()
					continue
				} else if err != nil {
					t.Error(err)
					continue
				}
				status := models.PaymentCaptured
				if n%4 == 0 {
					status = models.PaymentFailed
				}
				p = w.pay(t, p, status)
				mu.Lock()
				outcome[p.Status]++
				mu.Unlock()
			}
		})
	}
	for n := range buyers {
		work <- n
	}
	close(work)
	all.Wait()
	var left int64
	if err := w.db.Raw("select sum(on_hand) from stock_levels where brand_id = ?", w.honey.Product.BrandID).Scan(&left).Error; err != nil {
		t.Fatal(err)
	}
	t.Logf("%d buyers in %s: %v, %d refused, %d pieces left", buyers, time.Since(began).Round(time.Millisecond), outcome, refused, left)
	if sold := int64(2 * outcome[models.PurchaseCompleted]); sold+left != 100 || sold < 80 || outcome[models.PurchaseAwaiting] > 0 {
		t.Errorf("%d sold and %d left of 100", sold, left)
	}
	w.sound(t)
}

// What was taken must be what the orders cost, whoever took it at the provider.
func TestAnotherAmountIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm, 10)
	p, err := w.begin(t, fixture.Shopper(t, w.db, "Li Wei"), line(w.honey.Variants[0], w.honey, 2))
	if err != nil {
		t.Fatal(err)
	}
	paid := w.paymentOf(t, p)
	w.bank.set(*paid.Reference, models.PaymentCaptured)
	w.bank.accounts[*paid.Reference].Captured = 1000
	if _, err := w.payments.Ask(t.Context(), paid.ID); err != nil {
		t.Fatal(err)
	}
	if p, paid = w.purchase(t, p.ID), w.paymentOf(t, p); p.Status != models.PurchaseRefunded || paid.RefundedMinor != 1000 || w.orders(t, p) != 0 {
		t.Errorf("%s, %d given back", p.Status, paid.RefundedMinor)
	}
	w.sound(t)
}
