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
	BrandID   uuid.UUID
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
	// Sums are its lines by kind.
	Sums []*StatementSum
	// Lines are filled by WholeStatements alone; a month may have very many.
	Lines []*StatementLine
}

// Statements of a brand for the month of a day, one for each currency of which
// there is a balance or a movement, without their lines. The caller must hold
// BALANCE_READ for it.
func (s *Service) Statements(ctx context.Context, brand uuid.UUID, day models.Date) ([]*Statement, error) {
	return s.statements(ctx, brand, day, false)
}

// WholeStatements are Statements with all their lines.
func (s *Service) WholeStatements(ctx context.Context, brand uuid.UUID, day models.Date) ([]*Statement, error) {
	return s.statements(ctx, brand, day, true)
}

func (s *Service) statements(ctx context.Context, brand uuid.UUID, day models.Date, whole bool) (all []*Statement, err error) {
	if err := auth.RequireFor(ctx, auth.BalanceRead, brand, "brandId"); err != nil {
		return nil, err
	}
	month := models.Date{Year: day.Year, Month: day.Month, Day: 1}
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if all, err = statements(tx, brand, month); err != nil || !whole {
			return err
		}
		lines, err := linesOf(tx, brand, month)
		for _, one := range all {
			one.Lines = lines[string(one.Currency)]
		}
		return err
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return all, err
}

// span is the month of its first day.
func span(month models.Date) (from, to time.Time) {
	from = time.Date(month.Year, month.Month, 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(0, 1, 0)
}

func statements(tx *gorm.DB, brand uuid.UUID, month models.Date) ([]*Statement, error) {
	from, to := span(month)
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
	sums, err := sumsOf(tx, brand, month)
	if err != nil {
		return nil, err
	}
	all := []*Statement{}
	for _, c := range closing {
		one := &Statement{BrandID: brand, BrandName: name, Month: month, Currency: money.Currency(c.Currency), Sums: sums[c.Currency]}
		one.Opening = money.New(0, one.Currency)
		for _, o := range opening {
			if o.Currency == c.Currency {
				one.Opening, err = o.Pending().Add(o.Payable())
			}
		}
		if err != nil {
			return nil, err
		}
		if err := one.add(); err != nil {
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

// add sums the movements up to what the month ended with.
func (s *Statement) add() (err error) {
	zero := money.New(0, s.Currency)
	s.Closing, s.Sold, s.Refunded, s.Commission, s.PaidOut = s.Opening, zero, zero, zero, zero
	plus := func(to *money.Money, amount money.Money) {
		if err == nil {
			*to, err = to.Add(amount)
		}
	}
	for _, l := range s.Sums {
		plus(&s.Closing, l.Change())
		plus(&s.Commission, l.Commission())
		switch l.Kind {
		case models.LedgerSale:
			plus(&s.Sold, l.Gross())
		case models.LedgerRefund:
			plus(&s.Refunded, money.New(-l.GrossMinor, s.Currency))
		case models.LedgerPayout, models.LedgerPayoutReturn:
			plus(&s.PaidOut, money.New(-l.ChangeMinor, s.Currency))
		case models.LedgerPayment, models.LedgerRefundPaid, models.LedgerRefundFailed, models.LedgerRelease, models.LedgerGatewayFee,
			models.LedgerDispute, models.LedgerDisputeWon, models.LedgerDisputeFee, models.LedgerDisputeLoss:
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
