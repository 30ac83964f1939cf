package fulfilment

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// newID makes a row id. Randomness never fails.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// lockOrder locks the order that an input names.
func lockOrder(tx *gorm.DB, key models.Key) (*models.Order, error) {
	o, err := order.LockTx(tx, key)
	for _, p := range problem.From(err) {
		p.Field = []string{"input", "orderId"}
	}
	return o, err
}

// one reads a shipment.
func one(tx *gorm.DB, key models.Key, field string) (*models.Shipment, error) {
	var found []*models.Shipment
	if err := tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID).Limit(1).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read a shipment: %w", err)
	}
	if len(found) == 0 {
		return nil, problem.At(field, problem.NotFound, "there is no such shipment, or you may not see it")
	}
	return found[0], nil
}

// lock locks a shipment's order, then reads the shipment: nobody changes it
// without that lock.
func lock(tx *gorm.DB, key models.Key) (*models.Order, *models.Shipment, error) {
	s, err := one(tx, key, "input.shipmentId")
	if err != nil {
		return nil, nil, err
	}
	o, err := order.LockTx(tx, models.Key{BrandID: s.BrandID, ID: s.OrderID})
	if err != nil {
		return nil, nil, err
	}
	s, err = one(tx, key, "input.shipmentId")
	return o, s, err
}

// ByKeys gives shipments of orders that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.Shipment, error) {
	seen, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	return database.Find[models.Shipment](s.db.WithContext(ctx).Where("(shipments.brand_id, shipments.id) in ?", models.Pairs(keys)).
		Where("exists (select 1 from orders where orders.brand_id = shipments.brand_id and orders.id = shipments.order_id and "+seen+")", args...),
		"shipments")
}

// Of gives the shipments of orders that the caller has read, each order's oldest first.
func (s *Service) Of(ctx context.Context, orders []models.Key) ([]*models.Shipment, error) {
	return database.Find[models.Shipment](s.db.WithContext(ctx).Where("(brand_id, order_id) in ?", models.Pairs(orders)).
		Order("order_id, created_at, id"), "shipments")
}

// LinesOf gives what is in shipments that the caller has read.
func (s *Service) LinesOf(ctx context.Context, shipments []models.Key) ([]*models.ShipmentLine, error) {
	return database.Find[models.ShipmentLine](s.db.WithContext(ctx).Where("(brand_id, shipment_id) in ?", models.Pairs(shipments)).
		Order("shipment_id, line_id"), "shipment lines")
}

// EventsOf gives the timelines of shipments that the caller has read, oldest first.
func (s *Service) EventsOf(ctx context.Context, shipments []models.Key) ([]*models.ShipmentEvent, error) {
	return database.Find[models.ShipmentEvent](s.db.WithContext(ctx).Where("(brand_id, shipment_id) in ?", models.Pairs(shipments)).
		Order("shipment_id, happened_at, id"), "shipment events")
}
