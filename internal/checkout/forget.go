package checkout

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Remember is how long after its payment has ended who buys with a purchase
// without orders is kept: so long a provider may still tell that it was paid
// after all. Providers send again what was not heard for three days. What comes
// later yet is given back.
const Remember = 7 * 24 * time.Hour

// forgetSize is how many purchases are forgotten at once.
const forgetSize = 1000

// Forget erases who was to buy with purchases that have ended without orders
// and are not paid any more, and tells how many those were. The reference of
// the person stays with them. Several instances may forget at once.
func (s *Service) Forget(ctx context.Context) (forgotten int, err error) {
	for {
		var ended []uuid.UUID
		err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
			now := s.now()
			// Locked as by PaidTx, so that a late payment finds all or nothing.
			err := tx.Raw(`
select p.id
from purchases p
where p.status <> 'COMPLETED' and p.status in ?
  and exists (
    select 1
    from consumers c
    where c.purchase_id = p.id and c.erased_at is null
  )
  and not exists (
    select 1
    from payments y
    where y.purchase_id = p.id and (y.status not in ? or y.updated_at > ?)
  )
order by p.id
limit ?
for update of p skip locked`, []models.PurchaseStatus{models.PurchaseFailed, models.PurchaseCancelled, models.PurchaseExpired},
				[]models.PaymentStatus{models.PaymentFailed, models.PaymentVoided}, now.Add(-Remember), forgetSize).Scan(&ended).Error
			if err != nil || len(ended) == 0 {
				return err
			}
			writes := database.NewBatch(tx)
			consumerid.Forgetting(writes, now, ended...)
			return writes.Send()
		})
		if err != nil {
			return forgotten, fmt.Errorf("forget who was to buy: %w", err)
		}
		if forgotten += len(ended); len(ended) < forgetSize {
			return forgotten, nil
		}
	}
}
