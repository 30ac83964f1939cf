package brand_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// later is the clock of these tests: some weeks after the fixtures began.
var later = fixture.Start.Add(40 * 24 * time.Hour)

type world struct {
	t      testing.TB
	db     *gorm.DB
	brands *brand.Service
	// operator may do everything.
	operator *auth.Actor
}

// newWorld stands on a transaction that is rolled back.
func newWorld(t testing.TB) *world {
	t.Helper()
	return worldOn(t, dbtest.Tx(t))
}

func worldOn(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	return &world{
		t: t, db: db, brands: brand.NewService(db, func() time.Time { return later }), operator: fixture.Operator(t, db),
	}
}

func (w *world) as(actor *auth.Actor) context.Context { return auth.With(w.t.Context(), actor) }

var brands atomic.Int64

// brand inserts a brand whose slug no other test waits for.
func (w *world) brand(name string, change ...func(*models.Brand)) *models.Brand {
	w.t.Helper()
	return fixture.Brand(w.t, w.db, fmt.Sprintf("%s-%d", name, brands.Add(1)), change...)
}

// complete gives a brand all that an ACTIVE one must have.
func (w *world) complete(b *models.Brand) {
	w.t.Helper()
	if err := w.db.Exec("update brands set contact_confirmed_at = ? where id = ?", fixture.Start, b.ID).Error; err != nil {
		w.t.Fatal(err)
	}
	fixture.Create(w.t, w.db, &models.PayoutAccount{
		BrandID: b.ID, ID: fixture.ID(), Holder: "Ada Lind", BankName: "First Bank", Country: "US", Currency: "USD",
		ProviderToken: "ba_1", LastDigits: "42", CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	})
	for _, kind := range brand.Checklist(b.Country) {
		fixture.Create(w.t, w.db, &models.BrandDocument{
			BrandID: b.ID, ID: fixture.ID(), Kind: kind, Reference: "file " + string(kind), Verdict: models.VerdictAccepted,
			SubmittedAt: fixture.Start,
		})
	}
}

// read gives a brand as it is in the database.
func (w *world) read(id uuid.UUID) *models.Brand {
	w.t.Helper()
	var b models.Brand
	if err := w.db.Where("id = ?", id).Take(&b).Error; err != nil {
		w.t.Fatal(err)
	}
	return &b
}

// events are the types of what happened to a brand, in order.
func (w *world) events(id uuid.UUID) string {
	w.t.Helper()
	var types []string
	err := w.db.Model(&models.OutboxEvent{}).Where("brand_id = ?", id).Order("id").Pluck("type", &types).Error
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(types, " ")
}

func inStatus(s models.BrandStatus) func(*models.Brand) {
	return func(b *models.Brand) {
		b.Status = s
		if s == models.BrandApplied || s == models.BrandInReview || s == models.BrandRejected {
			b.JoinedAt = nil
		}
	}
}

// refusals are "field CODE" of each refusal, in order.
func refusals(err error) string {
	var all []string
	for _, p := range problem.From(err) {
		all = append(all, strings.Join(p.Field, ".")+" "+string(p.Code))
	}
	return strings.Join(all, "; ")
}

func wantRefused(t testing.TB, err error, want string) {
	t.Helper()
	if got := refusals(err); got != want {
		t.Errorf("refused: %q (%v), want %q", got, err, want)
	}
}

func wantDenied(t testing.TB, err error) {
	t.Helper()
	if _, denied := errors.AsType[*problem.Denied](err); !denied {
		t.Errorf("want a denial, got %v", err)
	}
}

func ids(brands ...*models.Brand) []uuid.UUID {
	list := make([]uuid.UUID, len(brands))
	for i, b := range brands {
		list[i] = b.ID
	}
	return list
}
