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

// join puts them one after the other.
func join(some []*given) *given {
	all := &given{}
	for _, g := range some {
		all.now, all.was = append(all.now, g.now...), append(all.was, g.was...)
	}
	return all
}

// rowsOf a page: its own, or where they tell of others all of its brands.
func (b *book) rowsOf(q *Query, page *found) *given {
	windows := q.Moving > 0 || q.asks("cumulativeNet")
	shown := make([][]int32, len(b.brands)) // their periods
	for _, p := range page.rows {
		shown[p.number] = append(shown[p.number], p.period)
	}
	return join(sideBySide(b, q, nil, func() *given { return &given{} }, func(g *given, l *line) {
		if periods := shown[l.brand]; periods == nil || !windows && !slices.Contains(periods, l.period) {
			return
		}
		for i := range l.parts {
			g.add(&l.parts[i], givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[l.parts[i].currency], rated: l.parts[i].rated})
		}
	}))
}

// top are the rows of the largest brands, and of all others together: in each
// currency as many.
func (b *book) top(q *Query, of []fraction) (*given, error) {
	largest, err := b.largest(q, of)
	if err != nil {
		return nil, err
	}
	type told struct {
		given
		others []*part
		period int32
	}
	tellOthers := func(t *told) *given {
		for _, p := range t.others {
			t.add(p, givenRow{period: t.period, others: true, currency: b.currencies[p.currency], rated: p.rated})
		}
		return &t.given
	}
	var some []*given
	for _, t := range sideBySide(b, q, nil, func() *told { return &told{} }, func(t *told, l *line) {
		if l.period != t.period {
			tellOthers(t)
			t.others, t.period = nil, l.period
		}
		for i := range l.parts {
			p := &l.parts[i]
			lot := p.currency
			if q.Convert != nil {
				lot = 0
			}
			if largest[lot][l.brand] {
				t.add(p, givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[p.currency], rated: p.rated})
				continue
			}
			at := slices.IndexFunc(t.others, func(o *part) bool { return o.currency == p.currency && o.rated == p.rated })
			if at < 0 {
				at, t.others = len(t.others), append(t.others, &part{currency: p.currency, rated: p.rated})
			}
			of := t.others[at]
			if p.now != nil {
				of.now = of.nowAll.with(p.now, &of.nowAll) // those of the line are overwritten
			}
			if p.was != nil {
				of.was = of.wasAll.with(p.was, &of.wasAll)
			}
		}
	}) {
		some = append(some, tellOthers(t))
	}
	return join(some), nil
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
	type total struct {
		value int64
		sold  bool
	}
	totals := make([][]total, len(b.currencies))
	begin := func() [][]total { return make([][]total, len(b.currencies)) }
	for _, lots := range sideBySide(&now, &all, rates, begin, func(lots [][]total, l *line) {
		now.standings(&all, l, func(at *standing) {
			if lots[at.lot] == nil {
				lots[at.lot] = make([]total, len(b.brands))
			}
			of := &lots[at.lot][at.number]
			of.value, of.sold = of.value+at.value, true
		})
	}) {
		for lot, of := range lots {
			if totals[lot] == nil {
				totals[lot] = of
				continue
			}
			for i, t := range of {
				totals[lot][i].value += t.value
				totals[lot][i].sold = totals[lot][i].sold || t.sold
			}
		}
	}
	largest := make([][]bool, len(b.currencies))
	for lot, of := range totals {
		var brands []int32
		for i, t := range of {
			if t.sold {
				brands = append(brands, int32(i))
			}
		}
		slices.SortFunc(brands, func(i, j int32) int {
			return cmp.Or(cmp.Compare(of[j].value, of[i].value), bytes.Compare(b.brands[i][:], b.brands[j][:]))
		})
		largest[lot] = make([]bool, len(b.brands))
		for _, brand := range brands[:min(len(brands), q.Top)] {
			largest[lot][brand] = true
		}
	}
	return largest, nil
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
