package payment

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// ErrUnknownProvider is a webhook of a provider that is not configured.
var ErrUnknownProvider = errors.New("no such provider")

// Receive takes a provider's webhook. An event is stored once by its id and
// then followed by asking the provider for the payment's state, so that events
// may come late, twice or in any order. Events of other kinds, of payments
// that are not ours and of payments that do not match ours are stored with
// that outcome and change nothing. It reports ErrUnsigned, having stored
// nothing. After any other error the provider shall send the event again.
func (s *Service) Receive(ctx context.Context, provider string, header http.Header, body []byte) error {
	g, ok := s.gateways[provider]
	if !ok {
		return ErrUnknownProvider
	}
	event, err := g.Event(header, body, s.now())
	if err != nil {
		return err
	}
	row, err := s.record(ctx, provider, event)
	if err != nil || row.Outcome != nil {
		return err
	}
	if !event.Known {
		return s.dealtWith(s.db.WithContext(ctx), row, models.EventIgnored)
	}
	p, err := s.named(ctx, provider, event)
	if err != nil {
		return err
	}
	if p == nil {
		s.log.InfoContext(ctx, "an event of a payment that is not ours", "provider", provider, "event", event.ID, "type", event.Type)
		return s.dealtWith(s.db.WithContext(ctx), row, models.EventUnknownPayment)
	}
	row.PaymentID = &p.ID
	return s.follow(ctx, g, p, event, row)
}

// record stores an event, or gives it as it was stored before.
func (s *Service) record(ctx context.Context, provider string, event Event) (*models.PaymentEvent, error) {
	row := &models.PaymentEvent{Provider: provider, EventID: event.ID, Type: event.Type, HappenedAt: event.HappenedAt, ReceivedAt: s.now()}
	if event.Reference != "" {
		row.Reference = &event.Reference
	}
	db := s.db.WithContext(ctx)
	made := db.Clauses(clause.OnConflict{DoNothing: true}).Create(row)
	if made.Error == nil && made.RowsAffected == 0 {
		made = db.Take(row, "provider = ? and event_id = ?", provider, event.ID)
	}
	if made.Error != nil {
		return nil, fmt.Errorf("store an event: %w", made.Error)
	}
	return row, nil
}

// named is the payment that an event is about, nil where we have none. The
// provider knows our id, also before we know its reference.
func (s *Service) named(ctx context.Context, provider string, event Event) (*models.Payment, error) {
	var rows []*models.Payment
	query := s.db.WithContext(ctx).Where("provider = ?", provider)
	if event.PaymentID != uuid.Nil {
		query = query.Where("id = ?", event.PaymentID)
	} else {
		query = query.Where("reference = ?", event.Reference)
	}
	if err := query.Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the payment of an event: %w", err)
	}
	return first(rows), nil
}

// follow asks the provider and books its state with the event's outcome.
func (s *Service) follow(ctx context.Context, g Gateway, p *models.Payment, event Event, row *models.PaymentEvent) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	state, err := g.Find(call, event.Reference)
	if err != nil {
		return fmt.Errorf("find payment %s: %w", p.ID, err)
	}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := s.applyTx(tx, p.ID, state); err != nil {
			return err
		}
		return s.dealtWith(tx, row, models.EventApplied)
	})
	if errors.Is(err, errMismatch) {
		s.log.ErrorContext(ctx, "an event does not match its payment", "provider", g.Name(), "event", event.ID, "payment", p.ID, "error", err)
		return s.dealtWith(s.db.WithContext(ctx), row, models.EventMismatch)
	}
	if err != nil {
		return err
	}
	_, err = s.try(ctx, p.ID)
	return err
}

func (s *Service) dealtWith(db *gorm.DB, row *models.PaymentEvent, outcome models.EventOutcome) error {
	err := db.Model(row).UpdateColumns(map[string]any{"outcome": outcome, "payment_id": row.PaymentID}).Error
	if err != nil {
		return fmt.Errorf("close an event: %w", err)
	}
	return nil
}
