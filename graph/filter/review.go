package filter

import (
	"fmt"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// Review reads a filter of listings to review.
func Review(where *api.ListingReviewWhere) (w catalog.ReviewWhere, err error) {
	if where == nil {
		return w, nil
	}
	w.Reasons = where.Reason.Value()
	if w.Brands, err = rowsOf("brandId", globalid.Brand, where.BrandID); err != nil {
		return w, err
	}
	for i, id := range where.StorefrontID.Value() {
		parsed, err := ID(fmt.Sprintf("where.storefrontId.%d", i), globalid.Storefront, id)
		if err != nil {
			return w, err
		}
		w.Storefronts = append(w.Storefronts, Key(parsed))
	}
	return w, nil
}
