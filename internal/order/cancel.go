package order

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// CancelInput asks to undo an order.
type CancelInput struct {
	IdempotencyKey string `json:"-"`
	Order          models.Key
	Reason         string
}

// Validate trims the reason and collects what is wrong.
func (in *CancelInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	in.Reason = refused.Lines("input.reason", in.Reason, 1, 500)
	return refused.Err()
}

// Cancel undoes an order that has not left: stock goes back where it came
// from, the money is given back, and counter-facts are dated today. Its
// shopper, the brand's staff and operators may. Of two at once, one wins and
// the other is told of the conflict; repeating a key gives the order again.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (*models.Order, error) {
	if err := auth.Require(ctx, auth.OrderCancel); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.now()
	call := idempotency.Call{Mutation: "orderCancel", Key: in.IdempotencyKey, Input: in, Now: now}
	read := func(tx *gorm.DB, key models.Key) (*models.Order, error) { return s.cancellable(ctx, tx, key) }
	order, err := idempotency.Once(ctx, s.db, call, in.Order, func(tx *gorm.DB) (*models.Order, error) {
		order, err := read(tx, in.Order)
		if err != nil {
			return nil, err
		}
		if !order.CanCancel() {
			return nil, problem.At("input.orderId", problem.Conflict, whyNot(order))
		}
		order, _, err = RefundTx(tx, RefundRequest{Order: in.Order, Whole: true, Reason: in.Reason, Actor: auth.From(ctx).AccountID(), At: now})
		return order, err
	}, read)
	if err == nil {
		s.payBack(ctx, in.Order)
	}
	return order, err
}

// cancellable locks an order that the caller may see and may cancel.
func (s *Service) cancellable(ctx context.Context, tx *gorm.DB, key models.Key) (*models.Order, error) {
	query := s.scoped(ctx, byKeys(tx, []models.Key{key})).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	order, err := one(query)
	if err != nil {
		for _, p := range problem.From(err) {
			p.Field = []string{"input", "orderId"}
		}
		return nil, err
	}
	if own := auth.From(ctx).AccountID(); own != nil && order.ShopperID != nil && *own == *order.ShopperID {
		return order, nil
	}
	return order, auth.RequireFor(ctx, auth.OrderCancel, order.BrandID, "input.orderId")
}

func whyNot(o *models.Order) string {
	switch {
	case o.Source != models.OrderFromShop:
		return "imported history cannot be cancelled"
	case o.Status == models.OrderCancelled:
		return "the order was cancelled already"
	case o.FulfilmentStatus == models.Preparing:
		return "a shipment is being made: it must be cancelled first"
	default:
		return "the order has left already"
	}
}
