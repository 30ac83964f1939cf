package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// brandsMax bounds the brands that a filter names.
const brandsMax = 100

// Filter says which products of the marketplace. Conditions all hold; a nil
// list asks for nothing, an empty one for what there is none of.
type Filter struct {
	Storefront      *models.Key
	Brands          []uuid.UUID
	Category        *uuid.UUID
	Price           *Span
	OriginCountries []string
	OriginRegions   []string
	Available       *bool
}

// Span is of amounts in major units, both ends included.
type Span struct{ Min, Max *decimal.Decimal }

// entries are the search entries that the public may read now and the filter lets pass, as e.
func (s *Service) entries(ctx context.Context, f Filter) (*gorm.DB, error) {
	query := s.db.WithContext(ctx).Table("search_entries as e").Where("e.visible_from <= ?", s.now())
	situation := market.From(ctx)
	if f.Storefront != nil {
		query = query.Where("e.brand_id = ? and e.storefront_id = ?", f.Storefront.BrandID, f.Storefront.ID)
	} else {
		query = query.Where("e.country = ? and e.is_primary", situation.Country)
		if situation.Currency != "" {
			query = query.Where("e.currency = ?", situation.Currency)
		}
	}
	if len(f.Brands) > brandsMax {
		return nil, &problem.BadInput{Argument: "where.brandId", Message: fmt.Sprintf("name at most %d brands", brandsMax)}
	}
	if f.Brands != nil {
		query = query.Where("e.brand_id = any (cast(? as uuid[]))", list(f.Brands))
	}
	query = paging.AnyOf(query, "e.origin_country", f.OriginCountries)
	query = paging.AnyOf(query, "e.origin_region", f.OriginRegions)
	if f.Available != nil {
		query = query.Where("exists (select 1 from variants where variants.brand_id = e.brand_id and variants.product_id = e.product_id"+
			" and variants.archived_at is null and "+inventory.HasStock+") = ?", *f.Available)
	}
	query, err := s.below(ctx, query, f.Category)
	if err == nil && f.Price != nil {
		query, err = s.priced(ctx, query, f)
	}
	if err != nil {
		return nil, err
	}
	return query.Session(&gorm.Session{}), nil
}

// below narrows entries to a category and those below it. Its path is read
// first, so that the planner can tell a small category from a large one.
func (s *Service) below(ctx context.Context, query *gorm.DB, category *uuid.UUID) (*gorm.DB, error) {
	if category == nil {
		return query, nil
	}
	var paths []string
	if err := s.db.WithContext(ctx).Table("categories").Where("id = ?", *category).Pluck("path", &paths).Error; err != nil {
		return nil, fmt.Errorf("read the category: %w", err)
	}
	if len(paths) == 0 {
		return query.Where("false"), nil
	}
	// '0' follows '/'.
	return query.Where(`(e.category_path collate "C" = ? or e.category_path collate "C" > ? and e.category_path collate "C" < ?)`,
		paths[0], paths[0]+"/", paths[0]+"0"), nil
}

// priced narrows entries to products of which some variant's price is in the span.
func (s *Service) priced(ctx context.Context, query *gorm.DB, f Filter) (*gorm.DB, error) {
	currency := money.Currency(market.From(ctx).Currency)
	if f.Storefront != nil {
		var currencies []money.Currency
		err := s.db.WithContext(ctx).Table("storefronts").
			Where("brand_id = ? and id = ?", f.Storefront.BrandID, f.Storefront.ID).Pluck("currency", &currencies).Error
		if err != nil {
			return nil, fmt.Errorf("read the storefront's currency: %w", err)
		}
		if len(currencies) == 0 {
			return query.Where("false"), nil
		}
		currency = currencies[0]
	}
	if currency == "" {
		return nil, &problem.BadInput{Argument: "where.price", Message: "name a storefront, or a currency in the context"}
	}
	low, err := minor("where.price.min", f.Price.Min, currency, math.MinInt64, decimal.Decimal.Ceil)
	if err != nil {
		return nil, err
	}
	high, err := minor("where.price.max", f.Price.Max, currency, math.MaxInt64, decimal.Decimal.Floor)
	if err != nil {
		return nil, err
	}
	// Most products have one price; the variants' are looked at where the span
	// lies inside that of the product.
	return query.Where(`e.max_price_minor >= @low and e.min_price_minor <= @high
		and (e.min_price_minor >= @low or e.max_price_minor <= @high or exists (
			select 1
			from prices
			join variants on variants.brand_id = prices.brand_id and variants.id = prices.variant_id
			where prices.brand_id = e.brand_id and prices.product_id = e.product_id and prices.storefront_id = e.storefront_id
				and prices.amount_minor between @low and @high and variants.archived_at is null))`,
		map[string]any{"low": low, "high": high}), nil
}

// minor is an end of a span in minor units, moved inwards to a whole one.
func minor(argument string, amount *decimal.Decimal, c money.Currency, none int64, inwards func(decimal.Decimal) decimal.Decimal) (int64, error) {
	if amount == nil {
		return none, nil
	}
	outside := &problem.BadInput{Argument: argument, Message: "is not an amount"}
	if amount.Exponent() < -40 || amount.Exponent() > 18 {
		return 0, outside
	}
	m, err := money.FromDecimal(inwards(amount.Shift(c.Digits())).Shift(-c.Digits()), c)
	if errors.Is(err, money.ErrOverflow) {
		return 0, outside
	}
	return m.Minor, err
}

func list(ids []uuid.UUID) models.StringList {
	texts := make(models.StringList, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return texts
}
