package database

import (
	"fmt"

	"gorm.io/gorm"
)

// Find gives the rows of a query, an empty list where there are none; what
// names them in an error.
func Find[T any](query *gorm.DB, what string) ([]*T, error) {
	rows := []*T{}
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return rows, nil
}
