package report

import (
	"bytes"
	"cmp"
	"slices"
)

// total is what all cells of a currency come to, and how many they are.
type total struct {
	currency int32
	cells    int
	sums     cellSums
}

// totals of cells, one of each currency.
func totals(cells []cell) (all []total) {
	for i := range cells {
		c := &cells[i]
		at := slices.IndexFunc(all, func(t total) bool { return t.currency == c.currency })
		if at < 0 {
			at, all = len(all), append(all, total{currency: c.currency})
		}
		all[at].add(&c.sums, 1)
	}
	return all
}

func (t *total) add(sums *cellSums, cells int) {
	t.cells += cells
	for i := range t.sums {
		t.sums[i] += sums[i]
	}
}

func (t *total) less(c *cell) {
	t.cells--
	for i := range t.sums {
		t.sums[i] -= c.sums[i]
	}
}

// sold are the sums, nil where there are none.
func (t *total) sold() *cellSums {
	if t.cells == 0 {
		return nil
	}
	return &t.sums
}

// remainder is what all but the largest sold in a period, of one currency and rate.
type remainder struct {
	currency, rated int32
	now, was        total
}

// top are the rows of the largest brands, and of all others together: in each
// currency as many. Only those of the largest are walked.
func (b *book) top(q *Query, of []fraction) (*given, error) {
	largest, err := b.largest(q, of)
	if err != nil {
		return nil, err
	}
	brands := map[int32][]int32{}
	for _, are := range largest {
		for brand, is := range are {
			if is {
				brands[int32(brand)] = nil
			}
		}
	}
	g := &given{}
	for _, lists := range b.of(brands).periods(q, nil) {
		for _, o := range b.others(q, lists, largest) {
			p := &part{currency: o.currency, rated: o.rated, now: o.now.sold(), was: o.was.sold()}
			g.add(p, givenRow{period: lists[0].period, others: true, currency: b.currencies[p.currency], rated: p.rated})
		}
		merge(lists, func(l *line) {
			for i := range l.parts {
				if p := &l.parts[i]; largest[q.lot(p.currency)][l.brand] {
					g.add(p, givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[p.currency], rated: p.rated})
				}
			}
		})
	}
	return g, nil
}

// others of a period, whose lists have the cells of the largest.
func (b *book) others(q *Query, lists []placed, largest [][]bool) (all []*remainder) {
	total := func(l *placed, currency int32) *total {
		at := slices.IndexFunc(all, func(o *remainder) bool { return o.currency == currency && o.rated == l.rated })
		if at < 0 {
			at, all = len(all), append(all, &remainder{currency: currency, rated: l.rated})
		}
		if l.was {
			return &all[at].was
		}
		return &all[at].now
	}
	for i := range lists {
		l := &lists[i]
		for _, t := range l.all {
			total(l, t.currency).add(&t.sums, t.cells)
		}
		for j := range l.cells {
			if c := &l.cells[j]; largest[q.lot(c.currency)][c.brand] {
				total(l, c.currency).less(c)
			}
		}
	}
	return all
}

// largest tells of each lot which brands they are.
func (b *book) largest(q *Query, of []fraction) ([][]bool, error) {
	rates, err := b.ratesOf(of)
	if err != nil {
		return nil, err
	}
	all := *q
	all.Compare = ""
	if q.Convert != nil && q.Convert.Rate == FixedDay { // sums of the whole time are rounded
		all.GroupBy = []Dimension{Brand}
	}
	now := *b
	now.lists = slices.DeleteFunc(slices.Clone(b.lists), func(l list) bool { return l.was })
	type came struct {
		to   int64
		sold bool
	}
	lots := make([][]came, len(b.currencies))
	begin := func() [][]came { return make([][]came, len(b.currencies)) }
	for _, some := range sideBySide(&now, &all, rates, begin, func(some [][]came, l *line) {
		for i := range l.parts {
			p := &l.parts[i]
			lot := q.lot(p.currency)
			if some[lot] == nil {
				some[lot] = make([]came, len(b.brands))
			}
			of := &some[lot][l.brand]
			of.to, of.sold = of.to+q.measured(p.now, p.rate), true
		}
	}) {
		for lot, of := range some {
			if lots[lot] == nil {
				lots[lot] = of
				continue
			}
			for i, c := range of {
				lots[lot][i].to += c.to
				lots[lot][i].sold = lots[lot][i].sold || c.sold
			}
		}
	}
	largest := make([][]bool, len(b.currencies))
	for lot, of := range lots {
		var brands []int32
		for i, c := range of {
			if c.sold {
				brands = append(brands, int32(i))
			}
		}
		slices.SortFunc(brands, func(i, j int32) int {
			return cmp.Or(cmp.Compare(of[j].to, of[i].to), bytes.Compare(b.brands[i][:], b.brands[j][:]))
		})
		largest[lot] = make([]bool, len(b.brands))
		for _, brand := range brands[:min(len(brands), q.Top)] {
			largest[lot][brand] = true
		}
	}
	return largest, nil
}
