package payment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// DriveOrder has the providers of an order's payments do the refunds that were
// asked for. Call it after their commit. What fails is not an error: the
// recovery goes on.
func (s *Service) DriveOrder(ctx context.Context, order models.Key) {
	var due []uuid.UUID
	err := s.db.WithContext(ctx).Raw(`
select p.id
from payment_allocations a
join payments p on p.id = a.payment_id
where a.brand_id = ? and a.order_id = ? and p.refunding_minor > p.refunded_minor
order by p.id`, order.BrandID, order.ID).Scan(&due).Error
	for _, id := range due {
		if err == nil {
			_, err = s.try(ctx, id)
		}
	}
	if err != nil {
		s.log.WarnContext(ctx, "refunds of an order are left to the recovery", "order", order.ID, "error", err)
	}
}
