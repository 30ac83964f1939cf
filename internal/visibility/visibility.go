// Package visibility holds the one rule of what the public may read. It keeps
// visible_from of listings and products, storefronts.visible and the entries
// of the public search in step with what they follow from.
package visibility

import (
	_ "embed"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

//go:embed refresh.sql
var refresh string

// BrandTx brings everything of a brand in step: call it when the brand or one
// of its storefronts changed status, or a storefront became primary.
func BrandTx(tx *gorm.DB, brand uuid.UUID) error {
	err := tx.Exec(`
update storefronts s
set visible = s.status in ('OPEN', 'PAUSED') and b.status = 'ACTIVE'
from brands b
where s.brand_id = ? and b.id = s.brand_id`, brand).Error
	if err != nil {
		return fmt.Errorf("refresh storefronts: %w", err)
	}
	return run(tx, brand, nil)
}

// HoldTx keeps a brand's storefronts from changing until the transaction ends.
// A change of products begins with it, before it locks rows of its own: else
// a storefront that opens at the same time would not see what it publishes,
// nor it that the storefront is open.
func HoldTx(tx *gorm.DB, brand uuid.UUID) error {
	err := tx.Exec("select 1 from storefronts where brand_id = ? order by id for share", brand).Error
	if err != nil {
		return fmt.Errorf("hold storefronts: %w", err)
	}
	return nil
}

// ProductsTx brings some products of a brand in step: call it when they, their
// texts, prices or listings changed.
func ProductsTx(tx *gorm.DB, brand uuid.UUID, products ...uuid.UUID) error {
	if len(products) == 0 {
		return nil
	}
	if err := HoldTx(tx, brand); err != nil {
		return err
	}
	list := make(models.StringList, len(products))
	for i, id := range products {
		list[i] = id.String()
	}
	return run(tx, brand, list)
}

func run(tx *gorm.DB, brand uuid.UUID, products any) error {
	err := tx.Exec(refresh, map[string]any{"brand": brand, "products": products}).Error
	if err != nil {
		return fmt.Errorf("refresh what the public reads: %w", err)
	}
	return nil
}
