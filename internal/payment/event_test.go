package payment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// event is a webhook's body, by hand.
func event(t testing.TB, p *models.Payment, id, kind string) []byte {
	t.Helper()
	reference := ""
	if p.Reference != nil {
		reference = *p.Reference
	}
	body, err := json.Marshal(map[string]any{"id": id, "type": kind, "created": start, "reference": reference, "paymentId": p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (w *world) send(t testing.TB, body []byte) int {
	t.Helper()
	return w.post(t, "sandbox", http.Header{webhook.Header: {webhook.Sign(secret, w.now(), body)}}, bytes.NewReader(body))
}

// end is all of a payment that does not tell of when and how often.
func (w *world) end(t testing.TB, p *models.Payment) string {
	t.Helper()
	got := w.read(t, p.ID)
	var refunds []string
	if err := w.db.Raw("select key || ' ' || status || ' ' || amount_minor from refunds where payment_id = ? order by key", p.ID).Scan(&refunds).Error; err != nil {
		t.Fatal(err)
	}
	code := ""
	if got.FailureCode != nil {
		code = *got.FailureCode
	}
	return fmt.Sprintf("%s %d %d %d %d %s %s%v", got.Status, got.AuthorisedMinor, got.CapturedMinor, got.RefundingMinor, got.RefundedMinor,
		got.Dispute, code, refunds)
}

// The whole life of a payment at the provider, told by webhooks alone: once
// and in order, and each thrice in a random order, between any of its steps.
// The end is the same, and the checkout is told the same number of times.
// Answers medusa#13301 (6): no order of news captures or books twice.
func TestWebhooksInAnyOrder(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	var worlds sync.Mutex
	rapid.Check(t, func(r *rapid.T) {
		worlds.Lock()
		defer worlds.Unlock()
		token := rapid.SampledFrom([]string{
			sandbox.Success, sandbox.Declined, sandbox.Redirect, sandbox.Delayed, sandbox.Dispute, sandbox.RefundFails, sandbox.NoAnswer,
		}).Draw(r, "account")
		capture, refunded := rapid.Int64Range(1, 2500).Draw(r, "capture"), rapid.Int64Range(0, 2500).Draw(r, "refund")
		byHand := rapid.Bool().Draw(r, "manual")
		live := func(arrivals func(n int) []int) string {
			w := newWorld(t, db)
			defer w.server.Close()
			w.settled.onPaid = func(tx *gorm.DB, p *models.Payment) error {
				if p.Status == models.PaymentAuthorised {
					return payment.CaptureTx(tx, p.ID, cny(capture), w.now())
				}
				_, err := payment.RefundTx(tx, payment.RefundRequest{
					PaymentID: p.ID, Amount: cny(min(refunded, p.CapturedMinor)), Reason: "none", Key: "all", At: w.now(),
				})
				return err
			}
			p := w.started(t, cny(2500), func(a *payment.Attempt) { a.Manual = byHand })
			// The shopper pays at the provider; we are told by webhook alone.
			_, _ = w.bank.Confirm(t.Context(), *p.Reference, payment.Confirmation{Token: token, ReturnURL: "https://shop.example"})
			if token == sandbox.Redirect {
				if err := w.bank.Decide(t.Context(), *p.Reference, true); err != nil {
					t.Fatal(err)
				}
			}
			kinds := []string{"payment.requires_action", "payment.paid", "payment.failed", "payment.disputed", "refund.updated", "payment.captured"}
			for round := range 2 {
				for _, i := range arrivals(len(kinds)) {
					if code := w.send(t, event(t, p, fmt.Sprint(p.ID, round, kinds[i]), kinds[i])); code != http.StatusOK {
						t.Fatalf("%s answers %d", kinds[i], code)
					}
				}
				w.pass(2 * sandbox.Delay)
			}
			var events int64
			if err := w.db.Raw("select count(*) from payment_events where payment_id = ? and outcome = 'APPLIED'", p.ID).Scan(&events).Error; err != nil || events != 12 {
				t.Errorf("%d events stored, %v", events, err)
			}
			return fmt.Sprint(w.end(t, p), w.settled.paid, w.settled.failed)
		}
		order := func(n int) (all []int) {
			for i := range n {
				all = append(all, i)
			}
			return all
		}
		once := live(order)
		thrice := live(func(n int) []int {
			all := order(n)
			return rapid.Permutation(slices.Concat(all, all, all)).Draw(r, "arrivals")
		})
		if once != thrice {
			r.Fatalf("%s by %t:\nonce   %s\nthrice %s", token, byHand, once, thrice)
		}
	})
}

// medusa#13301 (6): the client's confirmation and the webhook race, with the
// recovery and a second click; money is taken once and the checkout told once.
func TestConfirmRacesWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	w.settled.onPaid = func(tx *gorm.DB, p *models.Payment) error {
		if p.Status == models.PaymentAuthorised {
			return payment.CaptureTx(tx, p.ID, p.Amount(), w.now())
		}
		return nil
	}
	for range 8 {
		before := w.settled.paid
		p := w.started(t, cny(2500), manual)
		body := event(t, p, uuid.NewString(), "payment.paid")
		var all sync.WaitGroup
		for _, run := range []func(){
			func() { w.confirm(t, p, sandbox.Success) }, func() { w.confirm(t, p, sandbox.Success) },
			func() { w.send(t, body) }, func() { w.send(t, body) },
			func() { _, _ = w.payments.Ask(t.Context(), p.ID) }, func() { w.recover(t) },
		} {
			all.Go(run)
		}
		all.Wait()
		w.deliver(t)
		if got := w.read(t, p.ID); got.Status != models.PaymentCaptured || got.CapturedMinor != 2500 {
			t.Errorf("%+v", got)
		}
		if told := w.settled.paid - before; told != 1 && told != 2 {
			t.Errorf("told %d times of an authorisation and a capture", told)
		}
	}
}

// Bad input over the endpoint: refused or ignored as documented, with nothing
// written that says otherwise.
func TestBadWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	p := w.started(t, cny(2500))
	if _, err := w.bank.Confirm(t.Context(), *p.Reference, payment.Confirmation{Token: sandbox.Success}); err != nil {
		t.Fatal(err)
	}
	paid := event(t, p, "evt-1", "payment.paid")
	signed := func(secret, body []byte, at time.Time) http.Header {
		return http.Header{webhook.Header: {webhook.Sign(secret, at, body)}}
	}
	for name, try := range map[string]struct {
		provider string
		header   http.Header
		body     []byte
		want     int
	}{
		"unsigned":            {"sandbox", http.Header{}, paid, 400},
		"another_secret":      {"sandbox", signed([]byte("x"), paid, start), paid, 400},
		"another_body":        {"sandbox", signed(secret, []byte("{}"), start), paid, 400},
		"too_old":             {"sandbox", signed(secret, paid, start.Add(-5*time.Minute-time.Second)), paid, 400},
		"from_the_future":     {"sandbox", signed(secret, paid, start.Add(5*time.Minute+time.Second)), paid, 400},
		"a_garbled_signature": {"sandbox", http.Header{webhook.Header: {"t=x,v1="}}, paid, 400},
		"no_event":            {"sandbox", signed(secret, []byte("[]"), start), []byte("[]"), 400},
		"an_unknown_provider": {"paypal", signed(secret, paid, start), paid, 404},
		"too_large":           {"sandbox", http.Header{}, bytes.Repeat([]byte("x"), 1<<20), 413},
	} {
		if got := w.post(t, try.provider, try.header, bytes.NewReader(try.body)); got != try.want {
			t.Errorf("%s answers %d", name, got)
		}
	}
	var n int64
	if w.db.Raw("select count(*) from payment_events").Scan(&n); n != 0 || w.read(t, p.ID).Status != models.PaymentPending {
		t.Fatalf("%d events were stored", n)
	}

	other := *p
	other.ID = uuid.New()
	otherwise := w.started(t, cny(1))
	foreign := *p
	foreign.ID = otherwise.ID
	for id, e := range map[string]struct {
		body []byte
		want models.EventOutcome
	}{
		"unknown-kind":    {event(t, p, "unknown-kind", "weather.changed"), models.EventIgnored},
		"unknown-payment": {event(t, &other, "unknown-payment", "payment.paid"), models.EventUnknownPayment},
		// The state that is asked for is of another payment over another amount.
		"foreign": {event(t, &foreign, "foreign", "payment.paid"), models.EventMismatch},
	} {
		for range 2 {
			if got := w.send(t, e.body); got != http.StatusOK {
				t.Errorf("%s answers %d", id, got)
			}
		}
		var rows []models.PaymentEvent
		if err := w.db.Find(&rows, "event_id = ?", id).Error; err != nil || len(rows) != 1 || rows[0].Outcome == nil || *rows[0].Outcome != e.want {
			t.Errorf("%s: %+v %v", id, rows, err)
		}
	}
	if got := w.read(t, otherwise.ID); got.Status != models.PaymentPending || got.CapturedMinor != 0 || w.settled.paid != 0 {
		t.Errorf("%+v", got)
	}
	if got := w.send(t, paid); got != http.StatusOK || w.read(t, p.ID).Status != models.PaymentCaptured || w.settled.paid != 1 {
		t.Errorf("the true event answers %d", got)
	}
}

// saleor#14326, #14462, #14278 (7): what a payment has given back follows from
// its refunds, whatever their fates; together they never exceed what it took.
func TestRefunds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	p := w.confirm(t, w.started(t, cny(2500)), sandbox.Success)
	w.refund(t, p, 1000, "a")
	w.refund(t, p, 1000, "a") // the same
	w.refund(t, p, 1499, "b")
	err := w.db.Transaction(func(tx *gorm.DB) error {
		_, err := payment.RefundTx(tx, payment.RefundRequest{PaymentID: p.ID, Amount: cny(2), Key: "c", At: w.now()})
		return err
	})
	if err == nil {
		t.Error("more was given back than taken")
	}
	if got := w.end(t, p); got != "CAPTURED 2500 2500 2499 0 NONE [a PENDING 1000 b PENDING 1499]" {
		t.Error(got)
	}
	w.recover(t)
	if got := w.end(t, p); got != "CAPTURED 2500 2500 2499 2499 NONE [a SUCCEEDED 1000 b SUCCEEDED 1499]" {
		t.Error(got)
	}

	fails := w.confirm(t, w.started(t, cny(2500)), sandbox.RefundFails)
	w.refund(t, fails, 2500, "a")
	w.recover(t)
	got := w.read(t, fails.ID)
	if got.Status != models.PaymentCaptured || got.RefundingMinor != 0 || got.RefundedMinor != 0 || got.AskAt != nil {
		t.Errorf("after a refund that failed %+v", got)
	}
}
