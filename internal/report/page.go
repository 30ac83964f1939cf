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
	c := s.cellsOf(span{from: s.From, to: s.To})
	switch {
	case s.Convert == nil && s.ranked() && c != nil:
		rows, err := s.leading(tx, c)
		st.rows = s.told(rows)
		return err
	case s.byBrand():
		return s.pageOfBrands(tx, st)
	case st.found != nil:
		return s.pageOf(tx, st)
	}
	if s.Convert == nil || s.toBrand() || s.whole() && !s.ranked() || len(s.GroupBy) == 0 {
		return nil
	}
	page, err := s.page(tx)
	some := *s
	some.ofPage = true
	st.with, st.rows = append(st.with, page), some.told(some.beside(s.spans(), some.grouped))
	return err
}

// pageOfBrands has a statement read the brands of its page.
func (s *source) pageOfBrands(tx *gorm.DB, st *statement) error {
	brands, err := s.brandsOfPage(tx)
	if err != nil {
		return err
	}
	some := *s
	some.ofBrands = true
	st.with, st.rows = append(st.with, brands), some.told(some.beside(s.spans(), some.grouped))
	if s.Moving > 0 {
		st.with = append(st.with, s.began())
	}
	return nil
}

// find has a book tell the rows of the page, where it does and no index has
// them in their order; what all rows come to is summed on the way.
func (s *source) find(tx *gorm.DB, st *statement) error {
	if s.inFile || !s.whole() || s.Top > 0 || s.byBrand() || s.Convert == nil && s.ranked() && s.cellsOf(span{from: s.From, to: s.To}) != nil {
		return nil
	}
	b, err := s.book(tx)
	if b == nil || err != nil {
		return err
	}
	st.found, err = b.page(s, st.rates)
	return err
}

// pageOf has a statement read the rows of its page as a book gives them.
func (s *source) pageOf(tx *gorm.DB, st *statement) error {
	b, err := s.book(tx)
	if err != nil {
		return err
	}
	some := *s
	some.given = b.rowsOf(s.Query, st.found)
	st.with = append(st.with, clause{"began as materialized (select cast(? as date) as period)", []any{dayOf(st.found.began)}})
	st.rows = some.told(some.beside(s.spans(), some.grouped))
	return nil
}

// byBrand tells that rows are sorted by brands, tell of others of their brand
// alone, and that no index has them in their order.
func (s *source) byBrand() bool {
	return s.SortKey == ByDimensions && s.Top == 0 && !s.asks("rank") && len(s.GroupBy) > 0 && s.GroupBy[0] == Brand &&
		(s.whole() || s.has(Period) && s.Period != Month)
}

// brandsOfPage is the table of brands that the page's rows are of, and a few more.
func (s *source) brandsOfPage(tx *gorm.DB) (clause, error) {
	var all []any
	for _, of := range s.spans() {
		from, where := s.rows(s.parts([]string{"brand_id"}, "", false, of.from, of.to)...)
		brands := tx.Raw(fmt.Sprintf("select distinct f.brand_id as d1 from %s where %s", from.sql, where.sql), append(from.args, where.args...)...)
		some, err := s.sort().Leading(tx.Table("(?) g", brands).Select("g.d1"), s.Page)
		if err != nil {
			return clause{}, err
		}
		all = append(all, some)
	}
	return clause{"brands_of_page as materialized ((?)" + strings.Repeat(" union (?)", len(all)-1) + ")", all}, nil
}

// began is the table of the first period that any row is of.
func (s *source) began() clause {
	var began clause
	for i, of := range s.spans() {
		from, where := s.rows(s.parts(nil, s.finer(), false, of.from, of.to)...)
		period := s.expr(Period)
		if of.moved != "" {
			period = fmt.Sprintf("(%s + interval '%s')::date", period, of.moved)
		}
		began = began.and([...]string{"", " union all "}[i], clause{fmt.Sprintf("select min(%s) as period from %s where %s", period, from.sql, where.sql), append(from.args, where.args...)})
	}
	return clause{"began as materialized (select min(period) as period from (" + began.sql + ") b)", began.args}
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
func (s *source) page(tx *gorm.DB) (clause, error) {
	only := *s.Query
	by := s.of(&only)
	var keys clause
	if s.ranked() {
		only.Fields = []string{s.ranks()}
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
