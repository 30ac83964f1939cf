package brand

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByIDs reads those of the brands that the caller may see, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Brand, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var brands []*models.Brand
	if err := s.visible(ctx).Where("brands.id in ?", ids).Find(&brands).Error; err != nil {
		return nil, fmt.Errorf("read brands: %w", err)
	}
	return brands, nil
}

// ByID reads a brand, or reports problem.NotFound.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (*models.Brand, error) {
	return only(s.ByIDs(ctx, []uuid.UUID{id}))
}

// BySlug reads a brand by its slug, or reports problem.NotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (*models.Brand, error) {
	var brands []*models.Brand
	err := s.visible(ctx).Where("brands.id = (select brand_id from brand_slugs where slug = ?)", slug).Find(&brands).Error
	return only(brands, err)
}

// visible are the brands the caller may see.
func (s *Service) visible(ctx context.Context) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), "brands", "", s.now())
	return s.db.WithContext(ctx).Model(&models.Brand{}).Where(scope, args...)
}

func only(brands []*models.Brand, err error) (*models.Brand, error) {
	if err != nil {
		return nil, err
	}
	if len(brands) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such brand, or you may not see it")
	}
	return brands[0], nil
}
