// Package customs keeps what customs ask for as dated data: duties and taxes by
// HS prefix, limits and shares of ways of importing, the positive list and fees,
// each with its source and how sure it is. It gives the engine of landed costs
// its rules of a day, and tells what keeps goods from being published.
package customs

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db    *gorm.DB
	now   func() time.Time
	books *shelf
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }, books: newShelf()}
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// changeLock lets one at a time change rules.
const changeLock = 0x63757374

// changing begins a change of rules: others wait, and servers will see that
// there was one.
func changing(tx *gorm.DB) error {
	if err := tx.Exec("select pg_advisory_xact_lock(?)", changeLock).Error; err != nil {
		return fmt.Errorf("wait for other changes of rules: %w", err)
	}
	return tx.Exec("update customs_revision set revision = revision + 1").Error
}
