package inventory

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// Reserving adds the reservation of what Supply.Take gave to a batch, for an
// order of a purchase. Let it be the last there, for the brands in the order of
// their ids, as with Moving: the batch fails where the stock has gone, see Short.
func Reserving(batch *database.Batch, brand, purchase, order uuid.UUID, moves []Move, at time.Time) {
	inOrder(moves)
	held := make([]models.StockReservation, len(moves))
	for i, m := range moves {
		held[i] = models.StockReservation{
			BrandID: brand, ID: uuid.Must(uuid.NewV7()), PurchaseID: purchase, OrderID: order,
			VariantID: m.VariantID, WarehouseID: m.WarehouseID, Quantity: -m.Delta,
			Status: models.ReservationHeld, CreatedAt: at,
		}
		batch.Exec(`
update stock_levels
set reserved = reserved + $4, updated_at = $5
where brand_id = $1 and variant_id = $2 and warehouse_id = $3`, brand, m.VariantID, m.WarehouseID, -m.Delta, at)
	}
	batch.Insert(held)
}

// HeldTx reads what a purchase holds of brands, and locks it: nobody else can
// take or release it before tx ends. It is in the order in which levels are locked.
func HeldTx(tx *gorm.DB, brands []uuid.UUID, purchase uuid.UUID) (held []models.StockReservation, err error) {
	err = tx.Where("brand_id in ? and purchase_id = ? and status = ?", brands, purchase, models.ReservationHeld).
		Order("brand_id, variant_id, warehouse_id, id").
		Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Find(&held).Error
	if err != nil {
		return nil, fmt.Errorf("read what is reserved: %w", err)
	}
	return held, nil
}

// Taking adds to a batch that reserved stock leaves for its orders.
func Taking(batch *database.Batch, held []models.StockReservation, actor *uuid.UUID, at time.Time) {
	log := make([]models.StockAdjustment, len(held))
	for i, r := range held {
		log[i] = models.StockAdjustment{
			BrandID: r.BrandID, ID: uuid.Must(uuid.NewV7()), VariantID: r.VariantID, WarehouseID: r.WarehouseID, Delta: -r.Quantity,
			Reason: models.StockOrderPlaced, OrderID: &r.OrderID, ActorID: actor, RecordedAt: at,
		}
		batch.Exec(`
update stock_levels
set on_hand = on_hand - $4, reserved = reserved - $4, updated_at = $5
where brand_id = $1 and variant_id = $2 and warehouse_id = $3`, r.BrandID, r.VariantID, r.WarehouseID, r.Quantity, at)
		end(batch, r, models.ReservationTaken, at)
	}
	batch.Insert(log)
}

// Releasing adds to a batch that reserved stock can be sold again.
func Releasing(batch *database.Batch, held []models.StockReservation, at time.Time) {
	for _, r := range held {
		batch.Exec(`
update stock_levels
set reserved = reserved - $4, updated_at = $5
where brand_id = $1 and variant_id = $2 and warehouse_id = $3`, r.BrandID, r.VariantID, r.WarehouseID, r.Quantity, at)
		end(batch, r, models.ReservationReleased, at)
	}
}

func end(batch *database.Batch, r models.StockReservation, as models.ReservationStatus, at time.Time) {
	batch.Exec("update stock_reservations set status = $3, ended_at = $4 where brand_id = $1 and id = $2", r.BrandID, r.ID, as, at)
}
