package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
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

// isAvailable is asked row by row: made a join, it would be answered for the
// whole marketplace first.
const isAvailable = `exists (
	select 1
	from variants
	where variants.brand_id = e.brand_id and variants.product_id = e.product_id and variants.archived_at is null and ` + inventory.HasStock + `
	offset 0)`

// conditions are what the public may read now and the filter lets pass, all
// but availability.
func (s *Service) conditions(ctx context.Context, f Filter) (database.Conditions, error) {
	var c database.Conditions
	c.Add("e.visible_from <= ?", s.now())
	situation := market.From(ctx)
	if f.Storefront != nil {
		c.Add("e.brand_id = ? and e.storefront_id = ?", f.Storefront.BrandID, f.Storefront.ID)
	} else {
		c.Add("e.country = ? and e.is_primary", situation.Country)
		if situation.Currency != "" {
			c.Add("e.currency = ?", situation.Currency)
		}
	}
	if len(f.Brands) > brandsMax {
		return nil, &problem.BadInput{Argument: "where.brandId", Message: fmt.Sprintf("name at most %d brands", brandsMax)}
	}
	if f.Brands != nil {
		ids := make([]string, len(f.Brands))
		for i, id := range f.Brands {
			ids[i] = id.String()
		}
		c.Add("e.brand_id = any (cast(? as uuid[]))", models.StringList(ids))
	}
	if f.OriginCountries != nil {
		c.Add("e.origin_country = any (cast(? as text[]))", models.StringList(f.OriginCountries))
	}
	if f.OriginRegions != nil {
		c.Add("e.origin_region = any (cast(? as text[]))", models.StringList(f.OriginRegions))
	}
	if f.Category != nil {
		if err := s.below(ctx, &c, *f.Category); err != nil {
			return nil, err
		}
	}
	if f.Price != nil {
		if err := s.priced(ctx, &c, f); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// below narrows entries to a category and those below it. Its path is read
// first, so that the planner can tell a small category from a large one.
func (s *Service) below(ctx context.Context, c *database.Conditions, category uuid.UUID) error {
	var paths []string
	if err := s.db.WithContext(ctx).Table("categories").Where("id = ?", category).Pluck("path", &paths).Error; err != nil {
		return fmt.Errorf("read the category: %w", err)
	}
	if len(paths) == 0 {
		c.Add("false")
		return nil
	}
	// '0' follows '/'.
	c.Add(`(e.category_path collate "C" = ? or e.category_path collate "C" > ? and e.category_path collate "C" < ?)`,
		paths[0], paths[0]+"/", paths[0]+"0")
	return nil
}

// priced narrows entries to products of which some variant's price is in the span.
func (s *Service) priced(ctx context.Context, c *database.Conditions, f Filter) error {
	currency := money.Currency(market.From(ctx).Currency)
	if f.Storefront != nil {
		var currencies []money.Currency
		err := s.db.WithContext(ctx).Table("storefronts").
			Where("brand_id = ? and id = ?", f.Storefront.BrandID, f.Storefront.ID).Pluck("currency", &currencies).Error
		if err != nil {
			return fmt.Errorf("read the storefront's currency: %w", err)
		}
		if len(currencies) == 0 {
			c.Add("false")
			return nil
		}
		currency = currencies[0]
	}
	if currency == "" {
		return &problem.BadInput{Argument: "where.price", Message: "name a storefront, or a currency in the context"}
	}
	low, err := minor("where.price.min", f.Price.Min, currency, math.MinInt64, decimal.Decimal.Ceil)
	if err != nil {
		return err
	}
	high, err := minor("where.price.max", f.Price.Max, currency, math.MaxInt64, decimal.Decimal.Floor)
	if err != nil {
		return err
	}
	// Most products have one price; the variants' are looked at where the span
	// lies inside that of the product.
	c.Add(`e.max_price_minor >= ? and e.min_price_minor <= ?
		and (e.min_price_minor >= ? or e.max_price_minor <= ? or exists (
			select 1
			from prices
			join variants on variants.brand_id = prices.brand_id and variants.id = prices.variant_id
			where prices.brand_id = e.brand_id and prices.product_id = e.product_id and prices.storefront_id = e.storefront_id
				and prices.amount_minor between ? and ? and variants.archived_at is null
			offset 0))`,
		low, high, low, high, low, high)
	return nil
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
