package fulfilment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/declaration"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Dispatch says that a labelled shipment was handed over, and tells the
// carrier. Where it does not hear, it finds the parcel by itself.
func (s *Service) Dispatch(ctx context.Context, key models.Key) (*models.Shipment, error) {
	sh, err := s.staff(ctx, key, models.TrackingAccepted)
	if err == nil {
		_ = s.carrier.Collect(ctx, *sh.TrackingNumber)
	}
	return sh, err
}

// Deliver says that a shipment has arrived, where the carrier does not.
func (s *Service) Deliver(ctx context.Context, key models.Key) (*models.Shipment, error) {
	return s.staff(ctx, key, models.TrackingDelivered)
}

// Lose gives a shipment up; what becomes of its goods is said by Resolve.
func (s *Service) Lose(ctx context.Context, key models.Key) (*models.Shipment, error) {
	return s.staff(ctx, key, models.TrackingLost)
}

// Cancel calls off a shipment that has not left: its pieces wait again.
func (s *Service) Cancel(ctx context.Context, key models.Key) (*models.Shipment, error) {
	return s.staff(ctx, key, models.TrackingCancelled)
}

// become is what a shipment becomes by an event of its way.
var become = map[models.TrackingType]models.ShipmentStatus{
	models.TrackingLabelled: models.ShipmentLabelled, models.TrackingAccepted: models.ShipmentDispatched,
	models.TrackingInTransit: models.ShipmentDispatched, models.TrackingAtCustoms: models.ShipmentDispatched,
	models.TrackingOutFor: models.ShipmentDispatched, models.TrackingDelivered: models.ShipmentDelivered,
	models.TrackingLost: models.ShipmentLost, models.TrackingCancelled: models.ShipmentCancelled,
}

// steps are what the order's history says of what its shipments become.
var steps = map[models.ShipmentStatus]models.OrderEventType{
	models.ShipmentDispatched: models.OrderWasDispatched, models.ShipmentDelivered: models.OrderWasDelivered,
	models.ShipmentLost: models.OrderWasLost, models.ShipmentCancelled: models.OrderShipmentCancelled,
}

// staff moves a shipment by hand. Unlike a carrier's event, what its status
// does not allow is refused.
func (s *Service) staff(ctx context.Context, key models.Key, what models.TrackingType) (*models.Shipment, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, key.BrandID, "input.shipmentId"); err != nil {
		return nil, err
	}
	var shipment *models.Shipment
	now := s.now()
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		o, sh, err := lock(tx, key)
		if err != nil {
			return err
		}
		shipment = sh
		if sh.Status == become[what] || !may(sh, become[what]) {
			return problem.At("input.shipmentId", problem.Conflict, "the shipment is "+string(sh.Status))
		}
		if leaves(sh, become[what]) {
			if err := declaration.ReadyTx(tx, sh); err != nil {
				return err
			}
		}
		return happenTx(tx, o, sh, models.ShipmentEvent{Type: what, HappenedAt: now}, auth.From(ctx).AccountID(), now)
	})
	if err != nil {
		return nil, err
	}
	return shipment, nil
}

// leaves tells whether a shipment that has not left would.
func leaves(s *models.Shipment, to models.ShipmentStatus) bool {
	return (s.Status == models.ShipmentPlanned || s.Status == models.ShipmentLabelled) && (to == models.ShipmentDispatched || to == models.ShipmentDelivered)
}

// may tells whether a shipment can become what it is not. A loss that was made
// good stays.
func may(s *models.Shipment, to models.ShipmentStatus) bool {
	return s.Resolution == nil && models.MayBecome(models.LifeOfShipment, s.Status, to)
}

// happenTx writes an event to a shipment's timeline, and moves the shipment
// and its order as far as it may: the status is that of the furthest event,
// and the times are those of the earliest, in whatever order they are told.
func happenTx(tx *gorm.DB, o *models.Order, s *models.Shipment, e models.ShipmentEvent, actor *uuid.UUID, now time.Time) error {
	e.BrandID, e.ShipmentID, e.RecordedAt = s.BrandID, s.ID, now
	if e.ID == uuid.Nil {
		e.ID = newID()
	}
	batch := database.NewBatch(tx)
	batch.Insert(&e)
	to, before := become[e.Type], s.Status
	moved := to != before && may(s, to)
	if moved {
		s.Status = to
	}
	if (to == models.ShipmentDispatched || to == models.ShipmentDelivered) && s.Status != models.ShipmentCancelled {
		s.DispatchedAt = earlier(s.DispatchedAt, e.HappenedAt)
	}
	if to == models.ShipmentDelivered && s.Status == models.ShipmentDelivered {
		s.DeliveredAt = earlier(s.DeliveredAt, e.HappenedAt)
	}
	s.Version++
	batch.Exec(`
update shipments
set status = $3, tracking_number = $4, label_url = $5, dispatched_at = $6, delivered_at = $7, version = version + 1
where brand_id = $1 and id = $2`, s.BrandID, s.ID, s.Status, s.TrackingNumber, s.LabelURL, s.DispatchedAt, s.DeliveredAt)
	if err := batch.Send(); err != nil {
		return fmt.Errorf("move the shipment: %w", err)
	}
	if step, tells := steps[to]; moved && tells {
		return order.DeriveTx(tx, o, order.Step{Type: step, Note: s.TrackingNumber, Actor: actor, At: now})
	}
	return nil
}

func earlier(known *time.Time, at time.Time) *time.Time {
	if known != nil && known.Before(at) {
		return known
	}
	return &at
}
