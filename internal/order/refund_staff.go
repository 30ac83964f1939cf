package order

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
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RefundInput asks to give money of an order back.
type RefundInput struct {
	IdempotencyKey string `json:"-"`
	Order          models.Key
	Lines          []PiecesInput
	Carriage       bool
	Reason         string
}

// PiecesInput names pieces of a line.
type PiecesInput struct {
	Line     models.Key
	Quantity int64
}

// Validate trims the reason and collects what is wrong.
func (in *RefundInput) Validate() error {
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	switch {
	case len(in.Lines) == 0 && !in.Carriage:
		refused.Add("input.lines", problem.Required, "give at least one line, or carriage")
	case len(in.Lines) > maxRefundLines:
		refused.Add("input.lines", problem.TooLong, fmt.Sprintf("give at most %d lines", maxRefundLines))
	}
	for i, l := range in.Lines {
		refused.Number(lineField(i)+".quantity", l.Quantity, 1, inventory.MaxPieces)
	}
	in.Reason = refused.Lines("input.reason", in.Reason, 1, 500)
	return refused.Err()
}

const maxRefundLines = 500

// Refund gives back what was charged for pieces of an order's lines. Pieces
// that wait to be shipped are taken off the order and go back to stock;
// further ones are paid back as they are, wherever they are. The brand's staff
// and operators may.
func (s *Service) Refund(ctx context.Context, in RefundInput) (*models.Order, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Order.BrandID, "input.orderId"); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	now := s.now()
	call := idempotency.Call{Mutation: "orderRefund", Key: in.IdempotencyKey, Input: in, Now: now}
	order, err := idempotency.Once(ctx, s.db, call, in.Order, func(tx *gorm.DB) (*models.Order, error) {
		order, _, err := RefundTx(tx, in.request(auth.From(ctx).AccountID(), now))
		for _, p := range problem.From(err) {
			if len(p.Field) == 0 {
				p.Field = []string{"input", "orderId"}
			}
		}
		return order, err
	}, func(tx *gorm.DB, key models.Key) (*models.Order, error) { return one(byKeys(tx, []models.Key{key})) })
	if err == nil {
		s.payBack(ctx, in.Order)
	}
	return order, err
}

// request is what is asked for of the order's lines; those of others are no one's.
func (in *RefundInput) request(actor *uuid.UUID, at time.Time) RefundRequest {
	request := RefundRequest{
		Order: in.Order, Carriage: in.Carriage, Reason: in.Reason, Actor: actor, At: at, Field: "input.orderId",
	}
	for i, l := range in.Lines {
		id := l.Line.ID
		if l.Line.BrandID != in.Order.BrandID {
			id = uuid.Nil
		}
		request.Lines = append(request.Lines, RefundLine{LineID: id, Quantity: l.Quantity, Field: lineField(i)})
	}
	return request
}

// RefundsOf gives the refunds of orders that the caller has read, oldest first.
func (s *Service) RefundsOf(ctx context.Context, orders []models.Key) ([]*models.OrderRefund, error) {
	return database.Find[models.OrderRefund](of(s.db.WithContext(ctx), orders).Order("order_id, recorded_at, id"), "refunds")
}

// RefundsByKeys gives the refunds whose orders the caller may see, in any order.
func (s *Service) RefundsByKeys(ctx context.Context, keys []models.Key) ([]*models.OrderRefund, error) {
	scope, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	return database.Find[models.OrderRefund](s.db.WithContext(ctx).Where("(brand_id, id) in ?", models.Pairs(keys)).
		Where("exists (select 1 from orders where orders.brand_id = order_refunds.brand_id and orders.id = order_refunds.order_id and "+scope+")", args...), "refunds")
}

// RefundLinesOf gives the lines of refunds of orders that the caller has read.
func (s *Service) RefundLinesOf(ctx context.Context, refunds []models.Key) ([]*models.OrderRefundLine, error) {
	return database.Find[models.OrderRefundLine](s.db.WithContext(ctx).Where("(brand_id, refund_id) in ?", models.Pairs(refunds)).
		Order("refund_id, id"), "refund lines")
}
