package fulfilment

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const maxLines = 500

// CreateInput asks to put pieces of an order into a shipment.
type CreateInput struct {
	IdempotencyKey string `json:"-"`
	Order          models.Key
	// Warehouse is where the goods lie; nil for the first that has some of them.
	Warehouse *models.Key
	// Lines, or none for all that waits and lies in the warehouse.
	Lines []Line
}

// Line is pieces of an order's line.
type Line struct {
	Line     models.Key
	Quantity int64
}

// Validate collects what is wrong.
func (in *CreateInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	if in.Warehouse != nil && in.Warehouse.BrandID != in.Order.BrandID {
		refused.Add("input.warehouseId", problem.NotFound, "there is no such warehouse of the order's brand")
	}
	if len(in.Lines) > maxLines {
		refused.Add("input.lines", problem.TooLong, fmt.Sprintf("give at most %d lines", maxLines))
	}
	for i, l := range in.Lines {
		refused.Number(field(i, "quantity"), l.Quantity, 1, inventory.MaxPieces)
	}
	return refused.Err()
}

func field(i int, name string) string { return fmt.Sprintf("input.lines.%d.%s", i, name) }

// Create puts pieces of an order that wait to be shipped into a shipment, and
// asks the carrier for its label. An order may be split into several. Where
// the carrier does not answer, the shipment stays PLANNED, and Recover asks
// again.
func (s *Service) Create(ctx context.Context, in CreateInput) (*models.Shipment, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Order.BrandID, "input.orderId"); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "shipmentCreate", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	key := models.Key{BrandID: in.Order.BrandID, ID: newID()}
	shipment, err := idempotency.Once(ctx, s.db, call, key, func(tx *gorm.DB) (*models.Shipment, error) {
		shipment := &models.Shipment{
			BrandID: key.BrandID, ID: key.ID, OrderID: in.Order.ID, Status: models.ShipmentPlanned, Carrier: s.carrier.Name(),
			CreatedAt: call.Now, Version: 1,
		}
		o, err := lockOrder(tx, in.Order)
		if err != nil {
			return nil, err
		}
		lines, err := planned(tx, o, in, shipment)
		if err != nil {
			return nil, err
		}
		batch := database.NewBatch(tx)
		batch.Insert(shipment, lines)
		if err := batch.Send(); err != nil {
			return nil, fmt.Errorf("write the shipment: %w", err)
		}
		return shipment, order.DeriveTx(tx, o, order.Step{Type: models.OrderShipmentMade, Actor: auth.From(ctx).AccountID(), At: call.Now})
	}, func(tx *gorm.DB, key models.Key) (*models.Shipment, error) {
		return one(tx, key, "input.idempotencyKey")
	})
	if err != nil {
		return nil, err
	}
	if shipment.Status != models.ShipmentPlanned {
		return shipment, nil
	}
	if labelled, err := s.label(ctx, shipment); err == nil {
		shipment = labelled
	}
	return shipment, nil
}

// Created is the outcome of one of many shipments.
type Created struct {
	Order    models.Key
	Shipment *models.Shipment
	Err      error
}

// CreateMany makes a shipment of all that waits for each of many orders, each
// by itself: what is refused of one does not touch the others.
func (s *Service) CreateMany(ctx context.Context, key string, orders []models.Key, warehouse *models.Key) ([]Created, error) {
	var refused problem.List
	idempotency.Check(&refused, key)
	switch {
	case len(orders) == 0:
		refused.Add("input.orderIds", problem.Required, "give at least one order")
	case len(orders) > maxMany:
		refused.Add("input.orderIds", problem.TooLong, fmt.Sprintf("give at most %d orders", maxMany))
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	results := make([]Created, len(orders))
	for i, o := range orders {
		// A key of its own for each order, of the same length whatever the key.
		own := uuid.NewSHA1(o.ID, []byte(key)).String()
		shipment, err := s.Create(ctx, CreateInput{IdempotencyKey: own, Order: o, Warehouse: warehouse})
		if err != nil && problem.From(err) == nil {
			return nil, err
		}
		results[i] = Created{o, shipment, err}
	}
	return results, nil
}

const maxMany = 100

// planned decides which pieces of a locked order go into a shipment, and from
// which warehouse.
func planned(tx *gorm.DB, o *models.Order, in CreateInput, s *models.Shipment) ([]models.ShipmentLine, error) {
	if o.Source != models.OrderFromShop || o.Status != models.OrderPlaced {
		return nil, problem.At("input.orderId", problem.Conflict, "nothing of the order waits to be shipped")
	}
	standing, err := order.StandingTx(tx, in.Order)
	if err != nil {
		return nil, err
	}
	lying, err := inventory.LyingTx(tx, o.BrandID, o.ID)
	if err != nil {
		return nil, err
	}
	here := shelf{lying: lying}
	if here.warehouse, err = warehouseOf(tx, in, lying); err != nil {
		return nil, err
	}
	s.WarehouseID = here.warehouse.ID
	var refused problem.List
	var lines []models.ShipmentLine
	add := func(l models.LineStanding, n int64) {
		here.take(l, n)
		lines = append(lines, models.ShipmentLine{BrandID: o.BrandID, ShipmentID: s.ID, LineID: l.LineID, Quantity: n})
	}
	if len(in.Lines) == 0 {
		for _, l := range standing.Lines {
			if n := min(l.Waiting(), here.has(l)); n > 0 {
				add(l, n)
			}
		}
		if len(lines) == 0 {
			return nil, problem.At("input.orderId", problem.Conflict, "nothing of the order waits to be shipped from "+here.warehouse.Name)
		}
		return lines, nil
	}
	seen := map[uuid.UUID]bool{}
	for i, wanted := range in.Lines {
		l, known := lineOf(standing, wanted.Line)
		switch {
		case !known:
			refused.Add(field(i, "lineId"), problem.NotFound, "the order has no such line")
		case seen[l.LineID]:
			refused.Add(field(i, "lineId"), problem.Invalid, "this line is named twice")
		case wanted.Quantity > l.Waiting():
			refused.Add(field(i, "quantity"), problem.Conflict, fmt.Sprintf("%d pieces of it wait to be shipped", l.Waiting()))
		case wanted.Quantity > here.has(l):
			refused.Add(field(i, "quantity"), problem.OutOfStock,
				fmt.Sprintf("%d pieces of it lie in %s", here.has(l), here.warehouse.Name))
		default:
			seen[l.LineID] = true
			add(l, wanted.Quantity)
		}
	}
	return lines, refused.Err()
}

func lineOf(standing models.Standing, key models.Key) (models.LineStanding, bool) {
	for _, l := range standing.Lines {
		if l.LineID == key.ID {
			return l, true
		}
	}
	return models.LineStanding{}, false
}

// shelf is what of an order lies in a warehouse.
type shelf struct {
	warehouse *models.Warehouse
	lying     []inventory.Lying
}

// has is how many pieces of a line lie there: any number of what is not
// tracked, for that lies nowhere.
func (s shelf) has(l models.LineStanding) int64 {
	tracked := false
	for _, x := range s.lying {
		if l.VariantID == nil || x.VariantID != *l.VariantID {
			continue
		}
		tracked = true
		if x.WarehouseID == s.warehouse.ID {
			return x.Pieces
		}
	}
	if tracked {
		return 0
	}
	return inventory.MaxPieces
}

// take takes pieces off the shelf, for another line may be of the same variant.
func (s shelf) take(l models.LineStanding, n int64) {
	for i := range s.lying {
		if x := &s.lying[i]; l.VariantID != nil && x.VariantID == *l.VariantID && x.WarehouseID == s.warehouse.ID {
			x.Pieces -= n
		}
	}
}

// warehouseOf is the warehouse that is named, or the first that has goods of
// the order, or the brand's first.
func warehouseOf(tx *gorm.DB, in CreateInput, lying []inventory.Lying) (*models.Warehouse, error) {
	query := tx.Where("brand_id = ?", in.Order.BrandID).Order("priority, code").Limit(1)
	var has []uuid.UUID
	for _, l := range lying {
		has = append(has, l.WarehouseID)
	}
	switch {
	case in.Warehouse != nil:
		query = query.Where("id = ?", in.Warehouse.ID)
	case len(has) > 0:
		query = query.Where("id in ?", has)
	}
	var found []models.Warehouse
	if err := query.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read warehouses: %w", err)
	}
	if len(found) == 0 {
		return nil, problem.At("input.warehouseId", problem.NotFound, "there is no such warehouse, or you may not see it")
	}
	return &found[0], nil
}
