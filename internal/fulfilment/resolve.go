package fulfilment

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ResolveInput says what becomes of the goods of a lost shipment.
type ResolveInput struct {
	IdempotencyKey string `json:"-"`
	Shipment       models.Key
	Resolution     models.LossResolution
}

// Resolve makes a loss good: the money of the pieces is given back, or they
// are taken from stock again and wait to be shipped.
func (s *Service) Resolve(ctx context.Context, in ResolveInput) (*models.Shipment, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Shipment.BrandID, "input.shipmentId"); err != nil {
		return nil, err
	}
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "shipmentLossResolve", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	step := order.Step{Type: models.OrderLossResolved, Note: (*string)(&in.Resolution), Actor: auth.From(ctx).AccountID(), At: call.Now}
	shipment, err := idempotency.Once(ctx, s.db, call, in.Shipment, func(tx *gorm.DB) (*models.Shipment, error) {
		return resolveTx(tx, in, step)
	}, func(tx *gorm.DB, key models.Key) (*models.Shipment, error) {
		_, sh, err := lock(tx, key)
		return sh, err
	})
	if err == nil && in.Resolution == models.LossRefunded {
		s.payments.DriveOrder(ctx, models.Key{BrandID: shipment.BrandID, ID: shipment.OrderID})
	}
	return shipment, err
}

func resolveTx(tx *gorm.DB, in ResolveInput, step order.Step) (*models.Shipment, error) {
	o, sh, err := lock(tx, in.Shipment)
	if err != nil {
		return nil, err
	}
	if sh.Status != models.ShipmentLost || sh.Resolution != nil {
		return nil, problem.At("input.shipmentId", problem.Conflict, "the shipment is not lost, or its loss was made good")
	}
	lost, err := database.Find[models.ShipmentLine](tx.Where("brand_id = ? and shipment_id = ?", sh.BrandID, sh.ID), "shipment lines")
	if err != nil {
		return nil, err
	}
	standing, err := order.StandingTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID})
	if err != nil {
		return nil, err
	}
	sh.Resolution, sh.Version = &in.Resolution, sh.Version+1
	err = tx.Exec("update shipments set resolution = ?, version = version + 1 where brand_id = ? and id = ?", in.Resolution, sh.BrandID, sh.ID).Error
	if err != nil {
		return nil, fmt.Errorf("resolve a loss: %w", err)
	}
	if in.Resolution == models.LossResent {
		if err := resend(tx, o, standing, lost, step); err != nil {
			return nil, err
		}
		return sh, order.DeriveTx(tx, o, step)
	}
	if err := order.DeriveTx(tx, o, step); err != nil {
		return nil, err
	}
	return sh, refund(tx, o, standing, lost, step)
}

// refund gives back the money of lost pieces, but of those that were refunded already.
func refund(tx *gorm.DB, o *models.Order, standing models.Standing, lost []*models.ShipmentLine, step order.Step) error {
	r := order.RefundRequest{
		Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: "lost on its way", Actor: step.Actor, At: step.At, Field: "input.shipmentId",
	}
	for _, x := range lost {
		l, _ := lineOf(standing, models.Key{ID: x.LineID})
		if n := min(x.Quantity, l.Kept()); n > 0 {
			r.Lines = append(r.Lines, order.RefundLine{LineID: x.LineID, Quantity: n, Left: true, Field: r.Field})
		}
	}
	if len(r.Lines) == 0 {
		return nil
	}
	_, _, err := order.RefundTx(tx, r)
	return err
}

// resend takes lost pieces from stock again.
func resend(tx *gorm.DB, o *models.Order, standing models.Standing, lost []*models.ShipmentLine, step order.Step) error {
	var lines []inventory.Line
	var variants []uuid.UUID
	for _, x := range lost {
		l, _ := lineOf(standing, models.Key{ID: x.LineID})
		if l.Kept() < x.Quantity {
			return problem.At("input.shipmentId", problem.Conflict, "money of these pieces was given back already")
		}
		if l.VariantID != nil {
			variants = append(variants, *l.VariantID)
			lines = append(lines, inventory.Line{VariantID: *l.VariantID, Quantity: x.Quantity, Field: "input.shipmentId"})
		}
	}
	reads := database.NewBatch(tx)
	supply := inventory.Ask(reads, o.BrandID, variants)
	if err := reads.Send(); err != nil {
		return fmt.Errorf("read what is in stock: %w", err)
	}
	moves, err := supply.Take(lines)
	if err != nil {
		return err
	}
	err = inventory.MoveTx(tx, o.BrandID, moves, models.StockAdjustment{
		Reason: models.StockOrderResent, OrderID: &o.ID, ActorID: step.Actor, RecordedAt: step.At,
	})
	if inventory.Short(err) {
		return database.Again(problem.At("input.shipmentId", problem.OutOfStock, "others bought these goods at the same moment"))
	}
	return err
}
