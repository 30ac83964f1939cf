package order

import (
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/inventory"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db    *gorm.DB
	stock *inventory.Service
	now   func() time.Time
}

// NewService takes the database, the stock that orders take from, and the clock.
func NewService(db *gorm.DB, stock *inventory.Service, now func() time.Time) *Service {
	return &Service{db: db, stock: stock, now: now}
}
