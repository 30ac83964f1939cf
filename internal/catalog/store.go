package catalog

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// seen begins a query of the rows of a table that the caller may see.
func (s *Service) seen(ctx context.Context, table string) *gorm.DB {
	return s.scoped(ctx, s.db.WithContext(ctx), table)
}

// scoped narrows a query to the rows of a table that the caller may see.
func (s *Service) scoped(ctx context.Context, query *gorm.DB, table string) *gorm.DB {
	where, args := auth.Where(auth.From(ctx), table, "", s.now())
	return query.Where(where, args...)
}

// products leaves out search tokens, which nobody reads.
func (s *Service) products(ctx context.Context) *gorm.DB {
	return s.seen(ctx, "products").Omit("tokens")
}

// ofProduct narrows rows of a product's parts to products the caller may see.
func (s *Service) ofProduct(ctx context.Context, query *gorm.DB, table string) *gorm.DB {
	where, args := auth.Where(auth.From(ctx), "products", "", s.now())
	return query.Where("exists (select 1 from products where products.brand_id = "+table+".brand_id and products.id = "+
		table+".product_id and "+where+")", args...)
}

func byKeys(query *gorm.DB, table, column string, keys []models.Key) *gorm.DB {
	if len(keys) == 0 {
		return query.Where("false")
	}
	return query.Where("("+table+".brand_id, "+table+"."+column+") in ?", models.Pairs(keys))
}
