package inventory

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const maxNote = 500

// Adjustment is a change of a variant's stock in a warehouse: by Delta, or to SetTo.
type Adjustment struct {
	IdempotencyKey string `json:"-"`
	Variant        models.Key
	Warehouse      models.Key
	Delta          *int64
	SetTo          *int64
	// ChangeFrom is what must lie there for SetTo to happen; nil for whatever does.
	ChangeFrom *int64
	Reason     models.StockReason
	Note       string
}

func (a *Adjustment) validate() problem.List {
	var l problem.List
	idempotency.Check(&l, a.IdempotencyKey)
	switch {
	case a.Delta == nil && a.SetTo == nil:
		l.Add("input.delta", problem.Required, "give delta or setTo")
	case a.Delta != nil && a.SetTo != nil:
		l.Add("input.delta", problem.Invalid, "give delta or setTo, not both")
	case a.Delta != nil && *a.Delta == 0:
		l.Add("input.delta", problem.OutOfRange, "must not be 0")
	case a.Delta != nil:
		l.Number("input.delta", *a.Delta, -MaxPieces, MaxPieces)
	default:
		l.Number("input.setTo", *a.SetTo, 0, MaxPieces)
	}
	if a.ChangeFrom != nil && a.SetTo == nil {
		l.Add("input.changeFrom", problem.Invalid, "goes with setTo only")
	}
	if !a.Reason.ByStaff() {
		l.Add("input.reason", problem.Invalid, "this reason is booked by the system only")
	}
	a.Note = l.Lines("input.note", a.Note, 0, maxNote)
	if a.Warehouse.BrandID != a.Variant.BrandID {
		l.Add("input.warehouseId", problem.NotFound, "there is no such warehouse of the variant's brand")
	}
	return l
}

// Adjust changes a variant's stock in a warehouse, never below what is
// reserved, and logs it. Repeating the key changes nothing and gives the stock
// as it is now.
func (s *Service) Adjust(ctx context.Context, a Adjustment) (*models.StockLevel, error) {
	if err := auth.RequireFor(ctx, auth.StockWrite, a.Variant.BrandID, "input.variantId"); err != nil {
		return nil, err
	}
	if err := a.validate().Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "stockAdjust", Key: a.IdempotencyKey, Input: a, Now: s.now()}
	read := func(tx *gorm.DB, _ models.Key) (*models.StockLevel, error) { return s.lockLevel(tx, a) }
	return idempotency.Once(ctx, s.db, call, a.Variant, func(tx *gorm.DB) (*models.StockLevel, error) {
		level, err := read(tx, a.Variant)
		if err != nil {
			return nil, err
		}
		delta, err := a.delta(level)
		if err != nil || delta == 0 {
			return level, err
		}
		level.OnHand, level.UpdatedAt = level.OnHand+delta, call.Now
		return level, MoveTx(tx, a.Variant.BrandID, []Move{{a.Variant.ID, a.Warehouse.ID, delta}}, models.StockAdjustment{
			Reason: a.Reason, Note: models.Optional(a.Note), ActorID: auth.From(ctx).AccountID(), RecordedAt: call.Now,
		})
	}, read)
}

// lockLevel makes the level where there is none, and locks it.
func (s *Service) lockLevel(tx *gorm.DB, a Adjustment) (*models.StockLevel, error) {
	var variants int64
	err := tx.Model(&models.Variant{}).Where("brand_id = ? and id = ?", a.Variant.BrandID, a.Variant.ID).Count(&variants).Error
	if err != nil {
		return nil, reading("variants", err)
	}
	if variants == 0 {
		return nil, problem.At("input.variantId", problem.NotFound, "there is no such variant, or you may not see it")
	}
	if _, err := WarehouseTx(tx, a.Warehouse); err != nil {
		return nil, err
	}
	level := &models.StockLevel{BrandID: a.Variant.BrandID, VariantID: a.Variant.ID, WarehouseID: a.Warehouse.ID, UpdatedAt: s.now()}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(level).Error; err != nil {
		return nil, fmt.Errorf("make a stock level: %w", err)
	}
	err = tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("brand_id = ? and variant_id = ? and warehouse_id = ?",
		level.BrandID, level.VariantID, level.WarehouseID).Take(level).Error
	return level, reading("stock levels", err)
}

// delta is what the adjustment adds to a locked level.
func (a *Adjustment) delta(level *models.StockLevel) (int64, error) {
	switch {
	case a.ChangeFrom != nil && *a.ChangeFrom != level.OnHand:
		return 0, problem.At("input.changeFrom", problem.Conflict, fmt.Sprintf("%d pieces lie there now", level.OnHand))
	case a.SetTo != nil && *a.SetTo < level.Reserved:
		return 0, problem.At("input.setTo", problem.Conflict, fmt.Sprintf("%d pieces are reserved", level.Reserved))
	case a.SetTo != nil:
		return *a.SetTo - level.OnHand, nil
	case level.Available()+*a.Delta < 0:
		return 0, problem.At("input.delta", problem.OutOfStock, fmt.Sprintf("no more than %d pieces can be taken", level.Available()))
	case level.OnHand+*a.Delta > MaxPieces:
		return 0, problem.At("input.delta", problem.OutOfRange, "more than 1,000,000,000 pieces would lie there")
	}
	return *a.Delta, nil
}
