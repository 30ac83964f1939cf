package resolvers

import (
	"context"
	"encoding/json"

	"github.com/tradewind-commerce/tradewind/graph/filter"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// productsOf loads a page of a brand's products, for its whole group at once.
func (r *Resolver) productsOf(
	ctx context.Context, b *models.Brand, request search.BrandRequest, where *api.BrandProductWhere,
) (*paging.Connection[models.Product], error) {
	var err error
	if request.Filter, err = filter.BrandProducts(where); err != nil {
		return nil, err
	}
	same, err := json.Marshal([]any{request.Query, request.Filter, request.Sort, request.Reverse})
	if err != nil {
		return nil, err
	}
	return connected(ctx, b, pageKey("products", request.Page, string(same)), brandID,
		func(ctx context.Context, brands []uuid.UUID) (func(uuid.UUID) *paging.Connection[models.Product], error) {
			return r.Search.OfBrands(ctx, brands, request)
		})
}
