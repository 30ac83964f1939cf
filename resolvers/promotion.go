package resolvers

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

const promotionID = "input.promotionId"

func promotionKey(p *models.Promotion) models.Key { return models.Key{BrandID: p.BrandID, ID: p.ID} }

// titleOf is a title in the language of the context.
func titleOf(ctx context.Context, texts models.Texts[models.TitleText], fallback string) string {
	return texts.Field(func(t models.TitleText) string { return t.Title }, fallback, market.From(ctx).Languages...)
}

// titles keeps absent apart from empty.
func titles(in []*api.TitleInput) []title.Title {
	if in == nil {
		return nil
	}
	list := make([]title.Title, len(in))
	for i, t := range in {
		list[i] = title.Title{Language: t.Language, Title: t.Title}
	}
	return list
}

// chosen reads what a selection of a promotion names, the oldest first.
func chosen[V any, K comparable](
	ctx context.Context, p *models.Promotion, field string, named func(*models.Promotion) []K,
	fetch func(context.Context, []K) ([]*V, error), key func(*V) K, id func(*V) uuid.UUID,
) ([]*V, error) {
	return loaders.Load(ctx, p, field, func(ctx context.Context, rows []*models.Promotion) (map[*models.Promotion][]*V, error) {
		var keys []K
		for _, row := range rows {
			keys = append(keys, named(row)...)
		}
		found := []*V{}
		if len(keys) > 0 {
			var err error
			if found, err = fetch(ctx, keys); err != nil {
				return nil, err
			}
		}
		loaders.Together(ctx, found)
		slices.SortFunc(found, func(a, b *V) int { x, y := id(a), id(b); return bytes.Compare(x[:], y[:]) })
		of := make(map[*models.Promotion][]*V, len(rows))
		for _, row := range rows {
			list := named(row)
			of[row] = slices.DeleteFunc(slices.Clone(found), func(v *V) bool { return !slices.Contains(list, key(v)) })
		}
		return of, nil
	})
}

func (r *Resolver) promoted(ctx context.Context, p *models.Promotion, field string, of func(*models.Promotion) *models.Selection) ([]*models.Product, error) {
	return chosen(ctx, p, field+".products", func(p *models.Promotion) (keys []models.Key) {
		if s := of(p); s != nil {
			for _, id := range s.Products {
				keys = append(keys, models.Key{BrandID: p.BrandID, ID: id})
			}
		}
		return keys
	}, r.Catalog.ProductsByKeys, productKey, func(p *models.Product) uuid.UUID { return p.ID })
}

func (r *Resolver) promotedCategories(
	ctx context.Context, p *models.Promotion, field string, of func(*models.Promotion) *models.Selection,
) ([]*models.Category, error) {
	id := func(c *models.Category) uuid.UUID { return c.ID }
	return chosen(ctx, p, field+".categories", func(p *models.Promotion) []uuid.UUID {
		if s := of(p); s != nil {
			return s.Categories
		}
		return nil
	}, r.Categories.ByIDs, id, id)
}

func goodsOf(p *models.Promotion) *models.Selection { return &p.Goods }
func getsOf(p *models.Promotion) *models.Selection  { return p.Gets }

func promotionDraft(in api.PromotionCreateInput) (promotion.Draft, error) {
	var list ids
	d := promotion.Draft{
		BrandID: list.row("input.brandId", globalid.Brand, in.BrandID).Row, Kind: in.Kind, Target: or(given(in.Target), ""),
		Trigger: in.Trigger, Currency: or(given(in.Currency), ""), Codes: in.Codes.Value(),
		Terms: promotion.Terms{
			Titles: titles(in.Titles), Percent: change(in.Percent), Amount: change(in.Amount),
			BuyQuantity: change(in.BuyQuantity), GetQuantity: change(in.GetQuantity),
			Goods: list.selection("input.goods", in.Goods), Gets: list.selection("input.gets", in.Gets),
			MinimumAmount: change(in.MinimumAmount), MinimumQuantity: change(in.MinimumQuantity),
			UseLimit: change(in.UseLimit), ShopperLimit: change(in.ShopperLimit), StartsAt: change(in.StartsAt), EndsAt: change(in.EndsAt),
		},
	}
	if id := given(in.StorefrontID); id != nil {
		key := list.key("input.storefrontId", globalid.Storefront, *id)
		d.Storefront = &key
	}
	return d, list.err()
}

func promotionChange(in api.PromotionUpdateInput) (promotion.Change, error) {
	var list ids
	c := promotion.Change{
		Promotion: list.key(promotionID, globalid.Promotion, in.PromotionID), ExpectedVersion: given(in.ExpectedVersion),
		Terms: promotion.Terms{
			Titles: titles(in.Titles.Value()), Percent: change(in.Percent), Amount: change(in.Amount),
			BuyQuantity: change(in.BuyQuantity), GetQuantity: change(in.GetQuantity),
			Goods: list.selection("input.goods", in.Goods), Gets: list.selection("input.gets", in.Gets),
			MinimumAmount: change(in.MinimumAmount), MinimumQuantity: change(in.MinimumQuantity),
			UseLimit: change(in.UseLimit), ShopperLimit: change(in.ShopperLimit), StartsAt: change(in.StartsAt), EndsAt: change(in.EndsAt),
		},
	}
	return c, list.err()
}

// selection reads which goods are meant. Products of another brand are not
// found later: their ids alone are kept.
func (r *ids) selection(path string, in graphql.Omittable[*api.PromotionGoodsInput]) patch.Field[models.Selection] {
	f := patch.Field[models.Selection]{Given: in.IsSet()}
	goods := in.Value()
	if goods == nil {
		return f
	}
	var s models.Selection
	for i, id := range goods.ProductIds.Value() {
		s.Products = append(s.Products, r.key(path+".productIds."+strconv.Itoa(i), globalid.Product, id).ID)
	}
	for i, id := range goods.CategoryIds.Value() {
		s.Categories = append(s.Categories, r.row(path+".categoryIds."+strconv.Itoa(i), globalid.Category, id).Row)
	}
	f.To = &s
	return f
}
