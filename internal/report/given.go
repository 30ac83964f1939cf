package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// given are grouped rows of a book in the currencies of the sales: now, and then.
type given struct{ now, was []givenRow }

type givenRow struct {
	brand    uuid.UUID
	period   int32
	others   bool
	currency string
	rated    int32
	sums     cellSums
}

func (g *given) add(p *part, row givenRow) {
	if p.now != nil {
		row.sums = *p.now
		g.now = append(g.now, row)
	}
	if p.was != nil {
		row.sums = *p.was
		g.was = append(g.was, row)
	}
}

// rowsOf a page: its own, or where they tell of others all of its brands.
func (b *book) rowsOf(q *Query, page *found) *given {
	g, windows := &given{}, q.Moving > 0 || q.asks("cumulativeNet")
	shown := make([][]int32, len(b.brands)) // their periods
	for _, p := range page.rows {
		shown[p.number] = append(shown[p.number], p.period)
	}
	b.lines(q, nil, func(l *line) {
		if periods := shown[l.brand]; periods == nil || !windows && !slices.Contains(periods, l.period) {
			return
		}
		for i := range l.parts {
			g.add(&l.parts[i], givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[l.parts[i].currency], rated: l.parts[i].rated})
		}
	})
	return g
}

// top are the rows of the largest brands, and of all others together: in each
// currency as many.
func (b *book) top(q *Query, of []fraction) (*given, error) {
	largest, err := b.largest(q, of)
	if err != nil {
		return nil, err
	}
	g, others, period := &given{}, []*part{}, int32(0)
	told := func() {
		for _, p := range others {
			g.add(p, givenRow{period: period, others: true, currency: b.currencies[p.currency], rated: p.rated})
		}
	}
	b.lines(q, nil, func(l *line) {
		if l.period != period {
			told()
			others, period = nil, l.period
		}
		for i := range l.parts {
			p := &l.parts[i]
			lot := p.currency
			if q.Convert != nil {
				lot = 0
			}
			if _, is := slices.BinarySearch(largest[lot], l.brand); is {
				g.add(p, givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[p.currency], rated: p.rated})
				continue
			}
			at := slices.IndexFunc(others, func(o *part) bool { return o.currency == p.currency && o.rated == p.rated })
			if at < 0 {
				at, others = len(others), append(others, &part{currency: p.currency, rated: p.rated})
			}
			all := others[at]
			if p.now != nil {
				all.now = all.nowAll.with(p.now, &all.nowAll) // those of the line are overwritten
			}
			if p.was != nil {
				all.was = all.wasAll.with(p.was, &all.wasAll)
			}
		}
	})
	told()
	return g, nil
}

// largest are the numbers of brands, sorted, of each lot.
func (b *book) largest(q *Query, of []fraction) ([][]int32, error) {
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
	brands, known := make([][]standing, len(b.currencies)), make([][]int, len(b.currencies))
	now.lines(&all, rates, func(l *line) {
		now.standings(&all, l, func(at *standing) {
			if known[at.lot] == nil {
				known[at.lot] = make([]int, len(b.brands))
			}
			if i := known[at.lot][at.number]; i > 0 {
				brands[at.lot][i-1].value += at.value
				return
			}
			brands[at.lot] = append(brands[at.lot], *at)
			known[at.lot][at.number] = len(brands[at.lot])
		})
	})
	numbers := make([][]int32, len(b.currencies))
	for lot, of := range brands {
		slices.SortFunc(of, func(a, b standing) int {
			return cmp.Or(cmp.Compare(b.value, a.value), bytes.Compare(a.brand[:], b.brand[:]))
		})
		for _, r := range of[:min(len(of), q.Top)] {
			numbers[lot] = append(numbers[lot], r.number)
		}
		slices.Sort(numbers[lot])
	}
	return numbers, nil
}

// clause is the rows of a span, as native gives them.
func (g *given) clause(s *source, of span) clause {
	rows := g.now
	if of.moved != "" {
		rows = g.was
	}
	var selected, names, casts []string
	var args []any
	column := func(name, kind string, values any) string {
		names, casts, args = append(names, name), append(casts, "cast(? as "+kind+"[])"), append(args, values)
		return "g." + name
	}
	texts := func(of func(r *givenRow) string) models.StringList {
		all := make(models.StringList, len(rows))
		for i := range rows {
			all[i] = of(&rows[i])
		}
		return all
	}
	numbers := func(of func(r *givenRow) int64) any {
		all := make([]int64, len(rows))
		for i := range rows {
			all[i] = of(&rows[i])
		}
		return database.Array(all)
	}
	for i, d := range s.GroupBy {
		var name string
		if d == Brand {
			name = column("brand", "uuid", texts(func(r *givenRow) string { return r.brand.String() }))
		} else {
			name = column("period", "date", texts(func(r *givenRow) string { return dayOf(r.period) }))
		}
		selected = append(selected, fmt.Sprintf("%s as d%d", name, i+1))
	}
	if s.Top > 0 {
		others := numbers(func(r *givenRow) int64 { return map[bool]int64{true: 1}[r.others] })
		selected = append(selected, column("others", "bigint", others)+" = 1 as others")
	}
	selected = append(selected, column("currency", "text", texts(func(r *givenRow) string { return r.currency })))
	if s.Convert != nil {
		selected = append(selected, column("rate_on", "date", texts(func(r *givenRow) string { return dayOf(r.rated) })))
	}
	for _, sum := range slices.Concat(counts, amounts) {
		i := slices.Index(cellColumns, sum)
		if i < 0 || !s.tells(sum) {
			selected = append(selected, "0::bigint as "+sum)
		} else {
			selected = append(selected, column(sum, "bigint", numbers(func(r *givenRow) int64 { return r.sums[i] })))
		}
	}
	return clause{
		fmt.Sprintf("select %s, null::timestamptz as recorded_at from unnest(%s) g (%s)",
			strings.Join(selected, ", "), strings.Join(casts, ", "), strings.Join(names, ", ")),
		args,
	}
}
