package order

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
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
	actor, now := auth.From(ctx), s.now()
	call := idempotency.Call{Actor: actor.AccountID(), Mutation: "orderCancel", Key: in.IdempotencyKey, Input: in, Now: now}
	var order *models.Order
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		_, replayed, err := idempotency.ClaimTx(tx, call, in.Order)
		if err != nil {
			return err
		}
		order, err = s.cancellable(ctx, tx, in.Order)
		if err != nil || replayed {
			return err
		}
		if !order.CanCancel() {
			return problem.At("input.orderId", problem.Conflict, whyNot(order))
		}
		book := &Book{Order: *order}
		if book.Facts, err = factsOf(tx, in.Order); err != nil {
			return err
		}
		sold := len(book.Facts)
		book.Cancel(in.Reason, actor.AccountID(), now, newID)
		order = &book.Order
		event, err := outbox.New(order.BrandID, "order.cancelled", "Order", order.ID, changeOf(order), now)
		if err != nil {
			return err
		}
		batch := database.NewBatch(tx)
		batch.Exec(`
update orders
set status = $3, payment_status = $4, cancel_reason = $5, cancelled_at = $6, version = version + 1
where brand_id = $1 and id = $2`,
			order.BrandID, order.ID, order.Status, order.PaymentStatus, order.CancelReason, order.CancelledAt)
		batch.Exec(`
update payments
set status = $3, updated_at = $4
where id in (select payment_id from payment_allocations where brand_id = $1 and order_id = $2)`,
			order.BrandID, order.ID, models.PaymentRefunded, now)
		batch.Insert(book.Events, book.Facts[sold:], &event)
		if err := batch.Send(); err != nil {
			return fmt.Errorf("cancel the order: %w", err)
		}
		return s.stock.ReturnTx(tx, order.BrandID, order.ID, actor.AccountID(), now)
	})
	if err != nil {
		return nil, err
	}
	return order, nil
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
	default:
		return "the order has left already"
	}
}

func factsOf(tx *gorm.DB, key models.Key) (facts []models.SalesFact, err error) {
	err = tx.Where("brand_id = ? and order_id = ?", key.BrandID, key.ID).Order("line_id, kind").Find(&facts).Error
	if err != nil {
		return nil, fmt.Errorf("read the order's facts: %w", err)
	}
	return facts, nil
}
