// Package ledger keeps the books: a double-entry journal of all money that
// moves for a brand, what is payable to it, and payouts. Imported history
// stands outside.
package ledger

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Posting is a transaction with its entries, as it is written. It sums to zero
// in each currency: one account of each takes what the others leave.
type Posting struct {
	Transaction models.LedgerTransaction
	Entries     []models.LedgerEntry
}

// Rows are what a database.Batch inserts; none where no money moved.
func (p Posting) Rows() []any {
	if p.Empty() {
		return nil
	}
	return []any{&p.Transaction, p.Entries}
}

// Empty tells that no money moved: nothing is written then.
func (p Posting) Empty() bool { return len(p.Entries) == 0 }

// builder collects credits of one transaction.
type builder struct {
	posting Posting
	err     error
}

func post(kind models.LedgerKind, brand uuid.UUID, at time.Time, newID func() uuid.UUID) *builder {
	return &builder{posting: Posting{Transaction: models.LedgerTransaction{BrandID: brand, ID: newID(), Kind: kind, RecordedAt: at}}}
}

func (b *builder) ofOrder(o *models.Order) *builder {
	b.posting.Transaction.OrderID = &o.ID
	return b
}

// credit adds to an account; a negative amount debits it.
func (b *builder) credit(account models.LedgerAccount, amount money.Money) {
	if amount.Minor == 0 {
		return
	}
	t := &b.posting.Transaction
	b.posting.Entries = append(b.posting.Entries, models.LedgerEntry{
		BrandID: t.BrandID, TransactionID: t.ID, Ordinal: int32(len(b.posting.Entries) + 1), Account: account,
		Currency: string(amount.Currency), AmountMinor: amount.Minor, RecordedAt: t.RecordedAt,
	})
}

// balance lets an account take what the entries of a currency leave.
func (b *builder) balance(account models.LedgerAccount, currency money.Currency) {
	left := money.New(0, currency)
	for _, e := range b.posting.Entries {
		if e.Currency != string(currency) || b.err != nil {
			continue
		}
		left, b.err = left.Sub(e.Amount())
	}
	b.credit(account, left)
}

func (b *builder) done() (Posting, error) {
	if b.err != nil {
		return Posting{}, fmt.Errorf("book a %s: %w", b.posting.Transaction.Kind, b.err)
	}
	return b.posting, nil
}
