// Package fx tells what one currency is worth in another on a day, and from
// where that is known: from reference rates against the euro, crossed through
// it, from a rate that somebody gives, or from the average of a period.
//
// Arithmetic is decimal. A cross rate is a fraction of two published figures:
// Convert multiplies and divides by these and rounds once, half up, to the
// minor unit. Value is the fraction rounded half up to Scale decimals, for
// people and records.
package fx

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// Scale is how many decimals a rate is told with.
	Scale = 18
	// Back is how many days a rate is looked for before the day that is asked
	// for: banks are closed on weekends and holidays, at most five days in a row.
	Back = 7
)

// Kind says what a rate is.
type Kind string

// Kinds of rates.
const (
	OfDay   Kind = "DAY"
	Fixed   Kind = "FIXED"
	Average Kind = "AVERAGE"
)

// euro is what reference rates are of.
const euro money.Currency = "EUR"

var one = decimal.NewFromInt(1)

// Rate is what one unit of Base is in units of Quote.
type Rate struct {
	Base, Quote money.Currency
	Kind        Kind
	// Value has at most Scale decimals.
	Value decimal.Decimal
	// On is the day that was asked for, Date that of the figures: the same, or
	// an earlier one where there are none of the day itself. An average is of
	// the days from Date on and before On.
	On, Date models.Date
	Source   string
	// Days is how many days an average is of; 1 otherwise.
	Days int32

	// Value is of divided by per, rounded.
	of, per decimal.Decimal
}

func newRate(base, quote money.Currency, of, per decimal.Decimal) *Rate {
	return &Rate{Base: base, Quote: quote, Kind: OfDay, Value: of.DivRound(per, Scale), Days: 1, of: of, per: per}
}

// Given is a rate that somebody names, of a day.
func Given(base, quote money.Currency, value decimal.Decimal, on models.Date, source string) (*Rate, error) {
	if value.Sign() <= 0 || value.Exponent() < -Scale || value.NumDigits() > 36 {
		return nil, problem.New(problem.OutOfRange, fmt.Sprintf("a rate is more than 0, with at most %d decimals", Scale))
	}
	r := newRate(base, quote, value, one)
	r.Kind, r.On, r.Date, r.Source = Fixed, on, on, source
	return r, nil
}

// Convert gives an amount of Base in Quote, rounded half up once to its minor unit.
func (r *Rate) Convert(m money.Money) (money.Money, error) {
	if m.Currency != r.Base {
		return money.Money{}, money.ErrCurrencyMismatch
	}
	return money.RoundHalfUp(m.Decimal().Mul(r.of).DivRound(r.per, r.Quote.Digits()), r.Quote)
}

// Fraction is the rate exactly: of divided by per.
func (r *Rate) Fraction() (of, per decimal.Decimal) { return r.of, r.per }

// Sheet holds the figures of a day and of those before it on which a rate may
// fall back. It does not change.
type Sheet struct {
	on models.Date
	// days are the newest first.
	days []day
}

type day struct {
	date models.Date
	of   map[money.Currency]figure
}

// figure is what one euro was.
type figure struct {
	rate   decimal.Decimal
	source string
}

func (d *day) figure(c money.Currency) (figure, bool) {
	if c == euro {
		return figure{rate: one}, true
	}
	f, ok := d.of[c]
	return f, ok
}

func newSheet(on models.Date, rows []models.ExchangeRate) *Sheet {
	return &Sheet{on: on, days: daysOf(rows)}
}

// daysOf groups figures, which come by day.
func daysOf(rows []models.ExchangeRate) []day {
	var days []day
	for _, r := range rows {
		date := models.DateOf(r.Day)
		if len(days) == 0 || days[len(days)-1].date != date {
			days = append(days, day{date, map[money.Currency]figure{}})
		}
		days[len(days)-1].of[money.Currency(r.Currency)] = figure{r.Rate, r.Source}
	}
	return days
}

// Rate gives that of the latest day on which both currencies have one; without
// any it refuses with RATE_UNKNOWN.
func (s *Sheet) Rate(base, quote money.Currency) (*Rate, error) {
	if base == quote {
		r := newRate(base, quote, one, one)
		r.On, r.Date, r.Source = s.on, s.on, "the same currency"
		return r, nil
	}
	for _, d := range s.days {
		if r := d.cross(base, quote); r != nil {
			r.On = s.on
			return r, nil
		}
	}
	return nil, problem.New(problem.RateUnknown,
		fmt.Sprintf("no rate of %s in %s is known for %s or the %d days before it", base, quote, s.on, Back))
}

// both figures are there, or none of their rates can be told.
func (d *day) both(base, quote money.Currency) (from, to figure, ok bool) {
	from, ok = d.figure(base)
	to, also := d.figure(quote)
	return from, to, ok && also
}

// cross is nil where a currency has no figure.
func (d *day) cross(base, quote money.Currency) *Rate {
	from, to, ok := d.both(base, quote)
	if !ok {
		return nil
	}
	r := newRate(base, quote, to.rate, from.rate)
	r.Date, r.Source = d.date, sources(from.source, to.source)
	return r
}

func sources(a, b string) string {
	if a == b || b == "" {
		return a
	}
	return strings.TrimPrefix(a+"; "+b, "; ")
}

// averageDigits are the decimals with which the rates of days are added up.
const averageDigits = 30

// average is the mean of the cross rates of all days that have one.
func average(base, quote money.Currency, days []day) (*Rate, error) {
	sum, n := decimal.Zero, int32(0)
	var first, last models.Date
	var source string
	for _, d := range days {
		from, to, ok := d.both(base, quote)
		if !ok {
			continue
		}
		if n == 0 {
			last, source = d.date, sources(from.source, to.source)
		}
		first, n = d.date, n+1
		sum = sum.Add(to.rate.DivRound(from.rate, averageDigits))
	}
	if n == 0 {
		return nil, problem.New(problem.RateUnknown, fmt.Sprintf("no rate of %s in %s is known for any day of the period", base, quote))
	}
	a := newRate(base, quote, sum.DivRound(decimal.NewFromInt32(n), Scale), one)
	a.Kind, a.Days, a.Date, a.On, a.Source = Average, n, first, last, source
	return a, nil
}
