package landedcost

import (
	"math/bits"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// halfUp is a times b through c, rounded half up; c must not be zero. It
// reports money.ErrOverflow beyond 63 bits.
func halfUp(a int64, b, c uint64) (int64, error) {
	hi, lo := bits.Mul64(uint64(a), b)
	if hi >= c {
		return 0, money.ErrOverflow
	}
	q, r := bits.Div64(hi, lo, c)
	if r >= c-r {
		q++
	}
	if q > 1<<63-1 {
		return 0, money.ErrOverflow
	}
	return int64(q), nil
}

// times multiplies what is not negative.
func times(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi > 0 || lo > 1<<63-1 {
		return 0, money.ErrOverflow
	}
	return int64(lo), nil
}

// add adds to a sum of what is not negative.
func add(sum *int64, more int64) error {
	if *sum += more; *sum < 0 {
		return money.ErrOverflow
	}
	return nil
}

// atLeast tells whether value is a times b times c thousandths or more;
// exactly as much counts unless exclusive.
func atLeast(value, a, b, c int64, exclusive bool) bool {
	bound, err := times(a, b)
	if err != nil {
		return false
	}
	hi, lo := bits.Mul64(uint64(bound), uint64(c))
	above, below := bits.Mul64(uint64(value), 1000)
	return hi < above || hi == above && (lo < below || !exclusive && lo == below)
}

// exchange is a rate as a fraction of minor units: declared is num through den
// of the input.
type exchange struct{ num, den uint64 }

// MaxExchange bounds both sides of an exchange rate: with three decimals more
// or less of a currency, products of theirs stay within 64 bits.
const MaxExchange = 1_000_000_000_000

func (in *Input) exchange(rules *Rules) (exchange, bool) {
	if in.Currency == rules.Currency {
		return exchange{1, 1}, true
	}
	units, per := in.Exchange.Units, max(in.Exchange.Per, 1)
	if units <= 0 || units > MaxExchange || per > MaxExchange {
		return exchange{}, false
	}
	x := exchange{uint64(units), uint64(per)}
	shift := rules.Currency.Digits() - in.Currency.Digits()
	for ; shift > 0; shift-- {
		x.num *= 10
	}
	for ; shift < 0; shift++ {
		x.den *= 10
	}
	return x, true
}

func (x exchange) declared(minor int64) (int64, error) {
	if x.num == x.den {
		return minor, nil
	}
	return halfUp(minor, x.num, x.den)
}

func (x exchange) back(minor int64) (int64, error) {
	if x.num == x.den {
		return minor, nil
	}
	return halfUp(minor, x.den, x.num)
}
