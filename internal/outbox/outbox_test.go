package outbox_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestEventsShareTheFateOfTheirTransaction(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	brand := fixture.Brand(t, tx, "acorn")
	add := func(tx *gorm.DB, eventType string) error {
		return outbox.AddTx(tx, brand.ID, eventType, "Brand", brand.ID, map[string]any{"to": "ACTIVE"}, fixture.Start)
	}

	failed := errors.New("changed my mind")
	err := database.InTx(t.Context(), tx, func(tx *gorm.DB) error {
		return errors.Join(add(tx, "brand.lost"), failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if err := database.InTx(t.Context(), tx, func(tx *gorm.DB) error { return add(tx, "brand.kept") }); err != nil {
		t.Fatal(err)
	}

	var events []models.OutboxEvent
	if err := tx.Where("brand_id = ?", brand.ID).Find(&events).Error; err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || events[0].Type != "brand.kept" || !events[0].RecordedAt.Equal(fixture.Start) ||
		string(events[0].Payload) != `{"to": "ACTIVE"}` {
		t.Fatalf("events: %+v", events)
	}
}

func TestAddTxRefusesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	brand := fixture.Brand(t, tx, "acorn")
	if err := outbox.AddTx(tx, brand.ID, "brand.odd", "Brand", brand.ID, make(chan int), fixture.Start); err == nil {
		t.Fatal("a channel became an event")
	}
}
