package rollup

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// State tells which facts are in the roll-ups.
type State struct {
	Generation int
	// Watermark is a transaction: facts of earlier ones are in the roll-ups.
	Watermark string
	// Built is false before roll-ups were built first, and in the copy of a
	// database where transactions are counted anew.
	Built      bool
	RebuiltAt  *time.Time
	AdvancedAt *time.Time
}

// Read reads the state of tx's snapshot.
func Read(tx *gorm.DB) (State, error) {
	var s State
	err := tx.Raw(`
select r.generation, r.watermark::text, r.system is not null and r.system = c.system_identifier as built, r.rebuilt_at, r.advanced_at
from sales_rollups r
cross join pg_control_system() c`).Take(&s).Error
	if err != nil {
		return s, fmt.Errorf("read the state of the roll-ups: %w", err)
	}
	return s, nil
}
