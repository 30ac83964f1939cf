package takehome

import (
	"errors"
	"fmt"
	"sort"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// ErrNoPrice tells that no price leaves so much.
var ErrNoPrice = errors.New("no price leaves the brand so much")

// UnknownError tells why no price is known that does, though one may be there.
type UnknownError struct{ Problem landedcost.Problem }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no price that is known to leave so much: %s", e.Problem.Text("en"))
}

// budget bounds the prices that are looked at. What is taken grows nearly as
// fast as the price where it does not do.
const budget = 100_000

// Price is the smallest price that leaves an amount of the brand's currency.
//
// What is left does not grow evenly with the price: a tax that begins takes
// from fees of the total, and two roundings may meet. But what is taken never
// shrinks while carriage and treatment are the same. So no price from a to b
// leaves more than b less what is taken at a: that shuts out stretches of
// prices, and the rest is halved.
func (t *Terms) Price(target int64) (int64, error) {
	if t.Rate == nil {
		return 0, &UnknownError{landedcost.RateUnknown}
	}
	s := &search{terms: t, left: budget}
	s.least = s.leastLeft(target)
	var missing landedcost.Problem
	for low := int64(0); low <= MaxPrice; {
		carriage := t.carriage(low)
		high, problem := s.stretch(low, carriage)
		if problem != "" {
			missing = problem
		} else if price, found := s.first(low, high, carriage); found {
			return price, nil
		}
		if s.failed != nil {
			return 0, s.failed
		}
		low = high + 1
	}
	if missing != "" && missing != landedcost.OverOrderLimit {
		return 0, &UnknownError{missing}
	}
	return 0, ErrNoPrice
}

type search struct {
	terms  *Terms
	least  int64
	left   int
	quote  landedcost.Result
	failed error
}

// leastLeft is the least amount of the sale's currency that is the target.
func (s *search) leastLeft(target int64) int64 {
	const most = int64(1) << 60
	return -most + int64(sort.Search(2*int(most), func(i int) bool {
		paid, err := s.terms.Rate.Convert(money.New(int64(i)-most, s.terms.Sale))
		if err != nil { // beyond all amounts, on the side of its sign
			return int64(i) > most
		}
		return paid.Minor >= target
	}))
}

// stretch is how far prices are carried and treated as the lowest of them is,
// and why they cannot be sold at.
func (s *search) stretch(low, carriage int64) (high int64, problem landedcost.Problem) {
	high = MaxPrice
	for _, c := range s.terms.Carriage {
		if c.FromMinor > low {
			high = min(high, c.FromMinor-1)
		}
	}
	for i := range s.terms.Fees {
		if s.terms.Fees[i].Unknown {
			return high, landedcost.RateUnknown
		}
	}
	if s.terms.Regime == nil {
		return high, ""
	}
	as := func(price int64) (landedcost.Treatment, landedcost.Problem, bool) {
		if err := s.terms.taxes(&s.quote, price, carriage); err != nil {
			return "", "", false
		}
		return s.quote.Treatment, unsold(&s.quote), true
	}
	treatment, problem, ok := as(low)
	if !ok {
		return MaxPrice, landedcost.RateUnknown // amounts beyond all bounds
	}
	high = low + int64(sort.Search(int(high-low), func(i int) bool {
		other, problem2, ok := as(low + int64(i) + 1)
		return !ok || other != treatment || problem2 != problem
	}))
	return high, problem
}

// first is the smallest price of a stretch that leaves enough.
func (s *search) first(low, high, carriage int64) (int64, bool) {
	if s.failed != nil {
		return 0, false
	}
	if s.left--; s.left < 0 {
		s.failed = ErrNoPrice
		return 0, false
	}
	left, err := s.terms.left(&s.quote, low, carriage)
	if err != nil {
		if !errors.Is(err, money.ErrOverflow) {
			s.failed = err
		}
		return 0, false
	}
	switch {
	case left >= s.least:
		return low, true
	case left+(high-low) < s.least:
		return 0, false
	}
	low++
	middle := low + (high-low)/2
	if price, found := s.first(low, middle, carriage); found || middle == high {
		return price, found
	}
	return s.first(middle+1, high, carriage)
}
