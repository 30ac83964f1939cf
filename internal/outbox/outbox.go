// Package outbox writes what happened in the transaction that caused it. All
// that follows later - webhooks, subscriptions, roll-ups - reads these rows.
package outbox

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// New makes an event about a row of a brand: a type such as "brand.approved",
// the type and id of its subject, and what readers need to know of the change
// as JSON. Whoever writes many rows at once writes it among them.
func New(brandID uuid.UUID, eventType, subjectType string, subjectID uuid.UUID, payload any, now time.Time) (models.OutboxEvent, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return models.OutboxEvent{}, fmt.Errorf("write the event %s: %w", eventType, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return models.OutboxEvent{}, fmt.Errorf("make an event id: %w", err)
	}
	return models.OutboxEvent{
		BrandID: brandID, ID: id, Type: eventType, SubjectType: subjectType, SubjectID: subjectID,
		Payload: body, RecordedAt: now,
	}, nil
}

// AddTx appends an event, made as New does. It is there if and only if tx commits.
func AddTx(tx *gorm.DB, brandID uuid.UUID, eventType, subjectType string, subjectID uuid.UUID, payload any, now time.Time) error {
	event, err := New(brandID, eventType, subjectType, subjectID, payload, now)
	if err != nil {
		return err
	}
	if err := tx.Create(&event).Error; err != nil {
		return fmt.Errorf("add the event %s: %w", eventType, err)
	}
	return nil
}
