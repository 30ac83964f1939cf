package doorprice

import (
	"context"
	"errors"
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a question.
const (
	maxLines   = 100
	maxPieces  = 10_000
	maxGrams   = 1_000_000
	maxRegimes = 10
)

// Question asks what goods cost at the door, whoever sells them.
type Question struct {
	Country  string
	Currency money.Currency
	// On is today where it is nil.
	On *models.Date
	// Regimes are all of them where nil.
	Regimes                      []landedcost.Regime
	ShippedFrom                  string
	FreightMinor, InsuranceMinor int64
	Lines                        []landedcost.Line
}

func (q *Question) check() error {
	refused := func(field, message string) error {
		return &problem.BadInput{Argument: "input." + field, Message: message}
	}
	switch {
	case len(q.Lines) == 0 || len(q.Lines) > maxLines:
		return refused("lines", "give 1 to 100 lines")
	case len(q.Regimes) > maxRegimes:
		return refused("regimes", "give at most 10")
	}
	for i, l := range q.Lines {
		at := fmt.Sprintf("lines.%d.", i)
		switch {
		case l.Quantity < 1 || l.Quantity > maxPieces:
			return refused(at+"quantity", "must be 1 to 10,000")
		case l.WeightGrams < 0 || l.WeightGrams > maxGrams:
			return refused(at+"weightGrams", "must be 0 to 1,000,000")
		}
	}
	return nil
}

// Ask quotes goods in each regime side by side. It refuses senseless amounts,
// and those beyond 63 bits.
func (s *Service) Ask(ctx context.Context, q Question) ([]*landedcost.Record, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	if q.Regimes == nil {
		q.Regimes = landedcost.Regimes
	}
	db := s.db.WithContext(ctx)
	var terms *Terms
	var err error
	if q.On != nil {
		terms, err = s.TermsOn(db, q.Country, q.Currency, *q.On)
	} else {
		terms, err = s.Terms(db, q.Country, q.Currency, s.now())
	}
	if err != nil {
		return nil, err
	}
	quotes := make([]*landedcost.Record, len(q.Regimes))
	for i, regime := range q.Regimes {
		quotes[i], err = terms.Quote(&landedcost.Input{
			Regime: regime, ShippedFrom: q.ShippedFrom, FreightMinor: q.FreightMinor, InsuranceMinor: q.InsuranceMinor, Lines: q.Lines,
		})
		if err != nil {
			return nil, senseless(err)
		}
	}
	return quotes, nil
}

// senseless says what of a question cannot be.
func senseless(err error) error {
	var wrong *landedcost.InputError
	switch {
	case errors.Is(err, money.ErrOverflow):
		return &problem.BadInput{Argument: "input.lines", Message: "the total is too large"}
	case !errors.As(err, &wrong):
		return err
	case wrong.Line < 0:
		return &problem.BadInput{Argument: "input." + wrong.Field, Message: wrong.Message}
	}
	return &problem.BadInput{Argument: fmt.Sprintf("input.lines.%d.%s", wrong.Line, wrong.Field), Message: wrong.Message}
}
