package report

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// monthKey is a month of a zone in one version, and what it is asked for:
// filters, rates of its days and sums.
type monthKey struct {
	zone, month, version string
	asked                [sha256.Size]byte
}

// maxMonths are remembered: 36 of a hundred reports, in each configured zone.
const maxMonths = 10_000

// a month, open where the tail tells of it.
type month struct {
	Month, Version string
	Open           bool
}

// monthKey is that of what is asked of a month.
func (s *source) monthKey(st statement, m month, asked ...any) monthKey {
	text := fmt.Appendf(nil, "%s %v", s.quote(), asked)
	for _, a := range amounts {
		text = fmt.Append(text, " ", s.tells(a))
	}
	for _, rate := range st.rates {
		if rate.day[:len(yearMonth)] == m.Month[:len(yearMonth)] {
			text = fmt.Appendf(text, " %v", rate)
		}
	}
	return monthKey{s.TimeZone.String(), m.Month, m.Version, sha256.Sum256(text)}
}

const yearMonth = "2006-01"

// remembersDays tells whether it is remembered what the days of months come to,
// each at its own rate.
func (s *source) remembersDays() bool {
	return s.Convert.Rate == TransactionDay && !s.toBrand() && s.Top == 0 && s.RecordedBefore == nil && !s.byShopper() && s.ofAll() &&
		s.state.Built && slices.Contains(rollup.Zones, s.TimeZone.String())
}

// daysInAll is inAll at the rates of days. What is not in whole months is
// converted each time.
func (s *source) daysInAll(tx *gorm.DB, st statement, of span) (clause, error) {
	months, err := s.monthsOf(tx, of)
	if err != nil || len(months) == 0 {
		return s.converted(of, nil), err
	}
	var sum monthSums
	var open, missing models.StringList
	keys := map[string]monthKey{}
	_, where := s.rows(s.partsOf(of)...)
	for _, m := range months {
		if m.Open {
			open = append(open, m.Month)
			continue
		}
		key := s.monthKey(st, m, s.selected(of, "f.currency"), where)
		if known, ok := s.known.sums.Get(key); ok {
			sum.add(known)
		} else {
			missing, keys[m.Month] = append(missing, m.Month), key
		}
	}
	if len(missing) > 0 {
		var rows []struct {
			Month string
			Now   summed `gorm:"embedded"`
		}
		if err := st.run(tx, &rows, s.convert(s.daysOf(missing), []string{"month"})); err != nil {
			return clause{}, err
		}
		came := make(map[string]monthSums, len(rows))
		for _, r := range rows {
			came[r.Month] = r.Now.amounts()
		}
		for month, key := range keys {
			s.known.sums.Add(key, came[month])
			sum.add(came[month])
		}
	}
	all := s.remembered(sum)
	if len(open) > 0 {
		all = all.and(" union all ", s.convert(s.daysOf(open), nil))
	}
	first, last := monthOf(months[0].Month), monthOf(months[len(months)-1].Month)
	if of.from == nil || first.from.After(*of.from) {
		all = all.and(" union all ", s.converted(span{from: of.from, to: new(first.from.AddDays(-1))}, nil))
	}
	if of.to == nil || of.to.After(*last.to) {
		all = all.and(" union all ", s.converted(span{from: new(last.to.AddDays(1)), to: of.to}, nil))
	}
	return clause{fmt.Sprintf("select n.currency, %s from (%s) n group by 1", strings.Join(s.sums("n.", added), ", "), all.sql), all.args}, nil
}

// daysOf some months, in their order, are rows grouped in the currencies of the sales.
func (s *source) daysOf(months models.StringList) clause {
	days := s.native(span{from: monthOf(months[0]).from, to: monthOf(months[len(months)-1]).to}, "f.currency")
	const month = "date_trunc('month', n.rate_on::timestamp)::date"
	return clause{
		fmt.Sprintf("select n.*, %[1]s::text as month from (%[2]s) n where %[1]s = any (cast(? as date[]))", month, days.sql),
		append(days.args, months),
	}
}

// monthsOf a span are those that lie in it, open where the tail tells of them.
func (s *source) monthsOf(tx *gorm.DB, of span) (all []month, err error) {
	until := of.to
	if until != nil {
		until = new(until.AddDays(1))
	}
	first, last := rollup.WholeMonths(of.from, until)
	months, args := rollup.Months(s.state, s.TimeZone, first, last)
	err = tx.Raw(`
with tail as materialized (select distinct date_trunc('month', event_at at time zone ?)::date as month from sales_facts where xid >= ?::xid8)
select m.month::text, m.version, exists (select from tail where tail.month = m.month) as open
from (`+months+`) m
order by 1`, append([]any{s.TimeZone.String(), s.state.Watermark}, args...)...).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("find the months: %w", err)
	}
	return all, nil
}

// monthOf is the span of the month that begins on a day.
func monthOf(first string) span {
	begins, _ := time.Parse(time.DateOnly, first) // as the database writes it
	return span{from: new(models.DateOf(begins)), to: new(models.DateOf(begins.AddDate(0, 1, -1)))}
}
