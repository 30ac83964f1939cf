package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// cells are the rows of a report of which a roll-up has most as they are.
type cells struct {
	// kept are rows of the roll-up that are a group each: those of brands that
	// the other parts of the cover, in the tail, tell nothing of.
	kept clause
	// summed are the groups of the few brands that they tell of.
	summed clause
	// with is what both of them read.
	with clause
	part rollup.Part
}

// cellsOf a span; nil where no roll-up has any, as of quarters, or a page alone
// is read.
func (s *source) cellsOf(of span) *cells {
	if !s.all && !s.whole() || s.ofPage || s.finer() == "month" && s.Period != Month {
		return nil
	}
	parts, keys := s.partsOf(of), s.selected(of, "f.currency")
	i := slices.IndexFunc(parts, func(p rollup.Part) bool { return p.Cells })
	if i < 0 || s.Top > 0 {
		return nil
	}
	has, where := s.rows(parts[i])
	rest, _ := s.rows(slices.Concat(parts[:i], parts[i+1:])...)
	plain := slices.Clone(keys)
	for _, c := range counts {
		if c == "shoppers" || c == "new_shoppers" {
			plain = append(plain, "0::bigint as "+c)
		} else {
			plain = append(plain, "f."+c)
		}
	}
	plain = append(plain, "f."+strings.Join(amounts, ", f."), "f.recorded_at")
	return &cells{
		part: parts[i],
		with: clause{
			fmt.Sprintf("with rest as materialized (select f.* from %s where %s), brands as materialized (select distinct brand_id from rest)", rest.sql, where.sql),
			append(slices.Clone(rest.args), where.args...),
		},
		kept: clause{
			fmt.Sprintf("select %s from %s where %s and f.brand_id not in (select brand_id from brands)", strings.Join(plain, ", "), has.sql, where.sql),
			append(slices.Clone(has.args), where.args...),
		},
		summed: clause{
			fmt.Sprintf("select %s from (select f.* from %s where %s and f.brand_id in (select brand_id from brands) union all select * from rest) f%s",
				strings.Join(append(slices.Clone(keys), s.sums("f.", s.count)...), ", "), has.sql, where.sql, groupBy(len(keys))),
			append(slices.Clone(has.args), where.args...),
		},
	}
}

// all the rows.
func (c *cells) all() clause { return c.with.and(" ", c.kept).and(" union all ", c.summed) }

// and is what follows, after some words between.
func (c clause) and(between string, next clause) clause {
	return clause{c.sql + between + next.sql, slices.Concat(c.args, next.args)}
}
