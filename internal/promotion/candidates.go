package promotion

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// Wanted says whose promotions a cart may have.
type Wanted struct {
	Brands []uuid.UUID
	Codes  []string
	// Shopper is nil for a guest, of whom no uses are known.
	Shopper *uuid.UUID
	At      time.Time
}

// CandidatesTx reads what Apply takes: the automatic promotions of brands that
// run, and those of the codes. It reads with nobody's rights: who fills a cart
// sees what a promotion takes off, not the promotion.
func CandidatesTx(tx *gorm.DB, w Wanted) ([]Promotion, error) {
	if len(w.Brands) == 0 {
		return nil, nil
	}
	asked := make([]string, len(w.Codes))
	for i, code := range w.Codes {
		asked[i] = Normal(code)
	}
	var codes []models.PromotionCode
	if len(asked) > 0 {
		if err := tx.Where("brand_id in ? and code in ?", w.Brands, asked).Find(&codes).Error; err != nil {
			return nil, reading("codes", err)
		}
	}
	unlocked := make([]models.Key, len(codes))
	for i, c := range codes {
		unlocked[i] = models.Key{BrandID: c.BrandID, ID: c.PromotionID}
	}
	query := tx.Where("brand_id in ? and trigger = 'AUTOMATIC' and starts_at <= ? and (ends_at is null or ends_at > ?)", w.Brands, w.At, w.At)
	if len(unlocked) > 0 {
		query = query.Or("(brand_id, id) in ?", models.Pairs(unlocked))
	}
	var rows []models.Promotion
	if err := query.Find(&rows).Error; err != nil {
		return nil, reading("promotions", err)
	}
	found := make([]Promotion, len(rows))
	for i, row := range rows {
		found[i].Promotion = row
		for _, c := range codes {
			if c.BrandID == row.BrandID && c.PromotionID == row.ID {
				found[i].Codes = append(found[i].Codes, c)
			}
		}
	}
	if err := paths(tx, found); err != nil {
		return nil, err
	}
	return found, usesOf(tx, found, w.Shopper)
}

// paths finds where the selected categories stand in the tree now.
func paths(tx *gorm.DB, found []Promotion) error {
	var ids []uuid.UUID
	for _, p := range found {
		ids = append(ids, p.Goods.Categories...)
		if p.Gets != nil {
			ids = append(ids, p.Gets.Categories...)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var categories []models.Category
	if err := tx.Select("id", "path").Where("id in ?", ids).Find(&categories).Error; err != nil {
		return reading("categories", err)
	}
	all := map[uuid.UUID]string{}
	for _, c := range categories {
		all[c.ID] = c.Path
	}
	for i := range found {
		found[i].Paths = all
	}
	return nil
}

// usesOf tells how often the shopper has used what has a limit for each.
func usesOf(tx *gorm.DB, found []Promotion, shopper *uuid.UUID) error {
	var limited []models.Key
	for _, p := range found {
		if p.ShopperLimit != nil {
			limited = append(limited, models.Key{BrandID: p.BrandID, ID: p.ID})
		}
	}
	if len(limited) == 0 || shopper == nil {
		return nil
	}
	var counts []models.PromotionShopper
	err := tx.Where("(brand_id, promotion_id) in ? and shopper_id = ?", models.Pairs(limited), *shopper).Find(&counts).Error
	for _, c := range counts {
		i := slices.IndexFunc(found, func(p Promotion) bool { return p.BrandID == c.BrandID && p.ID == c.PromotionID })
		found[i].ShopperUses = c.Uses
	}
	return reading("uses", err)
}
