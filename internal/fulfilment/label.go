package fulfilment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// Shipments without a label for so long are asked for again, so many at once.
const (
	labelAfter = time.Minute
	labelMost  = 100
)

// label asks the carrier for a label, then books it; a shipment that was
// cancelled meanwhile stays so.
func (s *Service) label(ctx context.Context, sh *models.Shipment) (*models.Shipment, error) {
	key := models.Key{BrandID: sh.BrandID, ID: sh.ID}
	var o models.Order
	if err := s.db.WithContext(ctx).Where("brand_id = ? and id = ?", sh.BrandID, sh.OrderID).Take(&o).Error; err != nil {
		return nil, fmt.Errorf("read the order of a shipment: %w", err)
	}
	label, err := s.carrier.Label(ctx, sh, o.Recipient)
	if err != nil {
		return nil, fmt.Errorf("ask %s for a label: %w", s.carrier.Name(), err)
	}
	now := s.now()
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		locked, err := order.LockTx(tx, models.Key{BrandID: sh.BrandID, ID: sh.OrderID})
		if err != nil {
			return err
		}
		if sh, err = one(tx, key, "input.shipmentId"); err != nil || sh.Status != models.ShipmentPlanned {
			return err
		}
		sh.TrackingNumber, sh.LabelURL = &label.TrackingNumber, &label.URL
		found := &models.TrackingNumber{Carrier: sh.Carrier, Number: label.TrackingNumber, BrandID: sh.BrandID, ShipmentID: sh.ID}
		if err := tx.Create(found).Error; err != nil {
			return fmt.Errorf("keep a tracking number: %w", err)
		}
		return happenTx(tx, locked, sh, models.ShipmentEvent{Type: models.TrackingLabelled, HappenedAt: now}, nil, now)
	})
	return sh, err
}

// Recover asks again for the labels that a carrier did not give, and tells how
// many it has now.
func (s *Service) Recover(ctx context.Context) (labelled int, err error) {
	var waiting []*models.Shipment
	err = s.db.WithContext(database.AcrossBrands(ctx, database.Fulfilment)).
		Where("status = 'PLANNED' and created_at < ?", s.now().Add(-labelAfter)).
		Order("created_at").Limit(labelMost).Find(&waiting).Error
	if err != nil {
		return 0, fmt.Errorf("read shipments without a label: %w", err)
	}
	var failed []error
	for _, sh := range waiting {
		if _, err := s.label(ctx, sh); err != nil {
			failed = append(failed, err)
			continue
		}
		labelled++
	}
	return labelled, errors.Join(failed...)
}
