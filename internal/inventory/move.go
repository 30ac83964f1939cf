package inventory

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// MaxPieces bounds what can lie in a warehouse, and one change of it.
const MaxPieces = 1_000_000_000

// Move is a change of one stock level.
type Move struct {
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Delta       int64
}

// Moving adds moves, and a log of each as the given one says, to a batch. Let
// them be the last there: the levels stay locked until its transaction ends.
// They are locked in the order of their ids, so that orders of the same goods
// wait for each other and never in a circle. None is taken below what is
// reserved: the batch fails then, see Short.
func Moving(batch *database.Batch, brand uuid.UUID, moves []Move, as models.StockAdjustment) {
	inOrder(moves)
	log := make([]models.StockAdjustment, len(moves))
	for i, m := range moves {
		log[i] = as
		log[i].BrandID, log[i].ID, log[i].VariantID, log[i].WarehouseID, log[i].Delta =
			brand, uuid.Must(uuid.NewV7()), m.VariantID, m.WarehouseID, m.Delta
		batch.Exec(`
update stock_levels
set on_hand = on_hand + $4, updated_at = $5
where brand_id = $1 and variant_id = $2 and warehouse_id = $3`, brand, m.VariantID, m.WarehouseID, m.Delta, as.RecordedAt)
	}
	batch.Insert(log)
}

// inOrder sorts moves as their levels are locked.
func inOrder(moves []Move) {
	slices.SortFunc(moves, func(a, b Move) int {
		if c := bytes.Compare(a.VariantID[:], b.VariantID[:]); c != 0 {
			return c
		}
		return bytes.Compare(a.WarehouseID[:], b.WarehouseID[:])
	})
}

// Short reports whether moves failed since a level held too little.
func Short(err error) bool { return database.Violates(err, "stock_levels_available_check") }

// MoveTx is Moving for what is not part of a larger batch.
func MoveTx(tx *gorm.DB, brand uuid.UUID, moves []Move, as models.StockAdjustment) error {
	batch := database.NewBatch(tx)
	Moving(batch, brand, moves, as)
	if err := batch.Send(); err != nil {
		return fmt.Errorf("move stock: %w", err)
	}
	return nil
}
