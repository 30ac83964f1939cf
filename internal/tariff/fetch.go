package tariff

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// fetch reads the next rows of a cursor by pgx itself, straight into fields.
func fetch[T any](tx *gorm.DB, cursor string) ([]T, error) {
	batch := database.NewBatch(tx)
	rows := database.Read[T](batch, database.Text(fmt.Sprintf("fetch %d from %s", fetchRows, cursor)))
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return *rows, nil
}
