package stripe

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/tradewind-commerce/tradewind/internal/payment"
)

// Event reads a webhook. Events of payment intents, charges, refunds and
// disputes are followed, whatever their kind: the state is asked for.
func (g *Gateway) Event(header http.Header, body []byte, now time.Time) (payment.Event, error) {
	signature := header.Get("Stripe-Signature")
	if g.secret == "" {
		return payment.Event{}, fmt.Errorf("%w: no webhook secret is configured", payment.ErrUnsigned)
	}
	// The clock is ours, and the state is asked for in our version of the API.
	e, err := webhook.ConstructEventWithOptions(body, signature, g.secret,
		webhook.ConstructEventOptions{IgnoreTolerance: true, IgnoreAPIVersionMismatch: true})
	if err != nil {
		return payment.Event{}, fmt.Errorf("%w: no good signature", payment.ErrUnsigned)
	}
	if at, ok := signedAt(signature); !ok || now.Sub(at).Abs() > payment.Tolerance {
		return payment.Event{}, fmt.Errorf("%w: signed too long ago", payment.ErrUnsigned)
	}
	out := payment.Event{ID: e.ID, Type: string(e.Type), HappenedAt: time.Unix(e.Created, 0).UTC()}
	if e.Data == nil || e.ID == "" {
		return payment.Event{}, fmt.Errorf("%w: not an event", payment.ErrUnsigned)
	}
	kind, _, _ := strings.Cut(out.Type, ".")
	switch kind {
	case "payment_intent":
		out.Reference, _ = e.Data.Object["id"].(string)
		if metadata, ok := e.Data.Object["metadata"].(map[string]any); ok {
			id, _ := metadata[paymentKey].(string)
			out.PaymentID, _ = uuid.Parse(id)
		}
	case "charge", "refund":
		out.Reference, _ = e.Data.Object["payment_intent"].(string)
	}
	out.Known = out.Reference != ""
	return out, nil
}

// signedAt is the time of a signature that was found good.
func signedAt(signature string) (time.Time, bool) {
	for part := range strings.SplitSeq(signature, ",") {
		if stamp, ok := strings.CutPrefix(strings.TrimSpace(part), "t="); ok {
			seconds, err := strconv.ParseInt(stamp, 10, 64)
			return time.Unix(seconds, 0), err == nil
		}
	}
	return time.Time{}, false
}
