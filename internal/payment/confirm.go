package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ConfirmInput is how a shopper pays.
type ConfirmInput struct {
	PaymentID uuid.UUID
	// Token stands for a card or an account at the provider, never for its number.
	Token     string
	ReturnURL string
}

// Validate trims the input and collects what is wrong.
func (in *ConfirmInput) Validate() error {
	var refused problem.List
	in.Token = refused.Line("input.token", in.Token, 0, 200)
	in.ReturnURL = refused.Line("input.returnUrl", in.ReturnURL, 0, 2000)
	if in.ReturnURL != "" {
		u, err := url.Parse(in.ReturnURL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			refused.Add("input.returnUrl", problem.Invalid, "give a whole URL that begins with https:// or http://")
		}
	}
	return refused.Err()
}

const paymentField = "input.paymentId"

// Confirm has the shopper whose payment it is pay. Confirming what is paid
// already changes nothing, so that it may race the provider's webhook. Where
// the provider does not answer in time the payment is given as it was: its
// state is asked for later, and never guessed.
func (s *Service) Confirm(ctx context.Context, in ConfirmInput) (*models.Payment, error) {
	if err := auth.Require(ctx, auth.OrderPlace); err != nil {
		return nil, err
	}
	if err := in.Validate(); err != nil {
		return nil, err
	}
	p, err := s.read(ctx, in.PaymentID)
	if own := auth.From(ctx).AccountID(); err == nil && (own == nil || *own != p.ShopperID) {
		err = problem.New(problem.NotFound, "there is no such payment, or you may not see it")
	}
	if err != nil {
		return nil, at(paymentField, err)
	}
	if p.Reference == nil && p.Open() {
		if p, err = s.try(ctx, p.ID); err != nil {
			return nil, err
		}
	}
	switch {
	case p.Paid():
		return p, nil
	case !p.Open() || p.VoidAsked || s.expired(p):
		return nil, problem.At(paymentField, problem.Conflict, "this payment is over; begin another")
	case p.Reference == nil:
		return nil, problem.At(paymentField, problem.Conflict, "the provider has not answered yet; try again")
	}
	return s.confirm(ctx, p, in)
}

func (s *Service) confirm(ctx context.Context, p *models.Payment, in ConfirmInput) (*models.Payment, error) {
	g, err := s.gateway(p)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	how := sha256.Sum256([]byte(in.Token + "\n" + in.ReturnURL))
	state, err := g.Confirm(ctx, *p.Reference, Confirmation{
		Key: p.ID.String() + "-confirm-" + hex.EncodeToString(how[:8]), Method: p.Method, Token: in.Token, ReturnURL: in.ReturnURL,
	})
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		// The provider may have been paid by then, or take another token.
		if found, err := s.find(ctx, g, p); err != nil || !found.Open() {
			return found, err
		}
		return nil, problem.At("input.token", problem.NotAllowed, "the provider does not take this: "+refusal.Code)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a confirmation has an unknown outcome and will be asked for", "payment", p.ID, "error", err)
		return s.soon(ctx, p.ID)
	}
	paid, err := s.apply(ctx, p.ID, state)
	if err != nil {
		return nil, err
	}
	return s.try(ctx, paid.ID)
}

// soon has the recovery ask for a payment shortly.
func (s *Service) soon(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	err := s.db.WithContext(ctx).Exec("update payments set ask_at = least(ask_at, ?) where id = ?", s.now().Add(askFirst), id).Error
	if err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

// at says which input a refusal is about.
func at(field string, err error) error {
	refused := problem.From(err)
	if refused == nil {
		return err
	}
	for i, p := range refused {
		refused[i] = problem.At(field, p.Code, p.Message)
	}
	return refused
}
