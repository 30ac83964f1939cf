package report

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// top finds what is told by itself, or has all rows given.
func (s *source) top(tx *gorm.DB, st *statement) error {
	b, err := s.book(tx)
	switch {
	case err != nil:
		return err
	case b == nil:
		t := s.largest()
		st.with = append(st.with, clause{"top as materialized (" + t.sql + ")", t.args})
	default:
		s.given, err = b.top(s.Query, st.rates)
	}
	return err
}

// largest are the combinations of dimensions, PERIOD apart, that are told by
// themselves: in each currency as many.
func (s *source) largest() clause {
	of := *s.Query
	of.GroupBy = slices.DeleteFunc(slices.Clone(s.GroupBy), func(d Dimension) bool { return d == Period })
	of.Fields, of.Shoppers = []string{s.ranks()}, false
	of.Top, of.byPeriod = 0, s.Convert != nil && s.Convert.Rate == PeriodAverage && s.has(Period)
	by := s.of(&of)
	g := by.grouped(span{from: s.From, to: s.To})
	order := []string{s.measure("g.") + " desc"}
	for i, d := range of.GroupBy {
		order = append(order, "g."+dimensions[d].sorted(i))
	}
	return clause{fmt.Sprintf("select * from (select g.*, row_number() over (partition by g.currency order by %s) as place from (%s) g) r where place <= %d",
		strings.Join(order, ", "), g.sql, s.Top), g.args}
}

func (s *source) joinTop() string {
	if s.Top == 0 {
		return ""
	}
	var on []string
	n := 0
	for _, d := range s.GroupBy {
		if d != Period {
			n++
			on = append(on, fmt.Sprintf("top.d%d = %s", n, s.expr(d)))
		}
	}
	switch {
	case s.Convert == nil:
		on = append(on, "top.currency = f.currency")
	case s.toBrand():
		on = append(on, "top.currency = "+s.quote())
	}
	return " left join top on " + strings.Join(on, " and ")
}

// measure is what rows are ranked by.
func (q *Query) measure(row string) string {
	switch q.SortKey {
	case ByGross, ByUnits, ByOrders:
		return row + sortColumns[q.SortKey]
	case ByDimensions, ByNet:
	}
	return fmt.Sprintf("(%sgross_minor - %sdiscount_minor - %srefund_minor)", row, row, row)
}
