package returns

import (
	"context"
	"errors"

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

// Refund gives back what was charged for the pieces that came in, and ends the
// return. What has gone back otherwise is settled: by a refund, or by the
// shopper's bank in a dispute that was lost. Where nothing else is left the
// return ends without a refund, and its history says so.
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
			Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Carriage: in.Carriage, Reason: r.Reason, Asked: &r.RequestedAt, Actor: step.Actor, At: step.At,
			Field: "input.returnId", AtMost: true,
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
		after, refund, err := order.RefundTx(tx, request)
		switch {
		case errors.Is(err, order.ErrNothingLeft):
			step.Note = new("nothing was left to give back")
		case err != nil:
			return err
		default:
			o, r.RefundID = after, &refund.ID
		}
		return moveTx(tx, o, r, models.ReturnCompleted, step)
	})
	if err == nil {
		s.payments.DriveOrder(ctx, models.Key{BrandID: r.BrandID, ID: r.OrderID})
	}
	return r, err
}
