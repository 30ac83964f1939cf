package storefront

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Whoever changes storefronts of a brand holds the brand's row first: so its
// status stays as it was read, and its storefronts change one after another.

var locking = clause.Locking{Strength: "NO KEY UPDATE"}

const noStorefront = "there is no such storefront, or you may not see it"

func lockBrandTx(tx *gorm.DB, id uuid.UUID, field string) (*models.Brand, error) {
	var b models.Brand
	err := tx.Clauses(locking).Where("id = ?", id).Take(&b).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.At(field, problem.NotFound, "there is no such brand, or you may not see it")
	}
	if err != nil {
		return nil, fmt.Errorf("lock the brand: %w", err)
	}
	return &b, nil
}

// lockTx reads a storefront and its brand, which nobody else changes until tx ends.
func lockTx(tx *gorm.DB, key models.Key, field string) (*models.Storefront, *models.Brand, error) {
	b, err := lockBrandTx(tx, key.BrandID, field)
	if problem.From(err) != nil {
		return nil, nil, problem.At(field, problem.NotFound, noStorefront)
	}
	if err != nil {
		return nil, nil, err
	}
	var shop models.Storefront
	err = tx.Clauses(locking).Where("brand_id = ? and id = ?", key.BrandID, key.ID).Take(&shop).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil, problem.At(field, problem.NotFound, noStorefront)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("lock the storefront: %w", err)
	}
	return &shop, b, nil
}

// keepTx writes the named columns of a locked storefront as its next version.
func keepTx(tx *gorm.DB, shop *models.Storefront, now time.Time, columns ...string) error {
	before := shop.Version
	shop.Version, shop.UpdatedAt = before+1, now
	columns = append(columns, "version", "updated_at")
	done := tx.Model(shop).Where("brand_id = ? and version = ?", shop.BrandID, before).Select(columns).UpdateColumns(shop)
	if done.Error != nil {
		return fmt.Errorf("write the storefront: %w", done.Error)
	}
	if done.RowsAffected != 1 {
		return fmt.Errorf("write the storefront: version %d was not there", before)
	}
	return nil
}
