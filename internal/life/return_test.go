package life_test

import (
	"context"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// inspected delivers an order and has pieces of its only line come back, of
// which one goes into stock and the others are written off.
func (w *world) inspected(t testing.TB, o *models.Order, pieces int64) models.Key {
	t.Helper()
	w.deliver(t, o)
	lines, err := w.api.Orders.LinesOf(t.Context(), []models.Key{orderKey(o)})
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	line, ctx := models.Key{BrandID: o.BrandID, ID: lines[0].ID}, w.as(t, w.staffOf(o))
	asked, err := w.api.Returns.Request(ctx, returns.RequestInput{
		IdempotencyKey: w.key(), Order: orderKey(o), Reason: "too sweet", Lines: []returns.Line{{Line: line, Quantity: pieces}},
	})
	if err != nil {
		t.Fatal(err)
	}
	back := models.Key{BrandID: asked.BrandID, ID: asked.ID}
	if _, err = w.api.Returns.Approve(ctx, back); err == nil {
		_, err = w.api.Returns.Receive(ctx, returns.ReceiveInput{Return: back, Warehouse: w.warehouseOf(o)})
	}
	if err == nil {
		_, err = w.api.Returns.Inspect(ctx, returns.InspectInput{
			IdempotencyKey: w.key(), Return: back, Lines: []returns.Inspected{{Line: line, Restocked: 1, WrittenOff: pieces - 1}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func (w *world) warehouseOf(o *models.Order) models.Key {
	for _, s := range w.sellers {
		if s.ID == o.BrandID {
			return models.Key{BrandID: s.ID, ID: s.goods[o.Currency].Warehouse.ID}
		}
	}
	return models.Key{}
}

func (w *world) refundReturn(t testing.TB, o *models.Order, back models.Key) (*models.Return, error) {
	t.Helper()
	return w.api.Returns.Refund(w.as(t, w.staffOf(o)), returns.RefundInput{IdempotencyKey: w.key(), Return: back, Carriage: true})
}

// A return whose goods came in ends, whatever became of the money meanwhile:
// what has gone back to the shopper is settled, the rest goes back now, and
// all of it together is what was paid.
func TestReturnsEndWhateverBecameOfTheMoney(t *testing.T) {
	t.Parallel()
	const whole = 3 * 1234
	giveBack := func(pieces int64) func(*testing.T, *world, *models.Order) {
		return func(t *testing.T, w *world, o *models.Order) {
			t.Helper()
			lines, err := w.api.Orders.LinesOf(t.Context(), []models.Key{orderKey(o)})
			if err == nil {
				_, err = w.api.Orders.Refund(w.as(t, w.staffOf(o)), order.RefundInput{IdempotencyKey: w.key(), Order: orderKey(o), Reason: "a gift",
					Lines: []order.PiecesInput{{Line: models.Key{BrandID: o.BrandID, ID: lines[0].ID}, Quantity: pieces}}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		token string
		rest  int64
		first func(t *testing.T, w *world, o *models.Order)
		books string
	}{
		"the bank took all":          {token: sandbox.DisputeLost, books: "GATEWAY_CLEARING 1607, GATEWAY_FEE -1607"},
		"the bank took a part":       {token: sandbox.DisputePartLost, rest: whole - 1234, books: "GATEWAY_CLEARING 1607, GATEWAY_FEE -1607"},
		"the bank decided for us":    {token: sandbox.DisputeWon, rest: whole, books: "GATEWAY_CLEARING 107, GATEWAY_FEE -107"},
		"staff gave all back":        {token: sandbox.Success, first: giveBack(3), books: "GATEWAY_CLEARING 107, GATEWAY_FEE -107"},
		"staff gave a part back":     {token: sandbox.Success, first: giveBack(2), rest: 1234, books: "GATEWAY_CLEARING 107, GATEWAY_FEE -107"},
		"staff, and the bank a part": {token: sandbox.DisputePartLost, first: giveBack(1), rest: whole - 2*1234, books: "GATEWAY_CLEARING 1607, GATEWAY_FEE -1607"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			orders, p := w.bought(t, c.token, piece{1, 0, 3})
			o := orders[0]
			back := w.inspected(t, o, 3)
			if c.first != nil {
				c.first(t, w, o)
			}
			w.pass(sandbox.Delay)
			w.ask(t, p)
			if disputed := w.order(t, o).Disputed(); disputed {
				if _, err := w.refundReturn(t, o, back); refused(t, err) != "input.returnId CONFLICT" {
					t.Errorf("while the bank decides: %v", err)
				}
				w.sound(t)
			}
			w.pass(sandbox.Delay)
			w.ask(t, p)
			w.sound(t)
			ended, err := w.refundReturn(t, o, back)
			if err != nil || ended.Status != models.ReturnCompleted || (ended.RefundID != nil) != (c.rest > 0) {
				t.Fatalf("%+v %v", ended, err)
			}
			w.ask(t, p)
			now := w.order(t, o)
			if now.ReturnStatus != models.Returned || now.PaymentStatus != models.OrderRefunded || now.RefundedMinor != whole {
				t.Errorf("%+v", now)
			}
			if got := w.books(t, w.sellers[1], "CNY"); got != c.books {
				t.Error(got)
			}
			if c.rest > 0 {
				refunds, err := w.api.Orders.RefundsByKeys(w.as(t, w.staffOf(o)), []models.Key{{BrandID: o.BrandID, ID: *ended.RefundID}})
				if err != nil || len(refunds) != 1 || refunds[0].AmountMinor != c.rest || refunds[0].Status != models.RefundSucceeded {
					t.Errorf("%+v %v", refunds, err)
				}
			}
			w.sound(t)
			if _, err := w.refundReturn(t, o, back); refused(t, err) != "input.returnId CONFLICT" {
				t.Errorf("ended twice: %v", err)
			}
		})
	}
}

// The bank has taken the payment up, and we have not heard of it: the refund of
// a return fails then. What the bank takes settles it, once it has decided, and
// whether we hear of the failure before or after.
func TestADisputeSettlesARefundThatFailed(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"failed before": false, "failed after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			orders, p := w.bought(t, sandbox.DisputeLost, piece{1, 0, 3})
			o := orders[0]
			back := w.inspected(t, o, 2)
			w.pass(sandbox.Delay)
			if late {
				// The request that asked for the refund ends before the bank answers.
				w.promise(t, o, back)
			} else if _, err := w.refundReturn(t, o, back); err != nil {
				t.Fatal(err)
			}
			w.sound(t)
			w.pass(sandbox.Delay)
			w.ask(t, p)
			w.ask(t, p)
			w.sound(t)
			if got := w.books(t, w.sellers[1], "CNY"); got != "GATEWAY_CLEARING 1607, GATEWAY_FEE -1607" {
				t.Error(got)
			}
			refunds, err := w.api.Orders.RefundsOf(t.Context(), []models.Key{orderKey(o)})
			if err != nil || len(refunds) != 2 {
				t.Fatal(refunds, err)
			}
			for _, r := range refunds {
				if r.Status != models.RefundSucceeded {
					t.Errorf("%+v", r)
				}
				_, err := w.api.Orders.RetryRefund(w.as(t, w.staffOf(o)), order.RetryInput{IdempotencyKey: w.key(), Refund: models.Key{BrandID: r.BrandID, ID: r.ID}})
				if refused(t, err) != "input.refundId CONFLICT" {
					t.Errorf("a settled refund was tried again: %v", err)
				}
			}
			if got := w.history(t, o); !strings.Contains(got, "REFUND_FAILED") {
				t.Error(got)
			}
		})
	}
}

// promise refunds a return, and leaves the bank to the recovery.
func (w *world) promise(t testing.TB, o *models.Order, back models.Key) {
	t.Helper()
	api := returns.NewService(w.db, later{}, w.now)
	if _, err := api.Refund(w.as(t, w.staffOf(o)), returns.RefundInput{IdempotencyKey: w.key(), Return: back}); err != nil {
		t.Fatal(err)
	}
}

type later struct{}

func (later) DriveOrder(context.Context, models.Key) {}
