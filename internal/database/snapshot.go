package database

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"
)

// Snapshot has read see the database as it was at one moment, and its statements
// planned by their values. Read may be called again, as that of InTx.
func Snapshot(ctx context.Context, db *gorm.DB, read func(tx *gorm.DB) error) error {
	return InTx(ctx, db, func(tx *gorm.DB) error {
		if err := PlanByValues(tx); err != nil {
			return err
		}
		return read(tx)
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// PlanByValues has the statements that follow in tx planned by what they ask,
// and with room to sum. The plan for any values, which suits short statements,
// does not know that a hundred rows of a million are asked for. What is summed
// is mostly in memory, and a second core is for long statements.
func PlanByValues(tx *gorm.DB) error {
	err := tx.Exec(`
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
  set_config('random_page_cost', '1.1', true), set_config('parallel_setup_cost', '20000', true), set_config('enable_mergejoin', 'off', true)`).Error
	if err != nil {
		return fmt.Errorf("plan by values: %w", err)
	}
	return nil
}
