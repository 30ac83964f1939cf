package catalog

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a product's choices.
const (
	MaxOptions  = 3
	MaxValues   = 250
	MaxVariants = 250

	maxOptionName = 60
	maxValue      = 120
)

// fold makes texts equal that people take for the same: forms of one letter,
// case and spaces.
func fold(s string) string {
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(s))), " ")
}

// OptionKey is what makes a variant the same one: its option values, folded
// and joined. It is empty without values. No value holds the separator, which
// is a control character.
func OptionKey(values []string) string {
	folded := make([]string, len(values))
	for i, v := range values {
		folded[i] = fold(v)
	}
	return strings.Join(folded, "\x1f")
}

// checkOptions trims and checks a product's choices.
func checkOptions(l *problem.List, at string, options []models.Option) {
	if len(options) > MaxOptions {
		l.Add(at, problem.TooLong, fmt.Sprintf("a product has at most %d options", MaxOptions))
		return
	}
	names := map[string]bool{}
	for i := range options {
		o, path := &options[i], fmt.Sprintf("%s.%d", at, i)
		o.Name = l.Line(path+".name", o.Name, 1, maxOptionName)
		if name := fold(o.Name); names[name] {
			l.Add(path+".name", problem.Taken, "another option has this name")
		} else {
			names[name] = true
		}
		switch {
		case len(o.Values) == 0:
			l.Add(path+".values", problem.Required, "give at least one value")
		case len(o.Values) > MaxValues:
			l.Add(path+".values", problem.TooLong, fmt.Sprintf("an option has at most %d values", MaxValues))
			continue
		}
		values := map[string]bool{}
		for j := range o.Values {
			path := fmt.Sprintf("%s.values.%d", path, j)
			o.Values[j] = l.Line(path, o.Values[j], 1, maxValue)
			if v := fold(o.Values[j]); values[v] {
				l.Add(path, problem.Taken, "the option has this value already")
			} else {
				values[v] = true
			}
		}
	}
}

// choose gives a variant's values of a product's options, one for each. A
// value is spelled as the option spells it; one that is new is added to it.
func choose(l *problem.List, at string, options []models.Option, values []string) []models.SelectedOption {
	if len(values) != len(options) {
		l.Add(at, problem.Invalid, fmt.Sprintf("give %d values, one for each of the product's options", len(options)))
		return nil
	}
	chosen := make([]models.SelectedOption, len(values))
	for i, value := range values {
		o, path := &options[i], fmt.Sprintf("%s.%d", at, i)
		value = l.Line(path, value, 1, maxValue)
		known := slices.IndexFunc(o.Values, func(v string) bool { return fold(v) == fold(value) })
		switch {
		case known >= 0:
			value = o.Values[known]
		case len(o.Values) >= MaxValues:
			l.Add(path, problem.TooLong, fmt.Sprintf("an option has at most %d values", MaxValues))
		default:
			o.Values = append(o.Values, value)
		}
		chosen[i] = models.SelectedOption{Name: o.Name, Value: value}
	}
	return chosen
}

func valuesOf(chosen []models.SelectedOption) []string {
	values := make([]string, len(chosen))
	for i, c := range chosen {
		values[i] = c.Value
	}
	return values
}
