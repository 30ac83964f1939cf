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
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RetryInput asks for a refund again that failed at the provider.
type RetryInput struct {
	IdempotencyKey string `json:"-"`
	Refund         models.Key
}

const refundField = "input.refundId"

// RetryRefund has the provider try a refund again that failed. The brand's
// staff and operators may.
func (s *Service) RetryRefund(ctx context.Context, in RetryInput) (*models.OrderRefund, error) {
	if err := auth.RequireFor(ctx, auth.FulfilmentWrite, in.Refund.BrandID, refundField); err != nil {
		return nil, err
	}
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "refundRetry", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	refund, err := idempotency.Once(ctx, s.db, call, in.Refund, func(tx *gorm.DB) (*models.OrderRefund, error) {
		return retryTx(tx, in.Refund, auth.From(ctx).AccountID(), call.Now)
	}, refundTx)
	if err != nil {
		return nil, err
	}
	s.payBack(ctx, models.Key{BrandID: refund.BrandID, ID: refund.OrderID})
	return refundTx(s.db.WithContext(ctx), in.Refund)
}

// retryTx asks again for what failed of a refund, with its order locked.
func retryTx(tx *gorm.DB, key models.Key, actor *uuid.UUID, now time.Time) (*models.OrderRefund, error) {
	refund, err := refundTx(tx, key)
	if err != nil {
		return nil, err
	}
	o, err := LockTx(tx, models.Key{BrandID: refund.BrandID, ID: refund.OrderID})
	if err != nil {
		return nil, err
	}
	if refund, err = refundTx(tx, key); err != nil {
		return nil, err
	}
	switch {
	case refund.Status != models.RefundFailed:
		return nil, problem.At(refundField, problem.Conflict, "only a refund that failed can be tried again")
	case o.Disputed():
		return nil, problem.At(refundField, problem.Conflict, "the shopper's bank has taken the payment up: it decides first")
	}
	var failed []uuid.UUID
	err = tx.Raw(`
select f.id
from refund_allocations a
join refunds f on f.id = a.refund_id and f.status = 'FAILED'
where a.brand_id = ? and a.order_refund_id = ? and not exists (select from refunds n where n.retry_of = f.id)
order by f.payment_id, f.id`, refund.BrandID, refund.ID).Scan(&failed).Error
	if err != nil {
		return nil, fmt.Errorf("read what failed of a refund: %w", err)
	}
	for _, id := range failed {
		if _, err := payment.RetryTx(tx, id, now); err != nil {
			return nil, err
		}
	}
	batch := database.NewBatch(tx)
	refundStands(batch, key)
	if err := happened(batch, o, models.OrderRefundRetried, nil, actor, "", now); err != nil {
		return nil, err
	}
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("write a refund's retry: %w", err)
	}
	return refundTx(tx, key)
}

func refundTx(tx *gorm.DB, key models.Key) (*models.OrderRefund, error) {
	rows, err := database.Find[models.OrderRefund](tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID), "refunds")
	if err == nil && len(rows) == 0 {
		err = problem.At(refundField, problem.NotFound, "there is no such refund, or you may not see it")
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
