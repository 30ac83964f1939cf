package report

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"gorm.io/gorm"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
	// months are remembered.
	months *lru.Cache[monthKey, monthSums]
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	months, _ := lru.New[monthKey, monthSums](maxMonths) // fails for sizes below 1
	return &Service{db: db, now: now, months: months}
}
