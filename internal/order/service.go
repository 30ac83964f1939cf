// Package order places, cancels and reads orders, and books history.
package order

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Provider is where shoppers pay.
type Provider interface {
	// Name is what its payments are booked under.
	Name() string
	// Confirm reports a problem where the amount was not paid under the
	// reference. It may take seconds and is never called in a transaction.
	Confirm(ctx context.Context, reference string, amount money.Money) error
}

// Service reads and writes with the caller's rights.
type Service struct {
	db     *gorm.DB
	pay    Provider
	now    func() time.Time
	number func() string
	looks  *rush[shelf, *question]
	writes *rush[level, writing]
	// payments give money back at once; nil where the recovery alone does.
	payments Payments
}

// Payments give the money of orders back.
type Payments interface {
	// DriveOrder does the refunds of an order that are committed. What fails is
	// done later.
	DriveOrder(ctx context.Context, order models.Key)
}

// NewService takes the database, the payment provider and the clock.
func NewService(db *gorm.DB, pay Provider, now func() time.Time) *Service {
	return &Service{
		db: db, pay: pay, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }, number: NewNumber,
		looks: newRush[shelf](lookTogether), writes: newRush[level](writeTogether),
	}
}

// PayBackBy names who gives money back as soon as it was asked for. It is
// called once, before any other method.
func (s *Service) PayBackBy(payments Payments) { s.payments = payments }

// payBack has the refunds of an order done whose transaction has committed.
func (s *Service) payBack(ctx context.Context, order models.Key) {
	if s.payments != nil {
		s.payments.DriveOrder(ctx, order)
	}
}
