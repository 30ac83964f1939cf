package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// The rule of what is payable: what a brand has of an order waits until some
// days after all of it arrived, as its commission plan says; where no arrival
// is heard of, until some days after it was placed, if all of it has left. An
// open return or dispute holds it back.

// Delivered adds to a batch from when the money of an order, all of which
// arrived, will be payable.
func Delivered(batch *database.Batch, o *models.Order, at time.Time) {
	batch.Exec(`
update orders
set payable_due = cast($3 as timestamptz) + coalesce((select days_after_delivery from commission_plans where id = $4), $5) * interval '24 hours'
where brand_id = $1 and id = $2 and payable_due is not null`, o.BrandID, o.ID, at, o.CommissionPlanID, Unplanned.DaysAfterDelivery)
}

// ReleaseTx makes what is pending of an order payable now, whether or not it
// is due. It does nothing for an order that was released or cancelled, nor for
// imported history.
func ReleaseTx(tx *gorm.DB, key models.Key, at time.Time) error {
	_, err := releaseTx(tx, key, at, "true")
	return err
}

// due are the orders that are released by themselves; ? is the time.
const due = "payable_due <= ? and fulfilment_status in ('FULFILLED', 'DELIVERED') and return_status not in ('REQUESTED', 'IN_PROGRESS')" +
	" and dispute is distinct from 'OPEN'"

func releaseTx(tx *gorm.DB, key models.Key, at time.Time, condition string, args ...any) (bool, error) {
	var orders []models.Order
	err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("brand_id = ? and id = ? and payable_due is not null", key.BrandID, key.ID).Where(condition, args...).Find(&orders).Error
	if err != nil {
		return false, fmt.Errorf("lock the order: %w", err)
	}
	if len(orders) == 0 {
		return false, nil
	}
	o := &orders[0]
	pending, err := SumTx(tx, o, models.AccountPending, "")
	if err != nil {
		return false, err
	}
	posting, err := Release(o, pending, at, newID)
	if err != nil {
		return false, err
	}
	batch := database.NewBatch(tx)
	batch.Exec("update orders set payable_due = null where brand_id = $1 and id = $2", key.BrandID, key.ID)
	batch.Insert(posting.Rows()...)
	if err := batch.Send(); err != nil {
		return false, fmt.Errorf("make the order's money payable: %w", err)
	}
	return true, nil
}

// Release books that what is pending of an order became payable.
func Release(o *models.Order, pending money.Money, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerRelease, o.BrandID, at, newID).ofOrder(o)
	b.credit(models.AccountPayable, pending)
	b.balance(models.AccountPending, pending.Currency)
	return b.done()
}

// Pending is what postings of an order leave to become payable.
func Pending(o *models.Order, postings []Posting) (money.Money, error) {
	sum := money.New(0, money.Currency(o.Currency))
	for _, p := range postings {
		for _, e := range p.Entries {
			if e.Account != models.AccountPending {
				continue
			}
			var err error
			if sum, err = sum.Add(e.Amount()); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}
