package cart

import (
	"context"
	"fmt"
)

// sweepSize bounds one statement, so that no sweep holds its locks for long.
const sweepSize = 1000

// Sweep forgets carts past their time and tells how many. Several instances
// may sweep at once.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	swept := 0
	for {
		done := s.db.WithContext(ctx).Exec(`
delete from carts
where id in (
  select id
  from carts
  where expires_at <= ?
  order by expires_at
  limit ?
  for update skip locked
)`, s.now(), sweepSize)
		if done.Error != nil {
			return swept, fmt.Errorf("sweep carts: %w", done.Error)
		}
		if swept += int(done.RowsAffected); done.RowsAffected < sweepSize {
			return swept, nil
		}
	}
}
