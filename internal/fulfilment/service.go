// Package fulfilment ships orders: it splits them into shipments, has a
// carrier label these, and follows them to their end.
package fulfilment

import (
	"time"

	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db      *gorm.DB
	carrier Carrier
	now     func() time.Time
}

// NewService takes the database, the carrier and the clock.
func NewService(db *gorm.DB, carrier Carrier, now func() time.Time) *Service {
	return &Service{db: db, carrier: carrier, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}
