package landedcost

import (
	"fmt"
	"maps"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// Input is an order, or what may become one.
type Input struct {
	Regime Regime
	// Currency of all amounts.
	Currency money.Currency
	// Exchange turns them into the currency of the rules. It is not needed
	// where both are the same.
	Exchange Exchange
	// ShippedFrom is the country that sends, empty where it is not known.
	ShippedFrom string
	// FreightMinor and InsuranceMinor are of the order as a whole. They are
	// spread over lines by weight, or by pieces where a weight is not known: so
	// that a dearer line never makes the others cheaper.
	FreightMinor   int64
	InsuranceMinor int64
	// AllowanceMinor is what the person may still buy this year, in the currency
	// of the rules; nil where nobody knows who buys: then all of it.
	AllowanceMinor *int64
	// GramsLeft is what the person may still buy this year of goods whose weight
	// is bounded, by their code of the positive list: of those that are not
	// there all that the rules allow.
	GramsLeft map[string]int64
	Lines     []Line
}

// Left is what a person may still buy this year, as an input asks for it; all
// of it where it is nil.
type Left struct {
	// Minor is in the currency of the rules, nil where nothing bounds it.
	Minor *int64
	Grams map[string]int64
}

// Give tells an input what is left.
func (l *Left) Give(in *Input) {
	if l == nil {
		return
	}
	in.GramsLeft = maps.Clone(l.Grams)
	if l.Minor != nil {
		in.AllowanceMinor = new(*l.Minor)
	}
}

// Without is what an order leaves of it.
func (l *Left) Without(r *Record) *Left {
	if l == nil {
		return nil
	}
	rest := &Left{Grams: maps.Clone(l.Grams)}
	if l.Minor != nil {
		rest.Minor = new(*l.Minor - r.CountsMinor)
	}
	for _, w := range r.Weights() {
		left, known := l.Grams[w.Code]
		if !known {
			left = w.GramsPerYear
		}
		if rest.Grams == nil {
			rest.Grams = map[string]int64{}
		}
		rest.Grams[w.Code] = left - w.Grams
	}
	return rest
}

// Exchange is what one major unit of the input's currency costs in that of the
// rules: Units through Per, each at most 10^12. Per is 1 where it is zero.
type Exchange struct {
	Units, Per int64
	// Source tells whose rate it is, and of which day.
	Source string
}

// Line is goods of one kind.
type Line struct {
	// Ref names the line to whoever asks.
	Ref string
	// HSCode has 6, 8 or 10 digits.
	HSCode string
	// Origin is a country, empty where it is not known.
	Origin    string
	Quantity  int64
	UnitMinor int64
	// DiscountMinor is taken off all pieces together.
	DiscountMinor int64
	// WeightGrams of a piece, zero where it is not known.
	WeightGrams int64
	// NetContent of a piece in thousandths of NetUnit, zero where it is not known.
	NetContent int64
	NetUnit    Unit
}

// InputError is what is wrong with an input. Line is -1 for the order.
type InputError struct {
	Line    int
	Field   string
	Message string
}

func (e *InputError) Error() string {
	if e.Line < 0 {
		return fmt.Sprintf("landed cost: %s: %s", e.Field, e.Message)
	}
	return fmt.Sprintf("landed cost: line %d: %s: %s", e.Line+1, e.Field, e.Message)
}

func (in *Input) check() error {
	refused := func(line int, field, message string) error { return &InputError{line, field, message} }
	switch {
	case in.FreightMinor < 0:
		return refused(-1, "freight", "must not be negative")
	case in.InsuranceMinor < 0:
		return refused(-1, "insurance", "must not be negative")
	case len(in.Lines) == 0:
		return refused(-1, "lines", "give at least one")
	}
	for i := range in.Lines {
		l := &in.Lines[i]
		switch {
		case l.Quantity < 1:
			return refused(i, "quantity", "must be at least 1")
		case l.UnitMinor < 0:
			return refused(i, "unitPrice", "must not be negative")
		case l.DiscountMinor < 0:
			return refused(i, "discount", "must not be negative")
		case l.WeightGrams < 0:
			return refused(i, "weight", "must not be negative")
		case l.NetContent < 0:
			return refused(i, "netContent", "must not be negative")
		}
	}
	return nil
}
