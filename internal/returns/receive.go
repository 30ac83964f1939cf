package returns

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

// ReceiveInput says what of a return came in, and where.
type ReceiveInput struct {
	Return    models.Key
	Warehouse models.Key
	// Lines, or none where all came in.
	Lines []Line
}

// Receive books what came in; what did not is not given money for.
func (s *Service) Receive(ctx context.Context, in ReceiveInput) (*models.Return, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Return.BrandID, "input.returnId"); err != nil {
		return nil, err
	}
	return s.change(ctx, in.Return, func(tx *gorm.DB, o *models.Order, r *models.Return) error {
		step := s.step(ctx, models.OrderReturnReceived, nil)
		if r.Status != models.ReturnApproved {
			return moveTx(tx, o, r, models.ReturnReceived, step)
		}
		if in.Warehouse.BrandID != r.BrandID {
			return problem.At("input.warehouseId", problem.NotFound, "there is no such warehouse of the order's brand")
		}
		if _, err := inventory.WarehouseTx(tx, in.Warehouse); err != nil {
			return err
		}
		lines, err := linesOf(tx, r)
		if err != nil {
			return err
		}
		var refused problem.List
		named := map[uuid.UUID]bool{}
		for i, l := range in.Lines {
			refused.Number(field(i, "quantity"), l.Quantity, 0, inventory.MaxPieces)
			switch x := lines[l.Line.ID]; {
			case named[l.Line.ID]:
				refused.Add(field(i, "lineId"), problem.Invalid, "this line is named twice")
			case x == nil:
				refused.Add(field(i, "lineId"), problem.NotFound, "the return has no such line")
			case l.Quantity > x.Quantity:
				refused.Add(field(i, "quantity"), problem.Conflict, fmt.Sprintf("%d pieces of it were to come back", x.Quantity))
			default:
				x.Received = l.Quantity
			}
			named[l.Line.ID] = true
		}
		if err := refused.Err(); err != nil {
			return err
		}
		for _, x := range lines {
			if len(in.Lines) == 0 {
				x.Received = x.Quantity
			}
			err := tx.Exec("update return_lines set received = ? where brand_id = ? and return_id = ? and line_id = ?",
				x.Received, x.BrandID, x.ReturnID, x.LineID).Error
			if err != nil {
				return fmt.Errorf("book what came in: %w", err)
			}
		}
		r.WarehouseID = &in.Warehouse.ID
		return moveTx(tx, o, r, models.ReturnReceived, step)
	})
}

// InspectInput says what becomes of each piece that came in.
type InspectInput struct {
	IdempotencyKey string `json:"-"`
	Return         models.Key
	Lines          []Inspected
}

// Inspected pieces of a line go back into stock or are written off; together
// they are what came in.
type Inspected struct {
	Line       models.Key
	Restocked  int64
	WrittenOff int64
}

// Inspect puts pieces back into the stock of the warehouse they came to, and
// writes the others off.
func (s *Service) Inspect(ctx context.Context, in InspectInput) (*models.Return, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Return.BrandID, "input.returnId"); err != nil {
		return nil, err
	}
	return s.once(ctx, "returnInspect", in.IdempotencyKey, in.Return, in, func(tx *gorm.DB, o *models.Order, r *models.Return) error {
		step := s.step(ctx, models.OrderReturnInspected, nil)
		if r.Status != models.ReturnReceived {
			return moveTx(tx, o, r, models.ReturnInspected, step)
		}
		lines, err := linesOf(tx, r)
		if err != nil {
			return err
		}
		if err := in.judge(lines); err != nil {
			return err
		}
		pieces, err := restocked(tx, o, lines)
		if err != nil {
			return err
		}
		err = inventory.RestockTx(tx, models.Key{BrandID: r.BrandID, ID: *r.WarehouseID}, pieces, models.StockAdjustment{
			Reason: models.StockReturned, OrderID: &o.ID, ActorID: step.Actor, RecordedAt: step.At,
		})
		if err != nil {
			return err
		}
		return moveTx(tx, o, r, models.ReturnInspected, step)
	})
}

// judge writes the inspection to the lines; each piece that came in is told of once.
func (in *InspectInput) judge(lines map[uuid.UUID]*models.ReturnLine) error {
	var refused problem.List
	named := map[uuid.UUID]bool{}
	for i, l := range in.Lines {
		refused.Number(field(i, "restocked"), l.Restocked, 0, inventory.MaxPieces)
		refused.Number(field(i, "writtenOff"), l.WrittenOff, 0, inventory.MaxPieces)
		switch x := lines[l.Line.ID]; {
		case x == nil:
			refused.Add(field(i, "lineId"), problem.NotFound, "the return has no such line")
		case named[l.Line.ID]:
			refused.Add(field(i, "lineId"), problem.Invalid, "this line is named twice")
		default:
			x.Restocked, x.WrittenOff = l.Restocked, l.WrittenOff
		}
		named[l.Line.ID] = true
	}
	for _, x := range lines {
		if x.Restocked+x.WrittenOff != x.Received {
			refused.Add("input.lines", problem.Invalid, fmt.Sprintf("%d pieces came in of a line: say of each what becomes of it", x.Received))
		}
	}
	return refused.Err()
}

// restocked writes what became of the lines, and sums the pieces of each
// tracked variant that go back into stock.
func restocked(tx *gorm.DB, o *models.Order, lines map[uuid.UUID]*models.ReturnLine) (map[uuid.UUID]int64, error) {
	standing, err := order.StandingTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID})
	if err != nil {
		return nil, err
	}
	pieces := map[uuid.UUID]int64{}
	for _, l := range standing.Lines {
		x := lines[l.LineID]
		if x == nil {
			continue
		}
		err := tx.Exec("update return_lines set restocked = ?, written_off = ? where brand_id = ? and return_id = ? and line_id = ?",
			x.Restocked, x.WrittenOff, x.BrandID, x.ReturnID, x.LineID).Error
		if err != nil {
			return nil, fmt.Errorf("book an inspection: %w", err)
		}
		if l.VariantID != nil && x.Restocked > 0 {
			pieces[*l.VariantID] += x.Restocked
		}
	}
	return pieces, nil
}

func linesOf(tx *gorm.DB, r *models.Return) (map[uuid.UUID]*models.ReturnLine, error) {
	rows, err := database.Find[models.ReturnLine](tx.Where("brand_id = ? and return_id = ?", r.BrandID, r.ID), "return lines")
	lines := make(map[uuid.UUID]*models.ReturnLine, len(rows))
	for _, x := range rows {
		lines[x.LineID] = x
	}
	return lines, err
}

// once is change for what moves money or stock: repeating the key does nothing.
func (s *Service) once(
	ctx context.Context, mutation, key string, id models.Key, input any, do func(tx *gorm.DB, o *models.Order, r *models.Return) error,
) (*models.Return, error) {
	var refused problem.List
	idempotency.Check(&refused, key)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: mutation, Key: key, Input: input, Now: s.now()}
	return idempotency.Once(ctx, s.db, call, id, func(tx *gorm.DB) (*models.Return, error) {
		o, r, err := lock(tx, id)
		if err != nil {
			return nil, err
		}
		return r, do(tx, o, r)
	}, one)
}
