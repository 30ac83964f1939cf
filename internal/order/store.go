package order

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// scoped narrows a query to the orders that the caller may see.
func (s *Service) scoped(ctx context.Context, query *gorm.DB) *gorm.DB {
	where, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	return query.Where(where, args...)
}

func byKeys(query *gorm.DB, keys []models.Key) *gorm.DB {
	return query.Where("(orders.brand_id, orders.id) in ?", models.Pairs(keys))
}

// of narrows parts of orders to those of some orders.
func of(query *gorm.DB, orders []models.Key) *gorm.DB {
	return query.Where("(brand_id, order_id) in ?", models.Pairs(orders))
}

func one(query *gorm.DB) (*models.Order, error) {
	rows, err := database.Find[models.Order](query.Limit(1), "an order")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such order, or you may not see it")
	}
	return rows[0], nil
}
