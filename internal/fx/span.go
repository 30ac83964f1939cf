package fx

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Span holds the figures of some currencies over many days, for those who need
// the rate of each. It does not change.
type Span struct {
	// days are the newest first.
	days []day
}

// SpanTx reads the figures with which a rate of any day from one to another,
// both included, can be told, as a transaction sees them.
func SpanTx(tx *gorm.DB, from, to models.Date, currencies ...money.Currency) (*Span, error) {
	rows, err := figures(tx, currencies, from.AddDays(-Back), to.AddDays(1))
	if err != nil {
		return nil, err
	}
	return &Span{daysOf(rows)}, nil
}

// Rate is Service.Rate.
func (s *Span) Rate(base, quote money.Currency, on models.Date) (*Rate, error) {
	first, last := s.since(on), s.since(on.AddDays(-Back-1))
	return (&Sheet{on, s.days[first:last]}).Rate(base, quote)
}

// Average is Service.Average, of a period of any length.
func (s *Span) Average(base, quote money.Currency, from, before models.Date) (*Rate, error) {
	if base == quote {
		return Given(base, quote, one, before, "the same currency")
	}
	r, err := average(base, quote, s.days[s.since(before.AddDays(-1)):s.since(from.AddDays(-1))])
	if err != nil {
		return nil, problem.New(problem.RateUnknown,
			fmt.Sprintf("no rate of %s in %s is known for any day from %s and before %s", base, quote, from, before))
	}
	r.On = before
	return r, nil
}

// since is the place of the newest day that is not after another.
func (s *Span) since(on models.Date) int {
	n, _ := slices.BinarySearchFunc(s.days, on, func(d day, on models.Date) int { return on.Time().Compare(d.date.Time()) })
	return n
}
