package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

var _ payment.Books = (*Service)(nil)

// ofPayment selects the orders that a payment paid, in the order in which they
// are locked, with what of it is theirs.
const ofPayment = `
select o.*, a.amount_minor as allocated_minor
from payments p
join orders o on o.purchase_id = p.purchase_id
join payment_allocations a on a.brand_id = o.brand_id and a.order_id = o.id and a.payment_id = p.id
where p.id = ?
order by o.brand_id, o.id`

type paidOrder struct {
	models.Order
	AllocatedMinor int64
}

// LockTx locks the orders of a payment, which are of any brands.
func (*Service) LockTx(tx *gorm.DB, paid uuid.UUID) error {
	var locked []uuid.UUID
	return across(tx).Raw("select id from ("+ofPayment+" for update of o) as locked", paid).Scan(&locked).Error
}

func across(tx *gorm.DB) *gorm.DB {
	return tx.WithContext(database.AcrossBrands(tx.Statement.Context, database.PaymentOrders))
}

// paidTx reads the orders of a payment, which LockTx has locked.
func paidTx(tx *gorm.DB, id uuid.UUID) (orders []*paidOrder, err error) {
	if err := across(tx).Raw(ofPayment, id).Scan(&orders).Error; err != nil {
		return nil, fmt.Errorf("read the orders of a payment: %w", err)
	}
	return orders, nil
}

// RefundedTx books that a refund has left the provider, or notes in the
// order's history that it failed: the money is owed until staff try again.
func (*Service) RefundedTx(tx *gorm.DB, r *models.Refund, before models.RefundStatus, at time.Time) error {
	var parts []models.RefundAllocation
	if err := across(tx).Where("refund_id = ?", r.ID).Order("brand_id, id").Find(&parts).Error; err != nil {
		return fmt.Errorf("read the orders of a refund: %w", err)
	}
	for _, part := range parts {
		o := &models.Order{BrandID: part.BrandID, ID: part.OrderID, Currency: part.Currency}
		batch := database.NewBatch(tx)
		var posting ledger.Posting
		var err error
		switch {
		case r.Status == models.RefundSucceeded:
			posting, err = ledger.RefundPaid(o, part.Amount(), r.ID.String(), at, newID)
		case before == models.RefundSucceeded:
			posting, err = ledger.RefundFailed(o, part.Amount(), r.ID.String(), at, newID)
		}
		if err != nil {
			return err
		}
		batch.Insert(posting.Rows()...)
		if r.Status == models.RefundFailed {
			if err := happened(batch, o, models.OrderRefundFailed, r.FailureCode, nil, "order.refund_failed", at); err != nil {
				return err
			}
		}
		if part.OrderRefundID != nil {
			refundStands(batch, models.Key{BrandID: part.BrandID, ID: *part.OrderRefundID})
		}
		if err := batch.Send(); err != nil {
			return fmt.Errorf("book a refund: %w", err)
		}
		if r.Status == models.RefundFailed {
			if err := lateTx(tx, o, r, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// refundStands adds to a batch that an order's refund stands as those of its
// payments that nothing took the place of: failed where any did, pending while
// any is.
func refundStands(batch *database.Batch, refund models.Key) {
	batch.Exec(`
update order_refunds
set status = f.status, failure_code = f.code
from (
  select case when bool_or(f.status = 'FAILED') then 'FAILED' when bool_or(f.status = 'PENDING') then 'PENDING' else 'SUCCEEDED' end as status,
    min(f.failure_code) filter (where f.status = 'FAILED') as code
  from refund_allocations a
  join refunds f on f.id = a.refund_id
  where a.brand_id = $1 and a.order_refund_id = $2 and not exists (select from refunds n where n.retry_of = f.id)
) f
where brand_id = $1 and id = $2`, refund.BrandID, refund.ID)
}

// happened adds to a batch what happened to an order: to its history, and to
// the outbox where that is told of it.
func happened(
	batch *database.Batch, o *models.Order, what models.OrderEventType, note *string, actor *uuid.UUID, told string, at time.Time,
) error {
	batch.Insert(&models.OrderEvent{BrandID: o.BrandID, ID: newID(), OrderID: o.ID, Type: what, Note: note, ActorID: actor, RecordedAt: at})
	if told == "" {
		return nil
	}
	event, err := outbox.New(o.BrandID, told, "Order", o.ID, struct {
		Note *string `json:"note,omitempty"`
	}{note}, at)
	batch.Insert(&event)
	return err
}

// FeeTx books what the provider keeps of a payment, shared among its orders by
// what they cost.
func (*Service) FeeTx(tx *gorm.DB, p *models.Payment, at time.Time) error {
	orders, err := paidTx(tx, p.ID)
	if err != nil || len(orders) == 0 {
		return err
	}
	weights := make([]int64, len(orders))
	for i, o := range orders {
		weights[i] = o.AllocatedMinor
	}
	batch := database.NewBatch(tx)
	for i, share := range p.Fee().Allocate(weights...) {
		o := &orders[i].Order
		// A debit of what was booked before.
		booked, err := ledger.SumTx(tx, o, models.AccountGatewayFee, p.ID.String())
		if err != nil {
			return err
		}
		more, err := share.Add(booked)
		if err != nil {
			return err
		}
		posting, err := ledger.GatewayFee(o, more, p.ID.String(), at, newID)
		if err != nil {
			return err
		}
		batch.Insert(posting.Rows()...)
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("book the provider's fee: %w", err)
	}
	return nil
}
