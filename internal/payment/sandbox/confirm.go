package sandbox

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

var errNoAnswer = errors.New("sandbox: the answer is lost")

// Confirm pays with a test account. A wallet needs none: it asks the shopper.
func (g *Gateway) Confirm(ctx context.Context, reference string, c payment.Confirmation) (payment.State, error) {
	state, err := g.change(ctx, reference, func(tx *gorm.DB, a *account) (string, error) {
		if a.Status != models.PaymentPending && a.Status != models.PaymentRequiresAction || a.DueAt != nil {
			return "", nil // confirmed before
		}
		a.Account, a.ReturnURL = c.Token, c.ReturnURL
		if c.Token == "" && a.Method != models.MethodCard {
			a.Account = Redirect
		}
		return g.confirm(tx, a)
	})
	if err == nil && c.Token == NoAnswer {
		return payment.State{}, errNoAnswer
	}
	return state, err
}

func (g *Gateway) confirm(tx *gorm.DB, a *account) (event string, err error) {
	later := g.now().Add(Delay)
	switch a.Account {
	case Success, RefundFails, RefundFailsOnce, NoAnswer:
		a.pay()
	case Dispute, DisputeWon, DisputeLost, DisputePartWon, DisputePartLost:
		a.pay()
		a.DueAt = &later
		if err := g.tell(tx, a, "payment.disputed", later); err != nil {
			return "", err
		}
		if a.Account == Dispute {
			break
		}
		if err := g.tell(tx, a, "payment.dispute_closed", later.Add(Delay)); err != nil {
			return "", err
		}
	case Declined:
		a.Status, a.FailureCode = models.PaymentFailed, "card_declined"
		return "payment.failed", nil
	case InsufficientFunds:
		a.Status, a.FailureCode = models.PaymentFailed, "insufficient_funds"
		return "payment.failed", nil
	case Redirect:
		a.Status = models.PaymentRequiresAction
		return "payment.requires_action", nil
	case Delayed:
		a.Status, a.DueAt = models.PaymentPending, &later
		return "", g.tell(tx, a, "payment.paid", later)
	case "":
		return "", &payment.Refusal{Code: "token_required"}
	default:
		return "", &payment.Refusal{Code: "no_such_token"}
	}
	return "payment.paid", nil
}

// Decide is what the shopper does on the page: approve or decline. It changes
// nothing where nothing is asked any more.
func (g *Gateway) Decide(ctx context.Context, reference string, approve bool) error {
	_, err := g.change(ctx, reference, func(_ *gorm.DB, a *account) (string, error) {
		switch {
		case a.Status != models.PaymentRequiresAction:
			return "", nil
		case approve:
			a.pay()
			return "payment.paid", nil
		}
		a.Status, a.FailureCode = models.PaymentFailed, "authentication_failed"
		return "payment.failed", nil
	})
	return err
}

// Refund gives back what was captured. The same refund is given back once.
func (g *Gateway) Refund(ctx context.Context, reference string, o payment.RefundOrder) (payment.RefundState, error) {
	var made refund
	_, err := g.change(ctx, reference, func(tx *gorm.DB, a *account) (string, error) {
		var known []refund
		if err := tx.Find(&known, "reference = ?", reference).Error; err != nil {
			return "", err
		}
		var given int64
		for _, r := range known {
			if r.ID == o.ID {
				made = r
				return "", nil
			}
			if r.Status != models.RefundFailed {
				given += r.AmountMinor
			}
		}
		switch a.Dispute {
		case models.DisputeOpen:
			return "", &payment.Refusal{Code: "charge_disputed"}
		case models.DisputeLost:
			given += a.DisputedMinor
		case models.DisputeNone, models.DisputeWon:
		}
		if string(o.Amount.Currency) != a.Currency || o.Amount.Minor <= 0 || o.Amount.Minor > a.CapturedMinor-given {
			return "", &payment.Refusal{Code: "amount_too_large"}
		}
		made = refund{ID: o.ID, Reference: reference, Currency: a.Currency, AmountMinor: o.Amount.Minor, Status: models.RefundSucceeded}
		if a.Account == RefundFails || a.Account == RefundFailsOnce && len(known) == 0 {
			made.Status, made.FailureCode = models.RefundFailed, "refund_declined"
		}
		if err := tx.Create(&made).Error; err != nil {
			return "", fmt.Errorf("book a refund: %w", err)
		}
		return "refund.updated", nil
	})
	return made.state(), err
}
