package catalog

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// changeProduct is what all changes of a product have in common. Refused is
// what is wrong with the input by itself.
func (s *Service) changeProduct(
	ctx context.Context, key models.Key, expected *int32, refused problem.List, change func(*gorm.DB, *models.Product) error,
) (*models.Product, error) {
	if err := auth.RequireFor(ctx, auth.ProductWrite, key.BrandID, "input.productId"); err != nil {
		return nil, err
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var p *models.Product
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if p, err = lockProduct(tx, key, "input.productId"); err != nil {
			return err
		}
		if err := unchanged(expected, p.Version); err != nil {
			return err
		}
		if err := change(tx, p); err != nil {
			return err
		}
		return refresh(tx, p)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}
