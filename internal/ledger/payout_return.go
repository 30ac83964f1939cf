package ledger

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ReturnPayout notes that the bank sent a payout back: its amount is payable
// again. It happens once.
func (s *Service) ReturnPayout(ctx context.Context, key models.Key, reason string) (*models.Payout, error) {
	if err := auth.RequireFor(ctx, auth.LedgerWrite, key.BrandID, "input.payoutId"); err != nil {
		return nil, err
	}
	var refused problem.List
	reason = refused.Lines("input.reason", reason, 1, 500)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	var payout *models.Payout
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		payout, err = payoutTx(tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), key)
		if err != nil {
			return err
		}
		if payout.Status != models.PayoutSent {
			return problem.At("input.payoutId", problem.Conflict, "this payout came back already")
		}
		payout.Status, payout.ReturnReason, payout.ReturnedAt = models.PayoutReturned, &reason, new(s.now())
		posting, err := PayBack(payout, *payout.ReturnedAt, newID)
		if err != nil {
			return err
		}
		batch := database.NewBatch(tx)
		batch.Exec("update payouts set status = $3, return_reason = $4, returned_at = $5 where brand_id = $1 and id = $2",
			payout.BrandID, payout.ID, payout.Status, payout.ReturnReason, payout.ReturnedAt)
		batch.Insert(posting.Rows()...)
		if err := batch.Send(); err != nil {
			return fmt.Errorf("note the returned payout: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return payout, nil
}

func payoutTx(tx *gorm.DB, key models.Key) (*models.Payout, error) {
	var rows []models.Payout
	if err := tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a payout: %w", err)
	}
	if len(rows) == 0 {
		return nil, problem.At("input.payoutId", problem.NotFound, "there is no such payout, or you may not see it")
	}
	return &rows[0], nil
}
