package returns

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// RefundInput asks to end a return.
type RefundInput struct {
	IdempotencyKey string `json:"-"`
	Return         models.Key
	// Carriage gives back, too, what is left of the order's carriage.
	Carriage bool
}

// Refund gives back what was charged for the pieces that came in, but of those
// whose money was given back otherwise, and ends the return.
func (s *Service) Refund(ctx context.Context, in RefundInput) (*models.Return, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Return.BrandID, "input.returnId"); err != nil {
		return nil, err
	}
	r, err := s.once(ctx, "returnRefund", in.IdempotencyKey, in.Return, in, func(tx *gorm.DB, o *models.Order, r *models.Return) error {
		step := s.step(ctx, models.OrderReturnCompleted, nil)
		if r.Status != models.ReturnInspected {
			return moveTx(tx, o, r, models.ReturnCompleted, step)
		}
		lines, err := linesOf(tx, r)
		if err != nil {
			return err
		}
		standing, err := order.StandingTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID})
		if err != nil {
			return err
		}
		request := order.RefundRequest{
			Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Carriage: in.Carriage, Reason: r.Reason, Actor: step.Actor, At: step.At,
			Field: "input.returnId",
		}
		for _, l := range standing.Lines {
			x := lines[l.LineID]
			if x == nil {
				continue
			}
			if n := min(x.Received, l.Kept()); n > 0 {
				request.Lines = append(request.Lines, order.RefundLine{LineID: l.LineID, Quantity: n, Left: true, Field: request.Field})
			}
		}
		if len(request.Lines) == 0 {
			request.Field = "input.carriage"
		}
		if len(request.Lines) > 0 || in.Carriage {
			after, refund, err := order.RefundTx(tx, request)
			if err != nil {
				return err
			}
			o, r.RefundID = after, &refund.ID
		}
		return moveTx(tx, o, r, models.ReturnCompleted, step)
	})
	if err == nil {
		s.payments.DriveOrder(ctx, models.Key{BrandID: r.BrandID, ID: r.OrderID})
	}
	return r, err
}
