package insight

import (
	"context"
	"errors"
	"iter"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// errEnough ends the snapshot of a reader who wants no more rows.
var errEnough = errors.New("no more rows are wanted")

// stream gives the rows of a statement, read in one snapshot as they are asked
// for. What fails after the first row is not tried again: it has been handed out.
func stream[R, T any](ctx context.Context, s *Service, statement database.SQL, columns []column[T], shape func(*R) *T) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		begun, line := false, make(table.Row, len(columns))
		var failed error
		read := func(tx *gorm.DB) error {
			return database.Cursor(tx, statement, func(rows []*R) error {
				for _, r := range rows {
					shown := shape(r)
					for i, c := range columns {
						line[i] = c.of(shown)
					}
					begun = true
					if !yield(line, nil) {
						return errEnough
					}
				}
				return nil
			})
		}
		err := s.snapshot(ctx, func(tx *gorm.DB) error {
			if err := read(tx); err != nil && begun {
				failed = err
			} else {
				return err
			}
			return nil
		})
		if err = errors.Join(failed, err); err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}
