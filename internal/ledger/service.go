package ledger

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

// newID makes a row id. Randomness never fails.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
