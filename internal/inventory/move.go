package inventory

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// MaxPieces bounds what can lie in a warehouse, and one change of it.
const MaxPieces = 1_000_000_000

// move changes stock levels and logs each change as the given one says. The
// levels exist and are locked; still, none is taken below what is reserved.
func move(tx *gorm.DB, brand uuid.UUID, moves []moved, as models.StockAdjustment) error {
	if len(moves) == 0 {
		return nil
	}
	var variants, warehouses, deltas models.StringList
	log := make([]*models.StockAdjustment, len(moves))
	for i, m := range moves {
		variants = append(variants, m.VariantID.String())
		warehouses = append(warehouses, m.WarehouseID.String())
		deltas = append(deltas, strconv.FormatInt(m.Delta, 10))
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		a := as
		a.BrandID, a.ID, a.VariantID, a.WarehouseID, a.Delta = brand, id, m.VariantID, m.WarehouseID, m.Delta
		log[i] = &a
	}
	done := tx.Exec(`
update stock_levels l
set on_hand = l.on_hand + m.delta, updated_at = ?
from unnest(cast(? as uuid[]), cast(? as uuid[]), cast(? as bigint[])) as m (variant_id, warehouse_id, delta)
where l.brand_id = ? and l.variant_id = m.variant_id and l.warehouse_id = m.warehouse_id
  and (m.delta > 0 or l.on_hand - l.reserved >= -m.delta)`, as.RecordedAt, variants, warehouses, deltas, brand)
	if done.Error != nil {
		return fmt.Errorf("move stock: %w", done.Error)
	}
	if done.RowsAffected != int64(len(moves)) {
		return fmt.Errorf("move stock: %d of %d levels could be changed", done.RowsAffected, len(moves))
	}
	if err := tx.Create(log).Error; err != nil {
		return fmt.Errorf("log stock: %w", err)
	}
	return nil
}
