// Package checkout turns carts into purchases: it freezes what was agreed,
// holds the stock while the shopper pays, and places the orders once the money
// is there. A payment that comes too late is taken where there is still stock,
// and given back at once where there is none.
package checkout

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Hold is how long a shopper has to pay, and how long the stock is held. The
// payment is given up at its end; where its provider cannot be reached for
// that, the stock is released after Grace more.
const (
	Hold  = 30 * time.Minute
	Grace = 10 * time.Minute
	// ReviewHold is how long it is held once the payment is authorised: banks
	// keep their promise for seven days.
	ReviewHold = 6 * 24 * time.Hour
)

// Service reads and writes with the caller's rights.
type Service struct {
	db       *gorm.DB
	carts    *cart.Service
	orders   *order.Service
	payments *payment.Service
	// allowance knows what a person may buy in a year.
	allowance *allowance.Service
	now       func() time.Time
}

// NewService takes the database, the services it puts together, and the clock.
// From then on it settles payments.
func NewService(db *gorm.DB, carts *cart.Service, orders *order.Service, payments *payment.Service, yearly *allowance.Service, now func() time.Time) *Service {
	s := &Service{db: db, carts: carts, orders: orders, payments: payments, allowance: yearly,
		now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
	payments.SettleBy(s)
	payments.BookBy(orders)
	return s
}

// lockTx reads a purchase and keeps others from changing it. Who also locks
// its payment does so before.
func lockTx(tx *gorm.DB, id uuid.UUID) (*models.Purchase, error) {
	var rows []*models.Purchase
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read a purchase: %w", err)
	}
	if len(rows) == 0 {
		return nil, noSuchPurchase()
	}
	return rows[0], nil
}

const purchaseField = "input.purchaseId"

func noSuchPurchase() error {
	return problem.At(purchaseField, problem.NotFound, "there is no such purchase, or you may not see it")
}

// newID makes a row id. Randomness never fails.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
