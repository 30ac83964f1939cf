// Package money holds the only amount type: integer minor units of one
// ISO 4217 currency. Nothing here is a float, and nothing divides but Allocate.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"
	"golang.org/x/text/currency"
)

// Money is an amount in minor units (cents, fen) of Currency.
type Money struct {
	Minor    int64
	Currency Currency
}

// Currency is an upper-case ISO 4217 code.
type Currency string

// Errors of arithmetic and parsing.
var (
	ErrCurrencyMismatch = errors.New("money: currencies differ")
	ErrOverflow         = errors.New("money: amount out of range")
	ErrUnknownCurrency  = errors.New("money: unknown currency")
	ErrTooPrecise       = errors.New("money: more decimals than the currency has")
)

// ParseCurrency accepts a three-letter ISO 4217 code, in upper case only.
func ParseCurrency(code string) (Currency, error) {
	unit, err := currency.ParseISO(code)
	if err != nil || unit.String() != code || code == "XXX" || code == "XTS" {
		return "", ErrUnknownCurrency
	}
	return Currency(code), nil
}

// Digits is the number of decimals of the currency: 2 for USD, 0 for JPY, 3 for KWD.
func (c Currency) Digits() int32 {
	if n, known := digits[c]; known {
		return n
	}
	return c.lookUp()
}

// digits of the currencies that are asked for all the time.
var digits = func() map[Currency]int32 {
	known := map[Currency]int32{}
	for _, c := range []Currency{"CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "KRW", "AUD", "CAD"} {
		known[c] = c.lookUp()
	}
	return known
}()

func (c Currency) lookUp() int32 {
	unit, err := currency.ParseISO(string(c))
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return int32(scale)
}

// New makes an amount of minor units.
func New(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// Parse reads a decimal amount such as "12.50"; it refuses more decimals than
// the currency has and amounts beyond 63 bits of minor units.
func Parse(amount string, c Currency) (Money, error) {
	d, err := decimal.NewFromString(amount)
	if err != nil {
		return Money{}, fmt.Errorf("money: %q is not a decimal number", amount)
	}
	return FromDecimal(d, c)
}

// FromDecimal converts exactly, or reports ErrTooPrecise.
func FromDecimal(d decimal.Decimal, c Currency) (Money, error) {
	if d.Exponent() > 18 || d.NumDigits() > 40 {
		return Money{}, ErrOverflow
	}
	minor := d.Shift(c.Digits())
	if !minor.IsInteger() {
		return Money{}, ErrTooPrecise
	}
	return fromMinor(minor, c)
}

// RoundHalfUp converts with halves rounded away from zero.
func RoundHalfUp(d decimal.Decimal, c Currency) (Money, error) {
	if d.Exponent() > 18 || d.NumDigits() > 60 {
		return Money{}, ErrOverflow
	}
	return fromMinor(d.Shift(c.Digits()).Round(0), c)
}

func fromMinor(minor decimal.Decimal, c Currency) (Money, error) {
	i := minor.BigInt()
	if !i.IsInt64() {
		return Money{}, ErrOverflow
	}
	return Money{Minor: i.Int64(), Currency: c}, nil
}

// Decimal is the amount in major units.
func (m Money) Decimal() decimal.Decimal { return decimal.New(m.Minor, -m.Currency.Digits()) }

// Amount is the decimal amount with all decimals of the currency: "12.50".
func (m Money) Amount() string { return string(m.AppendAmount(nil)) }

// AppendAmount appends Amount.
func (m Money) AppendAmount(dst []byte) []byte {
	magnitude := uint64(m.Minor)
	if m.Minor < 0 {
		dst, magnitude = append(dst, '-'), -magnitude
	}
	digits := m.Currency.Digits()
	if digits == 0 {
		return strconv.AppendUint(dst, magnitude, 10)
	}
	unit := uint64(1)
	for range digits {
		unit *= 10
	}
	dst = append(strconv.AppendUint(dst, magnitude/unit, 10), '.')
	for unit /= 10; unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(magnitude/unit%10))
	}
	return dst
}

func (m Money) String() string { return m.Amount() + " " + string(m.Currency) }

// Add refuses mixed currencies and overflow.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, ErrCurrencyMismatch
	}
	sum := m.Minor + o.Minor
	if (o.Minor > 0 && sum < m.Minor) || (o.Minor < 0 && sum > m.Minor) {
		return Money{}, ErrOverflow
	}
	return Money{sum, m.Currency}, nil
}

// Sub refuses mixed currencies and overflow.
func (m Money) Sub(o Money) (Money, error) {
	if o.Minor == math.MinInt64 {
		return Money{}, ErrOverflow
	}
	return m.Add(Money{-o.Minor, o.Currency})
}

// Times multiplies by a quantity, refusing overflow.
func (m Money) Times(n int64) (Money, error) {
	product := new(big.Int).Mul(big.NewInt(m.Minor), big.NewInt(n))
	if !product.IsInt64() {
		return Money{}, ErrOverflow
	}
	return Money{product.Int64(), m.Currency}, nil
}

// Allocate splits by weights, largest remainder first, earlier parts winning
// ties; the parts always sum to the whole. Weights must be non-negative, and
// where all are zero the parts are as equal as they can be.
func (m Money) Allocate(weights ...int64) []Money {
	parts := make([]Money, len(weights))
	if len(weights) == 0 {
		return parts
	}
	total := new(big.Int)
	for _, w := range weights {
		total.Add(total, big.NewInt(w))
	}
	equal := total.Sign() == 0
	if equal {
		total.SetInt64(int64(len(weights)))
	}
	whole := big.NewInt(m.Minor)
	rests := make([]*big.Int, len(weights))
	left := m.Minor
	for i, w := range weights {
		if equal {
			w = 1
		}
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(whole, big.NewInt(w)), total, new(big.Int))
		parts[i] = Money{q.Int64(), m.Currency}
		rests[i] = r.Abs(r)
		left -= q.Int64()
	}
	for step := int64(sign(left)); left != 0; left -= step {
		best := 0
		for i := range rests {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		parts[best].Minor += step
		rests[best] = new(big.Int).SetInt64(-1)
	}
	return parts
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
