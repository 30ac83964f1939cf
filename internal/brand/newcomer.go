package brand

import (
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Newcomer is a brand that is known by its files alone.
type Newcomer struct {
	Slug     string
	Name     string
	Country  string
	Language string
}

// AddTx takes a newcomer in where applicants stand: it has no contact and no
// owner yet, and is admitted like the others. Only operators do so.
func (s *Service) AddTx(tx *gorm.DB, n Newcomer) (*models.Brand, error) {
	ctx := tx.Statement.Context
	if err := auth.Require(ctx, auth.BrandReview); err != nil {
		return nil, err
	}
	var refused problem.List
	refused.Slug("brand", n.Slug, slugMin, slugMax)
	n.Name = refused.Line("name", n.Name, nameMin, nameMax)
	if len(n.Country) != 2 {
		refused.Add("country", problem.Invalid, "must be a country's ISO 3166-1 code")
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	b, err := s.applicant(Application{
		Slug: &n.Slug, Name: n.Name, Language: n.Language, Country: n.Country,
		Industry: models.IndustryOther, Size: models.SizeMicro,
	})
	if err != nil {
		return nil, err
	}
	b.ContactName, b.ContactEmail = nil, nil
	return b, s.admitTx(tx, auth.From(ctx), b)
}
