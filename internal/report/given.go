package report

import (
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
	shown := map[int32][]int32{} // periods of brands
	for _, p := range page.rows {
		shown[p.number] = append(shown[p.number], p.period)
	}
	return join(sideBySide(b.of(shown), q, nil, func() *given { return &given{} }, func(g *given, l *line) {
		if !windows && !slices.Contains(shown[l.brand], l.period) {
			return
		}
		for i := range l.parts {
			g.add(&l.parts[i], givenRow{brand: b.brands[l.brand], period: l.period, currency: b.currencies[l.parts[i].currency], rated: l.parts[i].rated})
		}
	}))
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
