package fulfilment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// Tracking is what a carrier tells of a shipment. Its id is the carrier's own.
type Tracking struct {
	ID             string              `json:"id"`
	TrackingNumber string              `json:"trackingNumber"`
	Type           models.TrackingType `json:"type"`
	Place          string              `json:"place"`
	Note           string              `json:"note"`
	At             time.Time           `json:"at"`
}

// ReadTracking reads an event in this form, whose signature was found good. It
// reports webhook.ErrForm.
func ReadTracking(body []byte) (e Tracking, err error) {
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("%w: not the JSON of an event", webhook.ErrForm)
	}
	var refused problem.List
	e.ID = refused.Line("id", e.ID, 1, 120)
	e.TrackingNumber = refused.Line("trackingNumber", e.TrackingNumber, 1, 60)
	e.Place = refused.Line("place", e.Place, 0, 120)
	e.Note = refused.Lines("note", e.Note, 0, 500)
	if e.At.IsZero() {
		refused.Add("at", problem.Required, "give the time at which it happened")
	}
	if err := refused.Err(); err != nil {
		return e, fmt.Errorf("%w: %w", webhook.ErrForm, err)
	}
	e.At = e.At.UTC().Truncate(time.Microsecond)
	return e, nil
}

// ahead is how far the clocks of carriers may be before ours.
const ahead = 24 * time.Hour

// Receive takes a carrier's webhook, and books what it tells. It reports what
// the carrier's Event and Track do, and webhook.ErrUnknown for a carrier that
// is not ours. After ErrUnknown and faults the carrier shall send it again.
func (s *Service) Receive(ctx context.Context, carrier string, header http.Header, body []byte) error {
	if carrier != strings.ToLower(s.carrier.Name()) {
		return webhook.ErrUnknown
	}
	e, err := s.carrier.Event(header, body, s.now())
	if err != nil {
		return err
	}
	return s.Track(ctx, e)
}

// Track takes an event of the carrier. Told twice it is taken once; in
// whatever order events are told, the shipment and its timeline end up the
// same. It reports webhook.ErrIgnored for types that carriers do not tell or
// that are not known, ErrForm for times to come, and ErrUnknown for a number
// that no shipment has.
func (s *Service) Track(ctx context.Context, e Tracking) error {
	if to, known := become[e.Type]; !known || to == models.ShipmentLabelled || to == models.ShipmentCancelled {
		return webhook.ErrIgnored
	}
	now, carrier := s.now(), s.carrier.Name()
	if e.At.After(now.Add(ahead)) {
		return fmt.Errorf("%w: it is yet to happen", webhook.ErrForm)
	}
	return database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		var found []models.TrackingNumber
		err := tx.Where("carrier = ? and number = ?", carrier, e.TrackingNumber).Limit(1).Find(&found).Error
		if err != nil {
			return fmt.Errorf("find a tracking number: %w", err)
		}
		if len(found) == 0 {
			return webhook.ErrUnknown
		}
		o, sh, err := lock(tx, models.Key{BrandID: found[0].BrandID, ID: found[0].ShipmentID})
		if err != nil {
			return err
		}
		taken := tx.Clauses(clause.OnConflict{DoNothing: true}).
			Create(&models.CarrierEvent{Carrier: carrier, EventID: e.ID, Number: e.TrackingNumber, RecordedAt: now})
		if taken.Error != nil || taken.RowsAffected == 0 {
			return taken.Error
		}
		return happenTx(tx, o, sh, models.ShipmentEvent{
			// Of two at one time the same comes first, whichever came in first.
			ID:   uuid.NewSHA1(sh.ID, []byte(carrier+" "+e.ID)),
			Type: e.Type, Place: models.Optional(e.Place), Note: models.Optional(e.Note), HappenedAt: e.At,
		}, nil, now)
	})
}
