// Package catalog keeps what brands sell: products in variants, their texts
// and pictures, and their listings and prices in storefronts.
package catalog

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
