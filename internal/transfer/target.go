package transfer

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/storefront"
	"github.com/tradewind-commerce/tradewind/models"
)

// Target says where an import goes.
type Target struct {
	// Brand and Storefront are slugs; Currency is that of file and storefront.
	Brand      string
	Storefront string
	Currency   money.Currency
	// Create makes brand and storefront where they are missing.
	Create bool
	// Country is that of a brand to be made, Market that of its storefront.
	Country, Market string
	// Language is that of the file's texts, and of a storefront to be made.
	Language string
}

func (t Target) unknownBrand() error {
	return fmt.Errorf("%w brand %q; --create makes it", ErrUnknown, t.Brand)
}

func (t Target) unknownStorefront() error {
	return fmt.Errorf("%w storefront %q; --create makes it", ErrUnknown, t.Storefront)
}

func (t Target) ofAnother() error {
	return fmt.Errorf("%w: %s belongs to another brand than %s", ErrDifference, t.Storefront, t.Brand)
}

// target is where an import goes, found.
type target struct {
	brand      *models.Brand
	storefront *models.Storefront
	// made tells what was created.
	made []string
}

// reach finds brand and storefront, or makes them. The storefront sells in the
// currency.
func (s *Service) reach(db *gorm.DB, t Target) (*target, error) {
	found, err := s.reachAny(db, t)
	if err == nil && found.storefront.Currency != string(t.Currency) {
		return nil, fmt.Errorf("%w: %s sells in %s, not in %s", ErrDifference, t.Storefront, found.storefront.Currency, t.Currency)
	}
	return found, err
}

// reachAny is reach, whatever the storefront sells in.
func (s *Service) reachAny(db *gorm.DB, t Target) (*target, error) {
	found := &target{}
	err := database.InTx(db.Statement.Context, db, func(tx *gorm.DB) error {
		found.made = nil
		var err error
		if found.brand, err = s.reachBrandTx(tx, t, found); err != nil {
			return err
		}
		found.storefront, err = s.reachStorefrontTx(tx, t, found)
		return err
	})
	return found, err
}

func (s *Service) reachBrandTx(tx *gorm.DB, t Target, found *target) (*models.Brand, error) {
	var rows []*models.Brand
	err := tx.Where("id = (select brand_id from brand_slugs where slug = ?)", t.Brand).Find(&rows).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the brand: %w", err)
	case len(rows) == 1:
		return rows[0], nil
	case !t.Create:
		return nil, t.unknownBrand()
	}
	b, err := s.Brands.AddTx(tx, brand.Newcomer{Slug: t.Brand, Name: nameOf(t.Brand), Country: t.Country, Language: "en"})
	if err != nil {
		return nil, fmt.Errorf("make the brand: %w", err)
	}
	found.made = append(found.made, "brand "+b.Slug)
	return b, nil
}

func (s *Service) reachStorefrontTx(tx *gorm.DB, t Target, found *target) (*models.Storefront, error) {
	var owner struct{ BrandID, StorefrontID uuid.UUID }
	err := tx.Raw("select brand_id, storefront_id from storefront_slugs where slug = ?", t.Storefront).Scan(&owner).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("find the storefront: %w", err)
	case owner.StorefrontID != uuid.Nil && owner.BrandID != found.brand.ID:
		return nil, t.ofAnother()
	case owner.StorefrontID != uuid.Nil:
		shop := &models.Storefront{}
		if err := tx.Where("brand_id = ? and id = ?", owner.BrandID, owner.StorefrontID).Take(shop).Error; err != nil {
			return nil, fmt.Errorf("find the storefront: %w", err)
		}
		return shop, nil
	case !t.Create:
		return nil, t.unknownStorefront()
	}
	shop, err := s.Storefronts.AddTx(tx, storefront.Opening{
		BrandID: found.brand.ID, Slug: t.Storefront, Name: nameOf(t.Storefront), Country: t.Market,
		Currency: t.Currency, Languages: []string{t.Language},
	})
	if err != nil {
		return nil, fmt.Errorf("make the storefront: %w", err)
	}
	found.made = append(found.made, "storefront "+shop.Slug)
	return shop, nil
}

// nameOf makes a first name of a slug: "prairie-gold" is Prairie Gold.
func nameOf(slug string) string {
	words := strings.Split(slug, "-")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}

// lockTx lets imports into a storefront write one after another. Orders may be
// placed meanwhile.
func lockTx(tx *gorm.DB, into ...*target) error {
	brands, shops := make([][16]byte, 0, len(into)), make([][16]byte, 0, len(into))
	for _, t := range into {
		brands, shops = append(brands, t.brand.ID), append(shops, t.storefront.ID)
	}
	var locked []uuid.UUID
	err := tx.Raw(`
select id
from storefronts
where (brand_id, id) in (select * from unnest(?::uuid[], ?::uuid[]))
order by brand_id, id
for no key update`, database.Array(brands), database.Array(shops)).Scan(&locked).Error
	if err == nil && len(locked) != len(shops) {
		err = fmt.Errorf("%w: the storefront is gone", ErrDifference)
	}
	return err
}
