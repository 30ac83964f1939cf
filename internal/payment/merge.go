package payment

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// errMismatch is a state that is not of the payment it is held against.
var errMismatch = errors.New("the provider's payment is not ours")

// belongs reports errMismatch where a state is of another payment, of another
// amount or currency, or cannot be.
func belongs(p *models.Payment, s State) error {
	switch {
	case s.PaymentID != uuid.Nil && s.PaymentID != p.ID:
		return fmt.Errorf("%w: it is named %s", errMismatch, s.PaymentID)
	case p.Reference != nil && s.Reference != *p.Reference:
		return fmt.Errorf("%w: it has another reference", errMismatch)
	case s.Amount != p.Amount():
		return fmt.Errorf("%w: it is over %s, ours over %s", errMismatch, s.Amount, p.Amount())
	case s.Fee < 0:
		return fmt.Errorf("%w: it keeps less than nothing", errMismatch)
	case s.Authorised < 0 || s.Authorised > p.AmountMinor || s.Captured < 0 || s.Captured > p.AmountMinor:
		return fmt.Errorf("%w: more was taken than asked for", errMismatch)
	}
	return nil
}

// merge joins a state into a payment and tells whether that changed it. The
// outcome is the same for the same states, however often and in whatever order
// they come: the higher status stands, the larger amount, the first reason.
func merge(p *models.Payment, s State) (changed bool) {
	before := *p
	if s.Reference != "" {
		p.Reference = &s.Reference
	}
	if s.Status.Outranks(p.Status) {
		p.Status, p.FailureCode = s.Status, nil
	}
	p.AuthorisedMinor = max(p.AuthorisedMinor, s.Authorised)
	p.CapturedMinor = max(p.CapturedMinor, s.Captured)
	p.FeeMinor = max(p.FeeMinor, s.Fee)
	switch {
	case p.Status != models.PaymentRequiresAction:
		p.NextAction = nil
	case s.Status == models.PaymentRequiresAction && s.Next != nil:
		p.NextAction = s.Next
	}
	if s.Status == p.Status && p.FailureCode == nil && s.FailureCode != "" {
		p.FailureCode = &s.FailureCode
	}
	return !same(&before, p)
}

func same(a, b *models.Payment) bool {
	return a.Status == b.Status && a.Dispute == b.Dispute && a.AuthorisedMinor == b.AuthorisedMinor &&
		a.CapturedMinor == b.CapturedMinor && a.RefundingMinor == b.RefundingMinor && a.RefundedMinor == b.RefundedMinor && a.FeeMinor == b.FeeMinor &&
		equal(a.Reference, b.Reference) && equal(a.FailureCode, b.FailureCode) && equal(a.NextAction, b.NextAction)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
