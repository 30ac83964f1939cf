package promotion

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Service keeps promotions with the caller's rights.
type Service struct {
	db  *gorm.DB
	now func() time.Time
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

func reading(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read %s: %w", what, err)
}
