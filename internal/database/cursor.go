package database

import (
	"fmt"
	"hash/fnv"

	"gorm.io/gorm"
)

// fetchRows is how many rows of a cursor are in memory at once.
const fetchRows = 1000

// Cursor reads the rows of a statement as they are asked for, within the
// transaction of tx, and hands them out in pages of up to 1,000. It ends where
// page fails.
func Cursor[R any](tx *gorm.DB, statement SQL, page func([]*R) error) error {
	// Connections keep what a statement gives by its text: a cursor of other
	// columns has another name.
	h := fnv.New64a()
	_, _ = h.Write([]byte(statement.Text))
	cursor := fmt.Sprintf("rows_%x", h.Sum64())
	if err := tx.Exec("declare "+cursor+" no scroll cursor for "+statement.Text, statement.Args...).Error; err != nil {
		return fmt.Errorf("open a cursor: %w", err)
	}
	for {
		var rows []*R
		if err := tx.Raw(fmt.Sprintf("fetch %d from %s", fetchRows, cursor)).Scan(&rows).Error; err != nil {
			return fmt.Errorf("read a cursor: %w", err)
		}
		if err := page(rows); err != nil || len(rows) < fetchRows {
			return err
		}
	}
}
