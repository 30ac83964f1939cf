package catalog

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Archive puts a product away: the public can no longer read or buy it. Its
// listings stay as they are for Restore.
func (s *Service) Archive(ctx context.Context, key models.Key, expected *int32) (*models.Product, error) {
	return s.changeProduct(ctx, key, expected, nil, func(tx *gorm.DB, p *models.Product) error {
		if p.Status == models.ProductArchived {
			return problem.At("input.productId", problem.Conflict, "the product is archived already")
		}
		now, before := s.now(), p.Status
		p.Status, p.ArchivedAt, p.ArchivedFrom = models.ProductArchived, &now, &before
		return saveProduct(tx, p, now, "status", "archived_at", "archived_from")
	})
}

// Restore brings an archived product back with the status and the listings it had.
func (s *Service) Restore(ctx context.Context, key models.Key, expected *int32) (*models.Product, error) {
	return s.changeProduct(ctx, key, expected, nil, func(tx *gorm.DB, p *models.Product) error {
		if p.ArchivedFrom == nil {
			return problem.At("input.productId", problem.Conflict, "the product is not archived")
		}
		p.Status, p.ArchivedAt, p.ArchivedFrom = *p.ArchivedFrom, nil, nil
		return saveProduct(tx, p, s.now(), "status", "archived_at", "archived_from")
	})
}
