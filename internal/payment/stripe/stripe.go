// Package stripe takes payments by card, Alipay and WeChat Pay at Stripe, as
// PaymentIntents. Shoppers confirm through us, so that no client secret leaves.
package stripe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	api "github.com/stripe/stripe-go/v85"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

// Options of the gateway. Both secrets come from the environment.
type Options struct {
	SecretKey     string
	WebhookSecret string
	// URL of the API, Stripe's own where empty.
	URL string
	// Timeout of one call, 10 s where zero.
	Timeout time.Duration
}

// Gateway is the provider.
type Gateway struct {
	client *api.Client
	secret string
}

// metadata names our rows at Stripe.
const (
	paymentKey = "payment_id"
	refundKey  = "refund_id"
)

// New makes a gateway. It logs nothing, and sends no telemetry.
func New(o Options) *Gateway {
	timeout := o.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	config := &api.BackendConfig{
		HTTPClient: &http.Client{Timeout: timeout}, EnableTelemetry: new(false), MaxNetworkRetries: new(int64(0)),
		LeveledLogger: &api.LeveledLogger{Level: api.LevelNull},
	}
	if o.URL != "" {
		config.URL = &o.URL
	}
	return &Gateway{client: api.NewClient(o.SecretKey, api.WithBackends(api.NewBackendsWithConfig(config))), secret: o.WebhookSecret}
}

// Name is what its payments are booked under.
func (*Gateway) Name() string { return "stripe" }

var methods = map[string]string{models.MethodCard: "card", models.MethodAlipay: "alipay", models.MethodWeChatPay: "wechat_pay"}

// Create makes a PaymentIntent without confirming it.
func (g *Gateway) Create(ctx context.Context, c payment.Charge) (payment.State, error) {
	amount, ok := minorAtStripe(c.Amount)
	if !ok {
		return payment.State{}, &payment.Refusal{Code: "amount_too_precise"}
	}
	capture := "automatic"
	if c.Manual {
		capture = "manual"
	}
	params := &api.PaymentIntentCreateParams{
		Amount: &amount, Currency: new(strings.ToLower(string(c.Amount.Currency))), CaptureMethod: &capture,
		PaymentMethodTypes: []*string{new(methods[c.Method])}, Metadata: map[string]string{paymentKey: c.PaymentID.String()},
	}
	params.SetIdempotencyKey(c.Key)
	return state(g.client.V1PaymentIntents.Create(ctx, params))
}

// Confirm pays with a PaymentMethod of Stripe, or sends the shopper to a wallet.
func (g *Gateway) Confirm(ctx context.Context, reference string, c payment.Confirmation) (payment.State, error) {
	params := &api.PaymentIntentConfirmParams{}
	switch {
	case c.Token != "":
		params.PaymentMethod = &c.Token
	case c.Method == models.MethodCard:
		return payment.State{}, &payment.Refusal{Code: "token_required"}
	default:
		params.PaymentMethodData = &api.PaymentIntentPaymentMethodDataParams{Type: new(methods[c.Method])}
	}
	if c.Method == models.MethodWeChatPay {
		params.PaymentMethodOptions = &api.PaymentIntentPaymentMethodOptionsParams{
			WeChatPay: &api.PaymentIntentPaymentMethodOptionsWeChatPayParams{Client: new("web")},
		}
	} else if c.ReturnURL != "" {
		params.ReturnURL = &c.ReturnURL
	}
	params.SetIdempotencyKey(c.Key)
	return state(g.client.V1PaymentIntents.Confirm(ctx, reference, params))
}

// Find reads a PaymentIntent, its refunds and its dispute.
func (g *Gateway) Find(ctx context.Context, reference string) (payment.State, error) {
	params := &api.PaymentIntentRetrieveParams{Expand: []*string{new("latest_charge.balance_transaction")}}
	intent, err := g.client.V1PaymentIntents.Retrieve(ctx, reference, params)
	s, err := state(intent, err)
	if err != nil || intent.LatestCharge == nil {
		return s, err
	}
	s.Fee = fee(intent)
	if intent.LatestCharge.AmountRefunded > 0 || intent.LatestCharge.Refunded || s.Status == models.PaymentCaptured {
		if s.Refunds, err = g.refunds(ctx, reference); err != nil {
			return s, err
		}
	}
	if intent.LatestCharge.Disputed {
		s.Disputes, err = g.disputes(ctx, reference)
	}
	return s, err
}

func (g *Gateway) refunds(ctx context.Context, reference string) (all []payment.RefundState, err error) {
	params := &api.RefundListParams{PaymentIntent: &reference}
	params.Limit = new(int64(100))
	for r, err := range g.client.V1Refunds.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		all = append(all, refundState(r))
	}
	return all, nil
}

// disputes are those that have moved money: a bank's inquiry has not.
func (g *Gateway) disputes(ctx context.Context, reference string) (all []payment.DisputeState, err error) {
	for d, err := range g.client.V1Disputes.List(ctx, &api.DisputeListParams{PaymentIntent: &reference}).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		if state, moved := disputeState(d); moved {
			all = append(all, state)
		}
	}
	return all, nil
}

// Capture takes a part of what was authorised, once.
func (g *Gateway) Capture(ctx context.Context, reference, key string, amount money.Money) (payment.State, error) {
	minor, ok := minorAtStripe(amount)
	if !ok {
		return payment.State{}, &payment.Refusal{Code: "amount_too_precise"}
	}
	params := &api.PaymentIntentCaptureParams{AmountToCapture: &minor}
	params.SetIdempotencyKey(key)
	return state(g.client.V1PaymentIntents.Capture(ctx, reference, params))
}

// Void cancels a PaymentIntent.
func (g *Gateway) Void(ctx context.Context, reference, key string) (payment.State, error) {
	params := &api.PaymentIntentCancelParams{}
	params.SetIdempotencyKey(key)
	return state(g.client.V1PaymentIntents.Cancel(ctx, reference, params))
}

// Refund gives back a part of what was captured.
func (g *Gateway) Refund(ctx context.Context, reference string, o payment.RefundOrder) (payment.RefundState, error) {
	amount, ok := minorAtStripe(o.Amount)
	if !ok {
		return payment.RefundState{}, &payment.Refusal{Code: "amount_too_precise"}
	}
	params := &api.RefundCreateParams{Amount: &amount, PaymentIntent: &reference, Metadata: map[string]string{refundKey: o.ID.String()}}
	params.SetIdempotencyKey(o.ID.String())
	r, err := g.client.V1Refunds.Create(ctx, params)
	if err != nil {
		return payment.RefundState{}, failure(err)
	}
	return refundState(r), nil
}

// failure tells a refusal from an outcome that is not known. Stripe's own
// texts hold secrets of the payment and go no further.
func failure(err error) error {
	told, ok := errors.AsType[*api.Error](err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("stripe does not answer: %w", context.DeadlineExceeded)
		}
		return errors.New("stripe cannot be reached, or its answer not be read")
	}
	code := string(told.DeclineCode)
	if code == "" {
		code = string(told.Code)
	}
	if code == "" {
		code = string(told.Type)
	}
	switch status := told.HTTPStatusCode; status {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		return &payment.Refusal{Code: code}
	default:
		return fmt.Errorf("stripe answers %d %s to request %s", status, code, told.RequestID)
	}
}

// named reads an id of ours, zero where there is none.
func named(metadata map[string]string, key string) uuid.UUID {
	id, err := uuid.Parse(metadata[key])
	if err != nil {
		return uuid.Nil
	}
	return id
}
