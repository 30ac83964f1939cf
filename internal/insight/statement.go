package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Statements is what the brands' monthly statements add up to.
type Statements struct {
	Rows     []*StatementRow
	Totals   []*StatementTotals
	PageInfo paging.PageInfo
	// TotalCount is how many rows there are on all pages.
	TotalCount int
}

// StatementRow is the statements of a month of UTC in a currency: those of a
// brand where brands are told apart, else of all that were asked for.
type StatementRow struct {
	StatementFigures

	Cursor    string
	At        time.Time
	BrandID   uuid.UUID
	BrandName string
	Count     int64
}

// Month is its first day.
func (r StatementRow) Month() models.Date { return models.DateOf(r.At.UTC()) }

// Brand is the brand's id, nil where brands are not told apart.
func (r StatementRow) Brand() *string {
	if r.BrandID == uuid.Nil {
		return nil
	}
	return new(globalid.Encode(globalid.Brand, r.BrandID))
}

// Name is the brand's, nil where brands are not told apart.
func (r StatementRow) Name() *string { return models.Optional(r.BrandName) }

// StatementTotals sum all months of a currency: Opening is that of the first,
// Closing and Payable those of the last.
type StatementTotals struct{ StatementFigures }

// StatementFigures are those of package ledger's statements.
type StatementFigures struct {
	Currency                                                              string
	OpeningMinor, SoldMinor, RefundedMinor, CommissionMinor, PaidOutMinor int64
	OtherMinor, ClosingMinor, PayableMinor                                int64
}

func (f StatementFigures) money(minor int64) money.Money {
	return money.New(minor, money.Currency(f.Currency))
}

// Opening is pending and payable together, when the time began.
func (f StatementFigures) Opening() money.Money { return f.money(f.OpeningMinor) }

// Sold is goods less discounts, and carriage.
func (f StatementFigures) Sold() money.Money { return f.money(f.SoldMinor) }

// Refunded is what of it was given back.
func (f StatementFigures) Refunded() money.Money { return f.money(f.RefundedMinor) }

// Commission is what was kept, less what was given back.
func (f StatementFigures) Commission() money.Money { return f.money(f.CommissionMinor) }

// PaidOut is what was sent, less what came back.
func (f StatementFigures) PaidOut() money.Money { return f.money(f.PaidOutMinor) }

// Other is what else the balances gained, such as disputes.
func (f StatementFigures) Other() money.Money { return f.money(f.OtherMinor) }

// Closing is pending and payable together, when the time ended.
func (f StatementFigures) Closing() money.Money { return f.money(f.ClosingMinor) }

// Payable is what of the closing balance may be sent.
func (f StatementFigures) Payable() money.Money { return f.money(f.PayableMinor) }

const maxMonths = 240

// months of a query: the last twelve where it says nothing.
func (s *Service) months(q *Query) (first, last models.Date, err error) {
	last = models.DateOf(s.now().UTC())
	if q.To != nil {
		last = *q.To
	}
	last.Day = 1
	first = models.DateOf(last.Time().AddDate(0, -11, 0))
	if q.From != nil {
		first = *q.From
	}
	first.Day = 1
	n := monthsBetween(first, last) + 1
	if n < 1 {
		return first, last, &problem.BadInput{Argument: "where.from", Message: "must not lie after the last month"}
	}
	if n > maxMonths {
		err = &problem.BadInput{Argument: "where.from", Message: fmt.Sprintf("would make %d months, %d are the most: ask for a shorter time", n, maxMonths)}
	}
	return first, last, err
}

// Statements adds up the statements of months.
func (s *Service) Statements(ctx context.Context, q Query) (*Statements, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	first, last, err := s.months(&q)
	if err != nil {
		return nil, err
	}
	t := &Statements{Rows: []*StatementRow{}, Totals: []*StatementTotals{}}
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		order := statementOrder(&q, first, last)
		lines, err := once[statementLine](tx, "the statements", s.statements(ctx, &q, first, last), database.Text(`
select cast(null as uuid) as brand_id, '' as brand_name, ?::date as at, currency, count(*) as count,
  coalesce(sum(opening_minor) filter (where at = ?::date), 0)::bigint as opening_minor, sum(sold_minor)::bigint as sold_minor,
  sum(refunded_minor)::bigint as refunded_minor, sum(commission_minor)::bigint as commission_minor, sum(paid_out_minor)::bigint as paid_out_minor,
  sum(other_minor)::bigint as other_minor, coalesce(sum(closing_minor) filter (where at = ?::date), 0)::bigint as closing_minor,
  coalesce(sum(payable_minor) filter (where at = ?::date), 0)::bigint as payable_minor
from g
group by currency`, first.String(), first.String(), last.String(), last.String()), q.Page, order.Narrow)
		if err != nil {
			return err
		}
		var rows []*StatementRow
		for _, l := range lines {
			if l.Seq > 0 {
				rows = append(rows, &l.StatementRow)
				continue
			}
			t.Totals, t.TotalCount = append(t.Totals, &StatementTotals{l.StatementFigures}), t.TotalCount+int(l.Count)
		}
		slices.SortFunc(t.Totals, func(a, b *StatementTotals) int { return strings.Compare(a.Currency, b.Currency) })
		page, err := order.Page(rows, q.Page, nil)
		if err != nil {
			return err
		}
		t.PageInfo = page.PageInfo
		for _, e := range page.Edges {
			e.Node.Cursor = e.Cursor
			t.Rows = append(t.Rows, e.Node)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// statementLine is a row of the page, or with 0 as its place the sums of a currency.
type statementLine struct {
	StatementRow

	Seq int
}

func statementOrder(q *Query, first, last models.Date) paging.Sort[StatementRow] {
	return paging.Sort[StatementRow]{
		Name: "statements", Filter: []any{q.Brands, q.Currencies, q.ByBrand, first.String(), last.String()}, Desc: q.Reverse,
		Columns: []paging.Column[StatementRow]{
			{Expr: "g.at::text", Type: "text", Value: func(r *StatementRow) any { return r.Month().String() }},
			{Expr: "g.brand_name", Type: "text", Value: func(r *StatementRow) any { return r.BrandName }},
			{Expr: "g.brand_id", Type: "uuid", Value: func(r *StatementRow) any { return r.BrandID }},
			{Expr: `g.currency collate "C"`, Type: "text", Value: func(r *StatementRow) any { return r.Currency }},
		},
	}
}

// statements adds up entries month by month upon what there was before, as
// package ledger does for the statement of one brand. Entries are of the time
// of their transaction.
func (s *Service) statements(ctx context.Context, q *Query, first, last models.Date) database.SQL {
	brand, name := "'00000000-0000-0000-0000-000000000000'::uuid", "''"
	if q.ByBrand {
		brand, name = "x.brand_id", "(select b.name from brands b where b.id = x.brand_id)"
	}
	from, until := first.Time(), last.Time().AddDate(0, 1, 0)
	brands := &Query{Brands: q.Brands}
	return database.Text(`
with before as (
  select b.brand_id, x.currency, total(x.minor) as opened, total(x.minor) filter (where x.account = 'BRAND_PAYABLE') as payable
  from (select id as brand_id from brands) b
  left join lateral (select max(c.until) as until from ledger_closings c where c.brand_id = b.brand_id and c.until <= ?) closed on true
  cross join lateral (
    select k.account, k.currency, k.balance_minor as minor
    from ledger_closings k
    where k.brand_id = b.brand_id and k.until = closed.until and ?
    union all
    select e.account, e.currency, e.amount_minor
    from ledger_entries e
    where e.brand_id = b.brand_id and e.recorded_at >= coalesce(closed.until, '-infinity') and e.recorded_at < ? and ?
  ) x
  where ? and x.account in ('BRAND_PENDING', 'BRAND_PAYABLE')
  group by 1, 2
), days as (
  select brand_id, currency, ?::date as at, opened, payable, 0 as change, 0 as sold, 0 as refunded, 0 as commission, 0 as paid
  from before
  union all
  select e.brand_id, e.currency, date_trunc('month', e.recorded_at at time zone 'UTC')::date, 0,
    total(e.amount_minor) filter (where e.account = 'BRAND_PAYABLE'), total(e.amount_minor) filter (where e.account <> 'COMMISSION'),
    total(e.amount_minor) filter (where t.kind = 'SALE' and t.order_id is not null),
    -total(e.amount_minor) filter (where t.kind = 'REFUND' and t.order_id is not null),
    total(e.amount_minor) filter (where e.account = 'COMMISSION'),
    -total(e.amount_minor) filter (where t.kind in ('PAYOUT', 'PAYOUT_RETURN') and e.account <> 'COMMISSION')
  from ledger_entries e
  join ledger_transactions t on t.brand_id = e.brand_id and t.id = e.transaction_id
  where e.recorded_at >= ? and e.recorded_at < ? and t.recorded_at >= ? and t.recorded_at < ?
    and e.account in ('BRAND_PENDING', 'BRAND_PAYABLE', 'COMMISSION') and ? and ?
  group by 1, 2, 3
), monthly as (
  select k.brand_id, k.currency, m.at::date as at, coalesce(sum(d.opened), 0) as opened, coalesce(sum(d.payable), 0) as payable,
    coalesce(sum(d.change), 0) as change, coalesce(sum(d.sold), 0) as sold, coalesce(sum(d.refunded), 0) as refunded,
    coalesce(sum(d.commission), 0) as commission, coalesce(sum(d.paid), 0) as paid, count(d.at) as seen
  from (select distinct brand_id, currency from days) k
  cross join generate_series(?::date, ?::date, interval '1 month') m (at)
  left join days d on d.brand_id = k.brand_id and d.currency = k.currency and d.at = m.at::date
  group by 1, 2, 3
), running as (
  select monthly.*, sum(opened + change) over w as closing, sum(payable) over w as payable_then, sum(seen) over w > 0 as told
  from monthly
  window w as (partition by brand_id, currency order by at)
)
select `+brand+` as brand_id, coalesce(`+name+`, '') as brand_name, x.at, x.currency, count(*) as count,
  sum(x.closing - x.change)::bigint as opening_minor, sum(x.sold)::bigint as sold_minor, sum(x.refunded)::bigint as refunded_minor,
  sum(x.commission)::bigint as commission_minor, sum(x.paid)::bigint as paid_out_minor,
  sum(x.change - x.sold + x.refunded + x.commission + x.paid)::bigint as other_minor,
  sum(x.closing)::bigint as closing_minor, sum(x.payable_then)::bigint as payable_minor
from running x
where x.told
group by 1, 2, 3, 4`,
		from, q.currency("k.currency"), from, q.currency("e.currency"), s.scope(ctx, brands, "b"), first.String(),
		from, until, from, until, s.scope(ctx, brands, "e"), q.currency("e.currency"), first.String(), last.String())
}

var statementColumns = []column[StatementRow]{
	{table.Column{Name: "month", Title: "Month", Kind: table.Date, Dimension: true}, func(r *StatementRow) any { return r.Month() }},
	{table.Column{Name: "brand", Title: "Brand", Kind: table.Text, Dimension: true}, func(r *StatementRow) any { return optional(r.Name()) }},
	{table.Column{Name: "brand_id", Title: "Brand id", Kind: table.Text}, func(r *StatementRow) any { return optional(r.Brand()) }},
	{table.Column{Name: "currency", Title: "Currency", Kind: table.Text}, func(r *StatementRow) any { return r.Currency }},
	{table.Column{Name: "statements", Title: "Statements", Kind: table.Integer, Sums: true}, func(r *StatementRow) any { return r.Count }},
	{table.Column{Name: "opening", Title: "Opening", Kind: table.Money, Currency: "currency"}, func(r *StatementRow) any { return r.Opening() }},
	{table.Column{Name: "sold", Title: "Sold", Kind: table.Money, Currency: "currency", Sums: true}, func(r *StatementRow) any { return r.Sold() }},
	{table.Column{Name: "refunded", Title: "Refunded", Kind: table.Money, Currency: "currency", Sums: true}, func(r *StatementRow) any { return r.Refunded() }},
	{table.Column{Name: "commission", Title: "Commission", Kind: table.Money, Currency: "currency", Sums: true}, func(r *StatementRow) any { return r.Commission() }},
	{table.Column{Name: "paid_out", Title: "Paid out", Kind: table.Money, Currency: "currency", Sums: true}, func(r *StatementRow) any { return r.PaidOut() }},
	{table.Column{Name: "other", Title: "Other", Kind: table.Money, Currency: "currency", Sums: true}, func(r *StatementRow) any { return r.Other() }},
	{table.Column{Name: "closing", Title: "Closing", Kind: table.Money, Currency: "currency"}, func(r *StatementRow) any { return r.Closing() }},
	{table.Column{Name: "payable", Title: "Payable", Kind: table.Money, Currency: "currency"}, func(r *StatementRow) any { return r.Payable() }},
}

// StatementTable is Statements with the rows of all pages.
func (s *Service) StatementTable(ctx context.Context, q Query) (*table.Table, error) {
	t, err := heading(ctx, "Statements", &q, statementColumns)
	if err != nil {
		return nil, err
	}
	first, last, err := s.months(&q)
	if err != nil {
		return nil, err
	}
	t.About[0] = table.Note{Name: "Months", Text: fmt.Sprintf("%.7s to %.7s, UTC", first.String(), last.String())}
	direction := ""
	if q.Reverse {
		direction = " desc"
	}
	order := "g.at" + direction + ", g.brand_name" + direction + ", g.brand_id" + direction + `, g.currency collate "C"` + direction
	t.Rows = stream(ctx, s, database.Text("select g.* from (?) g order by "+order, s.statements(ctx, &q, first, last)), statementColumns,
		func(r *StatementRow) *StatementRow { return r })
	return t, nil
}
