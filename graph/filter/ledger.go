package filter

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
)

// LedgerEntries reads a filter of a brand's books.
func LedgerEntries(in *api.LedgerEntryWhere) (out ledger.EntryWhere) {
	if in == nil {
		return out
	}
	out.Accounts, out.Currency = in.Account.Value(), in.Currency.Value()
	if span := in.RecordedAt.Value(); span != nil {
		out.From, out.To = span.From.Value(), span.To.Value()
	}
	return out
}
