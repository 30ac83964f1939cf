package life_test

import (
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

func (w *world) cancel(t testing.TB, o *models.Order) error {
	t.Helper()
	_, err := w.api.Orders.Cancel(w.as(t, w.shoppers[0]), order.CancelInput{IdempotencyKey: w.key(), Order: orderKey(o), Reason: "changed my mind"})
	return err
}

// refund reads the only refund of an order.
func (w *world) refund(t testing.TB, o *models.Order) *models.OrderRefund {
	t.Helper()
	all, err := w.api.Orders.RefundsOf(t.Context(), []models.Key{orderKey(o)})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

func (w *world) release(t testing.TB, o *models.Order) {
	t.Helper()
	if err := w.db.Transaction(func(tx *gorm.DB) error { return ledger.ReleaseTx(tx, orderKey(o), w.clock) }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) history(t testing.TB, o *models.Order) string {
	t.Helper()
	events, err := w.api.Orders.EventsOf(t.Context(), []models.Key{orderKey(o)})
	if err != nil {
		t.Fatal(err)
	}
	steps := make([]string, len(events))
	for i, e := range events {
		steps[i] = string(e.Type)
	}
	return strings.Join(steps, " ")
}

// A refund is owed until it has left, one that failed until it was tried again.
func TestRefundsAreOwedUntilTheyHaveLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	s := w.sellers[1]
	orders, p := w.bought(t, sandbox.RefundFailsOnce, piece{1, 0, 1})
	o := orders[0]
	if got := w.books(t, s, "CNY"); got != "BRAND_PENDING 1234, GATEWAY_CLEARING -1198, GATEWAY_FEE -36" {
		t.Errorf("sold: %s", got)
	}
	// The server dies before it has asked the bank.
	dying := order.NewService(w.db, payment.Sandbox{}, w.now)
	cancelled := order.CancelInput{IdempotencyKey: "cancel", Order: orderKey(o), Reason: "changed my mind"}
	if _, err := dying.Cancel(w.as(t, w.shoppers[0]), cancelled); err != nil {
		t.Fatal(err)
	}
	owed := "GATEWAY_CLEARING -1198, GATEWAY_FEE -36, REFUNDS 1234"
	if got := w.books(t, s, "CNY"); got != owed || w.refund(t, o).Status != models.RefundPending {
		t.Errorf("promised: %s, %+v", got, w.refund(t, o))
	}
	w.sound(t)

	w.ask(t, p)
	refund := w.refund(t, o)
	if got := w.books(t, s, "CNY"); got != owed || refund.Status != models.RefundFailed || *refund.FailureCode != "refund_declined" {
		t.Errorf("failed: %s, %+v", got, refund)
	}
	if got := w.history(t, o); !strings.HasSuffix(got, "REFUND_FAILED") {
		t.Error(got)
	}
	w.sound(t)

	again := order.RetryInput{IdempotencyKey: "again", Refund: models.Key{BrandID: o.BrandID, ID: refund.ID}}
	if _, err := w.api.Orders.RetryRefund(w.as(t, w.sellers[0].staff), again); refused(t, err) != "input.refundId NOT_FOUND" {
		t.Errorf("staff of another brand: %v", err)
	}
	for range 2 {
		if r, err := dying.RetryRefund(w.as(t, s.staff), again); err != nil || r.Status != models.RefundPending {
			t.Errorf("%+v %v", r, err)
		}
	}
	w.sound(t)
	// Whoever repeats the call has it done.
	if r, err := w.api.Orders.RetryRefund(w.as(t, s.staff), again); err != nil || r.Status != models.RefundSucceeded {
		t.Errorf("%+v %v", r, err)
	}
	if got := w.books(t, s, "CNY"); got != "GATEWAY_CLEARING 36, GATEWAY_FEE -36" || w.refund(t, o).Status != models.RefundSucceeded || w.refund(t, o).FailureCode != nil {
		t.Errorf("tried again: %s, %+v", got, w.refund(t, o))
	}
	again.IdempotencyKey = "once-more"
	if _, err := w.api.Orders.RetryRefund(w.as(t, s.staff), again); refused(t, err) != "input.refundId CONFLICT" {
		t.Errorf("a refund that succeeded: %v", err)
	}
	w.sound(t)
}

// Staff who give money back, and shoppers who cancel, need not wait for the
// recovery: the bank is asked as soon as it is committed, and told once.
func TestRefundsAreDrivenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	orders, _ := w.bought(t, sandbox.Success, piece{0, 0, 2}, piece{1, 0, 1})
	w.giveBack(t, orders, 1)
	for _, o := range orders {
		if o.BrandID != w.sellers[0].ID {
			if err := w.cancel(t, o); err != nil {
				t.Error(err)
			}
		}
		if r := w.refund(t, o); r.Status != models.RefundSucceeded || r.AmountMinor != 1234 {
			t.Errorf("%+v", r)
		}
	}
	if p := w.paymentOf(t, &models.Purchase{ID: *orders[0].PurchaseID}); p.RefundedMinor != 2*1234 || p.AskAt != nil {
		t.Errorf("%+v", p)
	}
	w.sound(t)
}

// A dispute holds the money of all orders of its payment until the bank has
// decided, whatever became of it before. What the bank charges for it is the
// platform's cost, and comes back with one that is won.
func TestDisputes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, open, end, history string
		dispute                   models.DisputeStatus
		released, paidOut         bool
	}{
		"won": {
			token: sandbox.DisputeWon, dispute: models.DisputeWon, history: "DISPUTE_OPENED DISPUTE_WON",
			open: "BRAND_PENDING 1234, DISPUTES -1234, GATEWAY_CLEARING 336, GATEWAY_FEE -336", end: "BRAND_PENDING 1234, GATEWAY_CLEARING -1198, GATEWAY_FEE -36",
		},
		"won after the money was payable": {
			token: sandbox.DisputeWon, dispute: models.DisputeWon, released: true, history: "DISPUTE_OPENED DISPUTE_WON",
			open: "BRAND_PENDING 1234, DISPUTES -1234, GATEWAY_CLEARING 336, GATEWAY_FEE -336", end: "BRAND_PENDING 1234, GATEWAY_CLEARING -1198, GATEWAY_FEE -36",
		},
		"lost": {
			token: sandbox.DisputeLost, dispute: models.DisputeLost, history: "DISPUTE_OPENED REFUNDED CANCELLED DISPUTE_LOST",
			open: "BRAND_PENDING 1234, DISPUTES -1234, GATEWAY_CLEARING 336, GATEWAY_FEE -336", end: "GATEWAY_CLEARING 336, GATEWAY_FEE -336",
		},
		"lost after the money was sent": {
			token: sandbox.DisputeLost, dispute: models.DisputeLost, released: true, paidOut: true, history: "DISPUTE_OPENED REFUNDED CANCELLED DISPUTE_LOST",
			open: "BRAND_PAYABLE -1234, BRAND_PENDING 1234, DISPUTES -1234, GATEWAY_CLEARING 336, GATEWAY_FEE -336, PAYOUT 1234",
			end:  "BRAND_PAYABLE -1234, GATEWAY_CLEARING 336, GATEWAY_FEE -336, PAYOUT 1234",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			s := w.sellers[1]
			orders, p := w.bought(t, c.token, piece{1, 0, 1}, piece{0, 1, 2})
			if len(orders) != 2 {
				t.Fatalf("%d orders", len(orders))
			}
			o := orders[0]
			if o.BrandID != s.ID {
				o = orders[1]
			}
			if c.released {
				w.release(t, o)
			}
			if c.paidOut {
				if _, err := w.payout(t, s, "CNY", "CNY"); err != nil {
					t.Fatal(err)
				}
			}
			w.sound(t)
			w.pass(sandbox.Delay)
			w.ask(t, p)
			if got := w.books(t, s, "CNY"); got != c.open || !w.order(t, o).Disputed() {
				t.Errorf("open: %s", got)
			}
			if err := w.cancel(t, o); !strings.HasSuffix(refused(t, err), "CONFLICT") {
				t.Errorf("money of a dispute was given back: %v", err)
			}
			w.clock = w.clock.AddDate(0, 0, 40)
			w.sound(t)
			w.ask(t, p)
			w.ask(t, p)
			if got, now := w.books(t, s, "CNY"), w.order(t, o); got != c.end || *now.Dispute != c.dispute {
				t.Errorf("in the end: %s, %s", got, *now.Dispute)
			}
			if got := w.history(t, o); !strings.Contains(got, c.history) {
				t.Error(got)
			}
			w.sound(t)
		})
	}
}

// What was waiting for a dispute's end becomes payable after it was won.
func TestWonDisputesBecomePayableAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	s := w.sellers[1]
	orders, p := w.bought(t, sandbox.DisputeWon, piece{1, 0, 1})
	w.deliver(t, orders[0])
	w.pass(15 * 24 * time.Hour)
	sweep := func() string {
		t.Helper()
		if _, err := w.api.Ledger.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.sound(t)
		return strings.SplitN(w.books(t, s, "CNY"), ",", 2)[0]
	}
	if got := sweep(); got != "BRAND_PAYABLE 1234" {
		t.Error(got)
	}
	// The bank was slow to tell.
	if err := w.db.Exec("update sandbox_payments set due_at = ? where reference = ?", w.clock, *p.Reference).Error; err != nil {
		t.Fatal(err)
	}
	w.ask(t, p)
	if got := sweep(); got != "BRAND_PENDING 1234" {
		t.Errorf("while it is disputed: %s", got)
	}
	w.pass(sandbox.Delay)
	w.ask(t, p)
	if got := sweep(); got != "BRAND_PAYABLE 1234" {
		t.Errorf("after it was won: %s", got)
	}
}
