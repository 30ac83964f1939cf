package ordertest

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// Wrong tells what is wrong with an order, "" where nothing is: pieces are in
// one place each, its statuses follow from where they are, no charge of a line
// was given back beyond itself, and what was given back is what was refunded.
func (w *World) Wrong(t testing.TB, o *Bought) string {
	t.Helper()
	is := w.Order(t, o.Key)
	standing, err := order.StandingTx(w.DB.WithContext(t.Context()), o.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range standing.Lines {
		for name, n := range map[string]int64{
			"waiting": l.Waiting(), "planned": l.Planned, "sent": l.Sent, "delivered": l.Delivered, "lost": l.Lost, "gone": l.Gone,
			"refunded": l.Refunded, "withdrawn": l.Withdrawn, "refundable": l.Refundable(), "kept": l.Kept(),
			"shipped beyond what was bought": l.Ordered - l.Withdrawn - l.Planned - l.Left(),
			"returned beyond delivered":      l.Delivered - l.Returned - l.Returning, "withdrawn beyond refunded": l.Refunded - l.Withdrawn,
		} {
			if n < 0 {
				return fmt.Sprintf("%d pieces %s: %+v", n, name, l)
			}
		}
	}
	derived := fmt.Sprint(standing.Status(), " ", is.Payment(), " ", standing.Fulfilment(), " ", standing.Returns())
	if got := w.Statuses(t, o.Key); got != derived {
		return fmt.Sprintf("stands %s, which is %s: %+v", got, derived, standing)
	}
	return w.wrongMoney(t, o, is)
}

func (w *World) wrongMoney(t testing.TB, o *Bought, is *models.Order) string {
	t.Helper()
	var parts []struct {
		ChargeID uuid.UUID
		Sum      int64
	}
	err := w.DB.Raw(`select p.charge_id, sum(p.amount_minor)::bigint as sum from order_refunds r
		join order_refund_parts p on p.brand_id = r.brand_id and p.refund_id = r.id
		where r.brand_id = ? and r.order_id = ? group by p.charge_id`, o.BrandID, o.ID).Scan(&parts).Error
	if err != nil {
		t.Fatal(err)
	}
	var back int64
	for _, p := range parts {
		back += p.Sum
		for _, c := range o.Charges {
			if c.ID == p.ChargeID && (p.Sum < min(c.AmountMinor, 0) || p.Sum > max(c.AmountMinor, 0)) {
				return fmt.Sprintf("%d of %s over %d were given back", p.Sum, c.Kind, c.AmountMinor)
			}
		}
	}
	var asked int64
	err = w.DB.Raw(`select coalesce(sum(a.amount_minor), 0) from refund_allocations a join refunds r on r.id = a.refund_id
		where a.brand_id = ? and a.order_id = ? and r.status <> 'FAILED'`, o.BrandID, o.ID).Scan(&asked).Error
	if err != nil {
		t.Fatal(err)
	}
	if back != is.RefundedMinor || asked != is.RefundedMinor || is.RefundedMinor > is.TotalMinor {
		return fmt.Sprintf("%d of %d refunded, parts of %d, asked of the bank %d", is.RefundedMinor, is.TotalMinor, back, asked)
	}
	return ""
}
