package ledger

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// StandingTx reads how the money of an order stands. The order must be locked:
// refunds and releases of one order wait for each other at its row.
func StandingTx(tx *gorm.DB, order models.Key) (s Standing, err error) {
	err = tx.Raw(`
select (select payable_due is null from orders where brand_id = @brand and id = @order) as released,
  (
    select coalesce(sum(e.amount_minor), 0) < 0
    from ledger_transactions t
    join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
    where t.brand_id = @brand and t.order_id = @order and e.account = 'SHOPPER_RECEIVABLE'
  ) as unpaid`, map[string]any{"brand": order.BrandID, "order": order.ID}).Scan(&s).Error
	if err != nil {
		return s, fmt.Errorf("read how the order's money stands: %w", err)
	}
	return s, nil
}
