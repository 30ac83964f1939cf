package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxPrice bounds a price, in major units.
const MaxPrice = 1_000_000_000

// PriceDraft is what a variant is to cost, in major units of the storefront's currency.
type PriceDraft struct {
	Variant models.Key
	Amount  decimal.Decimal
	// CompareAt is the price it is compared with, nil for none.
	CompareAt *decimal.Decimal
}

// SetPrices sets prices of a product in a storefront of its brand; those of
// other variants stay. It makes a draft listing where there is none.
func (s *Service) SetPrices(ctx context.Context, product, storefront models.Key, prices []PriceDraft) (*models.Listing, error) {
	var l problem.List
	if len(prices) == 0 {
		l.Add("input.prices", problem.Required, "give at least one price")
	}
	checkPrices(&l, prices)
	return s.changeListing(ctx, product, storefront, l, func(tx *gorm.DB, in *place) error {
		if err := in.setPrices(tx, prices, s.now()); err != nil {
			return err
		}
		return saveListing(tx, in.listing, s.now())
	})
}

func checkPrices(l *problem.List, prices []PriceDraft) {
	if len(prices) > MaxVariants {
		l.Add("input.prices", problem.TooLong, fmt.Sprintf("give at most %d prices", MaxVariants))
		return
	}
	seen := map[models.Key]bool{}
	for i, p := range prices {
		if seen[p.Variant] {
			l.Add(fmt.Sprintf("input.prices.%d.variantId", i), problem.Taken, "the variant has a price in this list already")
		}
		seen[p.Variant] = true
	}
}

// Price converts a price to minor units: it must be 0 to MaxPrice, with no
// more decimals than the currency has.
func Price(l *problem.List, field string, d decimal.Decimal, currency money.Currency) int64 {
	if d.IsNegative() || d.GreaterThan(decimal.New(MaxPrice, 0)) {
		l.Add(field, problem.OutOfRange, "must be 0 to 1,000,000,000")
		return 0
	}
	amount, err := money.FromDecimal(d, currency)
	switch {
	case errors.Is(err, money.ErrTooPrecise):
		l.Add(field, problem.Invalid, fmt.Sprintf("an amount in %s has at most %d decimals", currency, currency.Digits()))
	case err != nil:
		l.Add(field, problem.OutOfRange, "must be 0 to 1,000,000,000")
	}
	return amount.Minor
}

// place is a product in a storefront, locked for a change.
type place struct {
	product  *models.Product
	shop     *models.Storefront
	variants []*models.Variant
	listing  *models.Listing
}

// changeListing is what all changes of a product in a storefront have in
// common. Refused is what is wrong with the input by itself.
func (s *Service) changeListing(
	ctx context.Context, product, storefront models.Key, refused problem.List, change func(*gorm.DB, *place) error,
) (*models.Listing, error) {
	if err := auth.RequireFor(ctx, auth.ProductWrite, product.BrandID, "input.productId"); err != nil {
		return nil, err
	}
	if storefront.BrandID != product.BrandID {
		refused.Add("input.storefrontId", problem.NotFound, "there is no such storefront of the product's brand")
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var in *place
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if in, err = s.lockPlace(tx, product, storefront); err != nil {
			return err
		}
		if err := change(tx, in); err != nil {
			return err
		}
		if err := refresh(tx, in.product); err != nil {
			return err
		}
		return tx.Where("brand_id = ? and id = ?", in.listing.BrandID, in.listing.ID).Take(in.listing).Error
	})
	if err != nil {
		return nil, err
	}
	return in.listing, nil
}

// lockPlace reads a product in a storefront and makes its listing where there is none.
func (s *Service) lockPlace(tx *gorm.DB, product, storefront models.Key) (*place, error) {
	p, err := lockProduct(tx, product, "input.productId")
	if err != nil {
		return nil, err
	}
	shops, err := database.Find[models.Storefront](tx.Where("brand_id = ? and id = ?", storefront.BrandID, storefront.ID), "storefronts")
	shop, err := theOne(shops, "input.storefrontId", err)
	if err != nil {
		return nil, err
	}
	in := &place{product: p, shop: shop}
	if in.variants, err = variantsOf(tx, p); err != nil {
		return nil, err
	}
	listings, err := database.Find[models.Listing](tx.Where("brand_id = ? and storefront_id = ? and product_id = ?", p.BrandID, shop.ID, p.ID), "listings")
	if err != nil {
		return nil, err
	}
	if len(listings) == 1 {
		in.listing = listings[0]
		return in, nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make an id: %w", err)
	}
	now := s.now()
	// Version 0: every change of a listing counts, and one follows.
	in.listing = &models.Listing{BrandID: p.BrandID, ID: id, StorefrontID: shop.ID, ProductID: p.ID,
		Status: models.ListingDraft, Currency: shop.Currency, CreatedAt: now, UpdatedAt: now}
	return in, insert(tx, []*models.Listing{in.listing})
}

// setPrices writes prices of some of the product's variants.
func (in *place) setPrices(tx *gorm.DB, prices []PriceDraft, now time.Time) error {
	known := map[uuid.UUID]bool{}
	for _, v := range in.variants {
		known[v.ID] = true
	}
	var l problem.List
	rows := make([]models.Price, len(prices))
	currency := money.Currency(in.shop.Currency)
	for i, p := range prices {
		at := fmt.Sprintf("input.prices.%d", i)
		if p.Variant.BrandID != in.product.BrandID || !known[p.Variant.ID] {
			l.Add(at+".variantId", problem.NotFound, "the product has no such variant")
		}
		rows[i] = models.Price{BrandID: in.product.BrandID, StorefrontID: in.shop.ID, VariantID: p.Variant.ID,
			ProductID: in.product.ID, Currency: in.shop.Currency, UpdatedAt: now,
			AmountMinor: Price(&l, at+".amount", p.Amount, currency)}
		if p.CompareAt != nil {
			minor := Price(&l, at+".compareAt", *p.CompareAt, currency)
			rows[i].CompareAtMinor = &minor
		}
	}
	if err := l.Err(); err != nil {
		return err
	}
	return insert(tx.Clauses(clause.OnConflict{
		OnConstraint: "prices_pk", DoUpdates: clause.AssignmentColumns([]string{"amount_minor", "compare_at_minor", "updated_at"}),
	}), rows)
}
