package catalog

import (
	"context"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// VariantsInOrder sorts the variants of a product.
var VariantsInOrder = paging.Sort[models.Variant]{Name: "variants", Columns: []paging.Column[models.Variant]{
	{Expr: "variants.position", Type: "integer", Value: func(v *models.Variant) any { return v.Position }},
	{Expr: "variants.id", Type: "uuid", Value: func(v *models.Variant) any { return v.ID }},
}}

// VariantPages gives a page of the variants of each product that the caller
// has read, in order.
func (s *Service) VariantPages(
	ctx context.Context, products []models.Key, args paging.Args,
) (func(models.Key) *paging.Connection[models.Variant], error) {
	return paging.Each(s.seen(ctx, "variants"), args, VariantsInOrder, "variants", paging.OfKeys(products, "product_id",
		func(v *models.Variant) models.Key { return models.Key{BrandID: v.BrandID, ID: v.ProductID} }))
}

// ListingPages gives a page of the listings of each storefront that the caller
// may see, newest first; of any of the statuses where some are named.
func (s *Service) ListingPages(
	ctx context.Context, storefronts []models.Key, args paging.Args, statuses []models.ListingStatus,
) (func(models.Key) *paging.Connection[models.Listing], error) {
	conditions, newest := ListedIn(statuses)
	return paging.Each(conditions.Narrow(s.seen(ctx, "listings")), args, newest, "listings", paging.OfKeys(storefronts, "storefront_id",
		func(l *models.Listing) models.Key { return models.Key{BrandID: l.BrandID, ID: l.StorefrontID} }))
}

// ListedIn says which of the listings that the caller may see ListingPages
// gives, and how it sorts them.
func ListedIn(statuses []models.ListingStatus) (c database.Conditions, newest paging.Sort[models.Listing]) {
	paging.AnyOf(&c, "listings.status", statuses)
	return c, paging.Sort[models.Listing]{Name: "listings", Filter: statuses, Desc: true, Columns: []paging.Column[models.Listing]{
		{Expr: "listings.created_at", Type: "timestamptz", Value: func(l *models.Listing) any { return l.CreatedAt }},
		{Expr: "listings.id", Type: "uuid", Value: func(l *models.Listing) any { return l.ID }},
	}}
}
