package resolvers

import (
	"context"
	"strings"

	"github.com/tradewind-commerce/tradewind/graph/filter"

	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func productKey(p *models.Product) models.Key { return models.Key{BrandID: p.BrandID, ID: p.ID} }

func variantKey(v *models.Variant) models.Key { return models.Key{BrandID: v.BrandID, ID: v.ID} }

func storefrontKey(s *models.Storefront) models.Key { return models.Key{BrandID: s.BrandID, ID: s.ID} }

func productOfVariant(v *models.Variant) models.Key {
	return models.Key{BrandID: v.BrandID, ID: v.ProductID}
}

func productOfListing(l *models.Listing) models.Key {
	return models.Key{BrandID: l.BrandID, ID: l.ProductID}
}

// wordsOf are a product's texts in the language of the context.
func wordsOf(ctx context.Context, p *models.Product) (models.ProductText, string) {
	return p.Texts.In(p.DefaultLanguage, market.From(ctx).Languages...)
}

// productOf loads the product of a row, for its whole group at once; nil where
// the caller may not see it.
func productOf[P any](ctx context.Context, r *Resolver, row *P, key func(*P) models.Key) (*models.Product, error) {
	return loaders.One(ctx, row, "product",
		func(row *P) (models.Key, bool) { return key(row), true }, r.Catalog.ProductsByKeys, productKey)
}

// shop is the storefront meant by an optional argument: the named one, or the
// primary one of the context's market.
func shop(ctx context.Context, storefrontID *string) (catalog.Shop, error) {
	if storefrontID != nil {
		id, err := filter.ID("storefrontId", globalid.Storefront, *storefrontID)
		return catalog.Shop{Storefront: filter.Key(id)}, err
	}
	situation := market.From(ctx)
	return catalog.Shop{Country: situation.Country, Currency: situation.Currency}, nil
}

// inShop names a field whose value depends on the shop.
type inShop struct {
	field string
	shop  catalog.Shop
}

func (r *Resolver) listingIn(ctx context.Context, p *models.Product, storefrontID *string) (*models.Listing, error) {
	where, err := shop(ctx, storefrontID)
	if err != nil {
		return nil, err
	}
	return loaders.One(ctx, p, inShop{"listing", where},
		func(p *models.Product) (models.Key, bool) { return productKey(p), true },
		func(ctx context.Context, keys []models.Key) ([]*models.Listing, error) {
			return r.Catalog.ListingsIn(ctx, where, keys)
		}, productOfListing)
}

func (r *Resolver) priceIn(ctx context.Context, v *models.Variant, storefrontID *string) (*models.Price, error) {
	where, err := shop(ctx, storefrontID)
	if err != nil {
		return nil, err
	}
	return loaders.One(ctx, v, inShop{"price", where},
		func(v *models.Variant) (models.Key, bool) { return variantKey(v), true },
		func(ctx context.Context, keys []models.Key) ([]*models.Price, error) {
			return r.Catalog.PricesIn(ctx, where, keys)
		}, variantOfPrice)
}

func variantOfPrice(p *models.Price) models.Key {
	return models.Key{BrandID: p.BrandID, ID: p.VariantID}
}

func (r *Resolver) variantTitle(ctx context.Context, v *models.Variant) (string, error) {
	if len(v.Options) > 0 {
		values := make([]string, len(v.Options))
		for i, o := range v.Options {
			values[i] = o.Value
		}
		return strings.Join(values, " / "), nil
	}
	p, err := productOf(ctx, r, v, productOfVariant)
	if err != nil || p == nil {
		return "", err
	}
	words, _ := wordsOf(ctx, p)
	return words.Title, nil
}

func (r *Resolver) product(ctx context.Context, id, brandSlug, handle *string) (*models.Product, error) {
	switch {
	case id != nil && brandSlug == nil && handle == nil:
		parsed, err := filter.ID("id", globalid.Product, *id)
		if err != nil {
			return nil, err
		}
		return found(r.Catalog.Product(ctx, filter.Key(parsed)))
	case id == nil && brandSlug != nil && handle != nil:
		return found(r.Catalog.ProductByHandle(ctx, *brandSlug, *handle))
	}
	return nil, &problem.BadInput{Argument: "id", Message: "give id, or brandSlug and handle"}
}
