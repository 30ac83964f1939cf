package apitest_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
)

// The whole way as a shopper goes it, with each test account: a guest's cart
// over two brands, merged at sign-in, sent, completed, paid, ordered.
func TestCheckoutWithEachTestAccount(t *testing.T) {
	t.Parallel()
	for token, c := range map[string]struct {
		paid    string // status of the payment at once
		more    func(t *testing.T, w *shopWorld, p paymentAnswer)
		want    string // of the purchase at last
		failure string
		dispute string
	}{
		bank.Success:           {paid: "CAPTURED", want: "COMPLETED"},
		bank.RefundFails:       {paid: "CAPTURED", want: "COMPLETED"},
		bank.Declined:          {paid: "FAILED", want: "FAILED", failure: "DECLINED"},
		bank.InsufficientFunds: {paid: "FAILED", want: "FAILED", failure: "INSUFFICIENT_FUNDS"},
		bank.Redirect:          {paid: "REQUIRES_ACTION", want: "COMPLETED", more: approve},
		bank.Delayed:           {paid: "PENDING", want: "COMPLETED", more: later},
		bank.Dispute:           {paid: "CAPTURED", want: "COMPLETED", more: later, dispute: "OPEN"},
		bank.NoAnswer:          {paid: "PENDING", want: "COMPLETED"},
	} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			w := newShop(t)
			b := w.fill(t, w.shopper)
			begun := b.complete(t)
			// 2 x 9.00 and 8.00, with 10.00 of carriage for each parcel.
			if begun.Status != "AWAITING_PAYMENT" || begun.Total.Amount != "46.00" || begun.Payment.Status != "PENDING" ||
				begun.Payment.Amount.Amount != "46.00" || begun.Payment.Method != "CARD" || begun.Payment.Provider != "sandbox" ||
				len(begun.Orders) != 0 || begun.ExpiresAt == nil || begun.Payment.ExpiresAt == nil {
				t.Fatalf("%+v %+v", begun, begun.Payment)
			}
			if onHand, held := w.stock(t); onHand != 50 || held != 2 {
				t.Errorf("%d on hand, %d held", onHand, held)
			}
			p, refused := b.pay(t, begun.Payment.ID, token)
			if len(refused) > 0 || p.Status != c.paid || (p.NextAction != nil) != (c.paid == "REQUIRES_ACTION") {
				t.Fatalf("%+v %s", p, apitest.Refused(refused))
			}
			if c.more != nil {
				c.more(t, w, p)
			}
			w.hooked(t)
			ended := b.purchase(t, begun.ID)
			if ended.Status != c.want || ended.Payment.Dispute != or(c.dispute, "NONE") {
				t.Errorf("%+v %+v", ended, ended.Payment)
			}
			if c.want == "COMPLETED" {
				w.bought(t, b, ended)
			} else {
				w.undone(t, b, ended, c.failure)
			}
			w.sound(t)
		})
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// later has the bank do what it does after a while, and tell of it.
func later(t *testing.T, w *shopWorld, _ paymentAnswer) {
	t.Helper()
	w.api.Now = w.api.Now.Add(bank.Delay)
	w.hooked(t)
}

func approve(t *testing.T, w *shopWorld, p paymentAnswer) {
	t.Helper()
	w.decide(t, p, "approve")
}

// decide does what a shopper does on the bank's page.
func (w *shopWorld) decide(t *testing.T, p paymentAnswer, decision string) {
	t.Helper()
	shown, err := http.Get(p.NextAction.URL)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(shown.Body)
	_ = shown.Body.Close()
	if shown.StatusCode != http.StatusOK || !strings.Contains(string(page), "46.00") {
		t.Fatalf("%d %s", shown.StatusCode, page)
	}
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	back, err := stay.PostForm(p.NextAction.URL, url.Values{"decision": {decision}})
	if err != nil {
		t.Fatal(err)
	}
	_ = back.Body.Close()
	if back.Header.Get("Location") != "https://shop.example/back" {
		t.Errorf("the page leads to %q", back.Header.Get("Location"))
	}
}

// bought checks that a purchase has its orders, and that its cart has ended.
func (w *shopWorld) bought(t *testing.T, b *buyer, p *purchaseAnswer) {
	t.Helper()
	if p.Payment.Status != "CAPTURED" || p.Payment.Captured.Amount != "46.00" || p.Payment.Refunded.Amount != "0.00" ||
		p.CompletedAt == nil || p.ExpiresAt != nil || len(p.Orders) != 2 {
		t.Fatalf("%+v %+v", p, p.Payment)
	}
	for _, o := range p.Orders {
		want := map[string]string{"acme-cn": "28.00", "rival-cn": "18.00"}[o.Storefront.Slug]
		if o.Total.Amount != want || o.PaymentStatus != "PAID" || o.Number == "" || o.Purchase.ID != p.ID {
			t.Errorf("%+v", o)
		}
	}
	if onHand, held := w.stock(t); onHand != 48 || held != 0 {
		t.Errorf("%d on hand, %d held", onHand, held)
	}
	var own struct{ Viewer struct{ Cart *cartAnswer } }
	b.client.Do(t, `{ viewer { cart(country: "CN") { id } } }`, nil, &own)
	if own.Viewer.Cart != nil {
		t.Error("the cart is still there")
	}
	var sales int64
	if err := w.api.DB.Gorm.Raw("select count(*) from ledger_transactions where brand_id in ? and kind = 'SALE'", []any{w.brand.ID, w.rival.ID}).
		Scan(&sales).Error; err != nil || sales != 4 { // two orders were placed before
		t.Errorf("%d sales are booked %v", sales, err)
	}
	if again, refused := b.pay(t, p.Payment.ID, bank.Declined); len(refused) > 0 || again.Status != "CAPTURED" {
		t.Errorf("confirmed again: %+v %s", again, apitest.Refused(refused))
	}
	refused := b.client.Mutate(t, "purchaseCancel", "purchase { id }", object{"purchaseId": p.ID}, nil)
	if apitest.Refused(refused) != "CONFLICT input.purchaseId" {
		t.Errorf("cancelled after it was paid: %s", apitest.Refused(refused))
	}
}

// undone checks that nothing is held, why it failed, and that the cart can be
// bought in another way.
func (w *shopWorld) undone(t *testing.T, b *buyer, p *purchaseAnswer, failure string) {
	t.Helper()
	if p.Payment.Failure == nil || p.Payment.Failure.Code != failure || p.Payment.Failure.Message == "" || len(p.Orders) != 0 ||
		p.Payment.Captured.Amount != "0.00" {
		t.Errorf("%+v %+v", p, p.Payment)
	}
	if onHand, held := w.stock(t); onHand != 50 || held != 0 {
		t.Errorf("%d on hand, %d held", onHand, held)
	}
	if _, refused := b.pay(t, p.Payment.ID, bank.Success); apitest.Refused(refused) != "CONFLICT input.paymentId" {
		t.Errorf("paid after it failed: %s", apitest.Refused(refused))
	}
	b.change(t, "cartPaymentMethodSet", object{"method": "ALIPAY"})
	again := b.complete(t)
	paid, refused := b.pay(t, again.Payment.ID, bank.Success)
	if len(refused) > 0 || paid.Status != "CAPTURED" || paid.Method != "ALIPAY" || again.ID == p.ID {
		t.Fatalf("%+v %s", paid, apitest.Refused(refused))
	}
	w.bought(t, b, b.purchase(t, again.ID))
}

// What the shopper declines on the bank's page is not bought, and is no
// business of anybody else; the list tells it apart from what is.
func TestPurchasesAreTheirShoppersOwn(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	b := w.fill(t, w.shopper)
	begun := b.complete(t)
	p, _ := b.pay(t, begun.Payment.ID, bank.Redirect)
	w.decide(t, p, "decline")
	w.hooked(t)
	failed := b.purchase(t, begun.ID)
	if failed.Status != "FAILED" || failed.Payment.Failure.Code != "AUTHENTICATION_FAILED" {
		t.Fatalf("%+v %+v", failed, failed.Payment)
	}
	second := b.complete(t)
	if _, refused := b.pay(t, second.Payment.ID, bank.Success); len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	order := b.purchase(t, second.ID).Orders[0].ID
	query := `query ($purchase: ID!, $payment: ID!, $order: ID!) { purchase(id: $purchase) { id } a: node(id: $purchase) { id } b: node(id: $payment) { id }
		order(id: $order) { purchase { id } } purchases { totalCount nodes { status } } failed: purchases(status: [FAILED]) { totalCount } }`
	variables := object{"purchase": second.ID, "payment": second.Payment.ID, "order": order}
	type answer struct {
		Purchase, A, B *struct{ ID string }
		Order          *struct{ Purchase *struct{ ID string } }
		Purchases      struct {
			TotalCount int
			Nodes      []struct{ Status string }
		}
		Failed struct{ TotalCount int }
	}
	var own, operator answer
	b.client.Do(t, query, variables, &own)
	// One was placed before.
	if own.Purchase == nil || own.A == nil || own.B == nil || own.Order.Purchase == nil || own.Purchases.TotalCount != 3 ||
		own.Purchases.Nodes[0].Status != "COMPLETED" || own.Failed.TotalCount != 1 {
		t.Errorf("%+v", own)
	}
	w.api.As(w.operator).Do(t, query, variables, &operator)
	if operator.Purchase == nil || operator.A == nil || operator.B == nil || operator.Order.Purchase == nil || operator.Purchases.TotalCount != 4 {
		t.Errorf("%+v", operator)
	}
	for name, actor := range map[string]*apitest.Client{
		"the seller": w.api.As(w.owner), "another shopper": w.api.As(fixture.Shopper(t, w.api.DB.Gorm, "Eve")),
	} {
		var read answer
		actor.Do(t, query, variables, &read)
		if read.Purchase != nil || read.A != nil || read.B != nil || read.Order != nil && read.Order.Purchase != nil || read.Purchases.TotalCount != 0 {
			t.Errorf("%s reads %+v", name, read)
		}
		for mutation, input := range map[string]object{
			"purchaseCancel": {"purchaseId": second.ID}, "paymentConfirm": {"paymentId": second.Payment.ID, "token": bank.Success},
		} {
			refused := actor.Mutate(t, mutation, map[string]string{"purchaseCancel": "purchase", "paymentConfirm": "payment"}[mutation]+" { id }", input, nil)
			if len(refused) != 1 || refused[0].Code != "NOT_FOUND" {
				t.Errorf("%s: %s answers %s", name, mutation, apitest.Refused(refused))
			}
		}
	}
	w.sound(t)
}

// The ways a checkout is refused; each leaves nothing behind.
func TestCheckoutRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a_cart_that_is_not_as_it_was_reviewed", func(t *testing.T) {
		t.Parallel()
		w := newShop(t)
		b := w.fill(t, w.shopper)
		var none purchaseAnswer
		if got := apitest.Refused(b.try(t, "k", b.version-1, &none)); got != "VERSION_CONFLICT input.expectedVersion" {
			t.Error(got)
		}
		w.set("update prices set amount_minor = 950 where brand_id = ? and variant_id = ?", w.rival.ID, w.rivalGoods.Variants[0].ID)
		if got := apitest.Refused(b.try(t, "k", b.version, &none)); got != "CONFLICT input.cartId" {
			t.Error(got)
		}
		b.client = w.api.As(fixture.Shopper(t, w.api.DB.Gorm, "Eve"))
		if got := apitest.Refused(b.try(t, "k", b.version, &none)); got != "NOT_FOUND input.cartId" {
			t.Error(got)
		}
		if onHand, held := w.stock(t); onHand != 50 || held != 0 {
			t.Errorf("%d on hand, %d held", onHand, held)
		}
	})

	t.Run("a_second_purchase_of_one_cart_at_the_same_time", func(t *testing.T) {
		t.Parallel()
		w := newShop(t)
		b := w.fill(t, w.shopper)
		answers := make([]purchaseAnswer, 6)
		refusals := make([]string, len(answers))
		var all sync.WaitGroup
		for i := range answers {
			key := []string{"one", "two"}[i%2]
			all.Go(func() { refusals[i] = apitest.Refused(b.try(t, key, b.version, &answers[i])) })
		}
		all.Wait()
		made := ""
		for i, p := range answers {
			switch {
			case refusals[i] == "" && (made == "" || p.ID == made):
				made = p.ID
			case refusals[i] != "CONFLICT input.cartId":
				t.Errorf("%s, %+v beside %s", refusals[i], p, made)
			}
		}
		if _, held := w.stock(t); held != 2 || made == "" {
			t.Errorf("%d held by %q", held, made)
		}
		w.sound(t)
	})

	t.Run("to_pay_what_is_over", func(t *testing.T) {
		t.Parallel()
		w := newShop(t)
		b := w.fill(t, w.shopper)
		given := b.complete(t)
		for range 2 {
			var p purchaseAnswer
			refused := b.client.Mutate(t, "purchaseCancel", "purchase "+purchaseFields, object{"purchaseId": given.ID}, &p)
			if len(refused) > 0 || p.Status != "CANCELLED" || p.Payment.Status != "VOIDED" || p.Payment.Failure.Code != "CANCELLED" {
				t.Fatalf("%+v %s", p, apitest.Refused(refused))
			}
		}
		late := b.complete(t)
		w.api.Now = w.api.Now.Add(checkout.Hold + time.Second)
		for _, id := range []string{given.Payment.ID, late.Payment.ID} {
			if _, refused := b.pay(t, id, bank.Success); apitest.Refused(refused) != "CONFLICT input.paymentId" {
				t.Error(apitest.Refused(refused))
			}
		}
		if _, refused := b.pay(t, late.Payment.ID, "4242424242424242"); len(refused) != 1 {
			t.Error(apitest.Refused(refused))
		}
		w.sound(t)
	})
}
