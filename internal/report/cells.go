package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// cells are the rows of a report of which a roll-up has most as they are.
type cells struct {
	part rollup.Part
	// has are the rows f of the roll-up, and where those that the query is about.
	has, where clause
	// with is what is read of the other parts of the cover, those in the tail.
	with clause
	// keys, and what stands beside them of rows as they are and of groups.
	keys, plain, sums []string
}

// cellsOf a span; nil where no roll-up has any, as of quarters, or a page alone
// is read.
func (s *source) cellsOf(of span) *cells {
	if !s.all && !s.whole() || s.ofPage || s.ofBrands || s.given != nil || s.finer() == "month" && s.Period != Month {
		return nil
	}
	parts := s.partsOf(of)
	i := slices.IndexFunc(parts, func(p rollup.Part) bool { return p.Cells })
	if i < 0 || s.Top > 0 {
		return nil
	}
	c := &cells{part: parts[i], keys: s.selected(of, "f.currency"), sums: s.sums("f.", s.count)}
	for _, sum := range slices.Concat(counts, amounts) {
		if sum == "shoppers" || sum == "new_shoppers" {
			c.plain = append(c.plain, "0::bigint as "+sum)
		} else {
			c.plain = append(c.plain, "f."+sum)
		}
	}
	c.plain = append(c.plain, "f.recorded_at")
	c.has, c.where = s.rows(parts[i])
	rest, _ := s.rows(slices.Concat(parts[:i], parts[i+1:])...)
	c.with = clause{
		fmt.Sprintf("with rest as materialized (select f.* from %s where %s), brands as materialized (select distinct brand_id from rest)", rest.sql, c.where.sql),
		slices.Concat(rest.args, c.where.args),
	}
	return c
}

// of are rows f of the roll-up as they are, those of a condition alone.
func (c *cells) of(only clause) clause {
	return clause{
		fmt.Sprintf("select %s from %s where %s", strings.Join(slices.Concat(c.keys, c.plain), ", "), c.has.sql, c.where.sql),
		slices.Concat(c.has.args, c.where.args),
	}.and(" and ", only)
}

// kept are those of brands that the tail tells nothing of.
func (c *cells) kept(only clause) clause {
	rows := c.of(only)
	return clause{rows.sql + " and f.brand_id not in (select brand_id from brands)", rows.args}
}

// summed are the groups of the few brands that it tells of.
func (c *cells) summed(only clause) clause {
	rows := clause{
		fmt.Sprintf("select %s from (select f.* from %s where %s and f.brand_id in (select brand_id from brands)",
			strings.Join(slices.Concat(c.keys, c.sums), ", "), c.has.sql, c.where.sql),
		slices.Concat(c.has.args, c.where.args),
	}.and(" and ", only)
	return clause{rows.sql + " union all select * from rest) f" + groupBy(len(c.keys)), rows.args}
}

// number of all rows, told by an index.
func (c *cells) number() clause {
	kept := *c
	kept.keys, kept.plain = nil, []string{"count(*)"}
	both := c.with.and(" select (", kept.kept(allRows)).and(") + (select count(*) from (", c.summed(allRows)).and(") s)", clause{})
	return clause{"select (" + both.sql + ")", both.args}
}

// allRows of the roll-up.
var allRows = clause{sql: "true"}

// all the rows.
func (c *cells) all() clause {
	return c.with.and(" ", c.kept(allRows)).and(" union all ", c.summed(allRows))
}

// and is what follows, after some words between.
func (c clause) and(between string, next clause) clause {
	return clause{c.sql + between + next.sql, slices.Concat(c.args, next.args)}
}
