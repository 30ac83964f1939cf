package payment

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/models"
)

// disputedTx merges what a provider knows of disputes into ours, and gives
// those that changed, each with what it was before. Whether the payment is
// disputed follows from all of them.
func disputedTx(tx *gorm.DB, p *models.Payment, states []DisputeState, now time.Time) (moved []disputeMovement, err error) {
	if len(states) == 0 {
		return nil, nil
	}
	var disputes []*models.PaymentDispute
	if err := tx.Where("payment_id = ?", p.ID).Order("id").Find(&disputes).Error; err != nil {
		return nil, fmt.Errorf("read the disputes of payment %s: %w", p.ID, err)
	}
	known := make(map[string]*models.PaymentDispute, len(disputes))
	for _, d := range disputes {
		known[d.Reference] = d
	}
	for _, state := range states {
		d := known[state.Reference]
		if d == nil {
			d = &models.PaymentDispute{ID: newID(), PaymentID: p.ID, Reference: state.Reference, Status: models.DisputeNone,
				Currency: p.Currency, AmountMinor: state.Amount.Minor, CreatedAt: now}
			disputes, known[state.Reference] = append(disputes, d), d
		}
		if state.Amount != d.Amount() || state.Amount.Minor < 1 {
			return nil, fmt.Errorf("%w: dispute %s is over %s, ours over %s", errMismatch, d.Reference, state.Amount, d.Amount())
		}
		before := *d
		if !mergeDispute(d, state) {
			continue
		}
		d.UpdatedAt = now
		moved = append(moved, disputeMovement{d, before})
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"status", "fee_minor", "updated_at"}),
		}).Create(d).Error
		if err != nil {
			return nil, fmt.Errorf("write dispute %s: %w", d.ID, err)
		}
	}
	statuses := make([]models.DisputeStatus, len(disputes))
	for i, d := range disputes {
		statuses[i] = d.Status
	}
	p.Dispute = models.DisputeOf(statuses...)
	return moved, nil
}

// disputeMovement is a dispute that was opened, decided or charged for.
type disputeMovement struct {
	dispute *models.PaymentDispute
	before  models.PaymentDispute
}

// mergeDispute joins a state into a dispute and tells whether that changed it.
// What the bank charges is as the higher status says, and of equal ones as the
// larger amount does: news may come in any order, and a fee go back.
func mergeDispute(d *models.PaymentDispute, s DisputeState) (changed bool) {
	switch {
	case s.Status.Outranks(d.Status):
		d.Status, d.FeeMinor = s.Status, s.Fee
		return true
	case s.Status == d.Status && s.Fee > d.FeeMinor:
		d.FeeMinor = s.Fee
		return true
	}
	return false
}

// SettleTx books that the shopper's bank has taken the money of a refund that
// failed: another takes its place that has succeeded. The payment must be
// locked.
func SettleTx(tx *gorm.DB, failed *models.Refund, by *models.PaymentDispute, at time.Time) (*models.Refund, error) {
	settled := models.Refund{
		ID: newID(), PaymentID: failed.PaymentID, Key: "settled-" + failed.ID.String(), Status: models.RefundSucceeded, Currency: failed.Currency,
		AmountMinor: failed.AmountMinor, Reason: failed.Reason, RetryOf: &failed.ID, DisputeID: &by.ID, CreatedAt: at, UpdatedAt: at,
	}
	if err := insertAgainTx(tx, failed.ID, &settled); err != nil {
		return nil, err
	}
	err := tx.Exec("update payments set refunding_minor = refunding_minor + @sum, refunded_minor = refunded_minor + @sum, version = version + 1, "+
		"updated_at = @at where id = @id", map[string]any{"sum": settled.AmountMinor, "at": at, "id": settled.PaymentID}).Error
	if err != nil {
		return nil, fmt.Errorf("settle a refund: %w", err)
	}
	return &settled, nil
}

// insertAgainTx writes a refund in place of one that failed, for the same orders.
func insertAgainTx(tx *gorm.DB, failed uuid.UUID, again *models.Refund) error {
	var parts []models.RefundAllocation
	if err := tx.Where("refund_id = ? and brand_id is not null", failed).Order("id").Find(&parts).Error; err != nil {
		return fmt.Errorf("read the allocations of a refund: %w", err)
	}
	if err := tx.Create(again).Error; err != nil {
		return fmt.Errorf("write a refund: %w", err)
	}
	for _, part := range parts {
		part.ID, part.RefundID = newID(), again.ID
		if err := tx.Create(&part).Error; err != nil {
			return fmt.Errorf("allocate a refund: %w", err)
		}
	}
	return nil
}
