package idempotency

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// sweepSize bounds one statement, so that no sweep holds its locks for long.
const sweepSize = 5000

// Sweep forgets keys past their time and tells how many. Several instances may
// sweep at once; call it daily.
func Sweep(ctx context.Context, db *gorm.DB, now time.Time) (int, error) {
	swept := 0
	for {
		done := db.WithContext(ctx).Exec(`
delete from idempotency_keys
where (actor_id, mutation, key) in (
  select actor_id, mutation, key
  from idempotency_keys
  where created_at < ?
  order by created_at
  limit ?
  for update skip locked
)`, now.Add(-Kept), sweepSize)
		if done.Error != nil {
			return swept, fmt.Errorf("sweep idempotency keys: %w", done.Error)
		}
		if swept += int(done.RowsAffected); done.RowsAffected < sweepSize {
			return swept, nil
		}
	}
}
