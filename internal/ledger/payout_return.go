package ledger

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ReturnInput says that a payout came back.
type ReturnInput struct {
	IdempotencyKey string `json:"-"`
	Payout         models.Key
	Reason         string
}

const payoutField = "input.payoutId"

// ReturnPayout notes that the bank sent a payout back: its amount is payable
// again. It happens once; repeating a key gives the payout again.
func (s *Service) ReturnPayout(ctx context.Context, in ReturnInput) (*models.Payout, error) {
	if err := auth.RequireFor(ctx, auth.LedgerWrite, in.Payout.BrandID, payoutField); err != nil {
		return nil, err
	}
	var refused problem.List
	idempotency.Check(&refused, in.IdempotencyKey)
	in.Reason = refused.Lines("input.reason", in.Reason, 1, 500)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	call := idempotency.Call{Mutation: "payoutReturn", Key: in.IdempotencyKey, Input: in, Now: s.now()}
	return idempotency.Once(ctx, s.db, call, in.Payout, func(tx *gorm.DB) (*models.Payout, error) {
		return returnTx(tx, in, call.Now)
	}, payoutTx)
}

func returnTx(tx *gorm.DB, in ReturnInput, now time.Time) (*models.Payout, error) {
	payout, err := payoutTx(tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), in.Payout)
	if err != nil {
		return nil, err
	}
	if payout.Status != models.PayoutSent {
		return nil, problem.At(payoutField, problem.Conflict, "this payout came back already")
	}
	payout.Status, payout.ReturnReason, payout.ReturnedAt = models.PayoutReturned, &in.Reason, &now
	posting, err := PayBack(payout, now, newID)
	if err != nil {
		return nil, err
	}
	batch := database.NewBatch(tx)
	batch.Exec("update payouts set status = $3, return_reason = $4, returned_at = $5 where brand_id = $1 and id = $2",
		payout.BrandID, payout.ID, payout.Status, payout.ReturnReason, payout.ReturnedAt)
	batch.Insert(posting.Rows()...)
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("note the returned payout: %w", err)
	}
	return payout, nil
}

var errNoPayout = problem.At(payoutField, problem.NotFound, "there is no such payout, or you may not see it")

func payoutTx(tx *gorm.DB, key models.Key) (*models.Payout, error) {
	var rows []models.Payout
	if err := tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a payout: %w", err)
	}
	if len(rows) == 0 {
		return nil, errNoPayout
	}
	return &rows[0], nil
}
