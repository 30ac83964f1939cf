package order

import (
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/outbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RefundTx gives money of an order back; whoever does so comes here. It locks
// the order, so that of refunds at the same time each knows of those before
// it: never more is given back than was charged, of any charge of any line.
// Pieces taken off the order go back to stock. Who may is for the caller to
// know.
func RefundTx(tx *gorm.DB, r RefundRequest) (*models.Order, *Refund, error) {
	b, err := readTx(tx, r.Order)
	if err != nil {
		return nil, nil, err
	}
	if b.Order.Source != models.OrderFromShop {
		return nil, nil, problem.At(r.Field, problem.Conflict, "money of imported history was not taken here")
	}
	if b.Order.Disputed() && r.TakenBack == 0 {
		return nil, nil, problem.At(r.Field, problem.Conflict, "the shopper's bank has taken the payment up: it decides first")
	}
	before, known := b.Order, len(b.Facts)
	refund, err := b.undo(r)
	if err != nil {
		return nil, nil, err
	}
	o := &b.Order
	event, err := outbox.New(o.BrandID, "order.refunded", "Order", o.ID,
		refunded{change: changeOf(o), RefundID: refund.ID, AmountMinor: refund.AmountMinor}, r.At)
	if err != nil {
		return nil, nil, err
	}
	batch := database.NewBatch(tx)
	if err := saving(batch, b, before.Status, r.At); err != nil {
		return nil, nil, err
	}
	batch.Insert(&refund.OrderRefund, refund.Lines, refund.Parts, b.Events, b.Facts[known:], &event)
	for _, p := range b.Postings {
		batch.Insert(p.Rows()...)
	}
	if err := batch.Send(); err != nil {
		return nil, nil, fmt.Errorf("write the refund: %w", err)
	}
	if !refund.Disputed {
		if err := giveBackTx(tx, refund); err != nil {
			return nil, nil, err
		}
	}
	back := allowance.Back{Order: r.Order, Minor: b.uncounted(refund, r.Asked != nil), Of: b.counted(), Pieces: refund.uncounted(r.Asked != nil), Asked: r.Asked}
	if err := allowance.GiveBackTx(tx, back); err != nil {
		return nil, nil, err
	}
	if pieces := refund.withdrawn(b.Lines); len(pieces) > 0 {
		if err := inventory.ReturnTx(tx, o.BrandID, o.ID, pieces, r.Actor, r.At); err != nil {
			return nil, nil, err
		}
	}
	return o, refund, nil
}

// undo books a refund or a cancellation with its events and statuses.
func (b *Book) undo(r RefundRequest) (*Refund, error) {
	if r.Whole {
		return b.Cancel(r.Reason, r.Actor, r.At, newID)
	}
	refund, err := b.Refund(r, newID)
	if err != nil {
		return nil, err
	}
	b.event(newID, models.OrderWasRefunded, &r.Reason, r.Actor, r.At)
	return refund, b.derive(r.Reason, r.Actor, r.At, newID)
}

// refunded is what the outbox tells of a refund.
type refunded struct {
	change
	RefundID    uuid.UUID `json:"refundId"`
	AmountMinor int64     `json:"amountMinor"`
}

// readTx locks an order and reads all that a refund of it needs.
func readTx(tx *gorm.DB, key models.Key) (*Book, error) {
	o, err := LockTx(tx, key)
	if err != nil {
		return nil, err
	}
	b := &Book{Order: *o}
	orders := []models.Key{key}
	if err := of(tx, orders).Order("ordinal").Find(&b.Lines).Error; err != nil {
		return nil, fmt.Errorf("read order lines: %w", err)
	}
	if err := of(tx, orders).Order("id").Find(&b.Charges).Error; err != nil {
		return nil, fmt.Errorf("read charges: %w", err)
	}
	if err := of(tx, orders).Find(&b.Facts).Error; err != nil {
		return nil, fmt.Errorf("read the order's facts: %w", err)
	}
	var before Refund
	err = tx.Raw(`
select p.*
from order_refunds r
join order_refund_parts p on p.brand_id = r.brand_id and p.refund_id = r.id
where r.brand_id = ? and r.order_id = ?`, key.BrandID, key.ID).Scan(&before.Parts).Error
	if err != nil {
		return nil, fmt.Errorf("read earlier refunds: %w", err)
	}
	b.Refunds = []Refund{before}
	if b.Balance, err = ledger.StandingTx(tx, key); err != nil {
		return nil, err
	}
	b.Standing, err = StandingTx(tx, key)
	return b, err
}
