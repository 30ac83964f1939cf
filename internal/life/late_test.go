package life_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

// A payment whose goods were sold before it came is given back; where the bank
// refuses that, it is owed until it is tried again, and the books agree.
func TestMoneyWithoutAnOrderIsOwed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	late, err := w.begin(t, w.shoppers[0], 0, piece{1, 0, 30})
	if err != nil {
		t.Fatal(err)
	}
	p := w.paymentOf(t, late)
	if _, err := w.bank.Confirm(t.Context(), *p.Reference, payment.Confirmation{Token: sandbox.RefundFailsOnce}); err != nil {
		t.Fatal(err)
	}
	// The bank was paid in time, and the server did not hear of it.
	w.pass(31 * time.Minute)
	if err := w.db.Exec("update purchases set status = 'EXPIRED', expires_at = null where id = ?", late.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.db.Exec("delete from stock_reservations where brand_id = ?", w.sellers[1].ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := w.db.Exec("update stock_levels set reserved = 0 where brand_id = ?", w.sellers[1].ID).Error; err != nil {
		t.Fatal(err)
	}
	others, err := w.begin(t, w.shoppers[1], 0, piece{1, 0, 20})
	if err == nil {
		err = w.confirm(t, w.shoppers[1], others, sandbox.Success)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.ask(t, p)
	w.ask(t, p)
	var failed models.Refund
	if err := w.db.Take(&failed, "payment_id = ?", p.ID).Error; err != nil || failed.Status != models.RefundFailed {
		t.Fatalf("%+v %v", failed, err)
	}
	w.sound(t)
	if _, err := w.api.Payments.Retry(w.as(t, w.sellers[1].staff), failed.ID); err == nil {
		t.Error("staff of a brand tried it again")
	}
	if _, err := w.api.Payments.Retry(w.as(t, w.operator), failed.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.Payments.Retry(w.as(t, w.operator), failed.ID); refused(t, err) != " CONFLICT" {
		t.Errorf("tried again twice: %v", err)
	}
	w.sound(t)
	w.ask(t, p)
	if now := w.paymentOf(t, late); now.RefundedMinor != now.CapturedMinor || now.RefundedMinor == 0 {
		t.Errorf("%+v", now)
	}
	w.sound(t)
}
