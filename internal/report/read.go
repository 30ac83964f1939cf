package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/fx"
)

// statement is the report as SQL: tables before it, and its rows with all that
// is told of them.
type statement struct {
	with []clause
	rows clause
	used []*fx.Rate
	// rates are the rows of k.
	rates []fraction
	// found is the page, where a book has it.
	found *found
}

// statement reads what it takes of rates first.
func (s *source) statement(tx *gorm.DB) (st statement, err error) {
	spans := s.spans()
	if err := s.readSpread(tx); err != nil {
		return st, err
	}
	if s.Convert != nil {
		if st, err = s.rates(tx, spans); err != nil {
			return st, err
		}
	}
	if s.Top > 0 {
		if err := s.top(tx, &st); err != nil {
			return st, err
		}
	}
	if err := s.find(tx, &st); err != nil {
		return st, err
	}
	if s.asks("share") {
		z, err := s.totals(tx, st)
		if err != nil {
			return st, err
		}
		st.with = append(st.with, clause{"every as materialized (select z.currency, z.gross_minor - z.discount_minor - z.refund_minor as net from (" + z.sql + ") z)", z.args})
	}
	st.rows = s.told(s.beside(spans, s.grouped))
	return st, nil
}

// beside puts the sums of two spans into one row each; of one span alone
// nothing stands beside.
func (s *source) beside(spans []span, sum func(span) clause) clause {
	now := sum(spans[0])
	if len(spans) == 1 {
		return now
	}
	was := sum(spans[1])
	selected := s.keys()
	using := strings.Join(selected, ", ")
	for _, column := range sums {
		if column == "recorded_at" {
			selected = append(selected, "now.recorded_at", "was.recorded_at as was_recorded_at")
			continue
		}
		selected = append(selected, fmt.Sprintf("coalesce(now.%s, 0) as %s", column, column), fmt.Sprintf("coalesce(was.%s, 0) as was_%s", column, column))
	}
	return clause{
		fmt.Sprintf("select %s from (%s) now full join (%s) was using (%s)", strings.Join(selected, ", "), now.sql, was.sql, using),
		append(now.args, was.args...),
	}
}

// net of a grouped row g.
const net = "(g.gross_minor - g.discount_minor - g.refund_minor)"

// told adds what rows tell of each other.
func (s *source) told(g clause) clause {
	selected, join := []string{"g.*", net + " as net_minor"}, ""
	if s.asks("share") {
		selected = append(selected, fmt.Sprintf("round(%s / nullif(every.net, 0)::numeric, 6) as share", net))
		join = " left join every on every.currency = g.currency"
	}
	ofSome := s.ofBrands || s.given != nil && s.Top == 0
	if s.asks("rank") && (s.given == nil || s.Top > 0) {
		first := ""
		if s.Top > 0 { // what is told as one has no place among the largest
			first = "g.others, "
		}
		selected = append(selected, fmt.Sprintf("rank() over (partition by g.currency order by %s%s desc) as place", first, s.measure("g.")))
	}
	if i := slices.Index(s.GroupBy, Period); i >= 0 {
		period := fmt.Sprintf("g.d%d", i+1)
		others := slices.DeleteFunc(s.keys(), func(k string) bool { return "g."+k == period })
		over := fmt.Sprintf("over (partition by g.%s order by %s", strings.Join(others, ", g."), period)
		if s.asks("cumulativeNet") {
			selected = append(selected, fmt.Sprintf("sum(%s) %s)::bigint as cumulative_minor", net, over))
		}
		if s.Moving > 0 {
			back := fmt.Sprintf("interval '%s' * %d", units[s.Period], s.Moving-1)
			began := "min(" + period + ") over ()"
			if ofSome {
				began = "(select period from began)"
			}
			selected = append(selected, fmt.Sprintf("case when %s >= %s + %s then round(sum(%s) %s range between %s preceding and current row) / %d)::bigint end as moving_minor",
				period, began, back, net, over, back, s.Moving))
		}
	}
	return clause{fmt.Sprintf("select %s from (%s) g%s", strings.Join(selected, ", "), g.sql, join), g.args}
}

// totals sum all rows: orders and shoppers are those of all sales, for one may
// stand in several rows, and converted amounts are the sums of what the rows say.
func (s *source) totals(tx *gorm.DB, st statement) (clause, error) {
	all := s.inAllRows()
	if s.Convert == nil {
		return all.beside(s.spans(), func(of span) clause { return all.native(of, "f.currency") }), nil
	}
	rows := *s.Query
	rows.amountsAlone = true
	if s.Convert.Rate == TransactionDay { // whose days tell periods apart
		rows.GroupBy = slices.DeleteFunc(slices.Clone(s.GroupBy), func(d Dimension) bool { return d == Period })
	}
	every := s.of(&rows)
	every.all, every.given = true, s.given
	var failed error
	which := "cross join (%s) a"
	if s.toBrand() {
		which = "join (%s) a on a.currency = z.currency"
	}
	return all.beside(s.spans(), func(of span) clause {
		counted := all.native(of, s.quote())
		summed, err := every.inAll(tx, st, of)
		if err != nil {
			failed = err
		}
		selected := []string{"z.currency"}
		for _, column := range sums {
			from := "z."
			if slices.Contains(amounts, column) {
				from = "a."
			}
			selected = append(selected, from+column)
		}
		return clause{
			fmt.Sprintf("select %s from (%s) z "+which, strings.Join(selected, ", "), counted.sql, summed.sql),
			append(counted.args, summed.args...),
		}
	}), failed
}

// inAllRows reads what is told of all rows.
func (s *source) inAllRows() *source {
	of := *s.Query
	of.GroupBy, of.Top, of.Moving = nil, 0, 0
	return s.of(&of)
}

// read reads a page of rows, and what is asked for of all pages: statements of
// their own, so that a page whose order an index has is read from there.
func (s *source) read(tx *gorm.DB) (r readRows, err error) {
	st, err := s.statement(tx)
	if err != nil {
		return r, err
	}
	r.used = st.used
	if err := s.closeIn(tx, &st); err != nil {
		return r, err
	}
	page, err := s.sort().Narrow(tx.Table("(?) g", tx.Raw(st.rows.sql, st.rows.args...)).Select("g.*"), s.Page)
	if err != nil {
		return r, err
	}
	if err := st.run(tx, &r.page, clause{"select row_number() over () as seq, p.* from (?) p", []any{page}}); err != nil {
		return r, err
	}
	slices.SortFunc(r.page, func(a, b *groupedRow) int { return cmp.Compare(a.Seq, b.Seq) })
	if !s.joined() {
		if err := s.countOrders(tx, st, r.page); err != nil {
			return r, err
		}
	}
	if st.found != nil && s.asks("rank") {
		st.found.rankIn(r.page, s.Query)
	}
	if s.asks("totalCount") {
		if r.count, err = s.number(tx, st); err != nil {
			return r, err
		}
	}
	if s.asks("totals", "asOf") {
		z, err := s.totals(tx, st)
		if err != nil {
			return r, err
		}
		if err := st.run(tx, &r.totals, clause{z.sql + " order by currency", z.args}); err != nil {
			return r, err
		}
		if err := s.inAllRows().countOrders(tx, st, r.totals); err != nil {
			return r, err
		}
	}
	return r, nil
}

// number of rows on all pages.
func (s *source) number(tx *gorm.DB, st statement) (n int, err error) {
	if st.found != nil {
		return st.found.count, nil
	}
	if s.given == nil {
		b, err := s.book(tx)
		if err != nil {
			return 0, err
		}
		if b != nil {
			return b.count(s.Query), nil
		}
	}
	every := *s
	every.all = true
	if c := every.cellsOf(span{from: s.From, to: s.To}); c != nil && s.Convert == nil && s.Compare == "" {
		return n, st.run(tx, &n, c.number())
	}
	g := every.beside(s.spans(), every.grouped)
	return n, st.run(tx, &n, clause{"select count(*) from (" + g.sql + ") g", g.args})
}

// readRows are the rows of a page, and what is told of those of all pages.
type readRows struct {
	page, totals []*groupedRow
	count        int
	used         []*fx.Rate
}

// all is the statement that ends so, with the arguments of its tables and rows.
func (st statement) all(last string) clause {
	c := st.before()
	return clause{c.sql + last, append(c.args, st.rows.args...)}
}

func (st statement) before() (c clause) {
	for i, w := range st.with {
		c.sql += [...]string{"with ", ", "}[min(i, 1)] + w.sql
		c.args = append(c.args, w.args...)
	}
	c.sql += " "
	return c
}

func (st statement) run(tx *gorm.DB, into any, last clause) error {
	first := st.before()
	if err := tx.Raw(first.sql+last.sql, append(first.args, last.args...)...).Scan(into).Error; err != nil {
		return fmt.Errorf("sum the facts: %w", err)
	}
	return nil
}
