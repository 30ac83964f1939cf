// Package returns takes goods of orders back: shoppers ask, brands agree,
// goods come in, are inspected, and their money is given back.
package returns

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Window is how long after their delivery goods may be asked to be sent back.
const Window = 30 * 24 * time.Hour

const maxLines = 500

// Service reads and writes with the caller's rights.
type Service struct {
	db       *gorm.DB
	payments Payments
	now      func() time.Time
}

// Payments give the money of returns back.
type Payments interface {
	// DriveOrder does the refunds of an order that are committed. What fails is
	// done later.
	DriveOrder(ctx context.Context, order models.Key)
}

// NewService takes the database, the payments and the clock.
func NewService(db *gorm.DB, payments Payments, now func() time.Time) *Service {
	return &Service{db: db, payments: payments, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

// Line is pieces of an order's line.
type Line struct {
	Line     models.Key
	Quantity int64
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func field(i int, name string) string { return fmt.Sprintf("input.lines.%d.%s", i, name) }

// Of gives the returns of orders that the caller has read, each order's oldest first.
func (s *Service) Of(ctx context.Context, orders []models.Key) ([]*models.Return, error) {
	return database.Find[models.Return](s.db.WithContext(ctx).Where("(brand_id, order_id) in ?", models.Pairs(orders)).
		Order("order_id, requested_at, id"), "returns")
}

// LinesOf gives the lines of returns that the caller has read.
func (s *Service) LinesOf(ctx context.Context, returns []models.Key) ([]*models.ReturnLine, error) {
	return database.Find[models.ReturnLine](s.db.WithContext(ctx).Where("(brand_id, return_id) in ?", models.Pairs(returns)).
		Order("return_id, line_id"), "return lines")
}

// ByKeys gives returns of orders that the caller may see, in any order.
func (s *Service) ByKeys(ctx context.Context, keys []models.Key) ([]*models.Return, error) {
	seen, args := auth.Where(auth.From(ctx), "orders", "", s.now())
	return database.Find[models.Return](s.db.WithContext(ctx).Where("(returns.brand_id, returns.id) in ?", models.Pairs(keys)).
		Where("exists (select 1 from orders where orders.brand_id = returns.brand_id and orders.id = returns.order_id and "+seen+")", args...),
		"returns")
}

func one(tx *gorm.DB, key models.Key) (*models.Return, error) {
	found, err := database.Find[models.Return](tx.Where("brand_id = ? and id = ?", key.BrandID, key.ID).Limit(1), "a return")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem.At("input.returnId", problem.NotFound, "there is no such return, or you may not see it")
	}
	return found[0], nil
}

// lock locks a return's order, then reads the return: nobody changes it
// without that lock.
func lock(tx *gorm.DB, key models.Key) (*models.Order, *models.Return, error) {
	r, err := one(tx, key)
	if err != nil {
		return nil, nil, err
	}
	o, err := order.LockTx(tx, models.Key{BrandID: r.BrandID, ID: r.OrderID})
	if err != nil {
		return nil, nil, err
	}
	r, err = one(tx, key)
	return o, r, err
}

// moveTx gives a locked return its next status, and its order what follows.
func moveTx(tx *gorm.DB, o *models.Order, r *models.Return, to models.ReturnStatus, step order.Step) error {
	if r.Status == to || !models.MayBecome(models.LifeOfReturn, r.Status, to) {
		return problem.At("input.returnId", problem.Conflict, "the return is "+string(r.Status))
	}
	r.Status, r.UpdatedAt, r.Version = to, step.At, r.Version+1
	err := tx.Exec(`
update returns
set status = ?, note = ?, warehouse_id = ?, refund_id = ?, updated_at = ?, version = version + 1
where brand_id = ? and id = ?`, r.Status, r.Note, r.WarehouseID, r.RefundID, r.UpdatedAt, r.BrandID, r.ID).Error
	if err != nil {
		return fmt.Errorf("move the return: %w", err)
	}
	return order.DeriveTx(tx, o, step)
}
