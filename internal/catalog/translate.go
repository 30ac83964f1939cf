package catalog

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// SetTranslation sets a product's texts in one language.
func (s *Service) SetTranslation(ctx context.Context, key models.Key, expected *int32, text Text) (*models.Product, error) {
	var l problem.List
	checkText(&l, "input.translation", &text)
	return s.changeTexts(ctx, key, expected, l, func(p *models.Product) error {
		if _, known := p.Texts[text.Language]; !known && len(p.Texts) >= MaxTranslations {
			return problem.At("input.translation.language", problem.TooLong,
				fmt.Sprintf("a product has texts in at most %d languages", MaxTranslations))
		}
		p.Texts[text.Language] = text.ProductText
		return nil
	})
}

// RemoveTranslation removes a product's texts in one language, which must not
// be its default.
func (s *Service) RemoveTranslation(ctx context.Context, key models.Key, expected *int32, language string) (*models.Product, error) {
	return s.changeTexts(ctx, key, expected, nil, func(p *models.Product) error {
		if language == p.DefaultLanguage {
			return problem.At("input.language", problem.NotAllowed, "the texts in the default language stay")
		}
		if _, known := p.Texts[language]; !known {
			return problem.At("input.language", problem.NotFound, "the product has no texts in this language")
		}
		delete(p.Texts, language)
		return nil
	})
}

func (s *Service) changeTexts(
	ctx context.Context, key models.Key, expected *int32, refused problem.List, change func(*models.Product) error,
) (*models.Product, error) {
	return s.changeProduct(ctx, key, expected, refused, func(tx *gorm.DB, p *models.Product) error {
		if err := change(p); err != nil {
			return err
		}
		return saveProduct(tx, p, s.now(), "texts")
	})
}
