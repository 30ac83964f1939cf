package life_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// told has the server receive an event of the bank.
func (w *world) told(t testing.TB, p *models.Payment, id, kind string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": id, "type": kind, "created": start, "reference": *p.Reference, "paymentId": p.ID})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{webhook.Header: {webhook.Sign(secret, w.now(), body)}}
	if err := w.api.Payments.Receive(t.Context(), "sandbox", header, body); err != nil {
		t.Fatal(err)
	}
}

// end is how all of a purchase stands, without times and ids.
func (w *world) end(t testing.TB, p *models.Payment) string {
	t.Helper()
	lines := []string{}
	for i, s := range w.sellers {
		lines = append(lines, fmt.Sprint(i, " ", w.books(t, s, "CNY")))
	}
	for _, o := range w.ordersOf(t, p.PurchaseID) {
		lines = append(lines, fmt.Sprint(o.Status, o.PaymentStatus, o.Dispute != nil, o.RefundedMinor, o.PayableDue != nil))
	}
	var refunds []string
	if err := w.db.Raw("select status || amount_minor from refunds where payment_id = ? order by created_at, status, amount_minor", p.ID).Scan(&refunds).Error; err != nil {
		t.Fatal(err)
	}
	is := *p
	if err := w.db.Take(&is, "id = ?", p.ID).Error; err != nil {
		t.Fatal(err)
	}
	lines = append(lines, fmt.Sprint(refunds, is.Status, is.CapturedMinor, is.RefundedMinor, is.FeeMinor, is.Dispute, w.disputes(t, p)))
	slices.Sort(lines[2:])
	return strings.Join(lines, "\n")
}

// disputes are those of a payment, and how they fall on its orders.
func (w *world) disputes(t testing.TB, p *models.Payment) (lines []string) {
	t.Helper()
	err := w.everywhere(t).Raw(`
select d.status || d.amount_minor || ' for ' || d.fee_minor || ': ' || string_agg(o.status || o.amount_minor, ', ' order by o.status, o.amount_minor)
from payment_disputes d
join order_disputes o on o.dispute_id = d.id
where d.payment_id = ?
group by d.id`, p.ID).Scan(&lines).Error
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Every webhook is delivered once in order, and three times in random order:
// the orders, the payment, its refunds and all books end the same.
func TestWebhooksThriceInAnyOrderKeepTheBooks(t *testing.T) {
	t.Parallel()
	base := dbtest.New(t).Gorm
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		token := rapid.SampledFrom([]string{
			sandbox.Success, sandbox.Delayed, sandbox.Dispute, sandbox.DisputeWon, sandbox.DisputeLost,
			sandbox.DisputePartWon, sandbox.DisputePartLost, sandbox.RefundFails, sandbox.RefundFailsOnce,
			sandbox.Declined,
		}).Draw(r, "account")
		back, before := rapid.Int64Range(0, 2).Draw(r, "pieces to give back"), rapid.Bool().Draw(r, "before the dispute")
		kinds := []string{"payment.paid", "payment.failed", "payment.disputed", "payment.dispute_closed", "refund.updated"}
		live := func(arrivals func() []int) string {
			db := base.Begin()
			defer db.Rollback()
			w := newWorld(t, db)
			lives++
			purchase, err := w.begin(t, w.shoppers[0], 0, piece{0, 0, 2}, piece{1, 1, 1})
			if err != nil {
				r.Fatal(err)
			}
			p := w.paymentOf(t, purchase)
			if _, err := w.bank.Confirm(t.Context(), *p.Reference, payment.Confirmation{Token: token}); err != nil {
				r.Fatal(err)
			}
			for round := range 4 {
				for _, i := range arrivals() {
					w.told(t, p, fmt.Sprint(p.ID, round, kinds[i]), kinds[i])
				}
				orders := w.ordersOf(t, p.PurchaseID)
				if back > 0 && len(orders) > 0 && (round == 0) == before && round < 2 {
					w.giveBack(t, orders, back)
				}
				w.pass(sandbox.Delay)
			}
			if wrong := w.wrong(t); wrong != "" {
				r.Fatal(wrong)
			}
			return w.end(t, p)
		}
		all := []int{0, 1, 2, 3, 4}
		once := live(func() []int { return all })
		thrice := live(func() []int { return rapid.Permutation(slices.Concat(all, all, all)).Draw(r, "arrivals") })
		if once != thrice {
			r.Fatalf("%s:\nonce\n%s\nthrice\n%s", token, once, thrice)
		}
	})
	t.Logf("%d purchases told of", lives)
}

// giveBack has staff of the first seller refund pieces, where they may.
func (w *world) giveBack(t testing.TB, orders []*models.Order, pieces int64) {
	t.Helper()
	for _, o := range orders {
		if o.BrandID != w.sellers[0].ID {
			continue
		}
		lines, err := w.api.Orders.LinesOf(t.Context(), []models.Key{orderKey(o)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.api.Orders.Refund(w.as(t, w.sellers[0].staff), order.RefundInput{
			IdempotencyKey: w.key(), Order: orderKey(o), Reason: "a gift",
			Lines: []order.PiecesInput{{Line: models.Key{BrandID: o.BrandID, ID: lines[0].ID}, Quantity: pieces}},
		})
		refused(t, err)
	}
}
