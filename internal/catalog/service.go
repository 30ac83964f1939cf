// Package catalog keeps what brands sell: products in variants, their texts
// and pictures, and their listings and prices in storefronts.
package catalog

import (
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/customs"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db    *gorm.DB
	rules *customs.Service
	now   func() time.Time
}

// NewService takes the database, the rules of customs, which storefronts with
// a customs regime are held to, and the clock.
func NewService(db *gorm.DB, rules *customs.Service, now func() time.Time) *Service {
	return &Service{db: db, rules: rules, now: now}
}
