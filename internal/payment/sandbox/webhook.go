package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
)

// event is a row of what is to be sent.
type event struct {
	ID        string `gorm:"primaryKey"`
	Reference string
	Type      string
	CreatedAt time.Time
	DueAt     *time.Time
	Tries     int
}

func (event) TableName() string { return "sandbox_events" }

// message is the body of a webhook.
type message struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Created   time.Time `json:"created"`
	Reference string    `json:"reference"`
	PaymentID uuid.UUID `json:"paymentId"`
}

// tell books an event, to be sent from a time on.
func (g *Gateway) tell(tx *gorm.DB, reference, what string, at time.Time) error {
	var random [12]byte
	_, _ = rand.Read(random[:])
	err := tx.Create(&event{ID: "sbe_" + hex.EncodeToString(random[:]), Reference: reference, Type: what, CreatedAt: at, DueAt: &at}).Error
	if err != nil {
		return fmt.Errorf("book an event: %w", err)
	}
	return nil
}

// Event reads a webhook that Deliver has sent.
func (g *Gateway) Event(header http.Header, body []byte, now time.Time) (payment.Event, error) {
	if err := webhook.Verify(g.o.Secret, header.Get(webhook.Header), body, now); err != nil {
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

const (
	deliverSize = 50
	// maxTries bounds how often an event is sent that nobody takes, over some two days.
	maxTries = 20
	sendFor  = 30 * time.Second
)

// Deliver sends the events that are due to the server's own endpoint, and
// tells how many arrived. What was not taken is sent again, later and later.
// Several instances may deliver at once; call it every second.
func (g *Gateway) Deliver(ctx context.Context, client *http.Client) (int, error) {
	var due []event
	now := g.now()
	err := g.db.WithContext(ctx).Raw(`
update sandbox_events
set due_at = ?, tries = tries + 1
where id in (
  select id
  from sandbox_events
  where due_at <= ?
  order by due_at
  limit ?
  for update skip locked
)
returning *`, now.Add(time.Minute), now, deliverSize).Scan(&due).Error
	if err != nil {
		return 0, fmt.Errorf("take up events: %w", err)
	}
	arrived, failed := 0, error(nil)
	for _, e := range due {
		var next *time.Time
		if err := g.send(ctx, client, e); err == nil {
			arrived++
		} else {
			failed = err
			if e.Tries < maxTries {
				next = new(g.now().Add(time.Second << min(e.Tries, 14)))
			}
		}
		err := g.db.WithContext(ctx).Exec("update sandbox_events set due_at = ? where id = ?", next, e.ID).Error
		if err != nil {
			return arrived, fmt.Errorf("close an event: %w", err)
		}
	}
	return arrived, failed
}

func (g *Gateway) send(ctx context.Context, client *http.Client, e event) error {
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	var a account
	if err := g.db.WithContext(ctx).Take(&a, "reference = ?", e.Reference).Error; err != nil {
		return err
	}
	body, err := json.Marshal(message{ID: e.ID, Type: e.Type, Created: e.CreatedAt, Reference: e.Reference, PaymentID: a.PaymentID})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.o.HookURL+"/webhooks/"+g.Name(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(webhook.Header, webhook.Sign(g.o.Secret, g.now(), body))
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096))
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("the webhook answers %d", answer.StatusCode))
	}
	return nil
}
