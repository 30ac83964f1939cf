package payment_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

var (
	start  = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)
	secret = []byte("a secret of the tests")
)

// world is a shopper who pays at the sandbox, behind a real server.
type world struct {
	db       *gorm.DB
	payments *payment.Service
	bank     *sandbox.Gateway
	server   *httptest.Server
	shopper  *auth.Actor
	settled  *settler

	mutex sync.Mutex
	clock time.Time
}

func (w *world) now() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.clock = w.clock.Add(d)
}

func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	w := &world{db: db, clock: start, shopper: fixture.Shopper(t, db, "Li Wei"), settled: &settler{}}
	log := slog.New(slog.DiscardHandler)
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		httpserver.New(httpserver.Options{
			Log: log, Webhook: w.payments.Receive, SandboxPage: w.bank.Page(), SandboxPath: sandbox.PagePath, OperationTimeout: time.Minute,
			Ready: func(context.Context) error { return nil },
		}).ServeHTTP(rw, r)
	}))
	w.server.Start()
	t.Cleanup(w.server.Close)
	w.bank = sandbox.New(db, w.now, sandbox.Options{PageURL: w.server.URL, HookURL: w.server.URL, Secret: secret})
	w.payments = payment.NewService(db, w.now, log, w.bank)
	w.payments.SettleBy(w.settled)
	return w
}

// settler counts what it is told, and may ask for more.
type settler struct {
	mutex        sync.Mutex
	paid, failed int
	onPaid       func(tx *gorm.DB, p *models.Payment) error
}

func (s *settler) PaidTx(tx *gorm.DB, p *models.Payment) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.paid++
	if s.onPaid != nil {
		return s.onPaid(tx, p)
	}
	return nil
}

func (s *settler) FailedTx(*gorm.DB, *models.Payment) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.failed++
	return nil
}

// begin inserts an attempt, as a checkout does.
func (w *world) begin(t testing.TB, amount money.Money, change ...func(*payment.Attempt)) *models.Payment {
	t.Helper()
	a := payment.Attempt{
		Shopper: *w.shopper.AccountID(), Purchase: uuid.New(), Provider: w.payments.Provider(), Method: models.MethodCard,
		Amount: amount, ExpiresAt: w.now().Add(30 * time.Minute), At: w.now(),
	}
	for _, f := range change {
		f(&a)
	}
	p, err := payment.Begin(a)
	if err != nil {
		t.Fatal(err)
	}
	fixture.Create(t, w.db, p)
	return p
}

func manual(a *payment.Attempt) { a.Manual = true }

// started begins a payment and makes it known to the provider.
func (w *world) started(t testing.TB, amount money.Money, change ...func(*payment.Attempt)) *models.Payment {
	t.Helper()
	p, err := w.payments.Start(t.Context(), w.begin(t, amount, change...).ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) confirm(t testing.TB, p *models.Payment, token string) *models.Payment {
	t.Helper()
	confirmed, err := w.payments.Confirm(w.as(t), payment.ConfirmInput{PaymentID: p.ID, Token: token, ReturnURL: "https://shop.example/back"})
	if err != nil {
		t.Fatal(err)
	}
	return confirmed
}

func (w *world) as(t testing.TB) context.Context {
	t.Helper()
	return auth.With(t.Context(), w.shopper)
}

func (w *world) read(t testing.TB, id uuid.UUID) *models.Payment {
	t.Helper()
	var p models.Payment
	if err := w.db.Take(&p, "id = ?", id).Error; err != nil {
		t.Fatal(err)
	}
	return &p
}

// deliver sends the webhooks that are due.
func (w *world) deliver(t testing.TB) {
	t.Helper()
	if _, err := w.bank.Deliver(t.Context(), w.server.Client()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) recover(t testing.TB) {
	t.Helper()
	if _, err := w.payments.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) inTx(t testing.TB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := database.InTx(t.Context(), w.db, fn); err != nil {
		t.Fatal(err)
	}
}

func (w *world) refund(t testing.TB, p *models.Payment, amount int64, key string) {
	t.Helper()
	w.inTx(t, func(tx *gorm.DB) error {
		_, err := payment.RefundTx(tx, payment.RefundRequest{
			PaymentID: p.ID, Amount: money.New(amount, money.Currency(p.Currency)), Reason: "broken", Key: key, At: w.now(),
		})
		return err
	})
}

// post sends a webhook and gives the status of the answer.
func (w *world) post(t testing.TB, provider string, header http.Header, body io.Reader) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/webhooks/"+provider, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	answer, err := w.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func cny(minor int64) money.Money { return money.New(minor, "CNY") }
