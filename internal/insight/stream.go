package insight

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// fetchRows is how many rows are in memory at once.
const fetchRows = 1000

// errEnough ends the snapshot of a reader who wants no more rows.
var errEnough = errors.New("no more rows are wanted")

// stream gives the rows of a statement, read in one snapshot as they are asked
// for. What fails after the first row is not tried again: it has been handed out.
func stream[R, T any](ctx context.Context, s *Service, statement database.SQL, columns []column[T], shape func(*R) *T) iter.Seq2[table.Row, error] {
	// Connections keep what a statement gives by its text: a cursor of other
	// columns has another name.
	h := fnv.New64a()
	_, _ = h.Write([]byte(statement.Text))
	cursor := fmt.Sprintf("rows_%x", h.Sum64())
	return func(yield func(table.Row, error) bool) {
		begun, line := false, make(table.Row, len(columns))
		var failed error
		read := func(tx *gorm.DB) error {
			if err := tx.Exec("declare "+cursor+" no scroll cursor for "+statement.Text, statement.Args...).Error; err != nil {
				return fmt.Errorf("open a report: %w", err)
			}
			for {
				rows, err := scan[R](tx, "a report", database.SQL{Text: fmt.Sprintf("fetch %d from %s", fetchRows, cursor)})
				if err != nil {
					return err
				}
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
				if len(rows) < fetchRows {
					return nil
				}
			}
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
