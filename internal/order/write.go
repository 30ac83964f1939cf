package order

import (
	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
)

// level is the stock of a variant in a warehouse.
type level struct{ brand, variant, warehouse uuid.UUID }

// writing is an order that is to be written.
type writing struct {
	rows  *database.Batch
	brand uuid.UUID
	moved inventory.Moved
}

// levels are those that the order takes pieces of.
func (w writing) levels() []level {
	levels := make([]level, len(w.moved.Moves))
	for i, m := range w.moved.Moves {
		levels[i] = level{w.brand, m.VariantID, m.WarehouseID}
	}
	return levels
}

// writeTogether writes orders that share a level in one transaction: one after the
// other each would wait for the row of the stock until the one before is on
// disk. Where they cannot be written together, each is written alone, and what
// it gets is its own.
func writeTogether(db *gorm.DB, all []*task[writing]) {
	err := send(db, all...)
	for _, t := range all {
		if t.err = err; err != nil && len(all) > 1 {
			t.err = send(db, t)
		}
	}
}

// send writes orders of one brand in one round trip, their stock last.
func send(db *gorm.DB, all ...*task[writing]) error {
	writes := database.NewBatch(db)
	moved := make([]inventory.Moved, len(all))
	for i, t := range all {
		writes.Append(t.work.rows)
		moved[i] = t.work.moved
	}
	inventory.Moving(writes, all[0].work.brand, moved...)
	return writes.Send()
}
