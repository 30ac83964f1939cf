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

// Moved are moves with what the log says of each.
type Moved struct {
	Moves []Move
	As    models.StockAdjustment
}

// Moving adds moves and their log to a batch. Let them be the last there: the
// levels stay locked until its transaction ends. Each level is changed once,
// in the order of their ids, so that orders of the same goods wait for each
// other and never in a circle. None is taken below what is reserved: the batch
// fails then, see Short.
func Moving(batch *database.Batch, brand uuid.UUID, moved ...Moved) {
	var log []models.StockAdjustment
	var sums []Move
	for _, all := range moved {
		for _, m := range all.Moves {
			entry := all.As
			entry.BrandID, entry.ID, entry.VariantID, entry.WarehouseID, entry.Delta =
				brand, uuid.Must(uuid.NewV7()), m.VariantID, m.WarehouseID, m.Delta
			log = append(log, entry)
			same := func(s Move) bool { return s.VariantID == m.VariantID && s.WarehouseID == m.WarehouseID }
			if i := slices.IndexFunc(sums, same); i >= 0 {
				sums[i].Delta += m.Delta
			} else {
				sums = append(sums, m)
			}
		}
	}
	inOrder(sums)
	for _, m := range sums {
		batch.Exec(`
update stock_levels
set on_hand = on_hand + $4, updated_at = $5
where brand_id = $1 and variant_id = $2 and warehouse_id = $3`, brand, m.VariantID, m.WarehouseID, m.Delta, log[0].RecordedAt)
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
	Moving(batch, brand, Moved{moves, as})
	if err := batch.Send(); err != nil {
		return fmt.Errorf("move stock: %w", err)
	}
	return nil
}
