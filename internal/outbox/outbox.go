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

// AddTx appends an event about a row of a brand: a type such as
// "brand.approved", the type and id of its subject, and what readers need to
// know of the change as JSON. It is there if and only if tx commits.
func AddTx(tx *gorm.DB, brandID uuid.UUID, eventType, subjectType string, subjectID uuid.UUID, payload any, now time.Time) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("write the event %s: %w", eventType, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an event id: %w", err)
	}
	event := models.OutboxEvent{
		BrandID: brandID, ID: id, Type: eventType, SubjectType: subjectType, SubjectID: subjectID,
		Payload: body, RecordedAt: now,
	}
	if err := tx.Create(&event).Error; err != nil {
		return fmt.Errorf("add the event %s: %w", eventType, err)
	}
	return nil
}
