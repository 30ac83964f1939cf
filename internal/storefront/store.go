package storefront

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ByKeys reads those of the storefronts that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.Storefront, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var shops []*models.Storefront
	err := s.visible(ctx).Where("(storefronts.brand_id, storefronts.id) in ?", models.Pairs(keys)).Find(&shops).Error
	if err != nil {
		return nil, fmt.Errorf("read storefronts: %w", err)
	}
	return shops, nil
}

// ByKey reads a storefront, or reports problem.NotFound.
func (s *Service) ByKey(ctx context.Context, key models.Key) (*models.Storefront, error) {
	return only(s.ByKeys(ctx, []models.Key{key}))
}

// BySlug reads a storefront by its slug, or reports problem.NotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (*models.Storefront, error) {
	var shops []*models.Storefront
	err := s.visible(database.AcrossBrands(ctx, database.MarketplaceSearch)).
		Where("(storefronts.brand_id, storefronts.id) = (select brand_id, storefront_id from storefront_slugs where slug = ?)", slug).
		Find(&shops).Error
	return only(shops, err)
}

// OfBrands gives a page of the storefronts of each brand that the caller may
// see, by name.
func (s *Service) OfBrands(
	ctx context.Context, brands []uuid.UUID, args paging.Args,
) (func(brand uuid.UUID) *paging.Connection[models.Storefront], error) {
	return paging.Each(s.visible(ctx), args, OfBrand, "storefronts", paging.Parents[models.Storefront, uuid.UUID]{
		Keys: brands, Columns: []string{"brand_id"}, IDs: func(brand uuid.UUID) []uuid.UUID { return []uuid.UUID{brand} },
		Of: (*models.Storefront).TenantID,
	})
}

// OfBrand sorts the storefronts of a brand.
var OfBrand = paging.Sort[models.Storefront]{Name: "storefronts of a brand", Columns: orders[ByName]}

// visible are the storefronts the caller may see.
func (s *Service) visible(ctx context.Context) *gorm.DB {
	scope, args := auth.Where(auth.From(ctx), "storefronts", "", s.now())
	return s.db.WithContext(ctx).Model(&models.Storefront{}).Where(scope, args...)
}

func only(shops []*models.Storefront, err error) (*models.Storefront, error) {
	if err != nil {
		return nil, err
	}
	if len(shops) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such storefront, or you may not see it")
	}
	return shops[0], nil
}
