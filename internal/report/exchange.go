package report

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
)

// exchange has amounts of a currency in another, as the table k of rates has:
// times of by per, halves away from zero.
type exchange struct {
	of, per uint64
	// large is instead of them where they need more.
	large, largePer *big.Int
}

func newExchange(f fraction) (exchange, error) {
	of, failed := strconv.ParseUint(f.of, 10, 62)
	per, failedPer := strconv.ParseUint(f.per, 10, 62)
	if failed == nil && failedPer == nil {
		return exchange{of: of, per: per}, nil
	}
	large, ok := new(big.Int).SetString(f.of, 10)
	largePer, okPer := new(big.Int).SetString(f.per, 10)
	if !ok || !okPer {
		return exchange{}, fmt.Errorf("a rate of %s by %s", f.of, f.per)
	}
	return exchange{large: large, largePer: largePer}, nil
}

// convert an amount; it stays where there is no rate, and beyond 64 bits at the
// last of them, where PostgreSQL fails.
func (x *exchange) convert(minor int64) int64 {
	if minor == 0 || x == nil || x.of == x.per && x.large == nil {
		return minor
	}
	if minor < 0 { // of the smallest of all, too, this is the magnitude
		return -x.positive(uint64(-minor))
	}
	return x.positive(uint64(minor))
}

func (x *exchange) positive(minor uint64) int64 {
	const most = 1<<63 - 1
	if x.large == nil {
		high, low := bits.Mul64(2*minor, x.of)
		low, carry := bits.Add64(low, x.per, 0)
		if high += carry; high < 2*x.per && minor < 1<<63 {
			quotient, _ := bits.Div64(high, low, 2*x.per)
			return int64(min(quotient, most))
		}
	}
	of, per := x.large, x.largePer
	if of == nil {
		of, per = new(big.Int).SetUint64(x.of), new(big.Int).SetUint64(x.per)
	}
	n := new(big.Int).SetUint64(minor)
	n.Mul(n.Lsh(n, 1), of).Add(n, per).Quo(n, new(big.Int).Lsh(per, 1))
	if !n.IsInt64() {
		return most
	}
	return n.Int64()
}
