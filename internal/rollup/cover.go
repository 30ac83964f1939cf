package rollup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

// Need is what a report asks of its rows.
type Need struct {
	// Columns by which facts are told apart: those grouped by and those filtered by.
	Columns []string
	// Apart are those of them that rows are grouped by, beside their period.
	Apart []string
	// Orders are summed over rows.
	Orders bool
	// Zone is the time zone in which From and To, the first and last day, begin;
	// nil days do not bound the report.
	Zone     *time.Location
	From, To *models.Date
	// Period is what rows tell of their time: day, month, empty for nothing.
	Period string
	// Facts alone tell what is needed.
	Facts bool
}

// Part is a statement whose rows have period, the day or the first of the month, all
// columns of a fact, orders, its measures and recorded_at, and of facts alone
// order_id, shopper_id, event_at and kind. The parts of a cover have each fact once.
type Part struct {
	sql  string
	args []any
	// Cells: no two of its rows are in one group of the rows that are told apart,
	// and each is of one brand.
	Cells bool
	of    *cover
}

// Rows are those of the parts as a statement. What the months of a roll-up are
// asked of stands outside: PostgreSQL merges parts in the order of an index,
// and reads no more of them than a page needs, where the part that has the
// index has no condition of its own.
func Rows(parts ...Part) (sql string, args []any) {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i], args = p.sql, append(args, p.args...)
	}
	of := parts[0].of
	sql = "select * from (" + strings.Join(texts, " union all ") + ") f where f.zone = ?"
	args = append(args, of.need.Zone.String())
	if of.first != nil {
		sql, args = sql+" and f.month >= ?", append(args, of.first.String())
	}
	if of.last != nil {
		sql, args = sql+" and f.month < ?", append(args, of.last.String())
	}
	return sql, args
}

// Cover gives the parts that a report is read from, in the snapshot in which
// the state was read: months and days of the smallest roll-ups that tell what
// is needed, the facts that are in none yet, and facts alone where no roll-up
// does.
func Cover(s State, n Need) []Part {
	c := &cover{state: s, need: n}
	from, until := n.From, n.To
	if until != nil {
		next := until.AddDays(1)
		until = &next
	}
	if !n.Facts && s.Built && slices.Contains(Zones, n.Zone.String()) {
		c.choose()
	}
	if c.byMonth == nil && c.byDay == nil {
		c.facts("true", nil, from, until)
		return c.parts
	}
	first, last := WholeMonths(from, until)
	if c.byMonth == nil || first != nil && last != nil && first.String() >= last.String() {
		c.rest(from, until)
	} else {
		c.months(first, last)
		if from != nil && *first != *from {
			c.rest(from, first)
		}
		if until != nil && *last != *until {
			c.rest(last, until)
		}
	}
	c.facts("f.xid >= ?::xid8", []any{s.Watermark}, from, until)
	return c.parts
}

type cover struct {
	state          State
	need           Need
	byMonth, byDay *cube
	// first is the first whole month that is read, last the one after the last,
	// nil where they are not bound.
	first, last *models.Date
	parts       []Part
}

// choose finds the smallest roll-ups that tell what is needed.
func (c *cover) choose() {
	for i := range cubes {
		has := &cubes[i]
		if c.need.Orders && !has.byOrder || slices.ContainsFunc(c.need.Columns, func(k string) bool { return !slices.Contains(has.keys, k) }) {
			continue
		}
		switch {
		case has.cut == days && c.byDay == nil:
			c.byDay = has
		case has.cut != days && c.byMonth == nil && c.need.Period != "day":
			c.byMonth = has
		}
	}
}

// ByLine tells whether an order can stand in several rows that are told apart
// by the columns, so that orders do not add up.
func ByLine(columns []string) bool {
	return slices.ContainsFunc(columns, func(c string) bool {
		return c == "product_id" || c == "category_path" || strings.HasPrefix(c, "origin_")
	})
}

// WholeMonths are the first day of the first month that lies from one day until
// before another, and the day after the last such month; nil where nothing bounds them.
func WholeMonths(from, until *models.Date) (first, last *models.Date) {
	if from != nil {
		day := from.Time()
		if day.Day() > 1 {
			day = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		first = new(models.DateOf(day))
	}
	if until != nil {
		day := until.Time()
		last = new(models.DateOf(day.AddDate(0, 0, 1-day.Day())))
	}
	return first, last
}

func (c *cover) months(first, last *models.Date) {
	if c.byMonth.cut == months {
		c.pieces(c.byMonth, first, last)
		return
	}
	c.first, c.last = first, last
	period := "f.starts_on"
	if c.need.Period == "" {
		period = "null::date"
	}
	c.parts = append(c.parts, Part{
		of: c, sql: "select f.zone, f.starts_on as month, " + c.columns(c.byMonth, period),
		Cells: c.cells(),
	})
}

// cells tells whether whole months are Cells.
func (c *cover) cells() bool {
	return c.byMonth.keys[0] == "brand_id" && (c.need.Period == "month" || c.oneMonth()) &&
		!slices.ContainsFunc(c.byMonth.keys, func(k string) bool { return !slices.Contains(c.need.Apart, k) })
}

// Table is what a part of whole months is read from, of one generation.
func (p Part) Table() string { return p.of.byMonth.in(p.of.state.Generation) }

// Months are those that a part of whole months is read of, as the other Months tells them.
func (p Part) Months() (sql string, args []any) {
	return Months(p.of.state, p.of.need.Zone, p.of.first, p.of.last)
}

// Months of a configured zone from the first day of one to that of another, nil
// where sales bound them: month, and version, which changes with the sums of the
// month. It tells the transactions that wrote them where there are few: each
// fact is in all roll-ups.
func Months(s State, zone *time.Location, first, last *models.Date) (sql string, args []any) {
	table := named("sales_by_market_months").in(s.Generation)
	args = []any{zone.String()}
	bound := func(known *models.Date, end string) string {
		if known != nil {
			args = append(args, known.String())
			return "?::date"
		}
		args = append(args, zone.String())
		return fmt.Sprintf("(select %s from %s where zone = ?)", end, table)
	}
	from := bound(first, "min(starts_on)")
	return `
select m.month::date as month, (
  select coalesce(md5(string_agg(f.xmin::text, ',' order by f.xmin::text)), '')
  from ` + table + ` f
  where f.zone = ? and f.starts_on = m.month::date
) as version
from generate_series(` + from + "::timestamp, " + bound(last, "max(starts_on) + 1") + " - interval '1 day', interval '1 month') m (month)", args
}

// Sold is a statement of the orders of each month of UTC, in their order: those
// of the tail are not among them.
func Sold(s State) string {
	return "select starts_on, total(orders) as orders from " + named("sales_by_market_months").in(s.Generation) + " where zone = 'UTC' group by 1 order by 1"
}

// oneMonth is all that is read of whole months.
func (c *cover) oneMonth() bool {
	return c.need.Period == "" && c.first != nil && c.last != nil && models.DateOf(c.first.Time().AddDate(0, 1, 0)) == *c.last
}

// rest covers what is less than a month, or all where there are no months.
func (c *cover) rest(from, until *models.Date) {
	if c.byDay == nil {
		c.facts("f.xid < ?::xid8", []any{c.state.Watermark}, from, until)
		return
	}
	c.pieces(c.byDay, from, until)
}

// period is the date on which the period of an instant begins in the zone.
func (c *cover) period(instant string) string {
	local := fmt.Sprintf("%s at time zone '%s'", instant, c.need.Zone)
	switch c.need.Period {
	case "":
		return "null::date"
	case "day":
		return "(" + local + ")::date"
	}
	return "date_trunc('month', " + local + ")::date"
}

// pieces are read from a roll-up whose rows lie within days of any zone.
func (c *cover) pieces(from *cube, first, last *models.Date) {
	where, args := "true", []any{}
	bound := func(is string, date *models.Date) {
		if date != nil {
			day := date.Time()
			where, args = where+" and f.starts_at "+is+" ?", append(args, time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, c.need.Zone))
		}
	}
	bound(">=", first)
	bound("<", last)
	c.parts = append(c.parts, Part{of: c, sql: "select " + c.common() + c.columns(from, c.period("f.starts_at")) + " where " + where, args: args})
}

// common is what rows beside whole months have, so that they are not left out.
func (c *cover) common() string {
	month := "null"
	switch {
	case c.first != nil:
		month = "'" + c.first.String() + "'"
	case c.last != nil:
		month = "'" + c.last.AddDays(-1).String() + "'"
	}
	return fmt.Sprintf("'%s' as zone, %s::date as month, ", c.need.Zone, month)
}

// columns of a roll-up as facts have them, and where they are from.
func (c *cover) columns(from *cube, period string) string {
	selected := []string{period + " as period"}
	for _, k := range byAll {
		switch {
		case slices.Contains(from.keys, k):
			selected = append(selected, read(k)+" as "+k)
		case strings.HasSuffix(k, "_id"):
			selected = append(selected, "null::uuid as "+k)
		default:
			selected = append(selected, "null::text as "+k)
		}
	}
	if from.byOrder {
		selected = append(selected, "f.orders")
	} else {
		selected = append(selected, "null::bigint as orders")
	}
	return fmt.Sprintf("%s, f.%s, f.recorded_at, null::uuid as order_id, null::uuid as shopper_id, null::timestamptz as event_at, null::text as kind from %s f",
		strings.Join(selected, ", "), strings.Join(measures, ", f."), from.in(c.state.Generation))
}

// facts are read where they lie. Days of any zone are told exactly, where
// clocks skip or repeat midnight, too; the first condition uses an index, and
// by the second PostgreSQL knows how many are more than a day from the bounds.
func (c *cover) facts(where string, args []any, from, until *models.Date) {
	p := Part{of: c, args: args}
	day := fmt.Sprintf("(f.event_at at time zone '%s')::date", c.need.Zone)
	if from != nil {
		where += " and f.event_at >= ?::date and (f.event_at >= ?::date or " + day + " >= ?::date)"
		p.args = append(p.args, from.AddDays(-1).String(), from.AddDays(1).String(), from.String())
	}
	if until != nil {
		where += " and f.event_at < ?::date and (f.event_at < ?::date or " + day + " < ?::date)"
		p.args = append(p.args, until.AddDays(1).String(), until.AddDays(-1).String(), until.String())
	}
	p.sql = fmt.Sprintf("select %s%s as period, f.%s, f.opens_order::int::bigint as orders, f.%s, f.recorded_at, f.order_id, f.shopper_id, f.event_at, f.kind from sales_facts f where %s",
		c.common(), c.period("f.event_at"), strings.Join(byAll, ", f."), strings.Join(measures, ", f."), where)
	c.parts = append(c.parts, p)
}

var byAll = append([]string{"buyer_country", "buyer_region"}, byProduct...)
