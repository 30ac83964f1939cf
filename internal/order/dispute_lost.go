package order

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/models"
)

// lostTx books where the money of a lost dispute is. It settles what the
// shopper is owed of the order by refunds that failed, the oldest first, each
// in full or not at all; then it is a refund of what is left of the order. What
// the bank took beyond that the shopper had before, and the platform bears it.
func lostTx(tx *gorm.DB, d disputedPart, by *models.PaymentDispute, at time.Time) error {
	rest := d.AmountMinor
	owed, err := owedTx(tx, d.order, by)
	if err != nil {
		return err
	}
	for _, r := range owed {
		if r.AmountMinor > rest {
			continue
		}
		rest -= r.AmountMinor
		if err := settledTx(tx, d.order, r, by, at); err != nil {
			return err
		}
	}
	if taken := min(rest, d.order.TotalMinor-d.order.RefundedMinor); taken > 0 {
		rest -= taken
		request := RefundRequest{
			Order: models.Key{BrandID: d.BrandID, ID: d.OrderID}, TakenBack: taken, Reason: "the shopper's bank took the payment back", At: at,
		}
		if _, _, err := RefundTx(tx, request); err != nil {
			return fmt.Errorf("book a lost dispute: %w", err)
		}
	}
	posting, err := ledger.DisputeLoss(d.order, money.New(rest, money.Currency(d.Currency)), d.DisputeID.String(), at, newID)
	if err != nil {
		return err
	}
	return disputed(tx, d, models.DisputeLost, models.OrderDisputeLost, posting, at)
}

// owedTx are the refunds of an order that failed and were not tried again, of
// the payment of a dispute.
func owedTx(tx *gorm.DB, o *models.Order, by *models.PaymentDispute) (owed []*models.Refund, err error) {
	err = tx.Raw(`
select f.*
from refund_allocations a
join refunds f on f.id = a.refund_id and f.status = 'FAILED' and f.payment_id = ?
where a.brand_id = ? and a.order_id = ? and not exists (select from refunds n where n.retry_of = f.id)
order by f.id`, by.PaymentID, o.BrandID, o.ID).Scan(&owed).Error
	if err != nil {
		return nil, fmt.Errorf("read what is owed of an order: %w", err)
	}
	return owed, nil
}

// settledTx books that a refund which failed reached the shopper by a dispute.
func settledTx(tx *gorm.DB, o *models.Order, failed *models.Refund, by *models.PaymentDispute, at time.Time) error {
	settled, err := payment.SettleTx(tx, failed, by, at)
	if err != nil {
		return err
	}
	posting, err := ledger.RefundSettled(o, settled.Amount(), settled.ID.String(), at, newID)
	if err != nil {
		return err
	}
	batch := database.NewBatch(tx)
	batch.Insert(posting.Rows()...)
	paid, err := database.Find[models.RefundAllocation](tx.Where("brand_id = ? and order_id = ? and refund_id = ? and order_refund_id is not null",
		o.BrandID, o.ID, settled.ID), "whose refund is settled")
	if err != nil {
		return err
	}
	for _, a := range paid {
		refundStands(batch, models.Key{BrandID: o.BrandID, ID: *a.OrderRefundID})
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("settle a refund by a dispute: %w", err)
	}
	return nil
}

// lateTx settles a refund that failed only after a dispute was lost, in which
// the bank took its money: what had seemed a loss was none.
func lateTx(tx *gorm.DB, o *models.Order, failed *models.Refund, at time.Time) error {
	var lost []*models.PaymentDispute
	err := across(tx).Raw(`
select p.*
from payment_disputes p
join order_disputes d on d.dispute_id = p.id
where d.brand_id = ? and d.order_id = ? and d.status = 'LOST' and p.payment_id = ?
order by p.id`, o.BrandID, o.ID, failed.PaymentID).Scan(&lost).Error
	if err != nil {
		return fmt.Errorf("read the lost disputes of an order: %w", err)
	}
	for _, by := range lost {
		loss, err := ledger.SumTx(tx, o, models.AccountGatewayFee, by.ID.String(), models.LedgerDisputeLoss)
		if err != nil {
			return err
		}
		if -loss.Minor < failed.AmountMinor {
			continue
		}
		posting, err := ledger.DisputeLoss(o, money.New(-failed.AmountMinor, loss.Currency), by.ID.String(), at, newID)
		if err != nil {
			return err
		}
		batch := database.NewBatch(tx)
		batch.Insert(posting.Rows()...)
		if err := batch.Send(); err != nil {
			return fmt.Errorf("take a loss back: %w", err)
		}
		return settledTx(tx, o, failed, by, at)
	}
	return nil
}
