// Package brand admits merchants to the marketplace and keeps what they say of
// themselves: their profile, contact, documents, payout account and jobs.
package brand

import (
	"time"

	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now}
}
