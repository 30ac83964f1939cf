package checkout

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// Get reads a purchase of the caller's, or reports NOT_FOUND.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*models.Purchase, error) {
	return s.own(ctx, id)
}

func (s *Service) own(ctx context.Context, id uuid.UUID) (*models.Purchase, error) {
	found, err := s.ByIDs(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, noSuchPurchase()
	}
	return found[0], nil
}

// ByIDs reads those of the purchases that the caller may see.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (found []*models.Purchase, err error) {
	actor := auth.From(ctx)
	seen, args := auth.Where(actor, "purchases", "", s.now())
	if err := s.db.WithContext(ctx).Where("id in ?", ids).Where(seen, args...).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read purchases: %w", err)
	}
	return found, nil
}
