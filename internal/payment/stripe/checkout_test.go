package stripe_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// market is two brands whose shopper pays at the stand-in for Stripe, where
// cards are authorised first.
type market struct {
	world

	api      *resolvers.Resolver
	operator *auth.Actor
	goods    []fixture.Goods
	purchase *models.Purchase
}

// authorised is a purchase of 12.00 and of 24.00, whose money is promised.
func authorised(t *testing.T) *market {
	t.Helper()
	db := dbtest.New(t).Gorm
	m := &market{world: world{t: t, db: db, stripe: newStandIn(t), clock: time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)}}
	m.shopper, m.operator = fixture.Shopper(t, db, "Li Wei"), fixture.Operator(t, db)
	m.api = command.Wire(db, func() time.Time { return m.clock },
		stripe.New(stripe.Options{SecretKey: key, WebhookSecret: hookSecret, URL: m.stripe.URL}))
	m.payments = m.api.Payments
	m.payments.AuthoriseFirst()
	var lines []cart.LineInput
	for i, name := range []string{"honey", "jam"} {
		goods := fixture.Sell(t, db, fixture.Storefront(t, db, fixture.Brand(t, db, name), name), name, 50, 1200)
		m.goods = append(m.goods, goods)
		lines = append(lines, cart.LineInput{Storefront: models.Key{BrandID: goods.Product.BrandID, ID: goods.Listing.StorefrontID},
			Variant: models.Key{BrandID: goods.Product.BrandID, ID: goods.Variants[0].ID}, Quantity: int64(i + 1)})
	}
	ctx := auth.With(t.Context(), m.shopper)
	c, err := m.api.Carts.Create(ctx, cart.CreateInput{Country: "CN", Currency: "CNY", Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	ref, method := cart.Ref{ID: c.ID}, models.MethodCard
	_, err = m.api.Carts.SetRecipient(ctx, ref, models.Recipient{
		Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Province: "上海市", City: "上海市", Street: "南京西路 1 号",
	})
	if err != nil {
		t.Fatal(err)
	}
	priced, err := m.api.Carts.SetPaymentMethod(ctx, ref, &method)
	if err != nil {
		t.Fatal(err)
	}
	m.purchase, err = m.api.Checkout.Complete(ctx, checkout.CompleteInput{IdempotencyKey: "buy", Cart: ref, ExpectedVersion: priced.Version})
	if err != nil {
		t.Fatal(err)
	}
	p := m.paid()
	if p, err = m.payments.Confirm(ctx, payment.ConfirmInput{PaymentID: p.ID, Token: "pm_card"}); err != nil {
		t.Fatal(err)
	}
	if p.Status != models.PaymentAuthorised || p.AuthorisedMinor != 3600 || p.CapturedMinor != 0 || m.stripe.moved != 0 {
		t.Fatalf("%+v", p)
	}
	return m
}

func (m *market) paid() *models.Payment {
	m.t.Helper()
	var p models.Payment
	if err := m.db.Take(&p, "purchase_id = ?", m.purchase.ID).Error; err != nil {
		m.t.Fatal(err)
	}
	return &p
}

// told has Stripe tell of the payment thrice, the last first.
func (m *market) told(p *models.Payment, kinds ...string) {
	m.t.Helper()
	m.stripe.mutex.Lock()
	about := object{"id": *p.Reference, "object": "payment_intent"}
	m.stripe.mutex.Unlock()
	for range 3 {
		for _, kind := range slices.Backward(kinds) {
			if err := m.receive("evt_"+kind, "payment_intent."+kind, about, m.clock); err != nil {
				m.t.Error(err)
			}
		}
	}
}

// stands is all that became of the purchase: its orders, and what is left and
// held of the stock.
func (m *market) stands() string {
	m.t.Helper()
	var orders []string
	all := m.db.WithContext(database.AcrossBrands(m.t.Context(), database.Reconciliation))
	var p models.Purchase
	err := all.Raw("select payment_status || ' ' || total_minor from orders where purchase_id = ? order by total_minor", m.purchase.ID).Scan(&orders).Error
	if err == nil {
		err = m.db.Take(&p, "id = ?", m.purchase.ID).Error
	}
	if err != nil {
		m.t.Fatal(err)
	}
	var stock []string
	for _, goods := range m.goods {
		var level models.StockLevel
		if err := m.db.Take(&level, "brand_id = ? and variant_id = ?", goods.Product.BrandID, goods.Variants[0].ID).Error; err != nil {
			m.t.Fatal(err)
		}
		stock = append(stock, fmt.Sprintf("%d/%d", level.OnHand, level.Reserved))
	}
	return fmt.Sprintf("%s %v %v", p.Status, orders, stock)
}

func (m *market) sound() {
	m.t.Helper()
	_, err := reconcile.Check(context.WithoutCancel(m.t.Context()), m.db, func(f reconcile.Finding) {
		for _, d := range f.Differences {
			m.t.Errorf("%s: %s: %s", f.Name, d.Subject, d.Detail)
		}
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// What was authorised at Stripe is captured in whole, or for one order while
// the rest is released, or voided: once, whatever becomes of answers and
// webhooks on the way, and orders, stock and books follow.
func TestManualCapture(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do       func(m *market, ctx context.Context) error
		captured int64
		status   models.PaymentStatus
		atStripe string
		events   []string
		want     string
	}{
		"whole": {
			do: func(m *market, ctx context.Context) error {
				_, err := m.api.Checkout.Capture(ctx, checkout.CaptureInput{IdempotencyKey: "k", PaymentID: m.paid().ID})
				return err
			},
			captured: 3600, status: models.PaymentCaptured, atStripe: "succeeded", events: []string{"amount_capturable_updated", "succeeded"},
			want: "COMPLETED [PAID 1200 PAID 2400] [49/0 48/0]",
		},
		"one order": {
			do: func(m *market, ctx context.Context) error {
				shop := m.goods[1].Listing
				_, err := m.api.Checkout.Capture(ctx, checkout.CaptureInput{IdempotencyKey: "k", PaymentID: m.paid().ID,
					Storefronts: []models.Key{{BrandID: shop.BrandID, ID: shop.StorefrontID}}})
				return err
			},
			captured: 2400, status: models.PaymentCaptured, atStripe: "succeeded", events: []string{"amount_capturable_updated", "succeeded"},
			want: "COMPLETED [PAID 2400] [50/0 48/0]",
		},
		"void": {
			do: func(m *market, ctx context.Context) error {
				_, err := m.api.Checkout.Void(ctx, m.paid().ID)
				return err
			},
			status: models.PaymentVoided, atStripe: "canceled", events: []string{"amount_capturable_updated", "canceled"},
			want: "CANCELLED [] [50/0 50/0]",
		},
	} {
		for trouble, bad := range map[string][]string{"in peace": nil, "the answer is lost": {"lose"}, "Stripe is out of order": {"500", "500"}} {
			t.Run(name+", "+trouble, func(t *testing.T) {
				t.Parallel()
				m := authorised(t)
				ctx := auth.With(t.Context(), m.operator)
				m.stripe.mutex.Lock()
				m.stripe.misbehave = bad
				m.stripe.mutex.Unlock()
				for range 2 {
					if err := c.do(m, ctx); err != nil {
						t.Fatal(err)
					}
				}
				m.sound()
				m.told(m.paid(), c.events...)
				m.later()
				p := m.paid()
				if p.Status != c.status || p.CapturedMinor != c.captured || p.AskAt != nil {
					t.Errorf("%+v", p)
				}
				m.stripe.mutex.Lock()
				intent, moved := m.stripe.intents[*p.Reference], m.stripe.moved
				m.stripe.mutex.Unlock()
				if fmt.Sprint(intent["status"], intent["amount_received"]) != fmt.Sprint(c.atStripe, c.captured) || moved != int(min(c.captured, 1)) {
					t.Errorf("%d movements, %v", moved, intent)
				}
				if got := m.stands(); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				m.sound()
			})
		}
	}
}

// Nobody captures in the days for which banks keep their promise: it is
// released, and the stock with it.
func TestPromisesThatNobodyTakesAreReleased(t *testing.T) {
	t.Parallel()
	m := authorised(t)
	m.clock = m.clock.Add(checkout.ReviewHold + checkout.Grace + time.Minute)
	if n, err := m.api.Checkout.Expire(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if got := m.stands(); got != "EXPIRED [] [50/0 50/0]" || m.paid().Status != models.PaymentVoided || m.stripe.moved != 0 {
		t.Errorf("%s %+v", got, m.paid())
	}
	m.sound()
}
