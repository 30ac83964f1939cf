package inventory

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Line asks for pieces of a variant. Several lines may name the same one.
type Line struct {
	VariantID uuid.UUID
	Quantity  int64
	// Field is the path of the input that a refusal names; may be empty.
	Field string
}

// TakeTx takes the pieces of an order from the brand's active warehouses, the
// lowest priority number first, one variant from several where it must: all of
// them, or OUT_OF_STOCK at the first line of each variant that is short. What
// is not tracked moves nothing. Call it late in the transaction: the rows stay
// locked until it ends.
func (s *Service) TakeTx(tx *gorm.DB, brand uuid.UUID, lines []Line, order uuid.UUID, actor *uuid.UUID, now time.Time) error {
	wanted, err := sums(lines)
	if err != nil {
		return err
	}
	tracked, err := trackedVariants(tx, brand, wanted)
	if err != nil || len(tracked) == 0 {
		return err
	}
	// Rows are locked in the order of their ids, so that orders of the same
	// goods wait for each other and never in a circle.
	var levels []*held
	err = tx.Raw(`
select l.variant_id, l.warehouse_id, l.on_hand - l.reserved as free, w.priority
from stock_levels l
join warehouses w on w.brand_id = l.brand_id and w.id = l.warehouse_id
where l.brand_id = ? and l.variant_id in ? and w.active
order by l.variant_id, l.warehouse_id
for update of l`, brand, ids(tracked)).Scan(&levels).Error
	if err != nil {
		return fmt.Errorf("lock stock: %w", err)
	}
	moves, err := share(tracked, levels)
	if err != nil {
		return err
	}
	return move(tx, brand, moves, models.StockAdjustment{
		Reason: models.StockOrderPlaced, OrderID: &order, ActorID: actor, RecordedAt: now,
	})
}

// ReturnTx puts back whatever an order took and has not yet given back, into
// the warehouses it came from. Repeating it moves nothing.
func (s *Service) ReturnTx(tx *gorm.DB, brand, order uuid.UUID, actor *uuid.UUID, now time.Time) error {
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
	var moves []moved
	err = tx.Raw(`
select variant_id, warehouse_id, -sum(delta) as delta
from stock_adjustments
where brand_id = ? and order_id = ?
group by variant_id, warehouse_id
having sum(delta) < 0
order by variant_id, warehouse_id`, brand, order).Scan(&moves).Error
	if err != nil {
		return fmt.Errorf("read what the order took: %w", err)
	}
	return move(tx, brand, moves, models.StockAdjustment{
		Reason: models.StockOrderCancelled, OrderID: &order, ActorID: actor, RecordedAt: now,
	})
}

// want is the sum of the lines of one variant.
type want struct {
	variant  uuid.UUID
	name     string
	quantity int64
	field    string
}

// held is what can be taken of a variant in a warehouse.
type held struct {
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Free        int64
	Priority    int32
}

// moved is a change of one stock level.
type moved struct {
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Delta       int64
}

// sums adds up the lines of each variant, in the order of the variants' ids.
func sums(lines []Line) ([]*want, error) {
	var all []*want
	byVariant := map[uuid.UUID]*want{}
	for _, l := range lines {
		if l.Quantity <= 0 || l.Quantity > MaxPieces {
			return nil, fmt.Errorf("a line of %d pieces", l.Quantity)
		}
		w := byVariant[l.VariantID]
		if w == nil {
			w = &want{variant: l.VariantID, field: l.Field}
			byVariant[l.VariantID], all = w, append(all, w)
		}
		w.quantity += l.Quantity
	}
	slices.SortFunc(all, func(a, b *want) int { return bytes.Compare(a.variant[:], b.variant[:]) })
	return all, nil
}

func ids(wanted []*want) []uuid.UUID {
	all := make([]uuid.UUID, len(wanted))
	for i, w := range wanted {
		all[i] = w.variant
	}
	return all
}

// trackedVariants leaves out what moves no stock.
func trackedVariants(tx *gorm.DB, brand uuid.UUID, wanted []*want) ([]*want, error) {
	var rows []models.Variant
	err := tx.Select("id, sku, track_stock").Where("brand_id = ? and id in ?", brand, ids(wanted)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", err)
	}
	known := make(map[uuid.UUID]models.Variant, len(rows))
	for _, v := range rows {
		known[v.ID] = v
	}
	var tracked []*want
	for _, w := range wanted {
		v, ok := known[w.variant]
		switch {
		case !ok:
			return nil, fmt.Errorf("take stock of variant %s, which the brand does not have", w.variant)
		case v.TrackStock:
			w.name = "this variant"
			if v.SKU != nil {
				w.name = *v.SKU
			}
			tracked = append(tracked, w)
		}
	}
	return tracked, nil
}

// share decides from which warehouse how much is taken.
func share(wanted []*want, levels []*held) ([]moved, error) {
	byVariant := map[uuid.UUID][]*held{}
	for _, l := range levels {
		byVariant[l.VariantID] = append(byVariant[l.VariantID], l)
	}
	var short problem.List
	var moves []moved
	for _, w := range wanted {
		from := byVariant[w.variant]
		slices.SortStableFunc(from, func(a, b *held) int { return cmp.Compare(a.Priority, b.Priority) })
		left := w.quantity
		for _, l := range from {
			if n := min(left, l.Free); n > 0 {
				moves = append(moves, moved{w.variant, l.WarehouseID, -n})
				left -= n
			}
		}
		if left > 0 {
			p := problem.New(problem.OutOfStock, fmt.Sprintf("fewer than %d pieces of %s are left", w.quantity, w.name))
			if w.field != "" {
				p = problem.At(w.field, p.Code, p.Message)
			}
			short = append(short, p)
		}
	}
	return moves, short.Err()
}
