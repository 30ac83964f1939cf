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

// Read reads the state of tx's snapshot. What tx reads next is planned by the
// values asked for, and with room to sum: the plan for any values, which suits
// short statements, knows neither how long the tail is nor how many months are
// read. Roll-ups are in memory, and a second core is for long statements.
func Read(tx *gorm.DB) (State, error) {
	var s State
	err := tx.Raw(`
with planned as materialized (
  select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
    set_config('random_page_cost', '1.1', true), set_config('parallel_setup_cost', '20000', true), set_config('enable_mergejoin', 'off', true)
)
select r.generation, r.watermark::text, r.system is not null and r.system = c.system_identifier as built, r.rebuilt_at, r.advanced_at
from sales_rollups r
cross join pg_control_system() c
cross join planned`).Take(&s).Error
	if err != nil {
		return s, fmt.Errorf("read the state of the roll-ups: %w", err)
	}
	return s, nil
}
