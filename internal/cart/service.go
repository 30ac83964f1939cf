// Package cart keeps what shoppers and guests may buy, prices it anew at each
// step, and tells what has changed since it was shown. It also keeps the
// shoppers' address books.
package cart

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a cart.
const (
	maxLines  = 100
	maxPieces = 10_000
	maxCodes  = 10
	// maxRegimes bounds a comparison of taxes.
	maxRegimes = 10
)

// How long a cart is kept after its last change.
const (
	keptForGuests   = 30 * 24 * time.Hour
	keptForShoppers = 180 * 24 * time.Hour
)

// Service reads and writes with the caller's rights: a shopper's own carts,
// and a guest's by its secret.
type Service struct {
	db    *gorm.DB
	doors *doorprice.Service
	// yearly is nil where nobody counts what a person buys.
	yearly Allowances
	now    func() time.Time
}

// NewService takes the database, what quotes duties and taxes, and the clock.
func NewService(db *gorm.DB, doors *doorprice.Service, now func() time.Time) *Service {
	return &Service{db: db, doors: doors, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

// Allowances tell what the person of an account may still buy in the year of a
// day; nil where that is not known.
type Allowances interface {
	LeftTx(tx *gorm.DB, shopper uuid.UUID, country string, regime landedcost.Regime, on models.Date) (*landedcost.Left, error)
}

// AllowBy has carts taxed by what their shoppers may still buy.
func (s *Service) AllowBy(yearly Allowances) { s.yearly = yearly }

// newID makes a row id. Randomness never fails.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
