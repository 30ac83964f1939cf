package stripe_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v85/webhook"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a shopper who pays at the stand-in for Stripe.
type world struct {
	t        *testing.T
	db       *gorm.DB
	stripe   *standIn
	payments *payment.Service
	shopper  *auth.Actor
	clock    time.Time
	logged   strings.Builder
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.New(t).Gorm, stripe: newStandIn(t), clock: time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)}
	w.shopper = fixture.Shopper(t, w.db, "Li Wei")
	w.payments = payment.NewService(w.db, func() time.Time { return w.clock }, slog.New(slog.NewTextHandler(&w.logged, nil)),
		stripe.New(stripe.Options{SecretKey: key, WebhookSecret: hookSecret, URL: w.stripe.URL}))
	w.payments.SettleBy(w)
	return w
}

func (w *world) PaidTx(tx *gorm.DB, p *models.Payment) error {
	if p.Status == models.PaymentAuthorised {
		return payment.CaptureTx(tx, p.ID, money.New(p.AmountMinor-1000, money.Currency(p.Currency)), w.clock)
	}
	return nil
}

func (*world) FailedTx(*gorm.DB, *models.Payment) error { return nil }

func (w *world) begin(method string, manual bool, amount money.Money) *models.Payment {
	w.t.Helper()
	p, err := payment.Begin(payment.Attempt{
		Shopper: *w.shopper.AccountID(), Purchase: uuid.New(), Provider: "stripe", Method: method, Amount: amount, Manual: manual,
		ExpiresAt: w.clock.Add(time.Hour), At: w.clock,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	fixture.Create(w.t, w.db, p)
	if p, err = w.payments.Start(w.t.Context(), p.ID); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) confirm(p *models.Payment, token string) *models.Payment {
	w.t.Helper()
	got, err := w.payments.Confirm(auth.With(w.t.Context(), w.shopper),
		payment.ConfirmInput{PaymentID: p.ID, Token: token, ReturnURL: "https://shop.example/back"})
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) later() {
	w.t.Helper()
	for range 4 {
		w.clock = w.clock.Add(2 * time.Minute)
		if _, err := w.payments.Recover(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) read(p *models.Payment) *models.Payment {
	w.t.Helper()
	var got models.Payment
	if err := w.db.Take(&got, "id = ?", p.ID).Error; err != nil {
		w.t.Fatal(err)
	}
	return &got
}

func (w *world) disputes(p *models.Payment) (all []models.PaymentDispute) {
	w.t.Helper()
	if err := w.db.Order("reference").Find(&all, "payment_id = ?", p.ID).Error; err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) receive(id, kind string, object object, at time.Time) error {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": id, "object": "event", "type": kind, "created": at.Unix(), "api_version": "2020-01-01", "data": map[string]any{"object": object},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: hookSecret, Timestamp: at})
	return w.payments.Receive(w.t.Context(), "stripe", http.Header{"Stripe-Signature": {signed.Header}}, body)
}

func cny(minor int64) money.Money { return money.New(minor, "CNY") }

func TestCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paid := w.confirm(w.begin(models.MethodCard, false, cny(2500)), "pm_card")
	if paid.Status != models.PaymentCaptured || paid.CapturedMinor != 2500 {
		t.Errorf("%+v", paid)
	}
	declined := w.confirm(w.begin(models.MethodCard, false, cny(2500)), "pm_card_declined")
	if declined.Status != models.PaymentFailed || *declined.FailureCode != "card_declined" {
		t.Errorf("%+v", declined)
	}
	part := w.confirm(w.begin(models.MethodCard, true, cny(2500)), "pm_card")
	if part.Status != models.PaymentCaptured || part.CapturedMinor != 1500 || part.AuthorisedMinor != 2500 {
		t.Errorf("%+v", part)
	}
}

func TestWallets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for method, want := range map[string]models.NextAction{
		models.MethodAlipay:    {Type: models.ActionRedirect, URL: "https://alipay.example/pay"},
		models.MethodWeChatPay: {Type: models.ActionQRCode, URL: "weixin://pay/1"},
	} {
		p := w.confirm(w.begin(method, true, cny(2500)), "")
		if p.Status != models.PaymentRequiresAction || p.NextAction == nil || *p.NextAction != want || p.ManualCapture {
			t.Errorf("%s: %+v", method, p)
		}
		// The shopper pays in the wallet; events come twice and out of order.
		w.stripe.mutex.Lock()
		intent := w.stripe.intents[*p.Reference]
		w.stripe.pay(intent)
		w.stripe.mutex.Unlock()
		for _, e := range []string{"succeeded", "processing", "succeeded", "requires_action", "created"} {
			if err := w.receive(method+e, "payment_intent."+e, intent, w.clock); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.read(p); got.Status != models.PaymentCaptured || got.NextAction != nil {
			t.Errorf("%+v", got)
		}
	}
}

// Whatever goes wrong on the way, money moves once, the state is found out and
// nothing is guessed.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string][]string{
		"lost_answers": {"lose", "", "lose", "lose", "lose"}, "faults": {"500", "500", "", "500", "500"}, "throttled": {"429", "", "429", "", "429"},
		"lost_confirmation": {"", "lose"}, "lost_capture": {"", "", "lose"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.stripe.misbehave = bad
			p := w.begin(models.MethodCard, true, cny(2500))
			w.later()
			for range 3 {
				if p = w.read(p); p.Open() && p.Reference != nil {
					_, _ = w.payments.Confirm(auth.With(t.Context(), w.shopper), payment.ConfirmInput{PaymentID: p.ID, Token: "pm_card"})
				}
				w.later()
			}
			err := w.db.Transaction(func(tx *gorm.DB) error {
				_, err := payment.RefundTx(tx, payment.RefundRequest{PaymentID: p.ID, Amount: cny(500), Reason: "broken", Key: "r", At: w.clock})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			w.stripe.misbehave = bad
			w.later()
			w.later()
			got := w.read(p)
			if got.Status != models.PaymentCaptured || got.CapturedMinor != 1500 || got.RefundedMinor != 500 || w.stripe.moved != 2 || len(w.stripe.intents) != 1 {
				t.Errorf("%+v with %d movements of %d intents", got, w.stripe.moved, len(w.stripe.intents))
			}
			for _, s := range []string{key, hookSecret, "pi_secret"} {
				if strings.Contains(w.logged.String(), s) {
					t.Errorf("%s was logged", s)
				}
			}
		})
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.confirm(w.begin(models.MethodCard, false, cny(2500)), "pm_card")
	intent := w.stripe.intents[*p.Reference]

	// What Stripe keeps is told in the currency of the payment, or not booked.
	for _, kept := range []object{{"currency": "usd", "fee": 15}, {"currency": "cny", "fee": 103}} {
		kept["id"], kept["object"] = "txn_1", "balance_transaction"
		intent["latest_charge"] = object{"id": "ch_1", "object": "charge", "balance_transaction": kept}
		err := w.receive("evt_"+kept["currency"].(string), "charge.updated", object{"id": "ch_1", "object": "charge", "payment_intent": *p.Reference}, w.clock)
		if want := map[any]int64{"usd": 0, "cny": 103}[kept["currency"]]; err != nil || w.read(p).FeeMinor != want {
			t.Errorf("%+v %v", w.read(p), err)
		}
	}

	intent["latest_charge"] = object{"id": "ch_1", "object": "charge", "disputed": true}
	charged := func(currency string, fee int) object {
		return object{"id": "txn_" + currency, "object": "balance_transaction", "currency": currency, "fee": fee}
	}
	w.stripe.disputes = []object{
		{"id": "dp_1", "object": "dispute", "status": "needs_response", "amount": 700, "currency": "cny",
			"balance_transactions": []object{charged("cny", 1500), charged("usd", 9)}},
		// A bank's inquiry has moved no money.
		{"id": "dp_2", "object": "dispute", "status": "warning_needs_response", "amount": 2500, "currency": "cny"},
	}
	about := object{"id": "dp_1", "object": "dispute", "payment_intent": *p.Reference}
	if err := w.receive("evt_1", "charge.dispute.created", about, w.clock); err != nil || w.read(p).Dispute != models.DisputeOpen {
		t.Errorf("%+v %v", w.read(p), err)
	}
	if d := w.disputes(p); len(d) != 1 || d[0].AmountMinor != 700 || d[0].FeeMinor != 1500 || d[0].Reference != "dp_1" {
		t.Errorf("%+v", d)
	}
	w.stripe.disputes[0]["status"] = "won"
	w.stripe.disputes[0]["balance_transactions"] = []object{charged("cny", 1500), charged("cny", -1500)}
	if err := w.receive("evt_2", "charge.dispute.closed", about, w.clock); err != nil || w.read(p).Dispute != models.DisputeWon {
		t.Errorf("%+v %v", w.read(p), err)
	}

	if d := w.disputes(p); d[0].Status != models.DisputeWon || d[0].FeeMinor != 0 {
		t.Errorf("%+v", d)
	}

	if err := w.receive("evt_3", "payment_intent.succeeded", intent, w.clock.Add(-5*time.Minute-time.Second)); !errors.Is(err, payment.ErrUnsigned) {
		t.Errorf("a replay is taken: %v", err)
	}
	err := w.payments.Receive(t.Context(), "stripe", http.Header{"Stripe-Signature": {"t=1,v1=ab"}}, []byte("{}"))
	if !errors.Is(err, payment.ErrUnsigned) {
		t.Errorf("a forgery is taken: %v", err)
	}
	other := w.begin(models.MethodCard, false, cny(1))
	w.stripe.intents[*other.Reference]["currency"] = "usd"
	w.stripe.intents[*other.Reference]["status"] = "succeeded"
	for id, object := range map[string]object{"evt_4": {"id": "pi_of_others"}, "evt_5": {"id": *other.Reference}, "evt_6": {"id": "cus_1", "object": "customer"}} {
		kind := "payment_intent.succeeded"
		if id == "evt_6" {
			kind = "customer.created"
		}
		if err := w.receive(id, kind, object, w.clock); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	var outcomes string
	if err := w.db.Raw("select string_agg(event_id || ' ' || outcome, ', ' order by event_id) from payment_events").Scan(&outcomes).Error; err != nil {
		t.Fatal(err)
	}
	if outcomes != "evt_1 APPLIED, evt_2 APPLIED, evt_4 UNKNOWN_PAYMENT, evt_5 MISMATCH, evt_6 IGNORED, evt_cny APPLIED, evt_usd APPLIED" || w.read(other).CapturedMinor != 0 {
		t.Error(outcomes)
	}
}

// Stripe counts some currencies in other units than ISO 4217.
func TestAmounts(t *testing.T) {
	t.Parallel()
	for amount, want := range map[money.Money]int64{
		money.New(500, "JPY"): 500, money.New(1230, "KWD"): 1230, money.New(700, "ISK"): 70000, cny(1<<53 - 1): 1<<53 - 1,
	} {
		w := newWorld(t)
		p := w.confirm(w.begin(models.MethodCard, false, amount), "pm_card")
		if got := w.stripe.intents[*p.Reference]["amount"]; got != want || p.Captured() != amount {
			t.Errorf("%s is %d at Stripe and %s here", amount, got, p.Captured())
		}
	}
	w := newWorld(t)
	if p := w.begin(models.MethodCard, false, money.New(1234, "KWD")); p.Status != models.PaymentFailed || *p.FailureCode != "amount_too_precise" {
		t.Errorf("%+v", p)
	}
}
