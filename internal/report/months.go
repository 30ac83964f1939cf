package report

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/models"
)

// monthKey is a month of a roll-up in one version, and what it is asked for:
// filters, rates and sums.
type monthKey struct {
	table, zone, month, version string
	asked                       [sha256.Size]byte
}

// monthSums are what the cells of a month come to, in the order of amounts.
type monthSums [7]int64

// maxMonths are remembered: 36 of a hundred reports, in each configured zone.
const maxMonths = 10_000

// inAll is what all rows of a span come to in the currency asked for. Each cell
// is converted, and months seldom change: what those come to that nothing in
// the tail is of is remembered, as long as nobody has written to them.
func (s *source) inAll(tx *gorm.DB, st statement, of span) (clause, error) {
	of.moved = "" // beside which periods they stand is nothing to them
	c := s.cellsOf(of)
	switch {
	case s.remembersDays():
		return s.daysInAll(tx, st, of)
	case s.finer() != "month" || !s.remembers(c):
		return s.converted(of, nil), nil
	}
	months, err := c.months(tx)
	if err != nil {
		return clause{}, err
	}
	var sum monthSums
	var open, missing models.StringList
	keys := map[string]monthKey{}
	for _, m := range months {
		if m.Open {
			open = append(open, m.Month)
			continue
		}
		key := s.cellsKey(c, st, m)
		if known, ok := s.known.sums.Get(key); ok {
			sum.add(known)
		} else {
			missing, keys[m.Month] = append(missing, m.Month), key
		}
	}
	if len(missing) > 0 {
		var rows []*groupedRow
		read := s.convert(c.of(among(missing)), []string{s.key(Period)})
		if err := st.run(tx, &rows, read); err != nil {
			return clause{}, err
		}
		came := make(map[string]monthSums, len(rows))
		for _, r := range rows {
			came[r.key(Period, slices.Index(s.GroupBy, Period))] = r.Now.amounts()
		}
		for month, key := range keys {
			s.known.sums.Add(key, came[month])
			sum.add(came[month])
		}
	}
	return s.withOpen(c, sum, open), nil
}

// remembers tells whether months of the cells are. Rows of staff are few, and
// their filters hold the time.
func (s *source) remembers(c *cells) bool {
	return c != nil && !s.toBrand() && s.ofAll()
}

// ofAll tells that no rows are hidden from the caller.
func (s *source) ofAll() bool {
	scope, _ := auth.Where(s.actor, "sales_facts", "f", s.now)
	return scope == "true"
}

// withOpen adds what changes to what is remembered: open months, and days
// beside whole ones.
func (s *source) withOpen(c *cells, known monthSums, open models.StringList) clause {
	rows := s.remembered(known).
		and(" union all ", s.convert(c.kept(among(open)), nil)).
		and(" union all ", s.convert(c.summed(among(open)), nil))
	sums := strings.Join(s.sums("n.", added), ", ")
	return c.with.and(" select n.currency, "+sums+" from (", rows).and(") n group by 1", clause{})
}

// remembered sums, as a row.
func (s *source) remembered(known monthSums) clause {
	var row []string
	for _, count := range counts {
		row = append(row, s.asked(count, "0::bigint"))
	}
	for i, amount := range amounts {
		row = append(row, s.asked(amount, fmt.Sprintf("%d::bigint", known[i])))
	}
	return clause{sql: "select " + s.quote() + " as currency, " + strings.Join(row, ", ") + ", null::timestamptz as recorded_at"}
}

// among is the condition that rows f are of one of the months.
func among(months models.StringList) clause {
	return clause{"f.month = any (cast(? as date[]))", []any{months}}
}

// a month that cells are of, open where the tail tells of it.
type month struct {
	Month, Version string
	Open           bool
}

func (c *cells) months(tx *gorm.DB) (all []month, err error) {
	months, args := c.part.Months()
	read := c.with.and(" select m.month::text, m.version, exists (select from rest where coalesce(rest.period, m.month) = m.month) as open from (", clause{months + ") m", args})
	if err := tx.Raw(read.sql, read.args...).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("find the months: %w", err)
	}
	return all, nil
}

// cellsKey is that of what is asked of a month's cells, and what else is.
func (s *source) cellsKey(c *cells, st statement, m month, more ...any) monthKey {
	return s.monthKey(c.part.Table(), st, m, c.where.sql, c.where.args, more)
}

// monthKey is that of what is asked of a month, of the rates of its days or its own.
func (s *source) monthKey(table string, st statement, m month, asked ...any) monthKey {
	text := fmt.Appendf(nil, "%s %v", s.quote(), asked)
	for _, a := range amounts {
		text = fmt.Append(text, " ", s.tells(a))
	}
	for _, rate := range st.rates {
		if rate.day == anyDay || rate.day[:len(yearMonth)] == m.Month[:len(yearMonth)] {
			text = fmt.Appendf(text, " %v", rate)
		}
	}
	return monthKey{table, s.TimeZone.String(), m.Month, m.Version, sha256.Sum256(text)}
}

const yearMonth = "2006-01"

func (m *monthSums) add(more monthSums) {
	for i := range m {
		m[i] += more[i]
	}
}

// amounts of the sums, in their order.
func (s summed) amounts() monthSums {
	return monthSums{s.GrossMinor, s.DiscountMinor, s.RefundMinor, s.ShippingMinor, s.DutyMinor, s.TaxMinor, s.CommissionMinor}
}
