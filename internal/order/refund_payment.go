package order

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

// giveBackTx asks the payments of an order for the money of a refund: each for
// no more than was allocated to the order and not asked back yet. What failed
// is still owed, and so counted.
func giveBackTx(tx *gorm.DB, refund *Refund) error {
	var paid []models.PaymentAllocation
	err := tx.Raw(`
select a.payment_id, a.currency, a.amount_minor - coalesce((
  select sum(g.amount_minor)
  from refund_allocations g
  join refunds f on f.id = g.refund_id and f.payment_id = a.payment_id
  where g.brand_id = a.brand_id and g.order_id = a.order_id and not exists (select from refunds n where n.retry_of = f.id)
), 0) as amount_minor
from payment_allocations a
where a.brand_id = ? and a.order_id = ?
order by a.payment_id`, refund.BrandID, refund.OrderID).Scan(&paid).Error
	if err != nil {
		return fmt.Errorf("read the order's payments: %w", err)
	}
	left := refund.AmountMinor
	for _, a := range paid {
		part := min(left, a.AmountMinor)
		left -= part
		_, err := payment.RefundTx(tx, payment.RefundRequest{
			PaymentID: a.PaymentID, OrderKey: models.Key{BrandID: refund.BrandID, ID: refund.OrderID},
			Amount: money.New(part, money.Currency(a.Currency)), Reason: refund.Reason, Key: refund.ID.String(), OrderRefund: refund.ID, At: refund.RecordedAt,
		})
		if err != nil {
			return fmt.Errorf("refund payment %s: %w", a.PaymentID, err)
		}
	}
	if left != 0 {
		return fmt.Errorf("the payments of order %s lack %d of a refund", refund.OrderID, left)
	}
	return nil
}
