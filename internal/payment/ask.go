package payment

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// CaptureTx asks to take an amount of what was authorised; what is left is
// released. Drive, or else the recovery, has the provider do it after the
// commit. Asking for the same again changes nothing. It refuses with CONFLICT
// what cannot be captured, and another amount than was asked for before.
func CaptureTx(tx *gorm.DB, id uuid.UUID, amount money.Money, at time.Time) error {
	p, err := lockTx(tx, id)
	if err != nil {
		return err
	}
	switch {
	case amount.Currency != money.Currency(p.Currency):
		return problem.New(problem.CurrencyMismatch, "the payment is in "+p.Currency)
	case p.CaptureMinor != nil && *p.CaptureMinor == amount.Minor,
		p.Status == models.PaymentCaptured && p.CapturedMinor == amount.Minor:
		return nil
	case p.CaptureMinor != nil, p.Status == models.PaymentCaptured:
		return problem.New(problem.Conflict, "another amount is or was captured")
	case p.Status != models.PaymentAuthorised || p.VoidAsked:
		return problem.New(problem.Conflict, "the payment is not authorised")
	case amount.Minor < 1 || amount.Minor > p.AuthorisedMinor:
		return problem.New(problem.OutOfRange, "at least something, and at most what was authorised, can be captured")
	}
	return askedTx(tx, p, map[string]any{"capture_minor": amount.Minor}, at)
}

// VoidTx asks to release what was authorised, or to give up what is still
// open. It refuses with CONFLICT what is captured: that is refunded. A payment
// that was open may still turn out paid; the settler then decides.
func VoidTx(tx *gorm.DB, id uuid.UUID, at time.Time) error {
	p, err := lockTx(tx, id)
	if err != nil {
		return err
	}
	switch {
	case p.VoidAsked, p.Status == models.PaymentFailed, p.Status == models.PaymentVoided:
		return nil
	case p.CaptureMinor != nil, p.Status == models.PaymentCaptured:
		return problem.New(problem.Conflict, "the payment is captured: it can be refunded")
	}
	return askedTx(tx, p, map[string]any{"void_asked": true}, at)
}

func askedTx(tx *gorm.DB, p *models.Payment, what map[string]any, at time.Time) error {
	what["ask_at"], what["asks"], what["version"], what["updated_at"] = at, 0, p.Version+1, at
	return tx.Model(p).UpdateColumns(what).Error
}
