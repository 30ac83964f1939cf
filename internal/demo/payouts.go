package demo

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// dollars is what a unit of a currency is worth here.
var dollars = map[string]decimal.Decimal{
	"CNY": decimal.RequireFromString("0.1403"), "SGD": decimal.RequireFromString("0.7512"),
}

// writePayouts sends each brand on the fifth of each month what was payable by
// then: what became so since is left for a first look.
func (w *world) writePayouts(tx *gorm.DB) error {
	var sums []struct {
		BrandID                      uuid.UUID
		Currency                     string
		Minor                        int64
		At                           time.Time
		Holder, BankName, LastDigits string
	}
	err := tx.Raw(`
select e.brand_id, e.currency, e.at, sum(e.amount_minor)::bigint as minor, a.holder, a.bank_name, a.last_digits
from (
  select brand_id, currency, amount_minor,
    (date_trunc('month', (recorded_at at time zone 'UTC') - interval '4 days') + interval '1 month 4 days 10 hours') at time zone 'UTC' as at
  from ledger_entries
  where account = 'BRAND_PAYABLE'
) e
join payout_accounts a on a.brand_id = e.brand_id
where e.at <= ?
group by e.brand_id, e.currency, e.at, a.holder, a.bank_name, a.last_digits
order by e.at, e.brand_id, e.currency`, w.today).Scan(&sums).Error
	if err != nil {
		return fmt.Errorf("read what is payable: %w", err)
	}
	var payouts []models.Payout
	var journal []models.LedgerTransaction
	var entries []models.LedgerEntry
	for _, s := range sums {
		rate, day := dollars[s.Currency], time.Date(s.At.Year(), s.At.Month(), s.At.Day(), 0, 0, 0, 0, time.UTC)
		amount := money.New(s.Minor, money.Currency(s.Currency))
		paid, err := money.RoundHalfUp(amount.Decimal().Mul(rate), "USD")
		if err != nil || paid.Minor < 1 {
			continue
		}
		at := s.At.UTC()
		p := models.Payout{
			BrandID: s.BrandID, ID: idOf(at, w.booked), Status: models.PayoutSent, Currency: s.Currency, AmountMinor: s.Minor, PaidCurrency: "USD",
			PaidMinor: paid.Minor, Rate: &rate, RateSource: new("the demonstration's own rates"), RatedOn: &day, Holder: s.Holder, BankName: s.BankName,
			LastDigits: s.LastDigits, Reference: new(fmt.Sprintf("TRF-%s-%04d", at.Format("200601"), len(payouts)+1)), CreatedAt: at,
		}
		posting, err := ledger.Pay(&p, w.bookedAt(at))
		if err != nil {
			return err
		}
		payouts, journal, entries = append(payouts, p), append(journal, posting.Transaction), append(entries, posting.Entries...)
	}
	return copyAll(tx, rowsOf(payouts), rowsOf(journal), rowsOf(entries))
}
