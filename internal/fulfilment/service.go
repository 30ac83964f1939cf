// Package fulfilment ships orders: it splits them into shipments, has a
// carrier label these, and follows them to their end.
package fulfilment

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// Carrier carries shipments. It may take seconds and is never called in a
// transaction.
type Carrier interface {
	// Name is what its shipments are booked under.
	Name() string
	// Label gives the label of a shipment; asked again for one it gives the
	// same.
	Label(ctx context.Context, s *models.Shipment, to *models.Recipient) (Label, error)
}

// Label is what a carrier gives for a shipment.
type Label struct {
	TrackingNumber string
	URL            string
}

// Service reads and writes with the caller's rights.
type Service struct {
	db      *gorm.DB
	carrier Carrier
	now     func() time.Time
}

// NewService takes the database, the carrier and the clock.
func NewService(db *gorm.DB, carrier Carrier, now func() time.Time) *Service {
	return &Service{db: db, carrier: carrier, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}
