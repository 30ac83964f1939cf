package apitest_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/idempotency"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestAServerForgetsKeysAfterThirtyDays(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{}).Gorm
	actor := fixture.ID()
	for key, age := range map[string]time.Duration{"old": idempotency.Kept + time.Hour, "young": idempotency.Kept - time.Hour} {
		fixture.Create(t, db, &models.IdempotencyKey{ActorID: actor, Mutation: "orderPlace", Key: key, InputHash: []byte{1}, CreatedAt: time.Now().Add(-age)})
	}
	servertest.Start(t, servertest.Options{Database: dsn})
	var left []string
	if !servertest.Within(20*time.Second, func() bool {
		left = nil
		if err := db.Model(&models.IdempotencyKey{}).Where("actor_id = ?", actor).Pluck("key", &left).Error; err != nil {
			t.Fatal(err)
		}
		return len(left) < 2
	}) || left[0] != "young" {
		t.Errorf("keys left: %v", left)
	}
}
