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

// callTimeout is how long a provider may take for all that one drive asks.
const callTimeout = 25 * time.Second

// Start makes a committed payment known to its provider. One of nothing is
// captured at once, and no provider hears of it. Where the provider does not
// answer, the payment stays PENDING and the recovery goes on; that is no
// error. It asks no permission: whoever made the payment starts it.
func (s *Service) Start(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	return s.try(ctx, id)
}

// Drive has the provider do what the Tx methods have asked for: capture, void,
// refunds. Call it after their commit. What fails for now is not an error: the
// recovery goes on.
func (s *Service) Drive(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	return s.try(ctx, id)
}

func (s *Service) try(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	p, err := s.read(ctx, id)
	if err != nil {
		return nil, err
	}
	driven, err := s.drive(ctx, p, false)
	if err != nil {
		s.log.WarnContext(ctx, "a payment is open and will be asked for again", "payment", id, "error", err)
		return s.read(ctx, id)
	}
	return driven, nil
}

// Ask has the provider tell the state of a payment, and goes on from there.
func (s *Service) Ask(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	p, err := s.read(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.drive(ctx, p, true)
}

// drive brings a payment on: to the provider, to its state there where look is
// true, and then to what was asked for. An end of the request that asked does
// not break it off in the middle.
func (s *Service) drive(ctx context.Context, p *models.Payment, look bool) (*models.Payment, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	id := p.ID
	if p.Reference == nil {
		if !p.Open() {
			return p, nil
		}
		state, err := s.create(ctx, p)
		if err != nil {
			return nil, err
		}
		look = false
		if p, err = s.apply(ctx, id, state); err != nil || p.Reference == nil {
			return p, err
		}
	}
	g, err := s.gateway(p)
	if err != nil {
		return nil, err
	}
	// Providers forget keys after a day, so that a refund which was asked for
	// before is looked for before it is asked for again.
	if look || p.Asks > 0 && p.RefundingMinor > p.RefundedMinor {
		if p, err = s.find(ctx, g, p); err != nil {
			return nil, err
		}
	}
	if p, err = s.command(ctx, g, p); err != nil {
		return nil, err
	}
	if p.RefundingMinor > p.RefundedMinor {
		return s.refund(ctx, g, p)
	}
	return p, nil
}

// create makes a payment known to its provider. What the provider never heard
// of cannot have been paid, so that it can be given up without asking.
func (s *Service) create(ctx context.Context, p *models.Payment) (State, error) {
	own := State{Amount: p.Amount()}
	switch {
	case p.AmountMinor == 0:
		own.Status = models.PaymentCaptured
		return own, nil
	case p.VoidAsked:
		own.Status = models.PaymentVoided
		return own, nil
	case s.expired(p):
		own.Status, own.FailureCode = models.PaymentFailed, "expired"
		return own, nil
	}
	g, err := s.gateway(p)
	if err != nil {
		return State{}, err
	}
	state, err := g.Create(ctx, Charge{
		PaymentID: p.ID, Key: p.ID.String() + "-create", Amount: p.Amount(), Method: p.Method, Manual: p.ManualCapture,
	})
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		own.Status, own.FailureCode = models.PaymentFailed, refusal.Code
		return own, nil
	}
	if err != nil {
		return State{}, fmt.Errorf("create payment %s: %w", p.ID, err)
	}
	return state, nil
}

func (s *Service) expired(p *models.Payment) bool {
	return p.ExpiresAt != nil && !p.ExpiresAt.After(s.now())
}

func (s *Service) find(ctx context.Context, g Gateway, p *models.Payment) (*models.Payment, error) {
	state, err := g.Find(ctx, *p.Reference)
	if err != nil {
		return nil, fmt.Errorf("find payment %s: %w", p.ID, err)
	}
	return s.apply(ctx, p.ID, state)
}

// command has the provider void or capture what was asked for. Where it
// refuses, its state says why: it may have been done before.
func (s *Service) command(ctx context.Context, g Gateway, p *models.Payment) (*models.Payment, error) {
	var state State
	var err error
	switch authorised := p.Status == models.PaymentAuthorised; {
	case p.VoidAsked && (authorised || p.Open()), p.Open() && s.expired(p):
		state, err = g.Void(ctx, *p.Reference, p.ID.String()+"-void")
	case authorised && p.CaptureMinor != nil:
		amount := p.Amount()
		amount.Minor = *p.CaptureMinor
		state, err = g.Capture(ctx, *p.Reference, p.ID.String()+"-capture", amount)
	default:
		return p, nil
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		s.log.WarnContext(ctx, "the provider refuses a capture or a void", "payment", p.ID, "code", refusal.Code)
		return s.find(ctx, g, p)
	}
	if err != nil {
		return nil, fmt.Errorf("capture or void payment %s: %w", p.ID, err)
	}
	return s.apply(ctx, p.ID, state)
}

// refund has the provider give back what is pending.
func (s *Service) refund(ctx context.Context, g Gateway, p *models.Payment) (*models.Payment, error) {
	pending, err := refundsTx(s.db.WithContext(ctx).Where("payment_id = ? and status = ?", p.ID, models.RefundPending))
	if err != nil {
		return nil, err
	}
	for _, r := range pending {
		if r.Reference != nil {
			continue // on its way; the provider tells when it has arrived
		}
		state, err := g.Refund(ctx, *p.Reference, RefundOrder{ID: r.ID, Amount: r.Amount()})
		if refusal, ok := errors.AsType[*Refusal](err); ok {
			state, err = RefundState{ID: r.ID, Amount: r.Amount(), Status: models.RefundFailed, FailureCode: refusal.Code}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("refund %s of payment %s: %w", r.ID, p.ID, err)
		}
		if p, err = s.applyRefund(ctx, p.ID, state); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *Service) applyRefund(ctx context.Context, id uuid.UUID, state RefundState) (p *models.Payment, err error) {
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if p, err = s.lockAllTx(tx, id); err != nil {
			return err
		}
		now := s.now()
		changed, moved, err := s.refundedTx(tx, p, []RefundState{state}, now)
		if err != nil || !changed {
			return err
		}
		p.Version, p.UpdatedAt, p.Asks = p.Version+1, now, 0
		p.AskAt = nextAsk(p, now)
		if err := saveTx(tx, p); err != nil {
			return err
		}
		return s.bookTx(tx, p, p, moved, nil, now)
	})
	return p, err
}
