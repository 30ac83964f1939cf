// Package fulfilment ships orders: it splits them into shipments, has a
// carrier label these, and follows them to their end.
package fulfilment

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db       *gorm.DB
	carrier  Carrier
	payments Payments
	now      func() time.Time
}

// Payments give the money of losses back.
type Payments interface {
	// DriveOrder does the refunds of an order that are committed. What fails is
	// done later.
	DriveOrder(ctx context.Context, order models.Key)
}

// NewService takes the database, the carrier, the payments and the clock.
func NewService(db *gorm.DB, carrier Carrier, payments Payments, now func() time.Time) *Service {
	return &Service{db: db, carrier: carrier, payments: payments, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}
