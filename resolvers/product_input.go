package resolvers

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/models"
)

func (r *Resolver) productCreate(ctx context.Context, input api.ProductCreateInput) (*models.Product, error) {
	var in ids
	brand := in.row("input.brandId", globalid.Brand, input.BrandID)
	draft := catalog.ProductDraft{
		Handle: text(input.Handle), Vendor: text(input.Vendor), ProductType: text(input.ProductType),
		Tags: input.Tags.Value(), HSCode: text(input.HsCode),
		OriginCountry: text(input.OriginCountry), OriginRegion: text(input.OriginRegion),
		Media: mediaDrafts(input.Media.Value()),
	}
	if id := given(input.CategoryID); id != nil {
		category := in.row("input.categoryId", globalid.Category, *id)
		draft.CategoryID = &category.Row
	}
	for _, t := range input.Translations {
		draft.Texts = append(draft.Texts, translation(t))
	}
	for _, o := range input.Options.Value() {
		draft.Options = append(draft.Options, models.Option{Name: o.Name, Values: o.Values})
	}
	for _, v := range input.Variants.Value() {
		draft.Variants = append(draft.Variants, variantDraft(v))
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Catalog.Create(ctx, brand.Row, draft)
}

func (r *Resolver) productUpdate(ctx context.Context, input api.ProductUpdateInput) (*models.Product, error) {
	var in ids
	key := in.key("input.productId", globalid.Product, input.ProductID)
	c := catalog.ProductChange{
		ExpectedVersion: given(input.ExpectedVersion), Handle: change(input.Handle), Status: change(input.Status),
		Vendor: change(input.Vendor), ProductType: change(input.ProductType), HSCode: change(input.HsCode),
		OriginCountry: change(input.OriginCountry), OriginRegion: change(input.OriginRegion),
		Tags: changeList(input.Tags, func(tags []string) []string { return tags }), Media: changeList(input.Media, mediaDrafts),
		CategoryID: patch.Field[uuid.UUID]{Given: input.CategoryID.IsSet()},
	}
	if id := given(input.CategoryID); id != nil {
		category := in.row("input.categoryId", globalid.Category, *id)
		c.CategoryID.To = &category.Row
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Catalog.Update(ctx, key, c)
}

func (r *Resolver) variantUpdate(ctx context.Context, input api.VariantUpdateInput) (*models.Variant, error) {
	var in ids
	key := in.key("input.variantId", globalid.Variant, input.VariantID)
	if err := in.err(); err != nil {
		return nil, err
	}
	c := catalog.VariantChange{
		ExpectedVersion: given(input.ExpectedVersion), SKU: change(input.Sku), Barcode: change(input.Barcode),
		WeightGrams: change(input.WeightGrams), TrackStock: change(input.TrackStock),
		Content: patch.Field[models.NetContent]{Given: input.NetContent.IsSet(), To: content(given(input.NetContent))},
	}
	return r.Catalog.UpdateVariant(ctx, key, c)
}

func (r *Resolver) listingPricesSet(ctx context.Context, input api.ListingPricesSetInput) (*models.Listing, error) {
	var in ids
	product := in.key("input.productId", globalid.Product, input.ProductID)
	storefront := in.key("input.storefrontId", globalid.Storefront, input.StorefrontID)
	prices := priceDrafts(&in, input.Prices)
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Catalog.SetPrices(ctx, product, storefront, prices)
}

func (r *Resolver) listingPublish(ctx context.Context, input api.ListingPublishInput) (*models.Listing, error) {
	var in ids
	product := in.key("input.productId", globalid.Product, input.ProductID)
	storefront := in.key("input.storefrontId", globalid.Storefront, input.StorefrontID)
	prices := priceDrafts(&in, input.Prices.Value())
	if err := in.err(); err != nil {
		return nil, err
	}
	return r.Catalog.Publish(ctx, product, storefront, given(input.PublishAt), prices)
}

// keyed is a mutation of one row whose input is little more than its id.
func keyed[T any](path string, t globalid.Type, id string, do func(models.Key) (*T, error)) (*T, error) {
	var in ids
	key := in.key(path, t, id)
	if err := in.err(); err != nil {
		return nil, err
	}
	return do(key)
}

func text(o graphql.Omittable[*string]) string { return or(given(o), "") }

// changeList is a list of an update: absent, emptied by null, or set.
func changeList[T, V any](o graphql.Omittable[[]T], as func([]T) []V) patch.Field[[]V] {
	list, isSet := o.ValueOK()
	if list == nil {
		return patch.Field[[]V]{Given: isSet}
	}
	return patch.To(as(list))
}

func translation(t *api.ProductTranslationInput) catalog.Text {
	return catalog.Text{Language: t.Language, ProductText: models.ProductText{
		Title: t.Title, Description: text(t.Description), SEOTitle: text(t.SeoTitle), SEODescription: text(t.SeoDescription),
	}}
}

func variantDraft(v *api.VariantInput) catalog.VariantDraft {
	return catalog.VariantDraft{
		Values: v.Options.Value(), SKU: text(v.Sku), Barcode: text(v.Barcode), WeightGrams: given(v.WeightGrams),
		Content: content(given(v.NetContent)), Untracked: !or(given(v.TrackStock), true),
	}
}

func content(c *api.NetContentInput) *models.NetContent {
	if c == nil {
		return nil
	}
	return &models.NetContent{Quantity: c.Quantity, Unit: c.Unit}
}

func mediaDrafts(list []*api.MediaInput) []catalog.MediaDraft {
	drafts := make([]catalog.MediaDraft, len(list))
	for i, m := range list {
		drafts[i] = catalog.MediaDraft{URL: m.URL, Alt: text(m.Alt)}
	}
	return drafts
}

func priceDrafts(in *ids, list []*api.PriceInput) []catalog.PriceDraft {
	drafts := make([]catalog.PriceDraft, len(list))
	for i, p := range list {
		drafts[i] = catalog.PriceDraft{
			Variant: in.key(fmt.Sprintf("input.prices.%d.variantId", i), globalid.Variant, p.VariantID),
			Amount:  p.Amount, CompareAt: given(p.CompareAt),
		}
	}
	return drafts
}
