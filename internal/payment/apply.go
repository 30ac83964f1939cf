package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// apply books a state, with all that follows from it, and gives the payment as
// it is then. It is the only way in which a provider changes anything here.
func (s *Service) apply(ctx context.Context, id uuid.UUID, state State) (*models.Payment, error) {
	var p *models.Payment
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		p, err = s.applyTx(tx, id, state)
		return err
	})
	return p, err
}

func (s *Service) applyTx(tx *gorm.DB, id uuid.UUID, state State) (*models.Payment, error) {
	p, err := s.lockAllTx(tx, id)
	if err != nil {
		return nil, err
	}
	if err := belongs(p, state); err != nil {
		return nil, fmt.Errorf("payment %s: %w", id, err)
	}
	now, before := s.now(), *p
	changed := merge(p, state)
	refunded, moved, err := s.refundedTx(tx, p, state.Refunds, now)
	if err != nil {
		return nil, err
	}
	disputed, err := disputedTx(tx, p, state.Disputes, now)
	if err != nil {
		return nil, err
	}
	if changed || refunded || len(disputed) > 0 {
		p.Version, p.UpdatedAt, p.Asks = p.Version+1, now, 0
	}
	p.AskAt = nextAsk(p, now)
	if err := saveTx(tx, p); err != nil {
		return nil, err
	}
	if err := s.settleTx(tx, before.Status, p); err != nil {
		return nil, fmt.Errorf("settle payment %s: %w", id, err)
	}
	if err := s.bookTx(tx, &before, p, moved, disputed, now); err != nil {
		return nil, fmt.Errorf("book payment %s: %w", id, err)
	}
	// The settler may have asked for more.
	return lockTx(tx, id)
}

// settleTx tells the settler what a payment has become.
func (s *Service) settleTx(tx *gorm.DB, before models.PaymentStatus, p *models.Payment) error {
	if s.settler == nil {
		return errors.New("nobody settles payments")
	}
	switch {
	case p.Status == before:
		return nil
	case p.Paid():
		return s.settler.PaidTx(tx, p)
	case p.Status == models.PaymentFailed, p.Status == models.PaymentVoided && before != models.PaymentFailed:
		return s.settler.FailedTx(tx, p)
	}
	return nil
}

// bookTx tells the books what has moved. What was placed just now is among
// the orders by then.
func (s *Service) bookTx(tx *gorm.DB, before, p *models.Payment, moved []movement, disputed []disputeMovement, now time.Time) error {
	for _, m := range moved {
		if m.refund.Status == models.RefundFailed {
			code := "none"
			if m.refund.FailureCode != nil {
				code = *m.refund.FailureCode
			}
			s.log.ErrorContext(tx.Statement.Context, "a refund failed and is owed until it is tried again",
				"payment", p.ID, "refund", m.refund.ID, "code", code)
		}
	}
	if s.books == nil {
		return nil
	}
	for _, m := range moved {
		if err := s.books.RefundedTx(tx, m.refund, m.before, now); err != nil {
			return err
		}
	}
	for _, m := range disputed {
		if err := s.books.DisputedTx(tx, m.dispute, &m.before, now); err != nil {
			return err
		}
	}
	if p.FeeMinor != before.FeeMinor {
		return s.books.FeeTx(tx, p, now)
	}
	return nil
}

func saveTx(tx *gorm.DB, p *models.Payment) error {
	err := tx.Model(p).Select("reference", "status", "authorised_minor", "captured_minor", "refunding_minor", "refunded_minor", "fee_minor", "dispute",
		"next_action", "failure_code", "ask_at", "asks", "version", "updated_at").UpdateColumns(p).Error
	if err != nil {
		return fmt.Errorf("write payment %s: %w", p.ID, err)
	}
	return nil
}

// Times between asking a provider twice: doubled from the first to the last.
const (
	askFirst = 5 * time.Second
	askLast  = 10 * time.Minute
)

// nextAsk is when a provider must be asked about a payment again, nil where
// nothing is open. It is told by webhook first, most often.
func nextAsk(p *models.Payment, now time.Time) *time.Time {
	pending := p.Open() || p.RefundingMinor > p.RefundedMinor ||
		p.Status == models.PaymentAuthorised && (p.VoidAsked || p.CaptureMinor != nil)
	if !pending {
		return nil
	}
	next := now.Add(min(askFirst<<min(p.Asks, 10), askLast))
	if p.Open() && p.ExpiresAt != nil && p.ExpiresAt.After(now) && next.After(*p.ExpiresAt) {
		next = *p.ExpiresAt
	}
	return &next
}
