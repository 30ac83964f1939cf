package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByIDs gives those of the payments that the caller may see, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Payment, error) {
	return s.seen(ctx, "payments.id in ?", ids)
}

// OfPurchases gives the payments of purchases, as far as the caller may see
// them, in any order. A purchase has one at most.
func (s *Service) OfPurchases(ctx context.Context, purchases []uuid.UUID) ([]*models.Payment, error) {
	return s.seen(ctx, "payments.purchase_id in ?", purchases)
}

func (s *Service) seen(ctx context.Context, which string, ids []uuid.UUID) (found []*models.Payment, err error) {
	scope, args := auth.Where(auth.From(ctx), "payments", "", s.now())
	if err := s.db.WithContext(ctx).Where(which, ids).Where(scope, args...).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return found, nil
}
