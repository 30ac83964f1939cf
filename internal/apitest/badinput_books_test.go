package apitest_test

import (
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/models"
)

// payable makes the money of an order payable.
func (w *shopWorld) payable(o *models.Order) {
	err := w.api.DB.Gorm.Transaction(func(tx *gorm.DB) error {
		return ledger.ReleaseTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID}, w.api.Now)
	})
	if err != nil {
		panic(err)
	}
}

// payout is one that was sent to the brand of an order.
func (w *shopWorld) payout(o *models.Order) *models.Payout {
	w.payable(o)
	p := &models.Payout{
		BrandID: o.BrandID, ID: fixture.ID(), Status: models.PayoutSent, Currency: "CNY", AmountMinor: 500, PaidCurrency: "CNY", PaidMinor: 500,
		Holder: "Acme", BankName: "First", LastDigits: "1234", CreatedAt: w.api.Now,
	}
	posting, err := ledger.Pay(p, fixture.ID)
	if err != nil {
		panic(err)
	}
	w.create(p, &posting.Transaction, &posting.Entries)
	return p
}

// plan is a commission plan of the brand that has begun.
func (w *shopWorld) plan() *models.CommissionPlan {
	p := &models.CommissionPlan{
		ID: fixture.ID(), ForBrandID: &w.brand.ID, Name: "Opening", DaysAfterDelivery: 7, DaysAfterPlacement: 30, Source: "contract 7",
		ValidFrom: fixture.Start, CreatedAt: fixture.Start,
	}
	w.create(p)
	return p
}

// failedRefund is one of the world's order that its provider has not done.
func (w *shopWorld) failedRefund() *models.OrderRefund {
	var paid models.PaymentAllocation
	if err := w.api.DB.Gorm.Take(&paid, "brand_id = ? and order_id = ?", w.brand.ID, w.order.ID).Error; err != nil {
		panic(err)
	}
	r := &models.OrderRefund{
		BrandID: w.brand.ID, ID: fixture.ID(), OrderID: w.order.ID, Currency: paid.Currency, AmountMinor: 100, Reason: "broken",
		RecordedAt: w.api.Now, Status: models.RefundFailed,
	}
	failed := &models.Refund{
		ID: fixture.ID(), PaymentID: paid.PaymentID, Key: r.ID.String(), Status: models.RefundFailed, Currency: paid.Currency, AmountMinor: 100,
		Reason: "broken", CreatedAt: w.api.Now, UpdatedAt: w.api.Now,
	}
	w.create(r, failed, &models.RefundAllocation{
		BrandID: w.brand.ID, ID: fixture.ID(), RefundID: failed.ID, OrderID: w.order.ID, OrderRefundID: &r.ID, Currency: paid.Currency, AmountMinor: 100,
	})
	return r
}

// books are good inputs of payouts and commission plans.
var books = map[string][]goodInput{
	"refundRetry": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.owner, object{"idempotencyKey": "t1", "refundId": w.failedRefund().GlobalID()}
	}},
	"payoutCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.payable(w.order)
		return w.operator, object{
			"idempotencyKey": "p1", "brandId": w.brand.GlobalID(), "currency": "CNY", "amount": "10", "reference": "TRF 7",
			"rate": object{"value": "0.1403", "source": "ECB", "date": w.api.Now.AddDate(0, 0, -1).Format(time.DateOnly)},
		}
	}},
	"payoutReturn": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{"idempotencyKey": "p2", "payoutId": w.payout(w.order).GlobalID(), "reason": "the account is closed"}
	}},
	"commissionPlanCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"brandId": w.brand.GlobalID(), "currency": "CNY", "name": "Standard", "rate": "0.05", "fixed": "0.30", "daysAfterDelivery": 14,
			"daysAfterPlacement": 30, "source": "contract 7", "validFrom": "2100-01-01T00:00:00Z", "validTo": "2101-01-01T00:00:00Z",
		}
	}},
	"commissionPlanEnd": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{"commissionPlanId": w.plan().GlobalID(), "validTo": "2100-01-01T00:00:00Z"}
	}},
}
