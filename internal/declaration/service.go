// Package declaration prepares what customs are told of cross-border retail
// import: the sale, its payment and its way. All three must agree before the
// goods leave.
package declaration

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db        *gorm.DB
	consumers *consumerid.Service
	now       func() time.Time
}

// NewService takes the database, who buys, and the clock.
func NewService(db *gorm.DB, consumers *consumerid.Service, now func() time.Time) *Service {
	return &Service{db: db, consumers: consumers, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

const shipmentField = "input.shipmentId"

// regimeTx is the regime of an order that customs must be told of before it
// leaves; empty where they need not.
func regimeTx(tx *gorm.DB, key models.Key) (string, error) {
	found, err := database.Find[models.OrderLandedCost](tx.Where("brand_id = ? and order_id = ?", key.BrandID, key.ID), "what an order cost at the door")
	if err != nil || len(found) == 0 || !found[0].Record.Regime.CrossBorder() {
		return "", err
	}
	return string(found[0].Record.Regime), nil
}

// ReadyTx refuses that a shipment of a locked order leaves which customs have
// not been told of, or of which they would be told what does not agree.
func ReadyTx(tx *gorm.DB, s *models.Shipment) error {
	regime, err := regimeTx(tx, models.Key{BrandID: s.BrandID, ID: s.OrderID})
	if err != nil || regime == "" {
		return err
	}
	d, err := ofShipment(tx, s)
	switch {
	case err != nil:
		return err
	case d == nil:
		return problem.At(shipmentField, problem.Conflict, "customs must be told of it before it leaves: prepare its declaration (declarationPrepare)")
	case d.May():
		return nil
	case d.Status == models.DeclarationRejected:
		return problem.At(shipmentField, problem.Conflict, "customs have rejected its declaration")
	}
	fields := make([]string, len(d.Mismatches))
	for i, m := range d.Mismatches {
		fields[i] = m.Field + " " + m.Message
	}
	return problem.At(shipmentField, problem.Conflict, "its declaration does not agree: "+strings.Join(fields, "; "))
}

func ofShipment(tx *gorm.DB, s *models.Shipment) (*models.Declaration, error) {
	found, err := database.Find[models.Declaration](tx.Where("brand_id = ? and shipment_id = ?", s.BrandID, s.ID), "a declaration")
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// lock locks a shipment's order and reads both.
func lock(tx *gorm.DB, key models.Key) (*models.Order, *models.Shipment, error) {
	read := func() (*models.Shipment, error) {
		found, err := database.Find[models.Shipment](tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID), "a shipment")
		if err == nil && len(found) == 0 {
			err = problem.At(shipmentField, problem.NotFound, "there is no such shipment, or you may not see it")
		}
		if err != nil {
			return nil, err
		}
		return found[0], nil
	}
	s, err := read()
	if err != nil {
		return nil, nil, err
	}
	o, err := order.LockTx(tx, models.Key{BrandID: s.BrandID, ID: s.OrderID})
	if err != nil {
		return nil, nil, err
	}
	s, err = read()
	return o, s, err
}

// Of gives the declarations of orders that the caller has read, each order's
// oldest first.
func (s *Service) Of(ctx context.Context, orders []models.Key) ([]*models.Declaration, error) {
	return database.Find[models.Declaration](s.db.WithContext(ctx).Where("(brand_id, order_id) in ?", models.Pairs(orders)).
		Order("order_id, prepared_at, id"), "declarations")
}

// Buyer is who bought an order that the caller has read, masked: a buyer who
// was not told of, or is erased, is problem.NotFound.
func (s *Service) Buyer(ctx context.Context, key models.Key) (*models.Consumer, error) {
	found, err := database.Find[models.Consumer](s.db.WithContext(ctx).Where(
		"erased_at is null and purchase_id = (select purchase_id from orders where brand_id = ? and id = ?)", key.BrandID, key.ID), "who bought")
	if err == nil && len(found) == 0 {
		err = problem.New(problem.NotFound, "who bought was not told, or is erased")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Report is what customs have answered.
type Report struct {
	Shipment models.Key
	Status   models.DeclarationStatus
	// At is when; nil for now.
	At   *time.Time
	Note *string
}

// next is what a declaration can become by what customs answer.
var next = map[models.DeclarationStatus][]models.DeclarationStatus{
	models.DeclarationMatched:    {models.DeclarationSubmitted, models.DeclarationReleased, models.DeclarationRejected},
	models.DeclarationSubmitted:  {models.DeclarationReleased, models.DeclarationRejected},
	models.DeclarationReleased:   nil,
	models.DeclarationRejected:   nil,
	models.DeclarationMismatched: nil,
}

// Report keeps that a declaration was submitted, released or rejected.
func (s *Service) Report(ctx context.Context, in Report) (*models.Declaration, error) {
	if err := auth.Require(ctx, auth.DeclarationWrite); err != nil {
		return nil, err
	}
	at := s.now()
	var refused problem.List
	if in.At != nil {
		if in.At.After(at) {
			refused.Add("input.at", problem.OutOfRange, "must not lie in the future")
		}
		at = in.At.UTC().Truncate(time.Microsecond)
	}
	if in.Note != nil {
		*in.Note = refused.Lines("input.note", *in.Note, 1, 500)
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var d *models.Declaration
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		_, shipment, err := lock(tx, in.Shipment)
		if err != nil {
			return err
		}
		if d, err = ofShipment(tx, shipment); err != nil {
			return err
		}
		if d == nil {
			return problem.At(shipmentField, problem.Conflict, "no declaration of it was prepared")
		}
		return reportTx(tx, d, in, at)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func reportTx(tx *gorm.DB, d *models.Declaration, in Report, at time.Time) error {
	if d.Status == in.Status {
		return nil
	}
	may := false
	for _, to := range next[d.Status] {
		may = may || to == in.Status
	}
	switch {
	case !may:
		return problem.At("input.status", problem.Conflict, "the declaration is "+string(d.Status))
	case at.Before(d.PreparedAt):
		return problem.At("input.at", problem.OutOfRange, "lies before the declaration was prepared")
	}
	d.Status, d.Note, d.Version = in.Status, in.Note, d.Version+1
	switch in.Status {
	case models.DeclarationSubmitted:
		d.SubmittedAt = &at
	case models.DeclarationReleased:
		d.ReleasedAt = &at
	case models.DeclarationRejected, models.DeclarationMatched, models.DeclarationMismatched:
	}
	err := tx.Model(d).Select("status", "note", "submitted_at", "released_at", "version").UpdateColumns(d).Error
	if err != nil {
		return fmt.Errorf("keep what customs answered: %w", err)
	}
	return nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
