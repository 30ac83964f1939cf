package catalog

import (
	"context"
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Product gives a product, or NOT_FOUND where there is none or the caller may
// not see it.
func (s *Service) Product(ctx context.Context, key models.Key) (*models.Product, error) {
	return one(s.ProductsByKeys(ctx, []models.Key{key}))
}

// ProductByHandle is Product by the names that stand in addresses.
func (s *Service) ProductByHandle(ctx context.Context, brandSlug, handle string) (*models.Product, error) {
	rows, err := database.Find[models.Product](s.products(ctx).Where(
		"products.brand_id = (select brand_id from brand_slugs where slug = ?) and products.handle = ?", brandSlug, handle), "products")
	return one(rows, err)
}

// ProductsByKeys gives the products that the caller may see, in any order.
func (s *Service) ProductsByKeys(ctx context.Context, keys []models.Key) ([]*models.Product, error) {
	return database.Find[models.Product](byKeys(s.products(ctx), "products", "id", keys), "products")
}

// VariantsByKeys gives the variants that the caller may see, in any order: a
// variant is seen only where its product is.
func (s *Service) VariantsByKeys(ctx context.Context, keys []models.Key) ([]*models.Variant, error) {
	return database.Find[models.Variant](byKeys(s.ofProduct(ctx, s.seen(ctx, "variants"), "variants"), "variants", "id", keys), "variants")
}

// MediaByKeys gives the pictures of products that the caller may see, in any order.
func (s *Service) MediaByKeys(ctx context.Context, keys []models.Key) ([]*models.Media, error) {
	return database.Find[models.Media](byKeys(s.ofProduct(ctx, s.db.WithContext(ctx), "media"), "media", "id", keys), "media")
}

// ListingsByKeys gives the listings that the caller may see, in any order.
func (s *Service) ListingsByKeys(ctx context.Context, keys []models.Key) ([]*models.Listing, error) {
	return database.Find[models.Listing](byKeys(s.seen(ctx, "listings"), "listings", "id", keys), "listings")
}

// VariantsOf gives the variants of products that the caller has read, each
// product's in order.
func (s *Service) VariantsOf(ctx context.Context, products []models.Key) ([]*models.Variant, error) {
	return database.Find[models.Variant](byKeys(s.seen(ctx, "variants"), "variants", "product_id", products).
		Order("product_id, position, id"), "variants")
}

// MediaOf gives the pictures of products that the caller has read, each
// product's in order.
func (s *Service) MediaOf(ctx context.Context, products []models.Key) ([]*models.Media, error) {
	return database.Find[models.Media](byKeys(s.db.WithContext(ctx), "media", "product_id", products).
		Order("product_id, position, id"), "media")
}

// ListingsOf gives the listings of products, each product's oldest first.
func (s *Service) ListingsOf(ctx context.Context, products []models.Key) ([]*models.Listing, error) {
	return database.Find[models.Listing](byKeys(s.seen(ctx, "listings"), "listings", "product_id", products).
		Order("product_id, created_at, id"), "listings")
}

func one[T any](rows []*T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such thing, or you may not see it")
	}
	return rows[0], nil
}

func reading(what string, err error) error {
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

// Visible tells whether everybody can read a listing now.
func (s *Service) Visible(l *models.Listing) bool {
	return l.VisibleFrom != nil && !l.VisibleFrom.After(s.now())
}
