package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// Movement is what became of a brand's balance of a currency.
type Movement struct {
	Kind     models.LedgerKind
	Currency string
	// GrossMinor is the brand's before the commission, CommissionMinor what was
	// kept of it, and ChangeMinor what the balance gained.
	GrossMinor, CommissionMinor, ChangeMinor int64
}

func (m Movement) money(minor int64) money.Money { return money.New(minor, money.Currency(m.Currency)) }

// Gross is the brand's before the commission; zero for payouts.
func (m Movement) Gross() money.Money { return m.money(m.GrossMinor) }

// Commission is what was kept of it, negative where it was given back.
func (m Movement) Commission() money.Money { return m.money(m.CommissionMinor) }

// Change is what the balance gained.
func (m Movement) Change() money.Money { return m.money(m.ChangeMinor) }

// StatementLine is a movement of the brand's balance.
type StatementLine struct {
	Movement

	ID         uuid.UUID
	RecordedAt time.Time
	// Number of the order, nil for payouts.
	Number *string
}

// OrderNumber is empty for payouts.
func (l StatementLine) OrderNumber() string {
	if l.Number == nil {
		return ""
	}
	return *l.Number
}

// StatementSum is all lines of a kind.
type StatementSum struct {
	Movement

	Count int64
}

// Pages of lines, by their names in the schema.
type (
	StatementLineConnection = paging.Connection[StatementLine]
	StatementLineEdge       = paging.Edge[StatementLine]
)

// movements are those of a brand's balances in a time.
const movements = `
select t.id, t.recorded_at, t.kind, o.number, e.currency, e.brands as change_minor, e.commission as commission_minor,
  case when t.order_id is null then 0 else e.brands + e.commission end as gross_minor
from ledger_transactions t
join lateral (
  select currency, coalesce(sum(amount_minor) filter (where account in ('BRAND_PENDING', 'BRAND_PAYABLE')), 0)::bigint as brands,
    coalesce(sum(amount_minor) filter (where account = 'COMMISSION'), 0)::bigint as commission
  from ledger_entries
  where brand_id = t.brand_id and transaction_id = t.id
  group by currency
) e on e.brands <> 0 or e.commission <> 0
left join orders o on o.brand_id = t.brand_id and o.id = t.order_id
where t.brand_id = ? and t.recorded_at >= ? and t.recorded_at < ?`

// sumsOf are the sums of a month's movements, by currency.
func sumsOf(tx *gorm.DB, brand uuid.UUID, month models.Date) (map[string][]*StatementSum, error) {
	from, to := span(month)
	var rows []*StatementSum
	err := tx.Raw(`
select currency, kind, count(*) as count, sum(gross_minor)::bigint as gross_minor, sum(commission_minor)::bigint as commission_minor,
  sum(change_minor)::bigint as change_minor
from (`+movements+`) m
group by currency, kind
order by currency, kind`, brand, from, to).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("sum the month's movements: %w", err)
	}
	sums := map[string][]*StatementSum{}
	for _, r := range rows {
		sums[r.Currency] = append(sums[r.Currency], r)
	}
	return sums, nil
}

// linesOf are the movements of a month, by currency, oldest first.
func linesOf(tx *gorm.DB, brand uuid.UUID, month models.Date) (map[string][]*StatementLine, error) {
	from, to := span(month)
	var rows []*StatementLine
	if err := tx.Raw(movements+" order by t.recorded_at, t.id", brand, from, to).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the month's movements: %w", err)
	}
	lines := map[string][]*StatementLine{}
	for _, r := range rows {
		lines[r.Currency] = append(lines[r.Currency], r)
	}
	return lines, nil
}

// LinesOf gives a page of a statement's lines, oldest first.
func (s *Service) LinesOf(ctx context.Context, of *Statement, args paging.Args) (*StatementLineConnection, error) {
	if err := auth.RequireFor(ctx, auth.BalanceRead, of.BrandID, "brandId"); err != nil {
		return nil, err
	}
	from, to := span(of.Month)
	query := s.db.WithContext(ctx).Table("(?) as lines", gorm.Expr(movements, of.BrandID, from, to)).Where("lines.currency = ?", of.Currency)
	return paging.Find(query, args, paging.Sort[StatementLine]{
		Name: "lines", Filter: []any{of.BrandID, of.Month.String(), of.Currency}, Columns: []paging.Column[StatementLine]{
			{Expr: "lines.recorded_at", Type: "timestamptz", Value: func(l *StatementLine) any { return l.RecordedAt }},
			{Expr: "lines.id", Type: "uuid", Value: func(l *StatementLine) any { return l.ID }},
		},
	})
}
