package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Retry asks again for a refund that failed and belongs to no order: its
// payment came after the goods were sold, or twice. Operators may; those of
// orders are tried again by whoever keeps the order.
func (s *Service) Retry(ctx context.Context, id uuid.UUID) (again *models.Refund, err error) {
	if err := auth.Require(ctx, auth.LedgerWrite); err != nil {
		return nil, err
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		var ofOrders int64
		if err := tx.Raw("select count(*) from refund_allocations where refund_id = ? and brand_id is not null", id).Scan(&ofOrders).Error; err != nil {
			return fmt.Errorf("read the orders of a refund: %w", err)
		}
		if ofOrders > 0 {
			return problem.New(problem.NotAllowed, "this refund is an order's: have it tried again there, by refundRetry")
		}
		again, err = RetryTx(tx, id, s.now())
		return err
	})
	return again, err
}

// RetryTx asks again for a refund that failed, by another that takes its
// place: Drive, or else the recovery, has the provider do it after the commit.
// It refuses with CONFLICT one that has not failed or was tried again before.
// Who may is for the caller to know.
func RetryTx(tx *gorm.DB, id uuid.UUID, at time.Time) (*models.Refund, error) {
	rows, err := refundsTx(tx.Where("id = ?", id))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such refund, or you may not see it")
	}
	p, err := lockTx(tx, rows[0].PaymentID)
	if err != nil {
		return nil, err
	}
	// As it is now that nobody else changes it, with what took its place.
	if rows, err = refundsTx(tx.Where("id = ? or retry_of = ?", id, id)); err != nil {
		return nil, err
	}
	failed := rows[0]
	if failed.ID != id || failed.Status != models.RefundFailed || len(rows) > 1 {
		return nil, problem.New(problem.Conflict, "only a refund that failed can be tried again, once")
	}
	if failed.AmountMinor > p.CapturedMinor-p.RefundingMinor {
		return nil, problem.New(problem.Conflict, "more than what is left of the payment cannot be given back")
	}
	again := models.Refund{
		ID: newID(), PaymentID: p.ID, Key: "again-" + id.String(), Status: models.RefundPending, Currency: failed.Currency,
		AmountMinor: failed.AmountMinor, Reason: failed.Reason, RetryOf: &failed.ID, CreatedAt: at, UpdatedAt: at,
	}
	if err := insertAgainTx(tx, id, &again); err != nil {
		return nil, err
	}
	return &again, askBackTx(tx, p, &again)
}
