package insight

import (
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// Threshold is how many shoppers a figure must be of before it is told to
// anybody but their seller.
const Threshold = 5

// withholds tells whether small figures are kept from the caller: they are
// not where all brands asked for are its own.
func withholds(ctx context.Context, q *Query) bool {
	actor := auth.From(ctx)
	if !actor.HoldsEverywhere(auth.ReportRead) {
		return false // it reads its own brands alone
	}
	own := actor.BrandsWith(auth.ReportRead)
	for _, b := range q.Brands {
		if !slices.Contains(own, b) {
			return true
		}
	}
	return len(q.Brands) == 0
}

// Cohorts are shoppers by the month of their first order.
type Cohorts struct {
	Rows     []*Cohort
	Totals   CohortTotals
	TimeZone *time.Location
}

// CohortTotals sum the cohorts shown.
type CohortTotals struct {
	Shoppers, Orders int64
	// Withheld is how many cohorts are not shown, since they are small.
	Withheld int64
}

// Cohort is the shoppers whose first order was in a month.
type Cohort struct {
	Month    models.Date
	Shoppers int64
	// Orders of the months shown.
	Orders int64
	Months []*CohortMonth
}

// CohortMonth is what a cohort did so many months after its first. Shoppers
// and Orders are nil where few of them did anything: see Threshold.
type CohortMonth struct {
	MonthsAfter      int32
	Shoppers, Orders *int64
	of               int64
}

// Withheld tells that the figures are kept back.
func (m CohortMonth) Withheld() bool { return m.Shoppers == nil }

// Retention is the part of the cohort that ordered, nil where that is not told.
func (m CohortMonth) Retention() *decimal.Decimal {
	if m.Shoppers == nil {
		return nil
	}
	return ratio(*m.Shoppers, m.of)
}

type cohortCell struct {
	Month       time.Time
	MonthsAfter int32
	Shoppers    int64
	Orders      int64
}

// Cohorts tells who came back: of the shoppers whose first order was in a
// month of the time asked for, how many ordered in each month since. First is
// the first of the sales asked for, at whatever time. Orders of unknown buyers
// count nowhere.
func (s *Service) Cohorts(ctx context.Context, q Query) (*Cohorts, error) {
	if err := begin(ctx, &q); err != nil {
		return nil, err
	}
	all := &Cohorts{TimeZone: q.TimeZone, Rows: []*Cohort{}}
	var cells []*cohortCell
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		if err := ofAllSales(tx); err != nil {
			return err
		}
		cells, err = scan[cohortCell](tx, "the cohorts", s.cohorts(ctx, &q))
		return err
	})
	if err != nil {
		return nil, err
	}
	now := models.DateOf(s.now().In(q.TimeZone))
	rows := 0
	for _, c := range cells {
		if c.MonthsAfter == 0 {
			all.Rows = append(all.Rows, &Cohort{Month: models.DateOf(c.Month.UTC()), Shoppers: c.Shoppers})
			rows += monthsBetween(models.DateOf(c.Month.UTC()), now) + 1
		}
	}
	if err := fewEnough(rows); err != nil {
		return nil, err
	}
	all.fill(cells, now)
	if withholds(ctx, &q) {
		all.withhold()
	}
	for _, c := range all.Rows {
		all.Totals.Shoppers, all.Totals.Orders = all.Totals.Shoppers+c.Shoppers, all.Totals.Orders+c.Orders
	}
	return all, nil
}

// fill gives each cohort its months, those without an order as well.
func (a *Cohorts) fill(cells []*cohortCell, now models.Date) {
	for _, c := range a.Rows {
		next := func() bool { return len(cells) > 0 && models.DateOf(cells[0].Month.UTC()) == c.Month }
		for n := int32(0); int(n) <= monthsBetween(c.Month, now) || next(); n++ {
			m := &CohortMonth{MonthsAfter: n, of: c.Shoppers, Shoppers: new(int64), Orders: new(int64)}
			if next() && cells[0].MonthsAfter == n {
				*m.Shoppers, *m.Orders = cells[0].Shoppers, cells[0].Orders
				cells = cells[1:]
			}
			c.Months, c.Orders = append(c.Months, m), c.Orders+*m.Orders
		}
	}
}

// withhold takes out what is told of few shoppers. Nothing else is their sum:
// totals are of what is shown.
func (a *Cohorts) withhold() {
	all := len(a.Rows)
	a.Rows = slices.DeleteFunc(a.Rows, func(c *Cohort) bool { return c.Shoppers < Threshold })
	a.Totals.Withheld = int64(all - len(a.Rows))
	for _, c := range a.Rows {
		for _, m := range c.Months {
			if *m.Shoppers > 0 && *m.Shoppers < Threshold {
				c.Orders -= *m.Orders
				m.Shoppers, m.Orders = nil, nil
			}
		}
	}
}

func monthsBetween(a, b models.Date) int { return (b.Year-a.Year)*12 + int(b.Month) - int(a.Month) }

func (s *Service) cohorts(ctx context.Context, q *Query) database.SQL {
	var shown database.Conditions
	if q.From != nil {
		shown.Add("month >= date_trunc('month', ?::date)", q.From.String())
	}
	if q.To != nil {
		shown.Add("month <= ?::date", q.To.String())
	}
	return database.Text(`
with active as materialized (
  select `+person+` as person, date_trunc('month', f.event_at at time zone ?)::date as at, count(*) as orders
  from sales_facts f
  `+ofBuyer+`
  where f.opens_order and ? and (f.shopper_id is not null or o.buyer_reference is not null)
  group by 1, 2
), since as materialized (
  select person, min(at) as month
  from active
  group by 1
), cells as (
  select s.month, a.at, count(*) as shoppers, total(a.orders) as orders
  from since s
  join active a using (person)
  where ?
  group by 1, 2
)
select month, ((extract(year from at) - extract(year from month)) * 12 + extract(month from at) - extract(month from month))::int as months_after,
  shoppers, orders
from cells
order by 1, 2`, q.TimeZone.String(), s.scope(ctx, q, "f"), shown.All())
}

type cohortLine struct {
	*Cohort
	*CohortMonth
}

var cohortColumns = []column[cohortLine]{
	{table.Column{Name: "cohort", Title: "First order in", Kind: table.Date, Dimension: true}, func(r *cohortLine) any { return r.Month }},
	{table.Column{Name: "months_after", Title: "Months after", Kind: table.Integer, Dimension: true}, func(r *cohortLine) any { return int64(r.MonthsAfter) }},
	{table.Column{Name: "cohort_shoppers", Title: "Shoppers of the cohort", Kind: table.Integer}, func(r *cohortLine) any { return r.Cohort.Shoppers }},
	{table.Column{Name: "shoppers", Title: "Shoppers who ordered", Kind: table.Integer}, func(r *cohortLine) any { return optional(r.CohortMonth.Shoppers) }},
	{table.Column{Name: "orders", Title: "Orders", Kind: table.Integer}, func(r *cohortLine) any { return optional(r.CohortMonth.Orders) }},
	{table.Column{Name: "retention", Title: "Retention", Kind: table.Percent}, func(r *cohortLine) any { return optional(r.Retention()) }},
}

// CohortTable is Cohorts as a table, a row for each month of each cohort.
func (s *Service) CohortTable(ctx context.Context, q Query) (*table.Table, error) {
	return whole(ctx, "Cohorts", &q, cohortColumns, func() ([]*cohortLine, error) {
		all, err := s.Cohorts(ctx, q)
		if err != nil {
			return nil, err
		}
		var lines []*cohortLine
		for _, c := range all.Rows {
			for _, m := range c.Months {
				lines = append(lines, &cohortLine{c, m})
			}
		}
		return lines, nil
	})
}
