package payment_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Each test account, from start to the state that it is for, with what the
// checkout was told, once.
func TestTestAccounts(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]struct {
		status       models.PaymentStatus
		code         string
		dispute      models.DisputeStatus
		paid, failed int
	}{
		sandbox.Success:           {models.PaymentCaptured, "", models.DisputeNone, 1, 0},
		sandbox.Declined:          {models.PaymentFailed, "card_declined", models.DisputeNone, 0, 1},
		sandbox.InsufficientFunds: {models.PaymentFailed, "insufficient_funds", models.DisputeNone, 0, 1},
		sandbox.Delayed:           {models.PaymentCaptured, "", models.DisputeNone, 1, 0},
		sandbox.Dispute:           {models.PaymentCaptured, "", models.DisputeOpen, 1, 0},
		sandbox.NoAnswer:          {models.PaymentCaptured, "", models.DisputeNone, 1, 0},
	} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm)
			p := w.confirm(t, w.started(t, cny(2500)), token)
			if token == sandbox.NoAnswer && p.Status != models.PaymentPending {
				t.Errorf("%s was guessed", p.Status)
			}
			for range 3 {
				w.pass(6 * time.Second)
				w.deliver(t)
				w.recover(t)
			}
			got := w.read(t, p.ID)
			code := ""
			if got.FailureCode != nil {
				code = *got.FailureCode
			}
			if got.Status != want.status || code != want.code || got.Dispute != want.dispute || got.AskAt != nil {
				t.Errorf("%+v %s", got, code)
			}
			if w.settled.paid != want.paid || w.settled.failed != want.failed {
				t.Errorf("settled %d paid and %d failed", w.settled.paid, w.settled.failed)
			}
		})
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	for decision, want := range map[string]models.PaymentStatus{"approve": models.PaymentCaptured, "decline": models.PaymentFailed} {
		t.Run(decision, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.New(t).Gorm)
			p := w.confirm(t, w.started(t, cny(2500), func(a *payment.Attempt) { a.Method = models.MethodAlipay }), "")
			if p.Status != models.PaymentRequiresAction || p.NextAction == nil || p.NextAction.Type != models.ActionRedirect {
				t.Fatalf("%+v", p)
			}
			client := w.server.Client()
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			page, err := client.Get(p.NextAction.URL)
			if err != nil || page.StatusCode != http.StatusOK {
				t.Fatal(page, err)
			}
			page.Body.Close()
			done, err := client.Post(p.NextAction.URL, "application/x-www-form-urlencoded",
				strings.NewReader(url.Values{"decision": {decision}}.Encode()))
			if err != nil || done.StatusCode != http.StatusSeeOther || done.Header.Get("Location") != "https://shop.example/back" {
				t.Fatal(done, err)
			}
			done.Body.Close()
			w.deliver(t)
			if got := w.read(t, p.ID); got.Status != want || got.NextAction != nil {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What is authorised first can be captured in part, or voided; the settler
// asks for it in the transaction that books the authorisation.
func TestManualCapture(t *testing.T) {
	t.Parallel()

	t.Run("takes_a_part_and_releases_the_rest", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		w.settled.onPaid = func(tx *gorm.DB, p *models.Payment) error {
			if p.Status == models.PaymentCaptured {
				return nil
			}
			return payment.CaptureTx(tx, p.ID, cny(1500), w.now())
		}
		p := w.confirm(t, w.started(t, cny(2500), manual), sandbox.Success)
		if p.Status != models.PaymentCaptured || p.AuthorisedMinor != 2500 || p.CapturedMinor != 1500 || p.AskAt != nil {
			t.Errorf("%+v", p)
		}
		if w.settled.paid != 2 {
			t.Errorf("told %d times", w.settled.paid)
		}
	})

	t.Run("releases_all", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		w.settled.onPaid = func(tx *gorm.DB, p *models.Payment) error { return payment.VoidTx(tx, p.ID, w.now()) }
		p := w.confirm(t, w.started(t, cny(2500), manual), sandbox.Success)
		if p.Status != models.PaymentVoided || p.CapturedMinor != 0 || w.settled.failed != 1 {
			t.Errorf("%+v", p)
		}
	})

	t.Run("is_refused_where_it_cannot_be", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		p := w.confirm(t, w.started(t, cny(2500), manual), sandbox.Success)
		for want, ask := range map[problem.Code]func(tx *gorm.DB) error{
			problem.OutOfRange:       func(tx *gorm.DB) error { return payment.CaptureTx(tx, p.ID, cny(2501), w.now()) },
			problem.CurrencyMismatch: func(tx *gorm.DB) error { return payment.CaptureTx(tx, p.ID, money.New(1, "USD"), w.now()) },
			problem.Conflict: func(tx *gorm.DB) error {
				_, err := payment.RefundTx(tx, payment.RefundRequest{PaymentID: p.ID, Amount: cny(1), Key: "early", At: w.now()})
				return err
			},
		} {
			refused := problem.From(w.db.Transaction(ask))
			if len(refused) != 1 || refused[0].Code != want {
				t.Errorf("%v, want %s", refused, want)
			}
		}
		if got := w.read(t, p.ID); got.Status != models.PaymentAuthorised || got.CaptureMinor != nil || got.RefundingMinor != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// A payment of nothing is captured at once, and no provider hears of it.
// Amounts of currencies with no and with three decimals stay what they are.
func TestAmounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	free := w.started(t, cny(0))
	if free.Status != models.PaymentCaptured || free.Reference != nil || w.settled.paid != 1 {
		t.Errorf("%+v", free)
	}
	for _, amount := range []money.Money{money.New(1, "JPY"), money.New(1234567, "KWD"), money.New(1<<53-1, "CNY"), money.New(5_000_000_000, "KRW")} {
		p := w.confirm(t, w.started(t, amount), sandbox.Success)
		w.refund(t, p, 1, "one")
		got, err := w.payments.Drive(t.Context(), p.ID)
		if err != nil || got.Captured() != amount || got.RefundedMinor != 1 {
			t.Errorf("%s: %+v %v", amount, got, err)
		}
	}
}

// Nobody came back: the attempt is given up, and stock need not wait for it.
func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	never, waiting := w.begin(t, cny(100)), w.started(t, cny(200))
	w.pass(time.Hour)
	w.recover(t)
	if got := w.read(t, never.ID); got.Status != models.PaymentFailed || *got.FailureCode != "expired" {
		t.Errorf("%+v", got)
	}
	if got := w.read(t, waiting.ID); got.Status != models.PaymentVoided || got.AskAt != nil {
		t.Errorf("%+v", got)
	}
	if w.settled.failed != 2 {
		t.Errorf("told %d times", w.settled.failed)
	}
	_, err := w.payments.Confirm(w.as(t), payment.ConfirmInput{PaymentID: waiting.ID, Token: sandbox.Success})
	if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.Conflict {
		t.Error(err)
	}
}
