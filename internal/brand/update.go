package brand

import (
	"context"
	"maps"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Change is a change of a brand's profile.
type Change struct {
	BrandID         uuid.UUID
	ExpectedVersion *int32
	Name            patch.Field[string]
	// Description in Language; emptied, that translation is removed.
	Description patch.Field[string]
	// Language is the brand's own where empty.
	Language string
	Industry patch.Field[models.Industry]
	Size     patch.Field[models.BrandSize]
	Website  patch.Field[string]
	Contact  patch.Field[Contact]
}

// Validate gives the change in the form that is kept, or all that is wrong with it.
func (c Change) Validate() (Change, error) {
	var refused problem.List
	if name, ok := c.Name.Set(); ok {
		c.Name = patch.To(refused.Line("input.name", name, nameMin, nameMax))
	}
	if text, ok := c.Description.Set(); ok {
		c.Description.To = models.Optional(refused.Lines("input.description", text, 0, proseMax))
	}
	checkKind(&refused, c.Industry.To, c.Size.To)
	checkWebsite(&refused, c.Website.To)
	if contact, ok := c.Contact.Set(); ok {
		c.Contact = patch.To(contact.check(&refused))
	}
	for field, emptied := range map[string]bool{
		"input.name": c.Name.Emptied(), "input.industry": c.Industry.Emptied(),
		"input.size": c.Size.Emptied(), "input.contact": c.Contact.Emptied(),
	} {
		if emptied {
			refused.Add(field, problem.Required, "cannot be emptied")
		}
	}
	return c, refused.Err()
}

// Update changes a brand's profile.
func (s *Service) Update(ctx context.Context, c Change) (*models.Brand, error) {
	if err := auth.RequireFor(ctx, auth.BrandWrite, c.BrandID, "input.brandId"); err != nil {
		return nil, err
	}
	c, err := c.Validate()
	if err != nil {
		return nil, err
	}
	var b *models.Brand
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if b, err = lockLivingTx(tx, c.BrandID, "input.brandId"); err != nil {
			return err
		}
		if err := expect(b, c.ExpectedVersion); err != nil {
			return err
		}
		if err := c.onto(b); err != nil {
			return err
		}
		return s.keepTx(tx, b, "name", "texts", "industry", "size", "website",
			"contact_name", "contact_email", "contact_phone", "contact_confirmed_at")
	})
	return answer(b, err)
}

// languagesMax bounds the translations of a brand's texts.
const languagesMax = 50

func (c Change) onto(b *models.Brand) error {
	if name, ok := c.Name.Set(); ok {
		b.Name = name
	}
	if c.Description.Given {
		language := c.Language
		if language == "" {
			language = b.DefaultLanguage
		}
		b.Texts = maps.Clone(b.Texts)
		if text, ok := c.Description.Set(); ok {
			b.Texts[language] = models.BrandText{Description: text}
		} else {
			delete(b.Texts, language)
		}
		if len(b.Texts) > languagesMax {
			return problem.At("input.language", problem.TooLong, "a brand has texts in at most 50 languages")
		}
	}
	if industry, ok := c.Industry.Set(); ok {
		b.Industry = industry
	}
	if size, ok := c.Size.Set(); ok {
		b.Size = size
	}
	if c.Website.Given {
		b.Website = c.Website.To
	}
	if contact, ok := c.Contact.Set(); ok {
		contact.onto(b)
	}
	return nil
}
