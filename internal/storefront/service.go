// Package storefront keeps the shops of brands: where they are, what they
// say, and whether they sell.
package storefront

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
