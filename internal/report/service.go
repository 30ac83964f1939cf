package report

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db    *gorm.DB
	now   func() time.Time
	known remembered
	// ordersAtOnce are counted by their ids in one stretch of time.
	ordersAtOnce int64
}

// remembered is what brands sold in months, and what the days of months come to.
type remembered struct {
	sheets *sheets
	sums   *lru.Cache[monthKey, monthSums]
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	sums, _ := lru.New[monthKey, monthSums](maxMonths) // fails for sizes below 1
	return &Service{db: db, now: now, known: remembered{newSheets(), sums}, ordersAtOnce: ordersAtOnce}
}
