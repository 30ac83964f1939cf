package life_test

import (
	"fmt"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

// A dispute of a part takes that part alone: of each order by what is left of
// it, of each order's lines and charges in proportion, to the cent. The rest
// can be given back once the bank has decided.
func TestADisputeOfAPartTakesThatPart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token string
		lost  bool
	}{"won": {sandbox.DisputePartWon, false}, "lost": {sandbox.DisputePartLost, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			// 1234 of one seller, 2 x 1234 + 2469 of the other: 6171 in all, of which a third is 2057.
			orders, p := w.bought(t, c.token, piece{1, 0, 1}, piece{0, 0, 2}, piece{0, 1, 1})
			parts := map[int64]int64{1234: 411, 4937: 1646}
			w.pass(sandbox.Delay)
			w.ask(t, p)
			for _, o := range orders {
				o := w.order(t, o)
				if !o.Disputed() || w.heldOf(t, o) != parts[o.TotalMinor] || o.RefundedMinor != 0 {
					t.Errorf("order of %s: %d held", o.Total(), w.heldOf(t, o))
				}
			}
			if got := fmt.Sprint(w.disputes(t, p)); got != "[OPEN2057 for 1500: OPEN411, OPEN1646]" && got != "[OPEN2057 for 1500: OPEN1646, OPEN411]" {
				t.Error(got)
			}
			w.sound(t)
			w.pass(sandbox.Delay)
			w.ask(t, p)
			w.sound(t)
			for _, o := range orders {
				o := w.order(t, o)
				part := parts[o.TotalMinor]
				want := models.OrderPartiallyRefunded
				if !c.lost {
					part, want = 0, models.OrderPaid
				}
				if o.RefundedMinor != part || o.PaymentStatus != want || o.Status != models.OrderPlaced || w.heldOf(t, o) != 0 {
					t.Errorf("order of %s: %+v", o.Total(), o)
				}
				w.takenInProportion(t, o, part)
				if err := w.cancel(t, o); err != nil {
					t.Error(err)
				}
				if now := w.order(t, o); now.RefundedMinor != now.TotalMinor || now.Status != models.OrderCancelled {
					t.Errorf("%+v", now)
				}
			}
			w.ask(t, p)
			w.sound(t)
		})
	}
}

// heldOf is what the books hold of an order for disputes.
func (w *world) heldOf(t testing.TB, o *models.Order) (held int64) {
	t.Helper()
	err := w.db.Raw(`
select coalesce(-sum(e.amount_minor), 0)::bigint
from ledger_transactions t
join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
where t.brand_id = ? and t.order_id = ? and e.account = 'DISPUTES'`, o.BrandID, o.ID).Scan(&held).Error
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// takenInProportion wants each charge of each line to have lost its share of a
// part of the order, rounded, and no pieces with it.
func (w *world) takenInProportion(t testing.TB, o *models.Order, part int64) {
	t.Helper()
	var rows []struct{ Charged, Back int64 }
	err := w.db.Raw(`
select c.amount_minor as charged, coalesce(sum(p.amount_minor), 0)::bigint as back
from charges c
left join order_refund_parts p on p.brand_id = c.brand_id and p.charge_id = c.id
where c.brand_id = ? and c.order_id = ?
group by c.id, c.amount_minor`, o.BrandID, o.ID).Scan(&rows).Error
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, r := range rows {
		sum += r.Back
		if off := r.Back*o.TotalMinor - part*r.Charged; off > o.TotalMinor || -off > o.TotalMinor {
			t.Errorf("%d of a charge of %d is not %d of %d", r.Back, r.Charged, part, o.TotalMinor)
		}
	}
	if sum != part {
		t.Errorf("charges lost %d of %d", sum, part)
	}
	var pieces int64
	if err := w.db.Raw("select coalesce(sum(l.quantity), 0) from order_refund_lines l join order_refunds r on r.brand_id = l.brand_id and r.id = l.refund_id "+
		"where r.brand_id = ? and r.order_id = ?", o.BrandID, o.ID).Scan(&pieces).Error; err != nil || pieces != 0 {
		t.Errorf("%d pieces, %v", pieces, err)
	}
}
