package promotion

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Use is what a purchase takes of its shopper's promotions.
type Use struct {
	PurchaseID uuid.UUID
	ShopperID  uuid.UUID
	// Applied is what the purchase was priced with.
	Applied []Applied
	At      time.Time
}

// UseTx books that a purchase uses promotions: one use of each, however many
// of its orders gain. It reports problem.Conflict where one has been used up,
// in all or by the shopper; then the transaction must be undone. Limits hold
// however many book at once, since each is a conditional update. Booking the
// same purchase again counts nothing more. Whether a promotion has ended since
// is not asked: what a shopper was shown is kept.
func UseTx(tx *gorm.DB, u Use) error {
	applied := slices.Clone(u.Applied)
	// One order of locks for everybody.
	slices.SortFunc(applied, func(a, b Applied) int {
		return cmp.Or(bytes.Compare(a.Promotion.BrandID[:], b.Promotion.BrandID[:]), bytes.Compare(a.Promotion.ID[:], b.Promotion.ID[:]))
	})
	for _, a := range applied {
		p, err := share(tx, models.Key{BrandID: a.Promotion.BrandID, ID: a.Promotion.ID})
		if err != nil {
			return err
		}
		use := models.PromotionUse{
			BrandID: p.BrandID, PromotionID: p.ID, PurchaseID: u.PurchaseID, ShopperID: u.ShopperID,
			Code: models.Optional(a.Code), UsedAt: u.At,
		}
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&use)
		if done.Error != nil {
			return fmt.Errorf("write the use of a promotion: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			continue
		}
		if err := count(tx, p, use); err != nil {
			return err
		}
	}
	return nil
}

// share reads a promotion whose limits stay as they are until tx ends. It
// waits for nobody but one who changes it.
func share(tx *gorm.DB, key models.Key) (*models.Promotion, error) {
	var rows []*models.Promotion
	err := tx.Clauses(clause.Locking{Strength: "KEY SHARE"}).Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error
	if err != nil {
		return nil, reading("promotions", err)
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.Conflict, "a promotion is gone: price the cart again")
	}
	return rows[0], nil
}

// count moves the counters that have limits, and the shopper's, which may get one.
func count(tx *gorm.DB, p *models.Promotion, use models.PromotionUse) error {
	if p.UseLimit != nil {
		done := tx.Exec("update promotions set uses = uses + 1 where brand_id = ? and id = ? and uses < use_limit", p.BrandID, p.ID)
		if err := counted(done, p, "has been used up"); err != nil {
			return err
		}
	}
	done := tx.Exec(`
insert into promotion_shoppers (brand_id, promotion_id, shopper_id, uses) values (?, ?, ?, 1)
on conflict on constraint promotion_shoppers_pk do update set uses = promotion_shoppers.uses + 1
  where promotion_shoppers.uses < coalesce(?::bigint, promotion_shoppers.uses + 1)`,
		p.BrandID, p.ID, use.ShopperID, p.ShopperLimit)
	if err := counted(done, p, "has been used by you as often as it may be"); err != nil {
		return err
	}
	if use.Code == nil {
		return nil
	}
	done = tx.Exec(`
update promotion_codes set uses = uses + 1
where brand_id = ? and code = ? and promotion_id = ? and use_limit is not null and uses < use_limit`, p.BrandID, *use.Code, p.ID)
	if done.Error == nil && done.RowsAffected == 0 {
		// Without a limit nobody waits for its row.
		done = tx.Exec("select 1 from promotion_codes where brand_id = ? and code = ? and promotion_id = ? and use_limit is null",
			p.BrandID, *use.Code, p.ID)
	}
	return counted(done, p, "is no longer to be had with this code")
}

func counted(done *gorm.DB, p *models.Promotion, otherwise string) error {
	if done.Error != nil {
		return fmt.Errorf("count the use of a promotion: %w", done.Error)
	}
	if done.RowsAffected == 1 {
		return nil
	}
	text, _ := p.Texts.In(p.DefaultLanguage)
	return problem.New(problem.Conflict, fmt.Sprintf("the promotion %q %s: price the cart again", text.Title, otherwise))
}

// ReleaseTx gives back what a purchase used of the promotions of brands, when
// the purchase is undone. Giving back again gives nothing more.
func ReleaseTx(tx *gorm.DB, purchase uuid.UUID, brands ...uuid.UUID) error {
	return releaseTx(tx, purchase, tx.Where("brand_id in ?", brands))
}

// ReleaseSomeTx is ReleaseTx for some promotions, where a part of the purchase
// is undone that alone gained from them.
func ReleaseSomeTx(tx *gorm.DB, purchase uuid.UUID, promotions []models.Key) error {
	if len(promotions) == 0 {
		return nil
	}
	return releaseTx(tx, purchase, tx.Where("(brand_id, promotion_id) in ?", models.Pairs(promotions)))
}

func releaseTx(tx *gorm.DB, purchase uuid.UUID, which *gorm.DB) error {
	var uses []models.PromotionUse
	err := which.Where("purchase_id = ?", purchase).Order("brand_id, promotion_id").Find(&uses).Error
	if err != nil {
		return reading("uses", err)
	}
	for _, use := range uses {
		if _, err := share(tx, models.Key{BrandID: use.BrandID, ID: use.PromotionID}); err != nil {
			return err
		}
		done := tx.Where("brand_id = ? and promotion_id = ? and purchase_id = ?", use.BrandID, use.PromotionID, purchase).
			Delete(&models.PromotionUse{})
		if done.Error != nil {
			return fmt.Errorf("give a promotion back: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			continue // somebody else gave it back
		}
		if err := uncount(tx, use); err != nil {
			return err
		}
	}
	return nil
}

func uncount(tx *gorm.DB, use models.PromotionUse) error {
	err := tx.Exec("update promotions set uses = uses - 1 where brand_id = ? and id = ? and use_limit is not null",
		use.BrandID, use.PromotionID).Error
	if err == nil {
		err = tx.Exec("update promotion_shoppers set uses = uses - 1 where brand_id = ? and promotion_id = ? and shopper_id = ?",
			use.BrandID, use.PromotionID, use.ShopperID).Error
	}
	if err == nil && use.Code != nil {
		err = tx.Exec("update promotion_codes set uses = uses - 1 where brand_id = ? and code = ? and promotion_id = ? and use_limit is not null and uses > 0",
			use.BrandID, *use.Code, use.PromotionID).Error
	}
	if err != nil {
		return fmt.Errorf("give a promotion back: %w", err)
	}
	return nil
}
