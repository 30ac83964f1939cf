package report

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// closeIn has a statement read less than all rows, where a page can be told
// without.
func (s *source) closeIn(tx *gorm.DB, st *statement) error {
	switch c := s.cellsOf(span{from: s.From, to: s.To}); {
	case s.Convert == nil && s.ranked() && c != nil:
		rows, err := s.leading(tx, c)
		st.rows = s.told(rows)
		return err
	case s.Convert != nil && !s.toBrand() && (!s.whole() || s.ranked()) && len(s.GroupBy) > 0:
		page, err := s.page(tx, *st)
		some := *s
		some.ofPage = true
		st.with, st.rows = append(st.with, page), some.told(some.beside(s.spans(), some.grouped))
		return err
	}
	return nil
}

// leading are rows among which those of a ranked page are: the first of each
// month, that an index has in the order of what is ranked by, and all of the
// few brands that are summed.
func (s *source) leading(tx *gorm.DB, c *cells) (clause, error) {
	columns := "g." + strings.Join(slices.Concat(s.keys(), sums), ", g.")
	kept := c.kept(clause{sql: "f.month = m.month"})
	month := tx.Raw("select g.*, "+net+" as net_minor from ("+kept.sql+") g", kept.args...)
	first, err := s.sort().Narrow(tx.Table("(?) g", month).Select(columns), s.Page)
	months, args := c.part.Months()
	rows := c.with.and(" select g.* from ("+months+") m cross join lateral (?) g", clause{args: append(args, first)})
	return rows.and(" union all ", c.summed(allRows)), err
}

// page is the table of a page's keys, found by what rows are ranked by alone,
// or without converting anything.
func (s *source) page(tx *gorm.DB, st statement) (clause, error) {
	only := *s.Query
	by := s.of(&only)
	var keys clause
	if s.ranked() {
		only.Fields = []string{s.ranks()}
		if c := by.cellsOf(span{from: s.From, to: s.To}); by.remembers(c) {
			return by.leaders(tx, st, c)
		}
		keys = by.told(by.grouped(span{from: s.From, to: s.To}))
	} else {
		only.Convert = nil
		selected := make([]string, len(s.GroupBy))
		for i, d := range s.GroupBy {
			selected[i] = fmt.Sprintf("%s as d%d", only.expr(d), i+1)
		}
		from, where := by.rows(by.parts(s.columns(), only.finer(), false, s.From, s.To)...)
		keys = clause{
			fmt.Sprintf("select distinct %s, '%s' as currency from %s where %s%s", strings.Join(selected, ", "), s.Convert.To, from.sql, where.sql, s.backward()),
			append(from.args, where.args...),
		}
	}
	page, err := s.sort().Narrow(tx.Table("(?) g", tx.Raw(keys.sql, keys.args...)).Select(s.dimensions()), s.Page)
	return clause{"page as materialized (?)", []any{page}}, err
}
