package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Statement tells a brand what became of its balance of a currency in a month
// of UTC: what it began with, each movement, and what it ended with.
type Statement struct {
	BrandName string
	Month     models.Date
	Currency  money.Currency
	// Opening and Closing are pending and payable together; of Closing, Payable
	// may be sent.
	Opening, Closing, Payable money.Money
	// Sold is goods less discounts, and carriage; Refunded what of them was
	// given back; Commission what the platform kept, less what it gave back;
	// PaidOut what was sent, less what came back.
	Sold, Refunded, Commission, PaidOut money.Money
	Lines                               []StatementLine
}

// StatementLine is a movement of the brand's balance.
type StatementLine struct {
	RecordedAt time.Time
	Kind       models.LedgerKind
	// OrderNumber is empty for payouts.
	OrderNumber string
	// Gross is the brand's before the commission, Commission what was kept of
	// it, and Change what the balance gained.
	Gross, Commission, Change money.Money
}

// Statements of a brand for the month of a day, one for each currency of which
// there is a balance or a movement. The caller must hold BALANCE_READ for it.
func (s *Service) Statements(ctx context.Context, brand uuid.UUID, day models.Date) ([]*Statement, error) {
	if err := auth.RequireFor(ctx, auth.BalanceRead, brand, "brandId"); err != nil {
		return nil, err
	}
	from := time.Date(day.Year, day.Month, 1, 0, 0, 0, 0, time.UTC)
	var all []*Statement
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		all, err = statements(tx, brand, from)
		return err
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return all, err
}

func statements(tx *gorm.DB, brand uuid.UUID, from time.Time) ([]*Statement, error) {
	to := from.AddDate(0, 1, 0)
	var name string
	if err := tx.Raw("select coalesce(max(name), '') from brands where id = ?", brand).Row().Scan(&name); err != nil {
		return nil, fmt.Errorf("read the brand: %w", err)
	}
	opening, err := standingAt(tx, brand, from)
	if err != nil {
		return nil, err
	}
	closing, err := standingAt(tx, brand, to)
	if err != nil {
		return nil, err
	}
	lines, err := linesOf(tx, brand, from, to)
	if err != nil {
		return nil, err
	}
	all := []*Statement{}
	for _, c := range closing {
		one := &Statement{BrandName: name, Month: models.DateOf(from), Currency: money.Currency(c.Currency)}
		zero := money.New(0, one.Currency)
		one.Opening, one.Sold, one.Refunded, one.Commission, one.PaidOut = zero, zero, zero, zero, zero
		for _, o := range opening {
			if o.Currency == c.Currency {
				one.Opening, err = o.Pending().Add(o.Payable())
			}
		}
		if err != nil {
			return nil, err
		}
		if err := one.add(lines[one.Currency]); err != nil {
			return nil, err
		}
		told, err := c.Pending().Add(c.Payable())
		if err != nil || told != one.Closing {
			return nil, fmt.Errorf("the statement of %s ends with %s, the books with %s: %w", one.Month, one.Closing, told, err)
		}
		one.Payable = c.Payable()
		all = append(all, one)
	}
	return all, nil
}

// add sums the lines up to what the month ended with.
func (s *Statement) add(lines []StatementLine) (err error) {
	plus := func(to *money.Money, amount money.Money) {
		if err == nil {
			*to, err = to.Add(amount)
		}
	}
	s.Lines, s.Closing = lines, s.Opening
	for _, l := range lines {
		plus(&s.Closing, l.Change)
		plus(&s.Commission, l.Commission)
		switch l.Kind {
		case models.LedgerSale:
			plus(&s.Sold, l.Gross)
		case models.LedgerRefund:
			plus(&s.Refunded, money.New(-l.Gross.Minor, l.Gross.Currency))
		case models.LedgerPayout, models.LedgerPayoutReturn:
			plus(&s.PaidOut, money.New(-l.Change.Minor, l.Change.Currency))
		case models.LedgerPayment, models.LedgerRefundPaid, models.LedgerRelease, models.LedgerGatewayFee:
		}
	}
	return err
}

// standingAt is what a brand had before a time, by currency.
func standingAt(tx *gorm.DB, brand uuid.UUID, at time.Time) (all []Balance, err error) {
	err = tx.Raw(`
select e.currency,
  coalesce(sum(e.amount) filter (where e.account = 'BRAND_PENDING'), 0)::bigint as pending_minor,
  coalesce(sum(e.amount) filter (where e.account = 'BRAND_PAYABLE'), 0)::bigint as payable_minor
from (
  select account, currency, balance_minor as amount
  from ledger_closings
  where brand_id = @brand and until = (select max(until) from ledger_closings where brand_id = @brand and until <= @at)
  union all
  select account, currency, amount_minor
  from ledger_entries
  where brand_id = @brand and recorded_at < @at
    and recorded_at >= coalesce((select max(until) from ledger_closings where brand_id = @brand and until <= @at), '-infinity')
) e
where e.account in ('BRAND_PENDING', 'BRAND_PAYABLE')
group by e.currency
order by e.currency`, map[string]any{"brand": brand, "at": at}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read how the balance stood: %w", err)
	}
	return all, nil
}

// linesOf are the movements of a brand's balance in a time, by currency.
func linesOf(tx *gorm.DB, brand uuid.UUID, from, to time.Time) (map[money.Currency][]StatementLine, error) {
	var rows []struct {
		RecordedAt         time.Time
		Kind               models.LedgerKind
		Number, Currency   string
		Brands, Commission int64
	}
	err := tx.Raw(`
select t.recorded_at, t.kind, coalesce(o.number, '') as number, e.currency, e.brands, e.commission
from ledger_transactions t
join lateral (
  select currency, coalesce(sum(amount_minor) filter (where account in ('BRAND_PENDING', 'BRAND_PAYABLE')), 0)::bigint as brands,
    coalesce(sum(amount_minor) filter (where account = 'COMMISSION'), 0)::bigint as commission
  from ledger_entries
  where brand_id = t.brand_id and transaction_id = t.id
  group by currency
) e on e.brands <> 0 or e.commission <> 0
left join orders o on o.brand_id = t.brand_id and o.id = t.order_id
where t.brand_id = ? and t.recorded_at >= ? and t.recorded_at < ? and t.kind in ('SALE', 'REFUND', 'PAYOUT', 'PAYOUT_RETURN')
order by t.recorded_at, t.id`, brand, from, to).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the month's movements: %w", err)
	}
	lines := map[money.Currency][]StatementLine{}
	for _, r := range rows {
		c := money.Currency(r.Currency)
		line := StatementLine{
			RecordedAt: r.RecordedAt, Kind: r.Kind, OrderNumber: r.Number, Commission: money.New(r.Commission, c), Change: money.New(r.Brands, c),
			Gross: money.New(0, c),
		}
		if r.Number != "" {
			if line.Gross, err = line.Change.Add(line.Commission); err != nil {
				return nil, err
			}
		}
		lines[c] = append(lines[c], line)
	}
	return lines, nil
}
