package checkout

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

// useTx books the promotions of a purchase; what it booked before counts once.
// It refuses where one of them has been used up.
func useTx(tx *gorm.DB, p *models.Purchase, at time.Time) error {
	use := promotion.Use{PurchaseID: p.ID, ShopperID: p.ShopperID, At: at}
	for _, d := range p.Draft {
		for _, each := range d.Promotions {
			a := promotion.Applied{Promotion: models.Promotion{BrandID: d.Order.BrandID, ID: each.ID}, Code: each.Code}
			if !slices.ContainsFunc(use.Applied, func(o promotion.Applied) bool { return o.Promotion.ID == each.ID }) {
				use.Applied = append(use.Applied, a)
			}
		}
	}
	err := promotion.UseTx(tx, use)
	for _, refused := range problem.From(err) {
		refused.Field = []string{"input", "cartId"}
	}
	return err
}

// unuseTx gives back the promotions of a purchase that ends without orders.
func unuseTx(tx *gorm.DB, p *models.Purchase) error {
	var brands []uuid.UUID
	for _, d := range p.Draft {
		if len(d.Promotions) > 0 && !slices.Contains(brands, d.Order.BrandID) {
			brands = append(brands, d.Order.BrandID)
		}
	}
	if len(brands) == 0 {
		return nil
	}
	return promotion.ReleaseTx(tx, p.ID, brands...)
}
