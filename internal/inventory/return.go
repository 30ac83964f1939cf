package inventory

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/models"
)

// Lying is how many pieces of a variant that an order took still lie in a
// warehouse: they were neither given back nor put into a shipment.
type Lying struct {
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Pieces      int64
}

// LyingTx tells where the pieces of an order lie. What is not tracked lies nowhere.
func LyingTx(tx *gorm.DB, brand, order uuid.UUID) (lying []Lying, err error) {
	err = tx.Raw(`
select a.variant_id, a.warehouse_id, a.taken - coalesce(s.shipped, 0) as pieces
from (
  select variant_id, warehouse_id, -sum(delta)::bigint as taken
  from stock_adjustments
  where brand_id = @brand and order_id = @order and reason in ('ORDER_PLACED', 'ORDER_CANCELLED', 'ORDER_RESENT')
  group by variant_id, warehouse_id
) a
left join (
  select l.variant_id, s.warehouse_id, sum(x.quantity)::bigint as shipped
  from shipments s
  join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
  join order_lines l on l.brand_id = x.brand_id and l.id = x.line_id
  where s.brand_id = @brand and s.order_id = @order and s.status <> 'CANCELLED'
  group by l.variant_id, s.warehouse_id
) s on s.variant_id = a.variant_id and s.warehouse_id = a.warehouse_id
where a.taken > coalesce(s.shipped, 0)
order by a.variant_id, a.warehouse_id`, map[string]any{"brand": brand, "order": order}).Scan(&lying).Error
	return lying, reading("where an order lies", err)
}

// ReturnTx puts back pieces of each variant that an order took, nil for all
// that still lie there, into the warehouses they came from. What is not there
// to be put back is passed by: repeating it moves nothing.
func ReturnTx(tx *gorm.DB, brand, order uuid.UUID, pieces map[uuid.UUID]int64, actor *uuid.UUID, now time.Time) error {
	err := tx.Exec(`
select 1
from stock_levels
where brand_id = ? and (variant_id, warehouse_id) in
  (select variant_id, warehouse_id from stock_adjustments where brand_id = ? and order_id = ?)
order by variant_id, warehouse_id
for update`, brand, brand, order).Error
	if err != nil {
		return fmt.Errorf("lock stock: %w", err)
	}
	lying, err := LyingTx(tx, brand, order)
	if err != nil {
		return err
	}
	moves := make([]Move, 0, len(lying))
	left := make(map[uuid.UUID]int64, len(pieces))
	for _, l := range lying {
		n := l.Pieces
		if pieces != nil {
			if _, begun := left[l.VariantID]; !begun {
				left[l.VariantID] = pieces[l.VariantID]
			}
			n = min(n, left[l.VariantID])
			left[l.VariantID] -= n
		}
		if n > 0 {
			moves = append(moves, Move{l.VariantID, l.WarehouseID, n})
		}
	}
	return MoveTx(tx, brand, moves, models.StockAdjustment{
		Reason: models.StockOrderCancelled, OrderID: &order, ActorID: actor, RecordedAt: now,
	})
}

// RestockTx puts pieces of variants into a warehouse, where it makes a level
// for those that have none. What is not tracked moves nothing.
func RestockTx(tx *gorm.DB, warehouse models.Key, pieces map[uuid.UUID]int64, as models.StockAdjustment) error {
	if len(pieces) == 0 {
		return nil
	}
	var tracked []uuid.UUID
	err := tx.Model(&models.Variant{}).Where("brand_id = ? and id in ? and track_stock", warehouse.BrandID, slices.Collect(maps.Keys(pieces))).
		Order("id").Pluck("id", &tracked).Error
	if err != nil {
		return reading("variants", err)
	}
	moves := make([]Move, len(tracked))
	for i, id := range tracked {
		level := &models.StockLevel{BrandID: warehouse.BrandID, VariantID: id, WarehouseID: warehouse.ID, UpdatedAt: as.RecordedAt}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(level).Error; err != nil {
			return fmt.Errorf("make a stock level: %w", err)
		}
		moves[i] = Move{id, warehouse.ID, pieces[id]}
	}
	return MoveTx(tx, warehouse.BrandID, moves, as)
}
