package fulfilment

import (
	"context"
	"net/http"
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

// Carrier carries shipments. It may take seconds and is never called in a
// transaction.
type Carrier interface {
	// Name is what its shipments are booked under, in capitals. Its events come
	// to /webhooks/carriers/ and the name in small letters.
	Name() string
	// Label gives the label of a shipment; asked again for one it gives the
	// same.
	Label(ctx context.Context, s *models.Shipment, to *models.Recipient) (Label, error)
	// Collect tells that a parcel was handed over; told twice it is told once.
	// Carriers scan what they take up, so that nothing hangs on it.
	Collect(ctx context.Context, number string) error
	// Event reads a webhook. It reports webhook.ErrSignature, ErrStale and
	// ErrForm.
	Event(header http.Header, body []byte, now time.Time) (Tracking, error)
}

// Label is what a carrier gives for a shipment.
type Label struct {
	TrackingNumber string
	URL            string
}
