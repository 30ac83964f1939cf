package resolvers

import (
	"context"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/models"
)

// ofBrand is a row that belongs to a brand.
type ofBrand[T any] interface {
	*T
	TenantID() uuid.UUID
}

// brandOf loads the brand of a row of any type, for its whole group at once;
// nil where the caller may not see it.
func brandOf[T any, P ofBrand[T]](ctx context.Context, r *Resolver, row P) (*models.Brand, error) {
	return loaders.One(ctx, (*T)(row), "brand",
		func(row *T) (uuid.UUID, bool) { return P(row).TenantID(), true },
		r.Brands.ByIDs,
		func(b *models.Brand) uuid.UUID { return b.ID })
}
