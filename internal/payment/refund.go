package payment

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RefundRequest asks to give back a part of a payment.
type RefundRequest struct {
	PaymentID uuid.UUID
	// OrderKey is zero for money that never became an order.
	OrderKey models.Key
	Amount   money.Money
	Reason   string
	// Key names the refund among those of its payment: the same is done once.
	Key string
	// OrderRefund is the order's refund that it pays, zero for none.
	OrderRefund uuid.UUID
	At          time.Time
}

// RefundTx books a refund as PENDING; Drive, or else the recovery, has the
// provider do it after the commit. It refuses with CONFLICT what is more than
// was captured and not asked back yet, and with CURRENCY_MISMATCH another
// currency. An amount of nothing is no refund: then both results are nil.
func RefundTx(tx *gorm.DB, r RefundRequest) (*models.Refund, error) {
	if r.Amount.Minor == 0 {
		return nil, nil //nolint:nilnil // nothing to give back
	}
	p, err := lockTx(tx, r.PaymentID)
	if err != nil {
		return nil, err
	}
	known, err := refundsTx(tx.Where("payment_id = ? and key = ?", p.ID, r.Key))
	if err != nil || len(known) > 0 {
		return first(known), err
	}
	switch {
	case r.Amount.Currency != money.Currency(p.Currency):
		return nil, problem.New(problem.CurrencyMismatch, "the payment was made in "+p.Currency)
	case r.Amount.Minor < 0 || r.Amount.Minor > p.CapturedMinor-p.RefundingMinor:
		return nil, problem.New(problem.Conflict, "more than what is left of the payment cannot be given back")
	}
	refund := models.Refund{
		ID: newID(), PaymentID: p.ID, Key: r.Key, Status: models.RefundPending, Currency: p.Currency, AmountMinor: r.Amount.Minor,
		Reason: r.Reason, CreatedAt: r.At, UpdatedAt: r.At,
	}
	if err := tx.Create(&refund).Error; err != nil {
		return nil, fmt.Errorf("write a refund: %w", err)
	}
	if r.OrderKey.ID != uuid.Nil {
		part := models.RefundAllocation{
			BrandID: r.OrderKey.BrandID, ID: newID(), RefundID: refund.ID, OrderID: r.OrderKey.ID, Currency: p.Currency, AmountMinor: r.Amount.Minor,
		}
		if r.OrderRefund != uuid.Nil {
			part.OrderRefundID = &r.OrderRefund
		}
		if err := tx.Create(&part).Error; err != nil {
			return nil, fmt.Errorf("allocate a refund: %w", err)
		}
	}
	return &refund, askBackTx(tx, p, &refund)
}

// askBackTx reserves a refund against its payment, and has it driven.
func askBackTx(tx *gorm.DB, p *models.Payment, r *models.Refund) error {
	p.RefundingMinor += r.AmountMinor
	p.AskAt, p.Asks, p.Version, p.UpdatedAt = &r.CreatedAt, 0, p.Version+1, r.CreatedAt
	return saveTx(tx, p)
}

// movement is a refund that came to its end, or to another.
type movement struct {
	refund *models.Refund
	before models.RefundStatus
}

// refundedTx merges what a provider knows of refunds into ours, and tells
// whether that changed any, and which have moved. The payment's sums follow
// from them.
func (s *Service) refundedTx(
	tx *gorm.DB, p *models.Payment, states []RefundState, now time.Time,
) (changed bool, moved []movement, err error) {
	if len(states) == 0 {
		return false, nil, nil
	}
	refunds, err := refundsTx(tx.Where("payment_id = ?", p.ID))
	if err != nil {
		return false, nil, err
	}
	byID := make(map[uuid.UUID]*models.Refund, len(refunds))
	for _, r := range refunds {
		byID[r.ID] = r
	}
	for _, state := range states {
		r := byID[state.ID]
		if r == nil {
			s.log.WarnContext(tx.Statement.Context, "a refund was made elsewhere", "payment", p.ID, "refund", state.Reference)
			continue
		}
		if state.Amount != r.Amount() {
			return false, nil, fmt.Errorf("%w: refund %s is over %s, ours over %s", errMismatch, r.ID, state.Amount, r.Amount())
		}
		before := r.Status
		if !mergeRefund(r, state) {
			continue
		}
		if r.Status != before {
			moved = append(moved, movement{r, before})
		}
		changed, r.UpdatedAt = true, now
		if err := tx.Model(r).Select("status", "reference", "failure_code", "updated_at").UpdateColumns(r).Error; err != nil {
			return false, nil, fmt.Errorf("write refund %s: %w", r.ID, err)
		}
	}
	p.RefundingMinor, p.RefundedMinor = 0, 0
	for _, r := range refunds {
		if r.Status != models.RefundFailed {
			p.RefundingMinor += r.AmountMinor
		}
		if r.Status == models.RefundSucceeded {
			p.RefundedMinor += r.AmountMinor
		}
	}
	return changed, moved, nil
}

func mergeRefund(r *models.Refund, s RefundState) (changed bool) {
	before := *r
	if s.Reference != "" {
		r.Reference = &s.Reference
	}
	if s.Status.Outranks(r.Status) {
		r.Status = s.Status
	}
	if r.Status == models.RefundFailed && r.FailureCode == nil && s.FailureCode != "" {
		r.FailureCode = &s.FailureCode
	}
	return r.Status != before.Status || !equal(r.Reference, before.Reference) || !equal(r.FailureCode, before.FailureCode)
}

func refundsTx(query *gorm.DB) ([]*models.Refund, error) {
	var rows []*models.Refund
	if err := query.Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{{Column: clause.Column{Name: "id"}}}}).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read refunds: %w", err)
	}
	return rows, nil
}

func first[T any](rows []*T) *T {
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
