package programme

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// SmallestCell is how many businesses, and orders where there are any, a sum
// must be of to be told to who does not keep programmes.
const SmallestCell = 5

const (
	weeksMin, weeksMax, weeksDefault = 2, 104, 13
	// week is its days.
	week = 7
)

// Part of a progress that costs statements of its own.
type Part int

// Parts; those of Cells are read together.
const (
	Cells Part = 1 << iota
	Categories
	BaselinePart
	AllParts = Cells | Categories | BaselinePart
)

// Query asks for a progress; what is nil or 0 has its default.
type Query struct {
	Programme uuid.UUID
	AsOf      *models.Date
	Currency  *money.Currency
	RatesOn   *models.Date
	Weeks     *int32
	Parts     Part
}

// Progress is how far a programme is at the end of a day, in one snapshot.
type Progress struct {
	Programme *models.Programme
	AsOf      models.Date
	TimeZone  *time.Location
	Currency  money.Currency
	// Rates by currency, of those alone that were sold in.
	Rates []*fx.Rate
	// SmallestCell is 0 where all is told.
	SmallestCell        int32
	Measures            []*Measure
	BusinessesAttesting int64
	Baseline            *Baseline
	Regions             []*Cell
	CensusRegions       []*Cell
	Industries          []*Cell
	Categories          []*Cell
	Cohorts             []*Cohort

	// days are all from the first one to AsOf, none before it began.
	days  []day
	rates *exchange
	weeks int32
}

// Baseline is who was there before, and what they sold in the year before.
type Baseline struct {
	Businesses int64
	From, To   models.Date
	Sales      *money.Money
}

// day is what is reached at its end.
type day struct {
	date                            models.Date
	joined, closed, jobs, attesting int64
	salesMinor                      int64
}

// byDay are the sales of each day of the population's time.
func (p *population) byDay(columns ...string) rollup.Need {
	return rollup.Need{Columns: columns, Orders: !rollup.ByLine(columns), From: &p.from, To: &p.asOf, Period: "day"}
}

func (d *day) businesses() int64 { return d.joined - d.closed }

// Progress counts how far a programme is.
func (s *Service) Progress(ctx context.Context, q Query) (*Progress, error) {
	if err := auth.Require(ctx, auth.ProgrammeRead); err != nil {
		return nil, err
	}
	if q.Weeks != nil && (*q.Weeks < weeksMin || *q.Weeks > weeksMax) {
		return nil, &problem.BadInput{Argument: "weeks", Message: fmt.Sprintf("must be %d to %d", weeksMin, weeksMax)}
	}
	r := &Progress{weeks: weeksDefault, SmallestCell: SmallestCell}
	if q.Weeks != nil {
		r.weeks = *q.Weeks
	}
	if auth.From(ctx).HoldsEverywhere(auth.ProgrammeWrite) {
		r.SmallestCell = 0
	}
	ctx = database.AcrossBrands(ctx, database.ProgrammeReports)
	err := database.Snapshot(ctx, s.db, func(tx *gorm.DB) (err error) {
		if r.Programme, err = find(tx, q.Programme, ""); err != nil {
			return err
		}
		if err := r.begin(&q, s.now()); err != nil {
			return err
		}
		on := r.AsOf
		for _, day := range []*models.Date{q.RatesOn, r.Programme.RateDay()} {
			if day != nil {
				on = *day
				break
			}
		}
		sheet, err := fx.SheetTx(tx, on)
		if err != nil {
			return err
		}
		r.rates = &exchange{sheet: sheet, to: r.Currency, rates: map[money.Currency]*fx.Rate{}}
		return r.count(tx, q.Parts)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// begin finds the last day that is counted, and the currency.
func (r *Progress) begin(q *Query, now time.Time) (err error) {
	p := r.Programme
	if r.TimeZone, err = location(p); err != nil {
		return err
	}
	first, last := p.From().AddDays(-1), p.To()
	today := models.DateOf(now.In(r.TimeZone))
	if q.AsOf == nil {
		r.AsOf = today
		if r.AsOf.After(last) {
			r.AsOf = last
		}
		if first.After(r.AsOf) {
			r.AsOf = first
		}
	} else {
		r.AsOf = *q.AsOf
		switch {
		case first.After(r.AsOf) || r.AsOf.After(last):
			return &problem.BadInput{Argument: "asOf", Message: fmt.Sprintf("must be %s, the day before the programme begins, to %s, its last", first, last)}
		case r.AsOf.After(today) && r.AsOf != first:
			return &problem.BadInput{Argument: "asOf", Message: "must not lie in the future: today is " + today.String()}
		}
	}
	r.Currency = money.Currency(p.Currency)
	if q.Currency != nil {
		r.Currency = *q.Currency
	}
	return nil
}

func (r *Progress) count(tx *gorm.DB, parts Part) error {
	p := r.Programme
	of := &population{programme: p, zone: r.TimeZone, from: p.From(), asOf: r.AsOf}
	var err error
	if of.state, err = rollup.Read(tx); err != nil {
		return err
	}
	// Members are far more than the planner guesses from days in a time zone:
	// a nested loop would go over all sales once for each.
	if err := tx.Exec("set local enable_nestloop = off").Error; err != nil {
		return fmt.Errorf("prepare to count: %w", err)
	}
	if err := r.readDays(tx, of); err != nil {
		return err
	}
	if parts&Cells != 0 {
		if err := r.readCells(tx, of); err != nil {
			return err
		}
	}
	if parts&Categories != 0 {
		if err := r.readCategories(tx, of); err != nil {
			return err
		}
	}
	if parts&BaselinePart != 0 {
		if err := r.readBaseline(tx, of.state); err != nil {
			return err
		}
	}
	if err := r.measure(); err != nil {
		return err
	}
	r.Rates = r.rates.used()
	return nil
}

// readDays counts each day from the programme's first, and converts sales by
// what is reached at its end, so that the last day's is converted once.
func (r *Progress) readDays(tx *gorm.DB, of *population) error {
	if of.from.After(r.AsOf) {
		return nil
	}
	changes, err := read[dayRow](tx, of, "businesses and jobs", daily)
	if err != nil {
		return err
	}
	sales, err := sold[moneyRow](tx, of, "sales", dailySales, of.byDay("brand_id", "currency"))
	if err != nil {
		return err
	}
	carried := r.rates.carry()
	var at day
	for at.date = of.from; !at.date.After(r.AsOf); at.date = at.date.AddDays(1) {
		for ; len(changes) > 0 && models.DateOf(changes[0].Day) == at.date; changes = changes[1:] {
			c := &changes[0]
			at.joined, at.closed, at.jobs, at.attesting = at.joined+c.Joined, at.closed+c.Closed, at.jobs+c.Jobs, at.attesting+c.Attesting
		}
		for ; len(sales) > 0 && models.DateOf(sales[0].Day) == at.date; sales = sales[1:] {
			more, err := carried.add(sales[0].Currency, sales[0].Minor)
			if err != nil {
				return err
			}
			at.salesMinor += more
		}
		r.days = append(r.days, at)
	}
	r.BusinessesAttesting = at.attesting
	return nil
}

func (r *Progress) readBaseline(tx *gorm.DB, state rollup.State) error {
	first := r.Programme.From()
	b := &Baseline{From: models.DateOf(first.Time().AddDate(-1, 0, 0)), To: first.AddDays(-1)}
	of := &population{programme: r.Programme, zone: r.TimeZone, from: models.Date{Year: 1, Month: 1, Day: 1}, asOf: b.To, state: state}
	rows, err := sold[struct {
		Businesses, Minor, Orders int64
		Currency                  string
	}](tx, of, "the baseline", before, rollup.Need{Columns: []string{"brand_id", "currency"}, Orders: true, From: &b.From, To: &b.To})
	if err != nil {
		return err
	}
	carried := r.rates.carry()
	var minor, orders int64
	for _, row := range rows {
		if row.Currency == "" {
			b.Businesses = row.Businesses
			continue
		}
		more, err := carried.add(row.Currency, row.Minor)
		if err != nil {
			return err
		}
		minor, orders = minor+more, orders+row.Orders
	}
	if !r.small(b.Businesses, orders) {
		b.Sales = r.money(minor)
	}
	r.Baseline = b
	return nil
}

// small tells whether sums of so few must not be told; of none they are known.
func (r *Progress) small(businesses, orders int64) bool {
	least := int64(r.SmallestCell)
	return businesses > 0 && businesses < least || orders > 0 && orders < least
}

func (r *Progress) money(minor int64) *money.Money {
	m := money.New(minor, r.Currency)
	return &m
}

// exchange converts all currencies at the rates of one day.
type exchange struct {
	sheet *fx.Sheet
	to    money.Currency
	rates map[money.Currency]*fx.Rate
}

func (e *exchange) rate(from money.Currency) (*fx.Rate, error) {
	if rate, ok := e.rates[from]; ok {
		return rate, nil
	}
	rate, err := e.sheet.Rate(from, e.to)
	if err == nil {
		e.rates[from] = rate
	}
	return rate, err
}

func (e *exchange) convert(from money.Currency, minor int64) (int64, error) {
	rate, err := e.rate(from)
	if err != nil {
		return 0, err
	}
	m, err := rate.Convert(money.New(minor, from))
	if err != nil {
		return 0, &problem.BadInput{Argument: "currency", Message: "the sums are too large for it"}
	}
	return m.Minor, nil
}

// used are the rates that were needed, by currency.
func (e *exchange) used() []*fx.Rate {
	rates := make([]*fx.Rate, 0, len(e.rates))
	for _, r := range e.rates {
		rates = append(rates, r)
	}
	slices.SortFunc(rates, func(a, b *fx.Rate) int {
		if a.Base < b.Base {
			return -1
		}
		return 1
	})
	return rates
}

// carried converts rows so that they sum to what their sum converts to: each
// has the rounding of those before it.
type carried struct {
	by  *exchange
	sum map[money.Currency]struct{ native, converted int64 }
}

func (e *exchange) carry() *carried {
	return &carried{e, map[money.Currency]struct{ native, converted int64 }{}}
}

func (c *carried) add(currency string, minor int64) (int64, error) {
	from := money.Currency(currency)
	sum := c.sum[from]
	was := sum.converted
	sum.native += minor
	now, err := c.by.convert(from, sum.native)
	if err != nil {
		return 0, err
	}
	sum.converted = now
	c.sum[from] = sum
	return now - was, nil
}

// whole is a count as a decimal.
func whole(n int64) decimal.Decimal { return decimal.NewFromInt(n) }
