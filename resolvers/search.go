package resolvers

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// searchFilter reads a filter of the marketplace's products.
func searchFilter(where *api.ProductWhere) (search.Filter, error) {
	if where == nil {
		return search.Filter{}, nil
	}
	f := search.Filter{
		OriginCountries: where.OriginCountry.Value(), OriginRegions: where.OriginRegion.Value(), Available: given(where.Available),
	}
	if price := given(where.Price); price != nil {
		f.Price = &search.Span{Min: given(price.Min), Max: given(price.Max)}
	}
	if id := given(where.StorefrontID); id != nil {
		parsed, err := argument("where.storefrontId", globalid.Storefront, *id)
		if err != nil {
			return f, err
		}
		key := keyOf(parsed)
		f.Storefront = &key
	}
	var err error
	if f.Category, err = categoryArgument(given(where.CategoryID)); err != nil {
		return f, err
	}
	if brands := where.BrandID.Value(); brands != nil {
		f.Brands = make([]uuid.UUID, len(brands))
		for i, id := range brands {
			parsed, err := argument(fmt.Sprintf("where.brandId.%d", i), globalid.Brand, id)
			if err != nil {
				return f, err
			}
			f.Brands[i] = parsed.Row
		}
	}
	return f, nil
}

func categoryArgument(id *string) (*uuid.UUID, error) {
	if id == nil {
		return nil, nil
	}
	parsed, err := argument("where.categoryId", globalid.Category, *id)
	if err != nil {
		return nil, err
	}
	return &parsed.Row, nil
}

// productsOf loads a page of a brand's products, for its whole group at once.
func (r *Resolver) productsOf(
	ctx context.Context, b *models.Brand, request search.BrandRequest, where *api.BrandProductWhere,
) (*paging.Connection[models.Product], error) {
	if where != nil {
		var err error
		if request.Filter.Category, err = categoryArgument(given(where.CategoryID)); err != nil {
			return nil, err
		}
		request.Filter.Statuses, request.Filter.Tag = where.Status.Value(), given(where.Tag)
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
