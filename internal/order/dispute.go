package order

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// DisputedTx follows a dispute in each order that it falls on. While it is
// open the bank has the order's part of it, nothing of the order becomes
// payable, and none is given back. One that is won ends as if it had not been;
// one that is lost is a refund of that part, which the bank has made. What the
// provider told late is caught up with.
func (*Service) DisputedTx(tx *gorm.DB, d, before *models.PaymentDispute, at time.Time) error {
	parts, err := disputedPartsTx(tx, d)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if d.Status == before.Status {
			break // only the bank's charge is another
		}
		if before.Status != models.DisputeOpen {
			if err := openTx(tx, part, at); err != nil {
				return err
			}
		}
		switch d.Status {
		case models.DisputeWon:
			err = wonTx(tx, part, at)
		case models.DisputeLost:
			err = lostTx(tx, part, d, at)
		case models.DisputeNone, models.DisputeOpen:
		}
		if err != nil {
			return err
		}
	}
	return disputeFeeTx(tx, d, parts, at)
}

// disputedPart is an order with its part of a dispute.
type disputedPart struct {
	models.OrderDispute

	order *models.Order
}

// disputedPartsTx shares a dispute among the orders of its payment when it is
// first heard of: by what is left of each at the provider; what the bank takes
// beyond that, by what each has cost. Then it gives the parts as they are.
func disputedPartsTx(tx *gorm.DB, d *models.PaymentDispute) ([]disputedPart, error) {
	orders, err := paidTx(tx, d.PaymentID)
	if err != nil || len(orders) == 0 {
		return nil, err
	}
	var rows []models.OrderDispute
	if err := across(tx).Where("dispute_id = ?", d.ID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the orders of a dispute: %w", err)
	}
	if len(rows) == 0 {
		if rows, err = shareTx(tx, d, orders); err != nil {
			return nil, err
		}
	}
	parts := make([]disputedPart, 0, len(rows))
	for _, o := range orders {
		for _, row := range rows {
			if row.BrandID == o.BrandID && row.OrderID == o.ID {
				parts = append(parts, disputedPart{row, &o.Order})
			}
		}
	}
	return parts, nil
}

func shareTx(tx *gorm.DB, d *models.PaymentDispute, orders []*paidOrder) ([]models.OrderDispute, error) {
	left, cost := make([]int64, len(orders)), make([]int64, len(orders))
	held := d.Amount()
	held.Minor = 0
	for i, o := range orders {
		gone, err := goneTx(tx, o, d)
		if err != nil {
			return nil, err
		}
		left[i], cost[i] = max(o.AllocatedMinor-gone, 0), o.AllocatedMinor
		if held, err = held.Add(money.New(left[i], held.Currency)); err != nil {
			return nil, err
		}
	}
	beyond := money.New(max(d.AmountMinor-held.Minor, 0), held.Currency)
	within := money.New(d.AmountMinor-beyond.Minor, held.Currency).Allocate(left...)
	batch := database.NewBatch(tx)
	var rows []models.OrderDispute
	for i, more := range beyond.Allocate(cost...) {
		part, err := within[i].Add(more)
		if err != nil {
			return nil, err
		}
		if part.Minor > 0 {
			rows = append(rows, models.OrderDispute{BrandID: orders[i].BrandID, DisputeID: d.ID, OrderID: orders[i].ID,
				Status: models.DisputeOpen, Currency: d.Currency, AmountMinor: part.Minor})
		}
	}
	batch.Insert(rows)
	if err := batch.Send(); err != nil {
		return nil, fmt.Errorf("share a dispute: %w", err)
	}
	return rows, nil
}

// goneTx is what of an order's part of a payment has left the provider: by
// refunds, and by other disputes that are open or lost.
func goneTx(tx *gorm.DB, o *paidOrder, d *models.PaymentDispute) (gone int64, err error) {
	err = tx.Raw(`
select coalesce((
  select sum(a.amount_minor)
  from refund_allocations a
  join refunds f on f.id = a.refund_id and f.payment_id = @payment and f.status = 'SUCCEEDED' and f.dispute_id is null
  where a.brand_id = @brand and a.order_id = @order
), 0)::bigint + coalesce((
  select sum(amount_minor)
  from order_disputes
  where brand_id = @brand and order_id = @order and status in ('OPEN', 'LOST')
), 0)::bigint`, map[string]any{"brand": o.BrandID, "order": o.ID, "payment": d.PaymentID}).Scan(&gone).Error
	if err != nil {
		return 0, fmt.Errorf("read what is left of an order: %w", err)
	}
	return gone, nil
}

func openTx(tx *gorm.DB, d disputedPart, at time.Time) error {
	o := d.order
	payable := money.New(0, money.Currency(o.Currency))
	if o.PayableDue == nil {
		var err error
		if payable, err = ledger.SumTx(tx, o, models.AccountPayable, ""); err != nil {
			return err
		}
	}
	posting, err := ledger.Dispute(o, d.Amount(), payable, d.DisputeID.String(), at, newID)
	if err != nil {
		return err
	}
	if payable.Minor != 0 {
		err := tx.Exec("update orders set payable_due = ? where brand_id = ? and id = ?", at, o.BrandID, o.ID).Error
		if err != nil {
			return fmt.Errorf("let an order's money wait: %w", err)
		}
		o.PayableDue = &at
	}
	return disputed(tx, d, models.DisputeOpen, models.OrderWasDisputed, posting, at)
}

func wonTx(tx *gorm.DB, d disputedPart, at time.Time) error {
	posting, err := ledger.DisputeWon(d.order, d.Amount(), d.DisputeID.String(), at, newID)
	if err != nil {
		return err
	}
	return disputed(tx, d, models.DisputeWon, models.OrderDisputeWon, posting, at)
}

// disputed writes how a dispute of an order stands, with what follows.
func disputed(tx *gorm.DB, d disputedPart, as models.DisputeStatus, what models.OrderEventType, posting ledger.Posting, at time.Time) error {
	o := d.order
	batch := database.NewBatch(tx)
	batch.Exec("update order_disputes set status = $4 where brand_id = $1 and dispute_id = $2 and order_id = $3", o.BrandID, d.DisputeID, o.ID, string(as))
	batch.Exec(`
update orders
set dispute = d.stands, version = version + 1
from (
  select case when bool_or(status = 'OPEN') then 'OPEN' when bool_or(status = 'LOST') then 'LOST' else 'WON' end as stands
  from order_disputes
  where brand_id = $1 and order_id = $2
) d
where brand_id = $1 and id = $2`, o.BrandID, o.ID)
	batch.Insert(posting.Rows()...)
	told := map[models.DisputeStatus]string{
		models.DisputeOpen: "order.dispute_opened", models.DisputeWon: "order.dispute_won", models.DisputeLost: "order.dispute_lost",
	}[as]
	if err := happened(batch, o, what, new(d.Amount().String()), nil, told, at); err != nil {
		return err
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("write a dispute: %w", err)
	}
	return nil
}

// disputeFeeTx books what the bank charges for a dispute, shared among its
// orders by their parts of it.
func disputeFeeTx(tx *gorm.DB, d *models.PaymentDispute, parts []disputedPart, at time.Time) error {
	weights := make([]int64, len(parts))
	for i, part := range parts {
		weights[i] = part.AmountMinor
	}
	batch := database.NewBatch(tx)
	for i, share := range d.Fee().Allocate(weights...) {
		o := parts[i].order
		booked, err := ledger.SumTx(tx, o, models.AccountGatewayFee, d.ID.String(), models.LedgerDisputeFee)
		if err != nil {
			return err
		}
		more, err := share.Add(booked) // a debit of what was booked before
		if err != nil {
			return err
		}
		posting, err := ledger.DisputeFee(o, more, d.ID.String(), at, newID)
		if err != nil {
			return err
		}
		batch.Insert(posting.Rows()...)
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("book the fee of a dispute: %w", err)
	}
	return nil
}
