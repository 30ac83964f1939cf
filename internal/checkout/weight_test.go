package checkout_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// weighed is a bonded world of whose goods, honey and jam of 1 kg for 10.00, a
// person may buy 10 kg a year.
func weighed(t testing.TB) (*world, *consumerid.Service) {
	t.Helper()
	w, consumers := bonded(t, 50)
	w.carts.AllowBy(allowance.NewService(w.db, w.customs, w.now))
	w.customs.List(map[string]*landedcost.Listed{"04": {}, "0409": {GramsPerYear: 10_000}})
	for _, goods := range []fixture.Goods{w.honey, w.jam} {
		w.price(t, goods, 1_000)
		w.exec(t, "update variants set weight_grams = 1000 where brand_id = ?", goods.Product.BrandID)
	}
	return w, consumers
}

// weighs fails where the grams of the year are others.
func (w *world) weighs(t testing.TB, when string, year int, reserved, taken int64) {
	t.Helper()
	var y models.AllowanceYear
	if err := w.db.Where("year = ? and goods = '0409'", year).Limit(1).Find(&y).Error; err != nil {
		t.Fatal(err)
	}
	if y.Reserved != reserved || y.Taken != taken {
		t.Errorf("%s: %d g reserved and %d g taken, want %d and %d", when, y.Reserved, y.Taken, reserved, taken)
	}
	w.sound(t)
}

func overWeight(err error) bool {
	refused := problem.From(err)
	return len(refused) == 1 && refused[0].Code == problem.NotAllowed && strings.Contains(refused[0].Message, "10000 g of goods under HS code 0409")
}

// Of goods whose weight the positive list bounds a person buys so much in a
// year, over orders, brands and accounts, and no gram more.
func TestYearlyWeights(t *testing.T) {
	t.Parallel()

	t.Run("are_reserved_taken_and_released_with_their_purchase", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 4), line(w.jam.Variants[0], w.jam, 3))
		if err != nil {
			t.Fatal(err)
		}
		w.weighs(t, "begun", 2026, 7_000, 0)
		w.pay(t, p, models.PaymentCaptured)
		w.weighs(t, "paid", 2026, 0, 7_000)
		failed, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 3))
		if err != nil {
			t.Fatal(err)
		}
		w.weighs(t, "begun another", 2026, 3_000, 7_000)
		w.pay(t, failed, models.PaymentFailed)
		w.weighs(t, "failed", 2026, 0, 7_000)
	})

	t.Run("are_told_in_the_cart", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 4))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
		// 6 kg are left: the honey of one brand takes its part of them first.
		c, err := w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 4), line(w.jam.Variants[0], w.jam, 3))
		if err != nil || len(c.Problems) != 1 || c.Problems[0].Code != cart.ImportRefused || c.Problems[0].Customs != landedcost.OverWeightLimit ||
			c.Problems[0].Line.VariantID != w.jam.Variants[0].ID {
			t.Fatalf("%+v, %v", c.Problems, err)
		}
		w.exec(t, "delete from carts where shopper_id = ?", shopper.Account.ID)
		if c, err = w.fill(t, shopper, line(w.honey.Variants[0], w.honey, 4), line(w.jam.Variants[0], w.jam, 2)); err != nil || len(c.Problems) > 0 {
			t.Fatalf("%+v, %v", c.Problems, err)
		}
	})

	t.Run("are_shared_by_two_accounts_of_one_person", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		first := w.person(t, consumers, fixture.IdentityNumber)
		p, err := w.begin(t, first, line(w.honey.Variants[0], w.honey, 10))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
		same, other := w.person(t, consumers, fixture.IdentityNumber), w.person(t, consumers, "310101199003074511")
		w.carts.AllowBy(nil) // as for a guest: the checkout is the one to refuse
		if _, err := w.begin(t, same, line(w.jam.Variants[0], w.jam, 1)); !overWeight(err) {
			t.Errorf("the same person: %v", err)
		}
		if _, err := w.begin(t, other, line(w.jam.Variants[0], w.jam, 1)); err != nil {
			t.Errorf("another person: %v", err)
		}
		w.weighs(t, "refused", 2026, 0, 10_000)
	})

	t.Run("are_taken_again_by_a_payment_that_comes_late", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		shopper, same := w.person(t, consumers, fixture.IdentityNumber), w.person(t, consumers, fixture.IdentityNumber)
		var late []*models.Purchase
		for range 2 {
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 5))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentFailed)
			late = append(late, p)
			w.exec(t, "delete from carts where shopper_id = ?", shopper.Account.ID)
		}
		p, err := w.begin(t, same, line(w.jam.Variants[0], w.jam, 5))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
		for i, want := range []models.PurchaseStatus{models.PurchaseCompleted, models.PurchaseRefunded} {
			if p := w.pay(t, late[i], models.PaymentCaptured); p.Status != want {
				t.Errorf("late payment %d: %s", i, p.Status)
			}
		}
		w.weighs(t, "late", 2026, 0, 10_000)
	})

	t.Run("begin_anew_with_the_year_in_China", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		w.clock = time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC) // a second before midnight
		for _, year := range []int{2026, 2027} {
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 10))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentCaptured)
			w.weighs(t, "paid", year, 0, 10_000)
			w.wait(time.Second)
		}
	})

	t.Run("come_back_with_pieces_that_never_left", func(t *testing.T) {
		t.Parallel()
		w, consumers := weighed(t)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 3))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
		o, lines, _ := w.placed(t, p, w.jam.Product.BrandID)
		orders := order.NewService(w.db, payment.Sandbox{}, w.now)
		orders.PayBackBy(w.payments)
		for _, want := range []int64{2_000, 1_000} {
			if _, err := orders.Refund(as(t, fixture.Operator(t, w.db)), order.RefundInput{
				IdempotencyKey: uuid.NewString(), Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: "sold out",
				Lines: []order.PiecesInput{{Line: models.Key{BrandID: o.BrandID, ID: lines[0].ID}, Quantity: 1}},
			}); err != nil {
				t.Fatal(err)
			}
			w.weighs(t, "a piece is taken off", 2026, 0, want)
		}
		if _, err := orders.Cancel(as(t, shopper), order.CancelInput{
			IdempotencyKey: uuid.NewString(), Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: "changed my mind",
		}); err != nil {
			t.Fatal(err)
		}
		w.weighs(t, "cancelled", 2026, 0, 0)
	})
}

// However many accounts of a person buy at once, of two brands whose goods
// share a bound, exactly as much is sold as it allows; what fails is free again.
func TestYearlyWeightRace(t *testing.T) {
	t.Parallel()
	w, consumers := weighed(t)
	const buyers = 24
	people := make([]*auth.Actor, buyers)
	for i := range people {
		people[i] = w.person(t, consumers, fixture.IdentityNumber)
	}
	full := func(err error) bool {
		return overWeight(err) || problem.From(err) != nil && strings.Contains(err.Error(), landedcost.OverWeightLimit.Text("en"))
	}
	var wg sync.WaitGroup
	purchases := make([]*models.Purchase, buyers)
	for i, shopper := range people {
		wg.Go(func() {
			goods := []fixture.Goods{w.honey, w.jam}[i%2]
			p, err := w.begin(t, shopper, line(goods.Variants[0], goods, 1))
			if err != nil && !full(err) {
				t.Error(err)
			}
			purchases[i] = p
		})
	}
	wg.Wait()
	var begun []*models.Purchase
	for _, p := range purchases {
		if p != nil {
			begun = append(begun, p)
		}
	}
	if len(begun) != 10 {
		t.Errorf("%d purchases of 1 kg were begun within 10 kg", len(begun))
	}
	w.weighs(t, "begun", 2026, 10_000, 0)
	for i, p := range begun {
		status := []models.PaymentStatus{models.PaymentCaptured, models.PaymentFailed}[i%2]
		wg.Go(func() { w.pay(t, p, status) })
	}
	for _, shopper := range people[:8] {
		wg.Go(func() {
			w.exec(t, "delete from carts where shopper_id = ? and not exists (select from purchases where cart_id = carts.id)", shopper.Account.ID)
			p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 2))
			if problem.From(err) == nil && err != nil {
				t.Error(err)
			} else if err == nil {
				w.pay(t, p, models.PaymentCaptured)
			}
		})
	}
	wg.Wait()
	var y models.AllowanceYear
	if err := w.db.Where("goods = '0409'").Take(&y).Error; err != nil || y.Reserved+y.Taken > 10_000 || y.Taken < 5_000 {
		t.Errorf("%+v, %v", y, err)
	}
	w.sound(t)
}
