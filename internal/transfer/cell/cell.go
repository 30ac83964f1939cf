// Package cell reads the values that stand in the cells of other people's
// files. Its errors are sentences about the value, without a place.
package cell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// Show quotes a value for a message, cut where it is long.
func Show(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// Line makes a value fit for one line: what does not show becomes a space.
func Line(s string) string {
	if strings.IndexFunc(s, problem.Hidden) < 0 {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(s, problem.Hidden), " "))
}

// Code is Line for numbers and codes, in which a line break is no space.
func Code(s string) string {
	if strings.IndexFunc(s, problem.Hidden) < 0 {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(s, problem.Hidden), ""))
}

// Lines makes a value fit for a longer text: line breaks and tabs stay.
func Lines(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case problem.Hidden(r):
			return -1
		}
		return r
	}, s))
}

// Numbers says how a file writes numbers.
type Numbers struct {
	// DecimalComma is true for 1.234,50 and false for 1,234.50.
	DecimalComma bool
}

// maxDigits bounds what is read on either side of the decimal mark.
const maxDigits = 15

// Decimal reads a plain number. Groups of thousands may be marked; exponents,
// currency signs and anything else are refused.
func (n Numbers) Decimal(s string) (decimal.Decimal, error) {
	mark, group := ".", ","
	if n.DecimalComma {
		mark, group = group, mark
	}
	text := strings.TrimSpace(s)
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	} else {
		text = strings.TrimPrefix(text, "+")
	}
	whole, fraction, _ := strings.Cut(text, mark)
	whole, grouped := ungroup(whole, group)
	if !grouped || whole+fraction == "" || !digits(whole) || !digits(fraction) {
		return decimal.Decimal{}, fmt.Errorf("%s is not a number", Show(s))
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(strings.TrimLeft(whole, "0")) > maxDigits || len(fraction) > maxDigits {
		return decimal.Decimal{}, fmt.Errorf("%s is out of range", Show(s))
	}
	d, err := decimal.NewFromString(sign + "0" + whole + fraction)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%s is not a number", Show(s))
	}
	return d.Shift(-int32(len(fraction))), nil
}

// ungroup removes the marks between groups of three digits.
func ungroup(whole, mark string) (string, bool) {
	parts := strings.Split(whole, mark)
	for i, part := range parts {
		if len(parts) > 1 && (i > 0 && len(part) != 3 || i == 0 && (part == "" || len(part) > 3)) {
			return whole, false
		}
	}
	return strings.Join(parts, ""), true
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// Integer reads a whole number between two others, both included; 24.0 is one.
func (n Numbers) Integer(s string, least, most int64) (int64, error) {
	d, err := n.Decimal(s)
	switch {
	case err != nil:
		return 0, err
	case !d.IsInteger():
		return 0, fmt.Errorf("%s is not a whole number", Show(s))
	case d.LessThan(decimal.NewFromInt(least)) || d.GreaterThan(decimal.NewFromInt(most)):
		return 0, fmt.Errorf("%s is out of range", Show(s))
	}
	return d.IntPart(), nil
}
