package insight_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/models"
)

// Purchases of two orders are tried by card in vain, and paid by two payments
// of another method. Each order is in both, and gets something of both back.
func TestPayments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var paid, refunded, orders int64
	var payments [2]uuid.UUID
	pay := func(purchase uuid.UUID, method string, status models.PaymentStatus) uuid.UUID {
		p := &models.Payment{ID: fixture.ID(), ShopperID: fixture.ID(), PurchaseID: purchase, Provider: "SANDBOX", Method: method, Status: status,
			Currency: "CNY", AmountMinor: 900, Dispute: models.DisputeNone, Version: 1, CreatedAt: now, UpdatedAt: now}
		fixture.Create(t, w.db, p)
		return p.ID
	}
	back := func(f *models.SalesFact, payment uuid.UUID, status models.RefundStatus, minor int64) {
		r := &models.Refund{ID: fixture.ID(), PaymentID: payment, Key: fixture.ID().String(), Status: status, Currency: "CNY", AmountMinor: minor,
			Reason: "x", CreatedAt: now, UpdatedAt: now}
		fixture.Create(t, w.db, r, &models.RefundAllocation{BrandID: f.BrandID, ID: fixture.ID(), RefundID: r.ID, OrderID: f.OrderID, Currency: "CNY", AmountMinor: minor})
	}
	var purchase uuid.UUID
	for _, f := range w.facts {
		if !f.OpensOrder || f.Currency != "CNY" || orders == 20 {
			continue
		}
		if orders%2 == 0 {
			purchase = fixture.ID()
			pay(purchase, "CARD", models.PaymentFailed)
			payments = [2]uuid.UUID{pay(purchase, "ALIPAY", models.PaymentCaptured), pay(purchase, "ALIPAY", models.PaymentCaptured)}
		}
		orders++
		if err := w.db.Exec("update orders set purchase_id = ? where brand_id = ? and id = ?", purchase, f.BrandID, f.OrderID).Error; err != nil {
			t.Fatal(err)
		}
		for i, payment := range payments {
			minor := 100*orders + int64(i)
			fixture.Create(t, w.db, &models.PaymentAllocation{BrandID: f.BrandID, ID: fixture.ID(), PaymentID: payment, OrderID: f.OrderID, Currency: "CNY", AmountMinor: minor})
			back(f, payment, models.RefundSucceeded, 7)
			back(f, payment, models.RefundSucceeded, 8)
			back(f, payment, models.RefundFailed, 9)
			paid, refunded = paid+minor, refunded+15
		}
	}
	got, err := w.sight.Payments(auth.With(t.Context(), fixture.Reporter(t, w.db)), insight.Query{})
	if err != nil {
		t.Fatal(err)
	}
	want := []*insight.PaymentRow{
		{Method: "ALIPAY", PaymentFigures: insight.PaymentFigures{Currency: "CNY", Attempts: orders, Orders: orders, PaidMinor: paid, RefundedMinor: refunded}},
		{Method: "CARD", PaymentFigures: insight.PaymentFigures{Currency: "CNY", Attempts: orders / 2, Failed: orders / 2}},
	}
	if diff := cmp.Diff(want, got.Rows); diff != "" || orders != 20 {
		t.Errorf("of %d orders (-want +got):\n%s", orders, diff)
	}
}
