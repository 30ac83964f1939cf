package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/payment"
)

// message is the body of a webhook.
type message struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Created   time.Time `json:"created"`
	Reference string    `json:"reference"`
	PaymentID uuid.UUID `json:"paymentId"`
}

// tell books an event, to be sent from a time on.
func (g *Gateway) tell(tx *gorm.DB, a *account, what string, at time.Time) error {
	var random [12]byte
	_, _ = rand.Read(random[:])
	m := message{ID: "sbe_" + hex.EncodeToString(random[:]), Type: what, Created: at, Reference: a.Reference, PaymentID: a.PaymentID}
	return g.hooks.TellTx(tx, m.ID, m, at)
}

// Event reads a webhook that Deliver has sent.
func (g *Gateway) Event(header http.Header, body []byte, now time.Time) (payment.Event, error) {
	if err := g.hooks.Verify(header, body, now); err != nil {
		return payment.Event{}, fmt.Errorf("%w: %w", payment.ErrUnsigned, err)
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil || m.ID == "" || len(m.ID) > 100 {
		return payment.Event{}, fmt.Errorf("%w: not an event", payment.ErrUnsigned)
	}
	return payment.Event{
		ID: m.ID, Type: m.Type, Reference: m.Reference, PaymentID: m.PaymentID, HappenedAt: m.Created,
		Known: strings.HasPrefix(m.Type, "payment.") || strings.HasPrefix(m.Type, "refund."),
	}, nil
}

// Deliver sends the events that are due to the server's own endpoint, and
// tells how many arrived. Call it every second.
func (g *Gateway) Deliver(ctx context.Context, client *http.Client) (int, error) {
	return g.hooks.Deliver(ctx, client)
}
