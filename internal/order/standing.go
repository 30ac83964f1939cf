package order

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/models"
)

// LockTx locks an order, so that nobody else moves its pieces or its money
// until the transaction ends. It reports NOT_FOUND where there is none; who
// may see it is for the caller to know.
func LockTx(tx *gorm.DB, key models.Key) (*models.Order, error) {
	return one(byKeys(tx, []models.Key{key}).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}))
}

// StandingTx counts where the pieces of a locked order are.
func StandingTx(tx *gorm.DB, key models.Key) (s models.Standing, err error) {
	names := map[string]any{"brand": key.BrandID, "order": key.ID}
	err = tx.Raw(`
select l.id as line_id, l.variant_id, l.quantity as ordered, r.refunded, r.withdrawn,
  s.planned, s.sent, s.delivered, s.lost, s.gone, b.returning, b.returned
from order_lines l
cross join lateral (
  select coalesce(sum(quantity), 0)::bigint as refunded, coalesce(sum(withdrawn), 0)::bigint as withdrawn
  from order_refund_lines
  where brand_id = l.brand_id and line_id = l.id
) r
cross join lateral (
  select coalesce(sum(x.quantity) filter (where s.status in ('PLANNED', 'LABELLED')), 0)::bigint as planned,
    coalesce(sum(x.quantity) filter (where s.status = 'DISPATCHED'), 0)::bigint as sent,
    coalesce(sum(x.quantity) filter (where s.status = 'DELIVERED'), 0)::bigint as delivered,
    coalesce(sum(x.quantity) filter (where s.status = 'LOST' and s.resolution is null), 0)::bigint as lost,
    coalesce(sum(x.quantity) filter (where s.resolution = 'REFUND'), 0)::bigint as gone
  from shipment_lines x
  join shipments s on s.brand_id = x.brand_id and s.id = x.shipment_id
  where x.brand_id = l.brand_id and x.line_id = l.id
) s
cross join lateral (
  select coalesce(sum(case when r.status in ('REQUESTED', 'APPROVED') then x.quantity else x.received end)
      filter (where r.status in ('REQUESTED', 'APPROVED', 'RECEIVED', 'INSPECTED')), 0)::bigint as returning,
    coalesce(sum(x.received) filter (where r.status = 'COMPLETED'), 0)::bigint as returned
  from return_lines x
  join returns r on r.brand_id = x.brand_id and r.id = x.return_id
  where x.brand_id = l.brand_id and x.line_id = l.id
) b
where l.brand_id = @brand and l.order_id = @order
order by l.ordinal`, names).Scan(&s.Lines).Error
	if err != nil {
		return s, fmt.Errorf("read where the pieces of an order are: %w", err)
	}
	err = tx.Raw(`
select count(*) filter (where status = 'REQUESTED') as requested,
  count(*) filter (where status in ('APPROVED', 'RECEIVED', 'INSPECTED')) as open
from returns
where brand_id = @brand and order_id = @order`, names).Row().Scan(&s.Requested, &s.Open)
	if err != nil {
		return s, fmt.Errorf("count the returns of an order: %w", err)
	}
	return s, nil
}

// Step is something that happened to an order, for its history.
type Step struct {
	Type  models.OrderEventType
	Note  *string
	Actor *uuid.UUID
	At    time.Time
}

// DeriveTx makes the statuses of a locked order follow from what was shipped
// and what comes back, and writes the step that changed it to its history.
func DeriveTx(tx *gorm.DB, o *models.Order, step Step) error {
	b := &Book{Order: *o}
	var err error
	if b.Standing, err = StandingTx(tx, models.Key{BrandID: o.BrandID, ID: o.ID}); err != nil {
		return err
	}
	b.event(newID, step.Type, step.Note, step.Actor, step.At)
	if err := b.derive("", step.Actor, step.At, newID); err != nil {
		return err
	}
	batch := database.NewBatch(tx)
	if err := saving(batch, b, o.Status, step.At); err != nil {
		return err
	}
	batch.Insert(b.Events)
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write the order's statuses: %w", err)
	}
	*o = b.Order
	return nil
}

// saving adds to a batch what an order has become, and tells the outbox where
// it came to its end.
func saving(batch *database.Batch, b *Book, before models.OrderStatus, at time.Time) error {
	o := &b.Order
	batch.Exec(`
update orders
set status = $3, payment_status = $4, fulfilment_status = $5, return_status = $6, refunded_minor = $7, cancel_reason = $8,
  cancelled_at = $9, payable_due = case when $3 = 'CANCELLED' then null else payable_due end, version = version + 1
where brand_id = $1 and id = $2`,
		o.BrandID, o.ID, o.Status, o.PaymentStatus, o.FulfilmentStatus, o.ReturnStatus, o.RefundedMinor, o.CancelReason, o.CancelledAt)
	if o.Status == models.OrderCompleted && o.Status != before {
		ledger.Delivered(batch, o, at)
	}
	what := map[models.OrderStatus]string{models.OrderCancelled: "order.cancelled", models.OrderCompleted: "order.completed"}[o.Status]
	if what == "" || o.Status == before {
		return nil
	}
	event, err := outbox.New(o.BrandID, what, "Order", o.ID, changeOf(o), at)
	if err != nil {
		return err
	}
	batch.Insert(&event)
	return nil
}
