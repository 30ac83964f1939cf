// Package consumerid keeps who buys, as customs must know it: the name and the
// resident identity number. Both are sealed, shown masked, and read in plain
// by few, each time with a reason that is written down.
package consumerid

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"
	_ "time/tzdata" // days in China, on machines without a list of time zones, too

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Service reads and writes with the caller's rights.
type Service struct {
	db    *gorm.DB
	carts Carts
	now   func() time.Time
	keys  *Keys
	// proven tells that persons come from our key.
	proven atomic.Bool
}

// Carts open carts of guests.
type Carts interface {
	// OpenTx locks an open cart of the caller's and tells its shopper, nil for a
	// guest's.
	OpenTx(tx *gorm.DB, id uuid.UUID, secret string) (shopper *uuid.UUID, err error)
}

// NewService takes the database, the carts and the clock. Until it is given
// keys it keeps no identity.
func NewService(db *gorm.DB, carts Carts, now func() time.Time) *Service {
	return &Service{db: db, carts: carts, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

// Use gives it the keys, before it serves. It reports ErrOtherReference where
// they are not those that persons are known by. Nil keys change nothing.
func (s *Service) Use(ctx context.Context, keys *Keys) error {
	if !keys.there() {
		return nil
	}
	s.keys = keys
	err := s.keyedTx(s.db.WithContext(ctx))
	s.proven.Store(err == nil)
	return err
}

// China is the time zone of customs.
var China = zone()

func zone() *time.Location {
	at, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		at = time.FixedZone("UTC+8", 8*60*60) // without summer time since 1991
	}
	return at
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// keyedTx refuses to work without keys, or with a key of references that is
// not the one all persons come from.
func (s *Service) keyedTx(tx *gorm.DB) error {
	if !s.keys.there() {
		return problem.New(problem.NotAllowed, "this marketplace cannot keep identity numbers yet: its operators have set no keys for them (IDENTITY_KEYS)")
	}
	if s.proven.Load() {
		return nil
	}
	own := models.PersonKey{Purpose: reference, Fingerprint: s.keys.fingerprint(), CreatedAt: s.now()}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&own).Error; err != nil {
		return fmt.Errorf("prove the key of persons: %w", err)
	}
	known, err := database.Find[models.PersonKey](tx.Where("purpose = ?", reference), "the key of persons")
	if err != nil {
		return err
	}
	if len(known) != 1 || !bytes.Equal(known[0].Fingerprint, own.Fingerprint) {
		return ErrOtherReference
	}
	return nil
}

// ErrOtherReference tells that the key called reference is another than the
// one before: with it nobody's allowance would be found.
var ErrOtherReference = fmt.Errorf("the identity key called %q is another than the one that persons are known by: give that one", reference)

// one reads the identity of an owner, nil where none was given or it is erased.
func one(tx *gorm.DB, column string, owner uuid.UUID) (*models.Consumer, error) {
	found, err := database.Find[models.Consumer](tx.Where("erased_at is null").Where(clause.Eq{Column: column, Value: owner}), "who buys")
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
