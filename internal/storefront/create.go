package storefront

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a storefront.
const (
	slugMin, slugMax = 3, 60
	nameMin, nameMax = 2, 120
	proseMax         = 5000
	languagesMax     = 10
	// perBrand bounds the storefronts of a brand that are not closed.
	perBrand = 100
)

// Opening is what a new storefront is like.
type Opening struct {
	BrandID     uuid.UUID
	Slug        string
	Name        string
	Description *string
	Country     string
	Currency    money.Currency
	// Languages: the first is that of name and description.
	Languages []string
	// PaymentMethods are all where nil.
	PaymentMethods []string
	// CustomsRegime is nil where no duties and taxes are charged.
	CustomsRegime *landedcost.Regime
}

// Validate gives the storefront in the form that is kept, or all that is wrong with it.
func (o Opening) Validate() (Opening, error) {
	var refused problem.List
	refused.Slug("input.slug", o.Slug, slugMin, slugMax)
	o.Name = refused.Line("input.name", o.Name, nameMin, nameMax)
	if o.Description != nil {
		o.Description = models.Optional(refused.Lines("input.description", *o.Description, 0, proseMax))
	}
	if len(o.Country) != 2 {
		refused.Add("input.country", problem.Invalid, "must be a country's ISO 3166-1 code")
	}
	if _, err := money.ParseCurrency(string(o.Currency)); err != nil {
		refused.Add("input.currency", problem.Invalid, "must be an ISO 4217 currency code")
	}
	checkLanguages(&refused, o.Languages)
	if o.PaymentMethods == nil {
		o.PaymentMethods = models.PaymentMethods
	}
	checkPaymentMethods(&refused, o.PaymentMethods)
	checkRegime(&refused, o.CustomsRegime)
	return o, refused.Err()
}

func checkLanguages(refused *problem.List, languages []string) {
	switch n := len(languages); {
	case n == 0:
		refused.Add("input.languages", problem.Required, "name at least one language")
	case n > languagesMax:
		refused.Add("input.languages", problem.TooLong, "name at most 10 languages")
		return
	}
	for i, language := range languages {
		if language == "" || slices.Contains(languages[:i], language) {
			refused.Add("input.languages."+strconv.Itoa(i), problem.Invalid, "name each language once")
		}
	}
}

func checkPaymentMethods(refused *problem.List, methods []string) {
	if len(methods) == 0 {
		refused.Add("input.paymentMethods", problem.Required, "name at least one way to pay")
	}
	for i, method := range methods {
		switch field := "input.paymentMethods." + strconv.Itoa(i); {
		case !slices.Contains(models.PaymentMethods, method):
			refused.Add(field, problem.Invalid, "is not a way to pay")
		case slices.Contains(methods[:i], method):
			refused.Add(field, problem.Invalid, "name each way to pay once")
			return
		}
	}
}

func checkRegime(refused *problem.List, regime *landedcost.Regime) {
	if regime != nil && !slices.Contains(landedcost.Regimes, *regime) {
		refused.Add("input.customsRegime", problem.Invalid, "is not a customs regime")
	}
}

// Create makes a storefront of an ACTIVE brand, as a draft. The first of a
// country becomes the brand's primary one there.
func (s *Service) Create(ctx context.Context, o Opening) (*models.Storefront, error) {
	if err := auth.RequireFor(ctx, auth.StorefrontWrite, o.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	o, err := o.Validate()
	if err != nil {
		return nil, err
	}
	shop, err := s.draft(o)
	if err != nil {
		return nil, err
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		b, err := lockBrandTx(tx, o.BrandID, "input.brandId")
		if err != nil {
			return err
		}
		if b.Status != models.BrandActive {
			return problem.At("input.brandId", problem.Conflict,
				"only an ACTIVE brand creates storefronts: this one is "+string(b.Status))
		}
		return createTx(tx, shop)
	})
	if err != nil {
		return nil, err
	}
	return shop, nil
}

func (s *Service) draft(o Opening) (*models.Storefront, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make a storefront id: %w", err)
	}
	words := models.StorefrontText{Name: o.Name}
	if o.Description != nil {
		words.Description = *o.Description
	}
	now := s.now()
	return &models.Storefront{
		BrandID: o.BrandID, ID: id, Slug: o.Slug, Name: o.Name,
		Texts:   models.Texts[models.StorefrontText]{o.Languages[0]: words},
		Country: o.Country, Currency: string(o.Currency), Languages: o.Languages, PaymentMethods: o.PaymentMethods,
		CustomsRegime: o.CustomsRegime, Status: models.StorefrontDraft, Version: 1, CreatedAt: now, UpdatedAt: now,
	}, nil
}

func createTx(tx *gorm.DB, shop *models.Storefront) error {
	var living []models.Storefront
	err := tx.Select("brand_id", "id", "country", "is_primary").
		Where("brand_id = ? and status <> ?", shop.BrandID, models.StorefrontClosed).Find(&living).Error
	if err != nil {
		return fmt.Errorf("read the brand's storefronts: %w", err)
	}
	if len(living) >= perBrand {
		return problem.At("input.brandId", problem.NotAllowed, fmt.Sprintf("a brand has at most %d storefronts", perBrand))
	}
	shop.IsPrimary = !slices.ContainsFunc(living, func(other models.Storefront) bool {
		return other.IsPrimary && other.Country == shop.Country
	})
	if err := tx.Create(shop).Error; err != nil {
		return fmt.Errorf("write the storefront: %w", err)
	}
	taken := tx.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?) on conflict do nothing",
		shop.Slug, shop.BrandID, shop.ID)
	if taken.Error != nil {
		return fmt.Errorf("reserve the slug: %w", taken.Error)
	}
	if taken.RowsAffected == 0 {
		return problem.At("input.slug", problem.Taken, "another storefront has the slug "+shop.Slug)
	}
	return outbox.AddTx(tx, shop.BrandID, "storefront.created", "Storefront", shop.ID,
		statusChange{To: shop.Status}, shop.CreatedAt)
}
