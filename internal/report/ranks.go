package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/google/uuid"
)

// found is a page of a book: its rows in their order, one more where there are
// more, with their ranks, and how many rows there are on all pages.
type found struct {
	rows  []standing
	ranks []int64
	count int
	// began is the first period of all rows.
	began int32
}

// page finds the rows of a page of s, which has rates.
func (b *book) page(s *source, of []fraction) (*found, error) {
	rates, err := b.ratesOf(of)
	if err != nil {
		return nil, err
	}
	most, err := s.Page.Rows()
	if err != nil {
		return nil, err
	}
	after, before, err := s.bounds()
	if err != nil {
		return nil, err
	}
	order, ranked := s.inOrder(), s.asks("rank")
	behind := func(a, b *standing) bool {
		at := order.compare(a, b)
		return at != 0 && (at > 0) != s.Reverse
	}
	var told []int // once for all that is asked of the lines
	if s.Convert != nil && b.sums == nil && s.asks("share", "totals", "asOf") {
		told = s.toldAmounts()
	}
	type reading struct {
		inReading
		values [][]int64
		sums   lineSums
		count  int
		began  int32
	}
	begin := func() *reading {
		return &reading{inReading: inReading{upwards: s.upwards(), order: order, most: most}, values: make([][]int64, len(b.currencies)), began: math.MaxInt32}
	}
	all := begin()
	for _, r := range sideBySide(b, s.Query, rates, begin, func(r *reading, l *line) {
		r.began = min(r.began, l.period)
		if told != nil {
			r.sums.convert(told, l)
		}
		b.standings(s.Query, l, func(at *standing) {
			r.count++
			if ranked {
				r.values[at.lot] = append(r.values[at.lot], at.value)
			}
			if (after == nil || behind(at, after)) && (before == nil || behind(before, at)) {
				r.add(at)
			}
		})
	}) {
		all.count, all.began = all.count+r.count, min(all.began, r.began)
		all.sums.add(&r.sums)
		for i := range r.rows {
			all.add(&r.rows[i])
		}
		for lot := range r.values {
			all.values[lot] = append(all.values[lot], r.values[lot]...)
		}
	}
	page := &found{count: all.count}
	if page.count > 0 {
		page.began = all.began
	}
	if told != nil {
		b.sums = &all.sums
	}
	page.rows = all.first()
	if ranked {
		page.rank(all.values)
	}
	return page, nil
}

// inReading keeps the rows that are read first.
type inReading struct {
	upwards bool
	order   inOrder
	most    int
	rows    []standing
	// full: so many of them are those so far, in their order.
	full bool
}

func (r *inReading) compare(a, b *standing) int {
	if r.upwards {
		return r.order.compare(a, b)
	}
	return r.order.compare(b, a)
}

func (r *inReading) add(at *standing) {
	if r.full && r.compare(at, &r.rows[r.most-1]) > 0 {
		return
	}
	if r.rows = append(r.rows, *at); len(r.rows) >= 2*r.most {
		r.rows = r.first()
		r.full = true
	}
}

func (r *inReading) first() []standing {
	slices.SortFunc(r.rows, func(a, b standing) int { return r.compare(&a, &b) })
	return r.rows[:min(len(r.rows), r.most)]
}

// rank counts, for each row, those of its currency that are larger.
func (f *found) rank(values [][]int64) {
	shown := make([][]int64, len(values))
	for _, r := range f.rows {
		shown[r.lot] = append(shown[r.lot], r.value)
	}
	larger := make([][]int64, len(values))
	for lot, of := range shown {
		slices.Sort(of)
		of = slices.Compact(of)
		counts := make([]int64, len(of)+1)
		if len(of) > 0 {
			for _, v := range values[lot] {
				if v > of[0] { // as few are
					at, _ := slices.BinarySearch(of, v)
					counts[at]++ // it is larger than those before
				}
			}
		}
		for i := len(of) - 1; i >= 0; i-- {
			counts[i] += counts[i+1]
		}
		shown[lot], larger[lot] = of, counts[1:]
	}
	for _, r := range f.rows {
		at, _ := slices.BinarySearch(shown[r.lot], r.value)
		f.ranks = append(f.ranks, larger[r.lot][at]+1)
	}
}

// bounds are the standings of the page's cursors, nil without.
func (q *Query) bounds() (after, before *standing, err error) {
	read := func(values []string) *standing {
		if values == nil {
			return nil
		}
		p := &standing{currency: values[len(values)-1]}
		if q.SortKey != ByDimensions {
			p.value, _ = strconv.ParseInt(values[0], 10, 64) // cursors are well-formed
			values = values[1:]
		}
		for i, d := range q.GroupBy {
			if d == Brand {
				p.brand, _ = uuid.Parse(values[i])
			} else {
				p.period = monthNumber(values[i])
			}
		}
		return p
	}
	a, b, err := q.sort().Order().Bounds(q.Page)
	return read(a), read(b), err
}

// count is the number of all rows.
func (b *book) count(q *Query) (n int) {
	for _, some := range sideBySide(b, q, nil, func() *int { return new(int) }, func(n *int, l *line) {
		if *n++; q.Convert == nil {
			*n += len(l.parts) - 1
		}
	}) {
		n += *some
	}
	return n
}

// key of a standing, as that of a grouped row.
func (p standing) key() string { return fmt.Sprint(p.brand, p.period, p.currency) }

func (r *groupedRow) standing(q *Query) string {
	var p standing
	p.currency = r.Currency
	for i, d := range q.GroupBy {
		if d == Brand {
			p.brand, _ = uuid.Parse(r.key(d, i))
		} else {
			p.period = monthNumber(r.key(d, i))
		}
	}
	return p.key()
}

// rankIn gives rows the ranks of their standings.
func (f *found) rankIn(rows []*groupedRow, q *Query) {
	ranks := make(map[string]int64, len(f.rows))
	for i, rank := range f.ranks {
		ranks[f.rows[i].key()] = rank
	}
	for _, r := range rows {
		r.Place = ranks[r.standing(q)]
	}
}
