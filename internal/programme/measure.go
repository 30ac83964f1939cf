package programme

import (
	"math"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Kind is what a programme is measured by.
type Kind string

// Kinds of measures.
const (
	Businesses   Kind = "BUSINESSES"
	JobsAttested Kind = "JOBS_ATTESTED"
	JobsAssumed  Kind = "JOBS_ASSUMED"
	Sales        Kind = "SALES"
)

// Method says how a projection is made.
type Method string

// LinearTrailingWeeks: the mean of the whole weeks of a trailing window goes on
// to the end. The interval is Student's t for the sum of weeks to come, from
// how much the weeks of the window differ and how many they are.
const LinearTrailingWeeks Method = "LINEAR_TRAILING_WEEKS"

// Measure is how something stands to its goal: sales in major units, all else whole.
type Measure struct {
	Kind                         Kind
	Goal, Value, Share, Planned  *decimal.Decimal
	RequiredPerDay, ActualPerDay *decimal.Decimal
	Projection                   *Projection
	Milestones                   []*Milestone
}

// Projection is what the last day will have brought at the pace of the last weeks.
type Projection struct {
	Method           Method
	Weeks            int32
	On               models.Date
	Value, Low, High decimal.Decimal
	Confidence       decimal.Decimal
}

// Milestone is a part of a goal.
type Milestone struct {
	Percent     int32
	Target      decimal.Decimal
	PlannedOn   models.Date
	ReachedOn   *models.Date
	ProjectedOn *models.Date
}

var percents = []int32{10, 25, 50, 75, 100}

const (
	// shareDigits are the decimals of a share, rateDigits those of a day's count.
	shareDigits, rateDigits = 6, 4
	// farthest is how many days a milestone is looked for: about 100 years.
	farthest = 36_525
)

// confidence of intervals, and its quantile of the normal distribution.
var confidence = decimal.New(95, -2)

const quantile = 1.959964

// line is a measure in the smallest whole units: minor units, businesses, jobs.
type line struct {
	kind Kind
	goal *int64
	// digits are the decimals of a unit that people read.
	digits int32
	at     func(*day) int64
	// told is false where too few would be told of.
	told bool
}

func (r *Progress) measure() error {
	p := r.Programme
	goal, err := r.salesGoal()
	if err != nil {
		return err
	}
	told := !r.small(r.last().joined, 0)
	for _, l := range []line{
		{Businesses, p.BusinessGoal, 0, (*day).businesses, true},
		{JobsAttested, p.JobGoal, 0, func(d *day) int64 { return d.jobs }, told},
		{JobsAssumed, p.JobGoal, 0, r.assumed, true},
		{Sales, goal, r.Currency.Digits(), func(d *day) int64 { return d.salesMinor }, told},
	} {
		r.Measures = append(r.Measures, r.stand(&l))
	}
	return nil
}

// salesGoal is in the currency asked for.
func (r *Progress) salesGoal() (*int64, error) {
	goal := r.Programme.SalesGoalMinor
	if goal == nil || r.Programme.Currency == string(r.Currency) {
		return goal, nil
	}
	minor, err := r.rates.convert(money.Currency(r.Programme.Currency), *goal)
	return &minor, err
}

func (r *Progress) assumed(d *day) int64 { return d.businesses() * int64(r.Programme.JobsPerBusiness) }

// last is what is reached, zero before the first day.
func (r *Progress) last() *day {
	if len(r.days) == 0 {
		return &day{}
	}
	return &r.days[len(r.days)-1]
}

// horizon is the programme's days, and left those after AsOf.
func (r *Progress) horizon() (all, left int64) {
	return days(r.Programme.From(), r.Programme.To()) + 1, days(r.AsOf, r.Programme.To())
}

func days(from, to models.Date) int64 { return int64(to.Time().Sub(from.Time()).Hours() / 24) }

func (r *Progress) stand(l *line) *Measure {
	m := &Measure{Kind: l.kind}
	value := l.at(r.last())
	all, left := r.horizon()
	if l.told {
		m.Value = l.shown(value)
	}
	if l.goal != nil {
		m.Goal = l.shown(*l.goal)
		m.Planned = l.shown(part(*l.goal, int64(len(r.days)), all))
	}
	if l.told && l.goal != nil {
		m.Share = new(whole(value).DivRound(whole(*l.goal), shareDigits))
		if left > 0 {
			m.RequiredPerDay = l.each(max(0, *l.goal-value), left)
		}
	}
	window := min(int64(r.weeks)*week, int64(len(r.days)))
	var gained int64
	if l.told && window > 0 {
		gained = value - l.before(r.days, window)
		m.ActualPerDay = l.each(gained, window)
		m.Projection = r.project(l, value, left)
	}
	m.Milestones = r.milestones(l, value, gained, window)
	return m
}

// before is what was reached so many days before the last.
func (l *line) before(all []day, ago int64) int64 {
	if at := int64(len(all)) - 1 - ago; at >= 0 {
		return l.at(&all[at])
	}
	return 0
}

// shown is a number of units as people read it.
func (l *line) shown(units int64) *decimal.Decimal { return new(decimal.New(units, -l.digits)) }

// each is what one of n has: amounts rounded half up to the minor unit, counts to 4 decimals.
func (l *line) each(units, n int64) *decimal.Decimal {
	digits := int32(rateDigits)
	if l.kind == Sales {
		digits = l.digits
	}
	return new(decimal.New(units, -l.digits).DivRound(whole(n), digits))
}

// part is a share of a number, rounded up.
func part(n, of, all int64) int64 {
	return whole(n).Mul(whole(of)).DivRound(whole(all), 9).Ceil().IntPart()
}

func (r *Progress) project(l *line, value, left int64) *Projection {
	weeks := min(int64(r.weeks), int64(len(r.days))/week)
	if weeks < weeksMin || left <= 0 {
		return nil
	}
	gains := make([]float64, weeks)
	for i := range gains {
		gains[i] = float64(l.before(r.days, int64(i)*week) - l.before(r.days, int64(i+1)*week))
	}
	gained := value - l.before(r.days, weeks*week)
	more := whole(gained).Mul(whole(left)).DivRound(whole(weeks*week), 0)
	half := halfWidth(gains, float64(left)/week)
	expected := whole(value).Add(more)
	low := decimal.Max(decimal.Zero, expected.Sub(half))
	return &Projection{
		Method: LinearTrailingWeeks, Weeks: int32(weeks), On: r.Programme.To(), Confidence: confidence,
		Value: expected.Shift(-l.digits), Low: low.Shift(-l.digits), High: expected.Add(half).Shift(-l.digits),
	}
}

// halfWidth of the interval in which the sum of so many weeks to come lies,
// rounded up. It is a statistic, hence no exact arithmetic.
func halfWidth(gains []float64, ahead float64) decimal.Decimal {
	n := float64(len(gains))
	var mean, squares float64
	for _, g := range gains {
		mean += g / n
	}
	for _, g := range gains {
		squares += (g - mean) * (g - mean)
	}
	// The weeks to come differ as those of the window do, and the mean of these
	// is itself known from so many only.
	deviation := math.Sqrt(squares / (n - 1) * (ahead + ahead*ahead/n))
	return decimal.NewFromFloat(student(n-1) * deviation).Ceil()
}

// student is the quantile of Student's t of so many degrees of freedom.
func student(degrees float64) float64 {
	switch degrees { // of which the series below is not good enough
	case 1:
		return 12.7062
	case 2:
		return 4.30265
	case 3:
		return 3.18245
	}
	const (
		z     = quantile
		cube  = z * z * z
		fifth = cube * z * z
		n     = 4
	)
	return z + (cube+z)/(n*degrees) + (5*fifth+16*cube+3*z)/(6*n*n*degrees*degrees) +
		(3*fifth*z*z+19*fifth+17*cube-15*z)/(6*n*n*n*degrees*degrees*degrees)
}

func (r *Progress) milestones(l *line, value, gained, window int64) []*Milestone {
	list := []*Milestone{}
	if l.goal == nil {
		return list
	}
	all, _ := r.horizon()
	for _, percent := range percents {
		target := part(*l.goal, int64(percent), 100)
		m := &Milestone{
			Percent: percent, Target: *l.shown(target),
			PlannedOn: r.Programme.From().AddDays(int(part(all, int64(percent), 100)) - 1),
		}
		if l.told {
			m.ReachedOn = r.reached(l, target)
		}
		if l.told && m.ReachedOn == nil && gained > 0 {
			if ahead := whole(target-value).Mul(whole(window)).DivRound(whole(gained), 9).Ceil(); ahead.LessThanOrEqual(whole(farthest)) {
				m.ProjectedOn = new(r.AsOf.AddDays(int(ahead.IntPart())))
			}
		}
		list = append(list, m)
	}
	return list
}

// reached is the first day at whose end there was so much.
func (r *Progress) reached(l *line, target int64) *models.Date {
	for i := range r.days {
		if l.at(&r.days[i]) >= target && (l.kind == Businesses || l.kind == JobsAssumed || !r.small(r.days[i].joined, 0)) {
			return &r.days[i].date
		}
	}
	return nil
}
