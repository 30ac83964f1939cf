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
}

// remembered is what months come to and how they begin.
type remembered struct {
	sums  *lru.Cache[monthKey, monthSums]
	heads *lru.Cache[monthKey, head]
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	sums, _ := lru.New[monthKey, monthSums](maxMonths) // fails for sizes below 1
	heads, _ := lru.New[monthKey, head](maxHeads)
	return &Service{db: db, now: now, known: remembered{sums, heads}}
}
