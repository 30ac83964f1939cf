package report

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// A line is a row of the report: what a brand sold in a period, 0 where rows have
// none, and what it is compared with. Its parts are of one currency and rate each.
type line struct {
	brand, period int32
	parts         []part
	// at is where it stands, one lot after the other.
	at standing
}

type part struct {
	currency int32
	// rated is the period whose rate is that of the part, 0 for one of all days.
	rated int32
	rate  *exchange
	// now and was are nil where nothing was sold. They are those of a cell, or summed here.
	now, was       *cellSums
	nowAll, wasAll cellSums
}

// placed is a list in the order of a query.
type placed struct {
	list

	period, rated int32
	// rates of currencies, by their numbers.
	rates []*exchange
	next  int
}

// periods are the lists of each, the first one first.
func (b *book) periods(q *Query, rates rates) (all [][]placed) {
	for lists := b.placed(q, rates); len(lists) > 0; {
		n := 1
		for n < len(lists) && lists[n].period == lists[0].period {
			n++
		}
		all, lists = append(all, lists[:n]), lists[n:]
	}
	return all
}

// sideBySide has all processors walk the lines of a query, period by period and of
// a period by brands. What each of them makes of those it comes by is given at last.
func sideBySide[T any](b *book, q *Query, rates rates, begin func() T, each func(T, *line)) []T {
	periods := b.periods(q, rates)
	all := make([]T, min(len(periods), runtime.GOMAXPROCS(0)))
	var next atomic.Int32
	var walks sync.WaitGroup
	for i := range all {
		walks.Go(func() {
			all[i] = begin()
			of := func(l *line) { each(all[i], l) }
			for n := int(next.Add(1)); n <= len(periods); n = int(next.Add(1)) {
				merge(periods[n-1], of)
			}
		})
	}
	walks.Wait()
	return all
}

// merge tells the lines of one period by brands, each until the next one.
func merge(lists []placed, each func(*line)) {
	row := &line{period: lists[0].period}
	for {
		row.brand, row.parts = math.MaxInt32, row.parts[:0]
		for i := range lists {
			if l := &lists[i]; l.next < len(l.cells) {
				row.brand = min(row.brand, l.cells[l.next].brand)
			}
		}
		for i := range lists {
			for l := &lists[i]; l.next < len(l.cells) && l.cells[l.next].brand == row.brand; l.next++ {
				row.add(l, &l.cells[l.next])
			}
		}
		if len(row.parts) == 0 {
			return
		}
		each(row)
	}
}

func (b *book) placed(q *Query, rates rates) []placed {
	var moved int32
	if q.Compare != "" {
		_, months := q.distance()
		moved = int32(months)
	}
	lists := make([]placed, 0, len(b.lists))
	for _, l := range b.lists {
		p := placed{list: l, rates: rates[0]}
		if q.Convert != nil && q.Convert.Rate == PeriodAverage && (q.has(Period) || q.byPeriod) {
			p.rated = q.periodOf(l.month)
			p.rates = rates[p.rated]
		}
		if q.has(Period) {
			p.period = q.periodOf(l.month)
			if l.was {
				p.period += moved
			}
		}
		lists = append(lists, p)
	}
	slices.SortStableFunc(lists, func(a, b placed) int { return cmp.Or(cmp.Compare(a.period, b.period), cmp.Compare(a.rated, b.rated)) })
	return lists
}

func (l *line) add(from *placed, c *cell) {
	i := 0
	for i < len(l.parts) && (l.parts[i].currency != c.currency || l.parts[i].rated != from.rated) {
		i++
	}
	if i == len(l.parts) {
		l.parts = slices.Grow(l.parts, 1)[:i+1] // what it had summed before is not looked at
		p := &l.parts[i]
		p.currency, p.rated, p.rate, p.now, p.was = c.currency, from.rated, nil, nil, nil
		if from.rates != nil {
			p.rate = from.rates[c.currency]
		}
	}
	p := &l.parts[i]
	if from.was {
		p.was = p.was.with(&c.sums, &p.wasAll)
	} else {
		p.now = p.now.with(&c.sums, &p.nowAll)
	}
}

// with are sums and more, kept in all where they are not those of one cell.
func (s *cellSums) with(more, all *cellSums) *cellSums {
	if s == nil {
		return more
	}
	if s != all {
		*all = *s
	}
	for i := range all {
		all[i] += more[i]
	}
	return all
}

// rates of a report, by period and number of currency.
type rates map[int32][]*exchange

// ratesOf a query, as its statement has them.
func (b *book) ratesOf(of []fraction) (rates, error) {
	all := rates{}
	for _, f := range of {
		x, err := newExchange(f)
		if err != nil {
			return nil, fmt.Errorf("read a rate: %w", err)
		}
		period := int32(0)
		if f.day != anyDay {
			period = monthNumber(f.day)
		}
		if all[period] == nil {
			all[period] = make([]*exchange, len(b.currencies))
		}
		if i := slices.Index(b.currencies, f.currency); i >= 0 {
			all[period][i] = &x
		}
	}
	return all, nil
}
