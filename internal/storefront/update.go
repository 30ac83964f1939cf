package storefront

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Change is a change of what a storefront says and offers.
type Change struct {
	Storefront      models.Key
	ExpectedVersion *int32
	// Name and Description are in Language, the storefront's first where empty.
	Name        patch.Field[string]
	Description patch.Field[string]
	Language    string
	// Languages and PaymentMethods stay where nil.
	Languages      []string
	PaymentMethods []string
	CustomsRegime  patch.Field[landedcost.Regime]
}

// Validate gives the change in the form that is kept, or all that is wrong
// with it as far as it shows without the storefront.
func (c Change) Validate() (Change, error) {
	var refused problem.List
	if name, ok := c.Name.Set(); ok {
		c.Name = patch.To(refused.Line("input.name", name, nameMin, nameMax))
	}
	if c.Name.Emptied() {
		refused.Add("input.name", problem.Required, "cannot be emptied")
	}
	if text, ok := c.Description.Set(); ok {
		c.Description = patch.To(refused.Lines("input.description", text, 0, proseMax))
	}
	if c.Languages != nil {
		checkLanguages(&refused, c.Languages)
	}
	if c.PaymentMethods != nil {
		checkPaymentMethods(&refused, c.PaymentMethods)
	}
	if regime, ok := c.CustomsRegime.Set(); ok {
		checkRegime(&refused, &regime)
	}
	return c, refused.Err()
}

// Update changes what a storefront says and offers. A language that it no
// longer speaks takes its texts along.
func (s *Service) Update(ctx context.Context, c Change) (*models.Storefront, error) {
	const field = "input.storefrontId"
	if err := auth.RequireFor(ctx, auth.StorefrontWrite, c.Storefront.BrandID, field); err != nil {
		return nil, err
	}
	c, err := c.Validate()
	if err != nil {
		return nil, err
	}
	var shop *models.Storefront
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if shop, _, err = lockTx(tx, c.Storefront, field); err != nil {
			return err
		}
		if shop.Status == models.StorefrontClosed {
			return problem.At(field, problem.Conflict, "a CLOSED storefront cannot be changed any more")
		}
		if v := c.ExpectedVersion; v != nil && *v != shop.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("the storefront is at version %d: read it again", shop.Version))
		}
		if err := c.onto(shop); err != nil {
			return err
		}
		return keepTx(tx, shop, s.now(), "name", "texts", "languages", "payment_methods", "customs_regime")
	})
	if err != nil {
		return nil, err
	}
	return shop, nil
}

func (c Change) onto(shop *models.Storefront) error {
	if c.PaymentMethods != nil {
		shop.PaymentMethods = c.PaymentMethods
	}
	if c.CustomsRegime.Given {
		shop.CustomsRegime = c.CustomsRegime.To
	}
	shop.Texts = maps.Clone(shop.Texts)
	if c.Languages != nil {
		shop.Languages = c.Languages
		maps.DeleteFunc(shop.Texts, func(language string, _ models.StorefrontText) bool {
			return !slices.Contains(c.Languages, language)
		})
	}
	if err := c.say(shop); err != nil {
		return err
	}
	first := shop.DefaultLanguage()
	words, ok := shop.Texts[first]
	if !ok && c.Languages != nil {
		return problem.At("input.name", problem.Required, "give the name in "+first+", the first of the languages")
	}
	if ok {
		shop.Name = words.Name
	}
	return nil
}

// say puts name and description into the language they are in.
func (c Change) say(shop *models.Storefront) error {
	if !c.Name.Given && !c.Description.Given {
		return nil
	}
	language := c.Language
	if language == "" {
		language = shop.DefaultLanguage()
	}
	if !slices.Contains(shop.Languages, language) {
		return problem.At("input.language", problem.Invalid, "the storefront does not speak "+language)
	}
	words := shop.Texts[language]
	if name, ok := c.Name.Set(); ok {
		words.Name = name
	}
	if words.Name == "" {
		return problem.At("input.name", problem.Required, "give the name in "+language+" as well")
	}
	if c.Description.Given {
		words.Description, _ = c.Description.Set()
	}
	shop.Texts[language] = words
	return nil
}
