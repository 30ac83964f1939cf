package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Dispute books that the shopper's bank took an amount back from the provider
// until it has decided. What was payable of the order waits so long.
func Dispute(o *models.Order, taken, payable money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerDispute, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountClearing, taken)
	b.balance(models.AccountDisputes, taken.Currency)
	b.credit(models.AccountPending, payable)
	b.balance(models.AccountPayable, payable.Currency)
	return b.done()
}

// DisputeWon books that the bank gave the amount back.
func DisputeWon(o *models.Order, back money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerDisputeWon, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountDisputes, back)
	b.balance(models.AccountClearing, back.Currency)
	return b.done()
}

// DisputeFee books what the bank charges for a dispute, or gives back of it.
// Like the provider's, the platform bears it.
func DisputeFee(o *models.Order, fee money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerDisputeFee, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountClearing, fee)
	b.balance(models.AccountGatewayFee, fee.Currency)
	return b.done()
}

// DisputeLoss books what a lost dispute took beyond what was left of an order:
// the shopper has it twice, at the platform's cost. A negative amount takes
// that back.
func DisputeLoss(o *models.Order, beyond money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerDisputeLoss, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountDisputes, beyond)
	b.balance(models.AccountGatewayFee, beyond.Currency)
	return b.done()
}

// RefundSettled books that a promised refund reached the shopper by a dispute
// that was lost.
func RefundSettled(o *models.Order, amount money.Money, reference string, at time.Time, newID func() uuid.UUID) (Posting, error) {
	b := post(models.LedgerRefundPaid, o.BrandID, at, newID).ofOrder(o)
	b.posting.Transaction.Reference = models.Optional(reference)
	b.credit(models.AccountDisputes, amount)
	b.balance(models.AccountRefunds, amount.Currency)
	return b.done()
}

// SumTx is what an account has of an order, as far as a reference names its
// transactions, all of them where it is empty, and by those of some kinds,
// where any are given.
func SumTx(
	tx *gorm.DB, o *models.Order, account models.LedgerAccount, reference string, kinds ...models.LedgerKind,
) (money.Money, error) {
	var minor int64
	which := ""
	if len(kinds) > 0 {
		which = " and t.kind in @kinds"
	}
	err := tx.Raw(`
select coalesce(sum(e.amount_minor), 0)::bigint
from ledger_transactions t
join ledger_entries e on e.brand_id = t.brand_id and e.transaction_id = t.id
where t.brand_id = @brand and t.order_id = @order and e.account = @account and (@reference = '' or t.reference = @reference)`+which, map[string]any{
		"kinds": kinds,
		"brand": o.BrandID, "order": o.ID, "account": string(account), "reference": reference}).Scan(&minor).Error
	if err != nil {
		return money.Money{}, fmt.Errorf("sum %s of an order: %w", account, err)
	}
	return money.New(minor, money.Currency(o.Currency)), nil
}
