package apitest_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
)

// authorised is a purchase whose money is promised.
func authorised(t *testing.T) (*shopWorld, *buyer, purchaseAnswer) {
	t.Helper()
	w := newShop(t)
	w.api.AuthoriseFirst()
	b := w.fill(t, w.shopper)
	begun := b.complete(t)
	if p, refused := b.pay(t, begun.Payment.ID, bank.Success); len(refused) > 0 || p.Status != "AUTHORISED" || p.Captured.Amount != "0.00" {
		t.Fatalf("%+v %s", p, apitest.Refused(refused))
	}
	// It is looked at for longer than a shopper has to pay.
	w.api.Now = w.api.Now.Add(checkout.Hold + checkout.Grace + time.Hour)
	p := b.purchase(t, begun.ID)
	if _, held := w.stock(t); p.Status != "AWAITING_PAYMENT" || p.Payment.Authorised.Amount != "46.00" || len(p.Orders) != 0 || held != 2 {
		t.Fatalf("%+v %+v, %d held", p, p.Payment, held)
	}
	return w, b, *p
}

func (w *shopWorld) capture(t *testing.T, actor *auth.Actor, key, payment string, storefronts []any) (p paymentAnswer, refused string) {
	t.Helper()
	input := object{"idempotencyKey": key, "paymentId": payment}
	if storefronts != nil {
		input["storefrontIds"] = storefronts
	}
	return p, apitest.Refused(w.api.As(actor).Mutate(t, "paymentCapture", "payment "+paymentFields, input, &p))
}

// Where cards are authorised first, an operator takes the money: of all orders
// or of some, which are then paid in full; or releases it.
func TestCapture(t *testing.T) {
	t.Parallel()
	t.Run("of_all", func(t *testing.T) {
		t.Parallel()
		w, b, begun := authorised(t)
		for range 2 {
			if _, refused := w.capture(t, w.operator, "k", begun.Payment.ID, nil); refused != "" {
				t.Fatal(refused)
			}
		}
		w.bought(t, b, b.purchase(t, begun.ID))
		if _, refused := w.capture(t, w.operator, "other", begun.Payment.ID, nil); refused != "CONFLICT input.paymentId" {
			t.Error(refused)
		}
		refused := w.api.As(w.operator).Mutate(t, "paymentVoid", "payment { id }", object{"paymentId": begun.Payment.ID}, nil)
		if apitest.Refused(refused) != "CONFLICT input.paymentId" {
			t.Error(apitest.Refused(refused))
		}
		w.sound(t)
	})

	t.Run("of_some_orders", func(t *testing.T) {
		t.Parallel()
		w, b, begun := authorised(t)
		if _, refused := w.capture(t, w.operator, "none", begun.Payment.ID, []any{}); refused != "REQUIRED input.storefrontIds" {
			t.Error(refused)
		}
		other := fixture.Storefront(t, w.api.DB.Gorm, fixture.Brand(t, w.api.DB.Gorm, "third"), "third")
		if _, refused := w.capture(t, w.operator, "other", begun.Payment.ID, list(other.GlobalID())); refused != "NOT_FOUND input.storefrontIds.0" {
			t.Error(refused)
		}
		taken, refused := w.capture(t, w.operator, "k", begun.Payment.ID, list(w.rivalShop.GlobalID()))
		if refused != "" || taken.Status != "CAPTURED" || taken.Captured.Amount != "18.00" || taken.Authorised.Amount != "46.00" {
			t.Fatalf("%+v %s", taken, refused)
		}
		p := b.purchase(t, begun.ID)
		if p.Status != "COMPLETED" || p.Total.Amount != "18.00" || len(p.Orders) != 1 || p.Orders[0].Storefront.Slug != "rival-cn" ||
			p.Orders[0].Total.Amount != "18.00" {
			t.Errorf("%+v", p)
		}
		if onHand, held := w.stock(t); onHand != 50 || held != 0 {
			t.Errorf("%d on hand, %d held", onHand, held)
		}
		w.sound(t)
	})

	t.Run("of_nothing", func(t *testing.T) {
		t.Parallel()
		w, b, begun := authorised(t)
		for name, actor := range map[string]*auth.Actor{"the seller": w.owner, "the shopper": w.shopper} {
			answer := w.api.As(actor).Post(t, `mutation ($input: PaymentVoidInput!) { paymentVoid(input: $input) { payment { id } } }`,
				object{"input": object{"paymentId": begun.Payment.ID}})
			if answer.Code() != "FORBIDDEN" {
				t.Errorf("%s: %s", name, answer.Raw)
			}
		}
		for range 2 {
			var given paymentAnswer
			refused := w.api.As(w.operator).Mutate(t, "paymentVoid", "payment "+paymentFields, object{"paymentId": begun.Payment.ID}, &given)
			if len(refused) > 0 || given.Status != "VOIDED" || given.Failure.Code != "CANCELLED" {
				t.Fatalf("%+v %s", given, apitest.Refused(refused))
			}
		}
		if _, refused := w.capture(t, w.operator, "k", begun.Payment.ID, nil); refused != "CONFLICT input.paymentId" {
			t.Error(refused)
		}
		p := b.purchase(t, begun.ID)
		if _, held := w.stock(t); p.Status != "CANCELLED" || held != 0 {
			t.Errorf("%+v, %d held", p, held)
		}
		w.sound(t)
	})
}
