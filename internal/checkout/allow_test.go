package checkout_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// bonded is a world whose goods come out of bond: honey at 2,600.00, of which
// ten fill the 26,000.00 of a year, jam at 900.00.
func bonded(t testing.TB, pieces int64) (*world, *consumerid.Service) {
	t.Helper()
	w := newWorld(t, dbtest.New(t).Gorm, pieces)
	w.price(t, w.honey, 260_000)
	w.price(t, w.jam, 90_000)
	consumers := consumerid.NewService(w.db, w.carts, w.now)
	if err := consumers.Use(t.Context(), fixture.IdentityKeys(t)); err != nil {
		t.Fatal(err)
	}
	return w, consumers
}

func (w *world) price(t testing.TB, goods fixture.Goods, minor int64) {
	t.Helper()
	brand, shop := goods.Product.BrandID, goods.Listing.StorefrontID
	w.exec(t, "update prices set amount_minor = ? where brand_id = ? and variant_id = ?", minor, brand, goods.Variants[0].ID)
	w.exec(t, "update listings set max_price_minor = ? where brand_id = ? and id = ?", minor, brand, goods.Listing.ID)
	w.exec(t, "update search_entries set max_price_minor = ? where brand_id = ? and listing_id = ?", minor, brand, goods.Listing.ID)
	w.exec(t, "update storefronts set customs_regime = ? where brand_id = ? and id = ?", landedcost.CBECBonded, brand, shop)
}

func (w *world) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if err := w.db.Exec(sql, args...).Error; err != nil {
		t.Fatal(err)
	}
}

// person is the actor of a new account that has told an identity number.
func (w *world) person(t testing.TB, consumers *consumerid.Service, number string) *auth.Actor {
	t.Helper()
	shopper := fixture.Shopper(t, w.db, "Li Na")
	if _, err := consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: number}); err != nil {
		t.Fatal(err)
	}
	return shopper
}

// year is what everybody has bought, by the year.
func (w *world) year(t testing.TB, year int) (reserved, taken int64) {
	t.Helper()
	var y models.AllowanceYear
	if err := w.db.Where("year = ? and goods = ''", year).Limit(1).Find(&y).Error; err != nil {
		t.Fatal(err)
	}
	return y.Reserved, y.Taken
}

func (w *world) stands(t testing.TB, when string, year int, reserved, taken int64) {
	t.Helper()
	if r, k := w.year(t, year); r != reserved || k != taken {
		t.Errorf("%s: %d reserved and %d taken, want %d and %d", when, r, k, reserved, taken)
	}
	w.sound(t)
}

func overLimit(err error) bool {
	refused := problem.From(err)
	return len(refused) == 1 && refused[0].Code == problem.NotAllowed && strings.Contains(refused[0].Message, "26000.00 CNY")
}

func TestAllowance(t *testing.T) {
	t.Parallel()

	t.Run("is_reserved_taken_and_released_with_its_purchase", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		jar, pot := line(w.honey.Variants[0], w.honey, 1), line(w.jam.Variants[0], w.jam, 2)
		// Two brands: what counts is the value without the taxes.
		p, err := w.begin(t, shopper, jar, pot)
		if err != nil {
			t.Fatal(err)
		}
		if want := int64(440_000 + 40_040); p.TotalMinor != want {
			t.Errorf("it costs %d, want %d", p.TotalMinor, want)
		}
		w.stands(t, "begun", 2026, 440_000, 0)
		w.pay(t, p, models.PaymentCaptured)
		w.stands(t, "paid", 2026, 0, 440_000)
		w.pay(t, p, models.PaymentCaptured)
		w.stands(t, "told once more", 2026, 0, 440_000)

		failed, err := w.begin(t, shopper, jar)
		if err != nil {
			t.Fatal(err)
		}
		w.stands(t, "begun another", 2026, 260_000, 440_000)
		w.pay(t, failed, models.PaymentFailed)
		w.stands(t, "failed", 2026, 0, 440_000)
		cancelled, err := w.begin(t, shopper)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := w.checkout.Cancel(as(t, shopper), cancelled.ID); err != nil {
				t.Fatal(err)
			}
			w.stands(t, "cancelled", 2026, 0, 440_000)
		}
		if _, err := w.begin(t, shopper); err != nil {
			t.Fatal(err)
		}
		w.wait(checkout.Hold + checkout.Grace)
		if n, err := w.checkout.Expire(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		w.stands(t, "expired", 2026, 0, 440_000)
	})

	t.Run("asks_who_buys", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		shopper := fixture.Shopper(t, w.db, "Li Na")
		_, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
		if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.Required || !strings.Contains(refused[0].Message, "consumerIdentitySet") {
			t.Errorf("without an identity: %v", err)
		}
		w.stands(t, "refused", 2026, 0, 0)
		if _, err := consumers.Set(as(t, shopper), consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
			t.Fatal(err)
		}
		p, err := w.begin(t, shopper)
		if err != nil {
			t.Fatal(err)
		}
		// What the account tells from now on does not change the purchase.
		if _, err := consumers.Set(as(t, shopper), consumerid.SetInput{Name: "王伟", Number: "310101199003074511"}); err != nil {
			t.Fatal(err)
		}
		if _, err := consumers.Erase(as(t, shopper), consumerid.Owner{}); problem.From(err) == nil {
			t.Errorf("erased while it is paid for: %v", err)
		}
		w.pay(t, p, models.PaymentCaptured)
		w.stands(t, "paid", 2026, 0, 260_000)
	})

	t.Run("takes_the_identity_of_the_guest_whose_cart_it_was", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		guest := as(t, auth.Anonymous())
		c, err := w.carts.Create(guest, cart.CreateInput{Country: "CN", Currency: "CNY", Lines: []cart.LineInput{line(w.honey.Variants[0], w.honey, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		in := consumerid.SetInput{Owner: consumerid.Owner{Cart: &c.ID, Secret: c.Secret}, Name: "李娜", Number: fixture.IdentityNumber}
		if _, err := consumers.Set(guest, in); err != nil {
			t.Fatal(err)
		}
		ref := cart.Ref{ID: c.ID, Secret: c.Secret}
		if _, err := w.carts.SetRecipient(guest, ref, models.Recipient{
			Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Province: "上海市", City: "上海市", Street: "南京西路 1 号",
		}); err != nil {
			t.Fatal(err)
		}
		ready, err := w.carts.SetPaymentMethod(guest, ref, new(models.MethodAlipay))
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.checkout.Complete(as(t, fixture.Shopper(t, w.db, "Li Na")), checkout.CompleteInput{
			IdempotencyKey: uuid.NewString(), Cart: ref, ExpectedVersion: ready.Version,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.stands(t, "begun", 2026, 260_000, 0)
	})

	t.Run("is_shared_by_two_accounts_of_one_person", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		first, second := w.person(t, consumers, fixture.IdentityNumber), w.person(t, consumers, fixture.IdentityNumber)
		other := w.person(t, consumers, "310101199003074511")
		for i := range 10 {
			shopper := []*auth.Actor{first, second}[i%2]
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentCaptured)
		}
		for _, shopper := range []*auth.Actor{first, second} {
			if _, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 1)); !overLimit(err) {
				t.Errorf("beyond the limit, of another brand: %v", err)
			}
		}
		if _, err := w.begin(t, other, line(w.jam.Variants[0], w.jam, 1)); err != nil {
			t.Errorf("another person: %v", err)
		}
		w.sound(t)
	})

	t.Run("is_taken_again_by_a_payment_that_comes_late", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		shopper, same := w.person(t, consumers, fixture.IdentityNumber), w.person(t, consumers, fixture.IdentityNumber)
		var late []*models.Purchase
		for range 2 {
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentFailed)
			late = append(late, p)
			w.exec(t, "delete from carts where shopper_id = ?", shopper.Account.ID)
		}
		for range 9 {
			p, err := w.begin(t, same, line(w.honey.Variants[0], w.honey, 1))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentCaptured)
		}
		if p := w.pay(t, late[0], models.PaymentCaptured); p.Status != models.PurchaseCompleted {
			t.Errorf("the last that fits: %s", p.Status)
		}
		if p := w.pay(t, late[1], models.PaymentCaptured); p.Status != models.PurchaseRefunded {
			t.Errorf("one too many: %s", p.Status)
		}
		w.stands(t, "late", 2026, 0, 2_600_000)
	})

	t.Run("begins_anew_with_the_year_in_China", func(t *testing.T) {
		t.Parallel()
		w, consumers := bonded(t, 50)
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		w.clock = time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC) // a second before midnight
		for range 10 {
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
			if err != nil {
				t.Fatal(err)
			}
			w.pay(t, p, models.PaymentCaptured)
		}
		if _, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1)); !overLimit(err) {
			t.Errorf("in the old year: %v", err)
		}
		w.wait(time.Second)
		p, err := w.begin(t, shopper)
		if err != nil {
			t.Fatal(err)
		}
		w.stands(t, "the new year", 2027, 260_000, 0)
		w.pay(t, p, models.PaymentCaptured)
		w.stands(t, "the new year", 2027, 0, 260_000)
		w.stands(t, "the old year", 2026, 0, 2_600_000)
	})
}

// However many accounts of one person buy at once, of two brands in whatever
// order, exactly as much is sold as the limit allows.
func TestAllowanceRace(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	const buyers = 24
	people := make([]*auth.Actor, buyers)
	for i := range people {
		people[i] = w.person(t, consumers, fixture.IdentityNumber)
	}
	var wg sync.WaitGroup
	purchases := make([]*models.Purchase, buyers)
	for i, shopper := range people {
		wg.Go(func() {
			p, err := w.begin(t, shopper, line(w.honey.Variants[0], w.honey, 1))
			if err != nil && !overLimit(err) {
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
		t.Errorf("%d purchases of 2,600.00 were begun within 26,000.00", len(begun))
	}
	w.stands(t, "begun", 2026, 2_600_000, 0)
	// Half is paid, half fails, and others buy what that frees, all at once.
	for i, p := range begun {
		status := []models.PaymentStatus{models.PaymentCaptured, models.PaymentFailed}[i%2]
		wg.Go(func() { w.pay(t, p, status) })
	}
	for _, shopper := range people[:8] {
		wg.Go(func() {
			p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, 1))
			if problem.From(err) == nil && err != nil {
				t.Error(err)
			} else if err == nil {
				w.pay(t, p, models.PaymentCaptured)
			}
		})
	}
	wg.Wait()
	reserved, taken := w.year(t, 2026)
	if reserved+taken > 2_600_000 || taken < 1_300_000 {
		t.Errorf("%d reserved, %d taken", reserved, taken)
	}
	w.sound(t)
}

// Orders that are called off and goods that never left count no more.
func TestAllowanceIsGivenBack(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	shopper := w.person(t, consumers, fixture.IdentityNumber)
	orders := order.NewService(w.db, payment.Sandbox{}, w.now)
	orders.PayBackBy(w.payments)
	buy := func(n int64) models.Order {
		p, err := w.begin(t, shopper, line(w.jam.Variants[0], w.jam, n))
		if err != nil {
			t.Fatal(err)
		}
		w.pay(t, p, models.PaymentCaptured)
		var o models.Order
		if err := w.db.Where("purchase_id = ? and brand_id = ?", p.ID, w.jam.Product.BrandID).Take(&o).Error; err != nil {
			t.Fatal(err)
		}
		return o
	}
	whole, part := buy(1), buy(3)
	w.stands(t, "paid", 2026, 0, 360_000)
	if _, err := orders.Cancel(as(t, shopper), order.CancelInput{
		IdempotencyKey: uuid.NewString(), Order: models.Key{BrandID: whole.BrandID, ID: whole.ID}, Reason: "changed my mind",
	}); err != nil {
		t.Fatal(err)
	}
	w.stands(t, "cancelled", 2026, 0, 270_000)
	var l models.OrderLine
	if err := w.db.Where("brand_id = ? and order_id = ?", part.BrandID, part.ID).Take(&l).Error; err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{180_000, 90_000, 0} {
		_, err := orders.Refund(as(t, fixture.Operator(t, w.db)), order.RefundInput{
			IdempotencyKey: uuid.NewString(), Order: models.Key{BrandID: part.BrandID, ID: part.ID}, Reason: "sold out",
			Lines: []order.PiecesInput{{Line: models.Key{BrandID: l.BrandID, ID: l.ID}, Quantity: 1}},
		})
		if err != nil {
			t.Fatal(i, err)
		}
		w.stands(t, "a piece is taken off", 2026, 0, want)
	}
}

// Of a purchase and an erasure at the same moment one is refused: no purchase
// goes on whose buyer customs could not be told of.
func TestErasingWhileAPurchaseBegins(t *testing.T) {
	t.Parallel()
	w, consumers := bonded(t, 50)
	const pairs = 12
	var all sync.WaitGroup
	var begun, erased atomic.Int64
	for range pairs {
		shopper := w.person(t, consumers, fixture.IdentityNumber)
		c, err := w.fill(t, shopper, line(w.jam.Variants[0], w.jam, 1))
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			_, err := w.checkout.Complete(as(t, shopper), checkout.CompleteInput{
				IdempotencyKey: uuid.NewString(), Cart: cart.Ref{ID: c.ID}, ExpectedVersion: c.Version,
			})
			if err == nil {
				begun.Add(1)
			} else if problem.From(err) == nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			gone, err := consumers.Erase(as(t, shopper), consumerid.Owner{})
			if err == nil && gone {
				erased.Add(1)
			} else if problem.From(err) == nil {
				t.Error(gone, err)
			}
		})
	}
	all.Wait()
	var known int64
	err := w.db.Raw("select count(*) from purchases p join consumers c on c.purchase_id = p.id and c.erased_at is null").Scan(&known).Error
	if err != nil || begun.Load()+erased.Load() != pairs || known != begun.Load() {
		t.Errorf("%d begun, %d of them with a known buyer, %d erased: %v", begun.Load(), known, erased.Load(), err)
	}
	w.sound(t)
}
