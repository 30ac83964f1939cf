// Package identity knows who people are: it checks their tokens, keeps their
// accounts, and says what part each has in brands and on the platform.
package identity

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// Remembered is the longest time for which a change of an account, its
	// roles or memberships that another process made goes unnoticed.
	Remembered = 30 * time.Second

	// remember bounds how many people's rights are kept in memory.
	remember = 10_000

	// loadTimeout bounds the reading of one account: others wait for it.
	loadTimeout = 5 * time.Second
)

// Service reads and writes with the caller's rights.
type Service struct {
	db       *gorm.DB
	now      func() time.Time
	accounts *otter.Cache[subject, *models.Account]
	actors   *otter.Cache[uuid.UUID, *auth.Actor]
}

// NewService takes the database and the clock.
func NewService(db *gorm.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, accounts: cache[subject, *models.Account](now), actors: cache[uuid.UUID, *auth.Actor](now)}
}

func cache[K comparable, V any](now func() time.Time) *otter.Cache[K, V] {
	return otter.Must(&otter.Options[K, V]{
		MaximumSize:      remember,
		ExpiryCalculator: otter.ExpiryCreating[K, V](Remembered),
		Clock:            clock(now),
	})
}

// clock has the cache run on the service's clock. It is never swept: what has
// expired goes when it is asked for or makes room.
type clock func() time.Time

func (c clock) NowNano() int64                      { return c().UnixNano() }
func (c clock) Tick(time.Duration) <-chan time.Time { return nil }

// Changed forgets what is remembered of accounts, so that what this process
// changed holds at once. It is called after the commit.
func (s *Service) Changed(accounts ...uuid.UUID) {
	for _, id := range accounts {
		s.actors.Invalidate(id)
	}
}

// Actor gives the caller that a checked token stands for. Its account is made
// when it is seen for the first time.
func (s *Service) Actor(ctx context.Context, c Claims) (*auth.Actor, error) {
	account, err := s.accounts.Get(ctx, subject{c.Issuer, c.Subject},
		otter.LoaderFunc[subject, *models.Account](func(ctx context.Context, _ subject) (*models.Account, error) {
			ctx, cancel := detached(ctx)
			defer cancel()
			return s.seen(ctx, c)
		}))
	if err != nil {
		return nil, err
	}
	return s.actors.Get(ctx, account.ID,
		otter.LoaderFunc[uuid.UUID, *auth.Actor](func(ctx context.Context, _ uuid.UUID) (*auth.Actor, error) {
			ctx, cancel := detached(ctx)
			defer cancel()
			return s.actor(ctx, account)
		}))
}

// detached outlives a caller who leaves, since others wait for the same answer.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
}
