package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a market of two brands, each with a shop that sells in CNY.
type world struct {
	db       *gorm.DB
	bank     *bank
	carts    *cart.Service
	payments *payment.Service
	checkout *checkout.Service
	customs  *fixture.Customs
	honey    fixture.Goods
	jam      fixture.Goods
	mu       sync.Mutex
	clock    time.Time
}

func newWorld(t testing.TB, db *gorm.DB, pieces int64) *world {
	t.Helper()
	w := &world{db: db, clock: time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC), bank: &bank{accounts: map[string]*payment.State{}}}
	for _, goods := range []*fixture.Goods{&w.honey, &w.jam} {
		name := "shop-" + uuid.NewString()[:8]
		*goods = fixture.Sell(t, db, fixture.Storefront(t, db, fixture.Brand(t, db, name), name), "goods", pieces, 1200, 900, 800, 700, 550)
	}
	rules := &fixture.Customs{}
	w.customs = rules
	w.carts = cart.NewService(db, doorprice.NewService(db, rules, w.now), w.now)
	w.payments = payment.NewService(db, w.now, slog.New(slog.DiscardHandler), w.bank)
	w.checkout = checkout.NewService(db, w.carts, order.NewService(db, payment.Sandbox{}, w.now), w.payments,
		allowance.NewService(db, rules, w.now), w.now)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func as(t testing.TB, actor *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), actor)
}

func line(v *models.Variant, goods fixture.Goods, n int64) cart.LineInput {
	return cart.LineInput{
		Storefront: models.Key{BrandID: v.BrandID, ID: goods.Listing.StorefrontID},
		Variant:    models.Key{BrandID: v.BrandID, ID: v.ID}, Quantity: n,
	}
}

// fill makes a cart that can be bought.
func (w *world) fill(t testing.TB, shopper *auth.Actor, lines ...cart.LineInput) (*cart.Priced, error) {
	t.Helper()
	ctx := as(t, shopper)
	c, err := w.carts.Create(ctx, cart.CreateInput{Country: "CN", Currency: "CNY", Lines: lines})
	if err != nil {
		return nil, err
	}
	ref := cart.Ref{ID: c.ID}
	if _, err := w.carts.SetRecipient(ctx, ref, models.Recipient{
		Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Province: "上海市", City: "上海市", Street: "南京西路 1 号",
	}); err != nil {
		return nil, err
	}
	method := models.MethodAlipay
	return w.carts.SetPaymentMethod(ctx, ref, &method)
}

// begin fills a cart and begins its purchase.
func (w *world) begin(t testing.TB, shopper *auth.Actor, lines ...cart.LineInput) (*models.Purchase, error) {
	t.Helper()
	c, err := w.fill(t, shopper, lines...)
	if err != nil {
		return nil, err
	}
	return w.checkout.Complete(as(t, shopper), checkout.CompleteInput{
		IdempotencyKey: uuid.NewString(), Cart: cart.Ref{ID: c.ID}, ExpectedVersion: c.Version,
	})
}

// paymentOf is the payment of a purchase as it is now.
func (w *world) paymentOf(t testing.TB, p *models.Purchase) *models.Payment {
	t.Helper()
	var found models.Payment
	if err := w.db.Where("purchase_id = ?", p.ID).Take(&found).Error; err != nil {
		t.Fatal(err)
	}
	return &found
}

// pay has the bank take the money, and the server hear of it.
func (w *world) pay(t testing.TB, p *models.Purchase, status models.PaymentStatus) *models.Purchase {
	t.Helper()
	paid := w.paymentOf(t, p)
	w.bank.set(*paid.Reference, status)
	if _, err := w.payments.Ask(t.Context(), paid.ID); err != nil {
		t.Fatal(err)
	}
	return w.purchase(t, p.ID)
}

func (w *world) purchase(t testing.TB, id uuid.UUID) *models.Purchase {
	t.Helper()
	var p models.Purchase
	if err := w.db.Where("id = ?", id).Take(&p).Error; err != nil {
		t.Fatal(err)
	}
	return &p
}

func (w *world) orders(t testing.TB, p *models.Purchase) (n int64) {
	t.Helper()
	if err := w.db.Model(&models.Order{}).Where("purchase_id = ? and brand_id in ?", p.ID,
		[]uuid.UUID{w.honey.Product.BrandID, w.jam.Product.BrandID}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// sound fails where what is stored twice does not agree.
func (w *world) sound(t testing.TB) {
	t.Helper()
	_, err := reconcile.Check(context.WithoutCancel(t.Context()), w.db, func(f reconcile.Finding) {
		for _, d := range f.Differences {
			t.Errorf("%s: %s: %s", f.Name, d.Subject, d.Detail)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// bank is a provider whose accounts do as they are told.
type bank struct {
	mu       sync.Mutex
	accounts map[string]*payment.State
	// silent loses every answer.
	silent bool
}

var errSilent = errors.New("no answer")

func (b *bank) Name() string { return "sandbox" }

func (b *bank) set(reference string, status models.PaymentStatus) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.accounts[reference]
	s.Status = status
	if status == models.PaymentAuthorised {
		s.Authorised = s.Amount.Minor
	}
	if status == models.PaymentCaptured {
		s.Authorised, s.Captured = s.Amount.Minor, s.Amount.Minor
	}
}

func (b *bank) change(reference string, fn func(*payment.State)) (payment.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.accounts[reference]
	if s == nil {
		return payment.State{}, &payment.Refusal{Code: "no_such_payment"}
	}
	if fn != nil {
		fn(s)
	}
	if b.silent {
		return payment.State{}, errSilent
	}
	state := *s
	state.Refunds = append([]payment.RefundState(nil), s.Refunds...)
	return state, nil
}

func (b *bank) Create(_ context.Context, c payment.Charge) (payment.State, error) {
	b.mu.Lock()
	reference := "bank-" + c.Key
	if b.accounts[reference] == nil {
		b.accounts[reference] = &payment.State{Reference: reference, PaymentID: c.PaymentID, Status: models.PaymentPending, Amount: c.Amount}
	}
	b.mu.Unlock()
	return b.change(reference, nil)
}

func (b *bank) Confirm(_ context.Context, reference string, _ payment.Confirmation) (payment.State, error) {
	b.set(reference, models.PaymentCaptured)
	return b.change(reference, nil)
}

func (b *bank) Find(_ context.Context, reference string) (payment.State, error) {
	return b.change(reference, nil)
}

func (b *bank) Capture(_ context.Context, reference, _ string, amount money.Money) (payment.State, error) {
	return b.change(reference, func(s *payment.State) { s.Status, s.Captured = models.PaymentCaptured, amount.Minor })
}

func (b *bank) Void(_ context.Context, reference, _ string) (payment.State, error) {
	return b.change(reference, func(s *payment.State) {
		if s.Status != models.PaymentCaptured {
			s.Status = models.PaymentVoided
		}
	})
}

func (b *bank) Refund(_ context.Context, reference string, r payment.RefundOrder) (payment.RefundState, error) {
	refund := payment.RefundState{ID: r.ID, Reference: fmt.Sprint("refund-", r.ID), Amount: r.Amount, Status: models.RefundSucceeded}
	_, err := b.change(reference, func(s *payment.State) { s.Refunds = append(s.Refunds, refund) })
	return refund, err
}

func (b *bank) Event(http.Header, []byte, time.Time) (payment.Event, error) {
	return payment.Event{}, payment.ErrUnsigned
}
