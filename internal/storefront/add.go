package storefront

import (
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// AddTx makes a draft as Create does, of a brand in any status: history can
// be brought in before the brand is admitted. Only operators do so.
func (s *Service) AddTx(tx *gorm.DB, o Opening) (*models.Storefront, error) {
	if err := auth.Require(tx.Statement.Context, auth.BrandReview); err != nil {
		return nil, err
	}
	o, err := o.Validate()
	if err != nil {
		return nil, err
	}
	if _, err := lockBrandTx(tx, o.BrandID, "brand"); err != nil {
		return nil, err
	}
	shop, err := s.draft(o)
	if err != nil {
		return nil, err
	}
	return shop, createTx(tx, shop)
}
