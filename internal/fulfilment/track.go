package fulfilment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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

// ReadTracking reads an event of the sandbox carrier, whose signature was
// found good. It reports webhook.ErrForm.
func ReadTracking(body []byte) (e Tracking, err error) {
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("%w: %s", webhook.ErrForm, "not the JSON of an event")
	}
	var refused problem.List
	e.ID = refused.Line("id", e.ID, 1, 120)
	e.TrackingNumber = refused.Line("trackingNumber", e.TrackingNumber, 1, 60)
	e.Place = refused.Line("place", e.Place, 0, 120)
	e.Note = refused.Lines("note", e.Note, 0, 500)
	if err := refused.Err(); err != nil || e.At.IsZero() {
		return e, fmt.Errorf("%w: %w", webhook.ErrForm, err)
	}
	e.At = e.At.UTC().Truncate(time.Microsecond)
	return e, nil
}

// Track takes an event of the carrier. Told twice it is taken once; in
// whatever order events are told, the shipment ends up the same. Types that
// are not known are passed by. It reports webhook.ErrUnknown for a number that
// no shipment has.
func (s *Service) Track(ctx context.Context, e Tracking) error {
	if to, known := become[e.Type]; !known || to == models.ShipmentLabelled || to == models.ShipmentCancelled {
		return nil
	}
	now := s.now()
	return database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		var found []models.TrackingNumber
		err := tx.Where("carrier = ? and number = ?", s.carrier.Name(), e.TrackingNumber).Limit(1).Find(&found).Error
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
			Create(&models.CarrierEvent{Carrier: s.carrier.Name(), EventID: e.ID, Number: e.TrackingNumber, RecordedAt: now})
		if taken.Error != nil || taken.RowsAffected == 0 {
			return taken.Error
		}
		event := models.ShipmentEvent{Type: e.Type, Place: models.Optional(e.Place), Note: models.Optional(e.Note), HappenedAt: e.At}
		return happenTx(tx, o, sh, event, nil, now)
	})
}
