package returns

import (
	"context"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Approve agrees to a return: the shopper may send the goods.
func (s *Service) Approve(ctx context.Context, key models.Key) (*models.Return, error) {
	return s.staff(ctx, key, models.ReturnApproved, models.OrderReturnApproved, nil)
}

// Reject does not agree to a return, and says why.
func (s *Service) Reject(ctx context.Context, key models.Key, note string) (*models.Return, error) {
	var refused problem.List
	note = refused.Lines("input.note", note, 1, 500)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return s.staff(ctx, key, models.ReturnRejected, models.OrderReturnRejected, &note)
}

// Cancel calls a return off whose goods have not come in: by the shopper, or
// by staff who were told.
func (s *Service) Cancel(ctx context.Context, key models.Key) (*models.Return, error) {
	if err := auth.Require(ctx, auth.SignedIn); err != nil {
		return nil, err
	}
	return s.change(ctx, key, func(tx *gorm.DB, o *models.Order, r *models.Return) error {
		if err := shopperOr(ctx, o, "input.returnId"); err != nil {
			return err
		}
		return moveTx(tx, o, r, models.ReturnCancelled, s.step(ctx, models.OrderReturnCancelled, nil))
	})
}

func (s *Service) staff(
	ctx context.Context, key models.Key, to models.ReturnStatus, what models.OrderEventType, note *string,
) (*models.Return, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, key.BrandID, "input.returnId"); err != nil {
		return nil, err
	}
	return s.change(ctx, key, func(tx *gorm.DB, o *models.Order, r *models.Return) error {
		r.Note = note
		return moveTx(tx, o, r, to, s.step(ctx, what, note))
	})
}

// change runs what moves a return with its order locked.
func (s *Service) change(
	ctx context.Context, key models.Key, do func(tx *gorm.DB, o *models.Order, r *models.Return) error,
) (*models.Return, error) {
	var changed *models.Return
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		o, r, err := lock(tx, key)
		if changed = r; err != nil {
			return err
		}
		return do(tx, o, r)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func (s *Service) step(ctx context.Context, what models.OrderEventType, note *string) order.Step {
	return order.Step{Type: what, Note: note, Actor: auth.From(ctx).AccountID(), At: s.now()}
}
