package returns

import (
	"context"
	"fmt"
	"time"

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

// RequestInput asks to send pieces of an order back.
type RequestInput struct {
	IdempotencyKey string `json:"-"`
	Order          models.Key
	Lines          []Line
	Reason         string
}

// Validate trims the reason and collects what is wrong.
func (in *RequestInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	switch {
	case len(in.Lines) == 0:
		refused.Add("input.lines", problem.Required, "give at least one line")
	case len(in.Lines) > maxLines:
		refused.Add("input.lines", problem.TooLong, fmt.Sprintf("give at most %d lines", maxLines))
	}
	for i, l := range in.Lines {
		refused.Number(field(i, "quantity"), l.Quantity, 1, inventory.MaxPieces)
	}
	in.Reason = refused.Lines("input.reason", in.Reason, 1, 500)
	return refused.Err()
}

// Request asks to send pieces back that were delivered within the Window and
// were neither refunded nor asked for before: by the order's shopper, or by
// staff who write down what they were told.
func (s *Service) Request(ctx context.Context, in RequestInput) (*models.Return, error) {
	if err := auth.Require(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "returnRequest", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	key := models.Key{BrandID: in.Order.BrandID, ID: newID()}
	return idempotency.Once(ctx, s.db, call, key, func(tx *gorm.DB) (*models.Return, error) {
		asked := &models.Return{
			BrandID: key.BrandID, ID: key.ID, OrderID: in.Order.ID, Status: models.ReturnRequested, Reason: in.Reason,
			RequestedAt: call.Now, UpdatedAt: call.Now, Version: 1,
		}
		o, err := order.LockTx(tx, in.Order)
		for _, p := range problem.From(err) {
			p.Field = []string{"input", "orderId"}
		}
		if err != nil {
			return nil, err
		}
		if err := shopperOr(ctx, o, "input.orderId"); err != nil {
			return nil, err
		}
		lines, err := returnable(tx, in, asked, call.Now.Add(-Window))
		if err != nil {
			return nil, err
		}
		batch := database.NewBatch(tx)
		batch.Insert(asked, lines)
		if err := batch.Send(); err != nil {
			return nil, fmt.Errorf("write the return: %w", err)
		}
		step := order.Step{Type: models.OrderReturnRequested, Note: &in.Reason, Actor: auth.From(ctx).AccountID(), At: call.Now}
		return asked, order.DeriveTx(tx, o, step)
	}, one)
}

// shopperOr lets the order's shopper pass, and staff who handle returns.
func shopperOr(ctx context.Context, o *models.Order, field string) error {
	if own := auth.From(ctx).AccountID(); own != nil && o.ShopperID != nil && *own == *o.ShopperID {
		return nil
	}
	if !auth.From(ctx).HoldsFor(auth.OrderRead, o.BrandID) {
		return problem.At(field, problem.NotFound, "there is no such order, or you may not see it")
	}
	return auth.RequireFor(ctx, auth.FulfilmentWrite, o.BrandID, field)
}

// returnable checks the lines of a request against what was delivered since a
// time, less what is refunded or comes back already.
func returnable(tx *gorm.DB, in RequestInput, asked *models.Return, since time.Time) ([]models.ReturnLine, error) {
	standing, err := order.StandingTx(tx, in.Order)
	if err != nil {
		return nil, err
	}
	recent, err := deliveredSince(tx, in.Order, since)
	if err != nil {
		return nil, err
	}
	var refused problem.List
	lines := make([]models.ReturnLine, 0, len(in.Lines))
	seen := map[uuid.UUID]bool{}
	for i, wanted := range in.Lines {
		l, known := lineOf(standing, wanted.Line.ID)
		// Pieces are alike: those that come back are counted against the ones delivered last.
		free := min(l.Delivered, recent[l.LineID]) - l.Returning - l.Returned
		free = min(free, l.Kept()-l.Returning)
		switch {
		case !known:
			refused.Add(field(i, "lineId"), problem.NotFound, "the order has no such line")
		case seen[l.LineID]:
			refused.Add(field(i, "lineId"), problem.Invalid, "this line is named twice")
		case wanted.Quantity > free:
			refused.Add(field(i, "quantity"), problem.Conflict,
				fmt.Sprintf("%d pieces of it can be sent back: those delivered in the last 30 days that are neither refunded nor on their way back",
					max(free, 0)))
		}
		seen[l.LineID] = true
		lines = append(lines, models.ReturnLine{BrandID: asked.BrandID, ReturnID: asked.ID, LineID: l.LineID, Quantity: wanted.Quantity})
	}
	return lines, refused.Err()
}

func lineOf(standing models.Standing, id uuid.UUID) (models.LineStanding, bool) {
	for _, l := range standing.Lines {
		if l.LineID == id {
			return l, true
		}
	}
	return models.LineStanding{}, false
}

func deliveredSince(tx *gorm.DB, key models.Key, since time.Time) (map[uuid.UUID]int64, error) {
	var rows []struct {
		LineID uuid.UUID
		Pieces int64
	}
	err := tx.Raw(`
select x.line_id, sum(x.quantity)::bigint as pieces
from shipments s
join shipment_lines x on x.brand_id = s.brand_id and x.shipment_id = s.id
where s.brand_id = ? and s.order_id = ? and s.status = 'DELIVERED' and s.delivered_at >= ?
group by x.line_id`, key.BrandID, key.ID, since).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what was delivered: %w", err)
	}
	pieces := make(map[uuid.UUID]int64, len(rows))
	for _, row := range rows {
		pieces[row.LineID] = row.Pieces
	}
	return pieces, nil
}
