package category

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Everybody reads the whole tree, so no scope narrows these statements.

// siblings bounds what stands below one node.
const siblings = 200

// ByIDs reads categories, in any order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]*models.Category, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return read(s.db.WithContext(ctx).Where("id in ?", ids))
}

// ByID reads a category, or reports problem.NotFound.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (*models.Category, error) {
	return only(s.ByIDs(ctx, []uuid.UUID{id}))
}

// ByPath reads a category by its path, or reports problem.NotFound.
func (s *Service) ByPath(ctx context.Context, path string) (*models.Category, error) {
	return only(read(s.db.WithContext(ctx).Where("path = ?", path)))
}

// Roots reads the top of the tree in display order.
func (s *Service) Roots(ctx context.Context) ([]*models.Category, error) {
	return read(s.db.WithContext(ctx).Where("parent_id is null").Order("position, id").Limit(siblings))
}

// Below reads what stands right below each of the categories, in display order.
func (s *Service) Below(ctx context.Context, parents []uuid.UUID) ([]*models.Category, error) {
	if len(parents) == 0 {
		return nil, nil
	}
	return read(s.db.WithContext(ctx).Where("parent_id in ?", parents).Order("position, id"))
}

func read(query *gorm.DB) ([]*models.Category, error) {
	var categories []*models.Category
	if err := query.Find(&categories).Error; err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	return categories, nil
}

func only(categories []*models.Category, err error) (*models.Category, error) {
	if err != nil {
		return nil, err
	}
	if len(categories) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such category")
	}
	return categories[0], nil
}
