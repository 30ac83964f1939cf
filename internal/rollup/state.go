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

const readState = `
select r.generation, r.watermark::text as watermark, r.system is not null and r.system = c.system_identifier as built, r.rebuilt_at, r.advanced_at
from sales_rollups r
cross join pg_control_system() c`

// Read reads the state of tx's snapshot.
func Read(tx *gorm.DB) (State, error) {
	var s State
	if err := tx.Raw(readState).Take(&s).Error; err != nil {
		return s, fmt.Errorf("read the state of the roll-ups: %w", err)
	}
	return s, nil
}

// due reads whether the roll-ups are built, and whether there are facts of ended
// transactions that are not in them. It reads the oldest such fact, no more.
func due(db *gorm.DB) (built, facts bool, err error) {
	var found struct{ Built, Facts bool }
	err = db.Raw(`
select r.built, coalesce((
  select f.xid < ` + ended + ` from sales_facts f where f.xid >= r.watermark::xid8 order by f.xid limit 1
), false) as facts
from (` + readState + `) r`).Take(&found).Error
	if err != nil {
		return false, false, fmt.Errorf("look for facts: %w", err)
	}
	return found.Built, found.Facts, nil
}
