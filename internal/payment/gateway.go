package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
	"github.com/tradewind-commerce/tradewind/models"
)

// Gateway is a provider. Each call may take seconds. Where it cannot be known
// whether a call has done what was asked, its error is neither a Refusal nor
// ErrUnsigned: the payment is then asked for again. Calls that move money take
// a key; the same key with the same arguments happens once.
type Gateway interface {
	// Name is what its payments are booked under.
	Name() string
	// Create makes a payment known to the provider and moves no money.
	Create(ctx context.Context, c Charge) (State, error)
	// Confirm has the shopper pay with what the token stands for.
	Confirm(ctx context.Context, reference string, c Confirmation) (State, error)
	// Find tells the state as it is now, with all refunds.
	Find(ctx context.Context, reference string) (State, error)
	// Capture takes an amount, at most what was authorised; the rest is released.
	Capture(ctx context.Context, reference, key string, amount money.Money) (State, error)
	// Void releases what was authorised, or gives up what is still open.
	Void(ctx context.Context, reference, key string) (State, error)
	// Refund gives back a part of what was captured.
	Refund(ctx context.Context, reference string, r RefundOrder) (RefundState, error)
	// Event reads a webhook. It reports ErrUnsigned for one that the provider
	// has not signed, or signed more than five minutes ago.
	Event(header http.Header, body []byte, now time.Time) (Event, error)
}

// Tolerance is how old a webhook's signature may be, and how far ahead.
const Tolerance = webhook.Tolerance

// ErrUnsigned is a webhook without a good signature.
var ErrUnsigned = errors.New("not signed by the provider")

// Refusal is a provider's final no to a call. The payment may stand as it did.
type Refusal struct { //nolint:errname // it reads as what it is
	// Code is the provider's, such as insufficient_funds; no text of people.
	Code string
}

func (r *Refusal) Error() string { return "the provider refuses: " + r.Code }

// Charge is what a provider is told of a payment.
type Charge struct {
	PaymentID uuid.UUID
	Key       string
	Amount    money.Money
	// Method is CARD, ALIPAY or WECHAT_PAY.
	Method string
	Manual bool
}

// Confirmation is how a shopper pays.
type Confirmation struct {
	Key    string
	Method string
	// Token stands for a card or an account at the provider; empty for methods
	// whose next action asks for it.
	Token string
	// ReturnURL is where the shopper comes back to from the provider's page.
	ReturnURL string
}

// RefundOrder asks to give money back.
type RefundOrder struct {
	// ID is of our refund; it is the call's key, too.
	ID     uuid.UUID
	Amount money.Money
}

// State is all of a payment as its provider knows it.
type State struct {
	Reference string
	// PaymentID is what we once named it, zero where the provider does not know.
	PaymentID  uuid.UUID
	Status     models.PaymentStatus
	Amount     money.Money
	Authorised int64
	Captured   int64
	// Fee is what the provider keeps in the payment's currency, 0 while it is
	// not known or in another.
	Fee  int64
	Next *models.NextAction
	// FailureCode says why it is FAILED or VOIDED.
	FailureCode string
	Refunds     []RefundState
	Disputes    []DisputeState
}

// RefundState is a refund as the provider knows it.
type RefundState struct {
	// ID is of our refund, zero for one that was made elsewhere.
	ID          uuid.UUID
	Reference   string
	Amount      money.Money
	Status      models.RefundStatus
	FailureCode string
}

// DisputeState is a dispute as the provider knows it, once money has moved.
type DisputeState struct {
	Reference string
	Status    models.DisputeStatus
	// Amount is what the bank took up, which may be a part of the payment.
	Amount money.Money
	// Fee is what the bank charges for it now, in the payment's currency, 0
	// while it is not known or in another.
	Fee int64
}

// Event is a signed message of a provider. It says of which payment something
// is new; what is new, Find tells.
type Event struct {
	ID   string
	Type string
	// Known is false for events of other kinds than we follow.
	Known bool
	// Reference and PaymentID name the payment; either may be zero.
	Reference  string
	PaymentID  uuid.UUID
	HappenedAt time.Time
}
