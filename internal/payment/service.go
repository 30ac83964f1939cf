package payment

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Settler does what follows from a payment, in the transaction that books its
// new state: both happen or neither. It sees the payment as it is now, with
// its row locked, and calls no provider.
type Settler interface {
	// PaidTx is called when a payment becomes AUTHORISED and when it becomes
	// CAPTURED: once for each, and maybe for the second alone. It may ask for
	// the capture, to void or to refund, by the Tx methods of this package.
	PaidTx(tx *gorm.DB, p *models.Payment) error
	// FailedTx is called when a payment becomes FAILED, or VOIDED from anything
	// but FAILED. A provider may still report it paid later: PaidTx follows.
	FailedTx(tx *gorm.DB, p *models.Payment) error
}

// Books follow the money of payments that became orders, in the transactions
// that book what providers tell.
type Books interface {
	// LockTx locks the orders of a payment, before the payment is locked: who
	// moves an order's money locks them in that order.
	LockTx(tx *gorm.DB, payment uuid.UUID) error
	// RefundedTx is told of a refund that became SUCCEEDED or FAILED. One that
	// had succeeded may fail after all.
	RefundedTx(tx *gorm.DB, r *models.Refund, before models.RefundStatus, at time.Time) error
	// DisputedTx is told when a dispute of a payment was opened, won or lost,
	// and when what the bank charges for it changed. One that is new was NONE.
	DisputedTx(tx *gorm.DB, d, before *models.PaymentDispute, at time.Time) error
	// FeeTx is told when the provider says what it keeps in all.
	FeeTx(tx *gorm.DB, p *models.Payment, at time.Time) error
}

// Service keeps payments.
type Service struct {
	db       *gorm.DB
	gateways map[string]Gateway
	provider string
	settler  Settler
	manual   bool
	books    Books
	now      func() time.Time
	log      *slog.Logger
}

// NewService takes the database, the clock, a log and the providers. The first
// provider takes new payments; the others still answer for theirs.
func NewService(db *gorm.DB, now func() time.Time, log *slog.Logger, gateways ...Gateway) *Service {
	s := &Service{db: db, gateways: map[string]Gateway{}, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }, log: log}
	for _, g := range gateways {
		s.gateways[g.Name()] = g
	}
	if len(gateways) > 0 {
		s.provider = gateways[0].Name()
	}
	return s
}

// Provider takes new payments.
func (s *Service) Provider() string { return s.provider }

// SettleBy names who is told of what became of payments. It is called once,
// before any other method: the checkout, which settles, starts payments, too.
func (s *Service) SettleBy(settler Settler) { s.settler = settler }

// BookBy names who follows the money of payments. It is called once, before
// any other method.
func (s *Service) BookBy(books Books) { s.books = books }

// lockAllTx locks a payment, after the orders that it paid.
func (s *Service) lockAllTx(tx *gorm.DB, id uuid.UUID) (*models.Payment, error) {
	if s.books != nil {
		if err := s.books.LockTx(tx, id); err != nil {
			return nil, fmt.Errorf("lock the orders of payment %s: %w", id, err)
		}
	}
	return lockTx(tx, id)
}

// AuthoriseFirst has cards authorised when shoppers pay, and captured when
// that is asked for. It is called before any other method.
func (s *Service) AuthoriseFirst() { s.manual = true }

// Manual tells whether that is so.
func (s *Service) Manual() bool { return s.manual }

// gateway is the provider of a payment.
func (s *Service) gateway(p *models.Payment) (Gateway, error) {
	g, ok := s.gateways[p.Provider]
	if !ok {
		return nil, fmt.Errorf("payment %s: the provider %q is not configured", p.ID, p.Provider)
	}
	return g, nil
}

// lockTx reads a payment and keeps others from changing it.
func lockTx(tx *gorm.DB, id uuid.UUID) (*models.Payment, error) {
	return one(tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id))
}

// LockTx is for who locks a purchase after its payment.
func LockTx(tx *gorm.DB, id uuid.UUID) (*models.Payment, error) { return lockTx(tx, id) }

func (s *Service) read(ctx context.Context, id uuid.UUID) (*models.Payment, error) {
	return one(s.db.WithContext(ctx).Where("id = ?", id))
}

func one(query *gorm.DB) (*models.Payment, error) {
	var rows []*models.Payment
	if err := query.Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a payment: %w", err)
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such payment, or you may not see it")
	}
	return rows[0], nil
}
