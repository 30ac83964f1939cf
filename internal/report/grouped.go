package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// amounts are sums of money, counts are not converted.
var (
	amounts = []string{"gross_minor", "discount_minor", "refund_minor", "shipping_minor", "duty_minor", "tax_minor", "commission_minor"}
	counts  = []string{"orders", "units_sold", "units_returned", "shoppers", "new_shoppers"}
)

// sums are the columns of a grouped row beside its keys.
var sums = slices.Concat(counts, amounts, []string{"recorded_at"})

// tells whether a sum of money, of those that nothing but themselves needs, is
// asked for: sums and rates take time.
func (q *Query) tells(amount string) bool {
	fields := map[string][]string{
		"shipping_minor": {"shipping", "payout"}, "duty_minor": {"duties"}, "tax_minor": {"taxes"}, "commission_minor": {"commission", "payout"},
	}[amount]
	return fields == nil || q.asks(fields...)
}

// count is how a count is made of rows f.
func (s *source) count(name string) string {
	switch {
	case name == "orders" && s.byLine():
		return "count(distinct f.order_id) filter (where f.kind = 'SALE')"
	case name == "orders":
		return "total(f.orders)"
	case name == "shoppers" && s.byShopper():
		return "count(distinct f.shopper_id) filter (where f.kind = 'SALE')"
	case name == "new_shoppers" && s.byShopper():
		return "count(distinct f.shopper_id) filter (where f.kind = 'SALE' and f.event_at = first.first_at)"
	case name == "shoppers", name == "new_shoppers":
		return "0::bigint"
	}
	return "total(f." + name + ")"
}

// span is a range of days that is summed, and how far its periods are moved to
// stand beside those they are compared with.
type span struct {
	from, to *models.Date
	moved    string
}

// grouped sums the rows of a span by the query's keys, in the currency asked for.
func (s *source) grouped(of span) clause {
	if s.Convert == nil {
		return s.native(of, "f.currency")
	}
	keys := s.keys()
	told := s.converted(of, keys[:len(keys)-1])
	if !s.byShopper() {
		return told
	}
	// One shopper may have bought in several currencies, and on days of several rates.
	counted := s.native(of, s.quote())
	selected := slices.Clone(keys)
	for _, column := range sums {
		from := "a."
		if column == "shoppers" || column == "new_shoppers" {
			from = "z."
		}
		selected = append(selected, from+column)
	}
	return clause{
		fmt.Sprintf("select %s from (%s) z join (%s) a using (%s)", strings.Join(selected, ", "), counted.sql, told.sql, strings.Join(keys, ", ")),
		append(counted.args, told.args...),
	}
}

// converted sums by keys what each row comes to in the currency asked for.
func (s *source) converted(of span, keys []string) clause {
	native := s.native(of, "f.currency")
	to, join, groups := s.quote(), "k.currency = n.currency and k.rate_on = n.rate_on", len(keys)
	if s.toBrand() {
		to, join, groups = "n.quote", join+" and k.quote = n.quote", groups+1
	}
	selected := append(slices.Clone(keys), to+" as currency")
	for _, c := range counts {
		selected = append(selected, fmt.Sprintf("total(n.%s) as %s", c, c))
	}
	for _, a := range amounts {
		if !s.tells(a) {
			selected = append(selected, "0::bigint as "+a)
			continue
		}
		// Halves are rounded away from zero, exactly: division cuts the fraction.
		selected = append(selected, fmt.Sprintf(`total(case
  when n.%[1]s = 0 then 0
  when abs(n.%[1]s) <= k.small then sign(n.%[1]s)::bigint * ((2 * abs(n.%[1]s) * k.small_of + k.small_per) / (2 * k.small_per))
  else (sign(n.%[1]s) * div(2 * abs(n.%[1]s) * k.of + k.per, 2 * k.per))::bigint
end) as %[1]s`, a))
	}
	group := groupBy(groups)
	if groups == 0 {
		group = " having count(*) > 0"
	}
	return clause{
		fmt.Sprintf("select %s, max(n.recorded_at) as recorded_at from (%s) n join k on %s%s",
			strings.Join(selected, ", "), native.sql, join, group), native.args,
	}
}

// native sums in the currencies of the sales. With rates of several days, what
// has another rate is a row of its own.
func (s *source) native(of span, currency string) clause {
	var selected []string
	for i, d := range s.GroupBy {
		expr := s.expr(d)
		switch {
		case d == Period && of.moved != "":
			expr = fmt.Sprintf("(%s + interval '%s')::date", expr, of.moved)
		case d != Period && s.Top > 0:
			expr = fmt.Sprintf("case when top.place is null then %s else %s end", dimensions[d].none, expr)
		}
		selected = append(selected, fmt.Sprintf("%s as d%d", expr, i+1))
	}
	if s.has(Storefront) || s.has(Product) {
		key := s.brandKey()
		if s.Top > 0 {
			key = fmt.Sprintf("case when top.place is null then '%s' else %s end", noID, key)
		}
		selected = append(selected, key+" as brand_key")
	}
	if s.Top > 0 {
		selected = append(selected, "top.place is null as others")
	}
	selected = append(selected, currency+" as currency")
	if s.Convert != nil && currency == "f.currency" {
		selected = append(selected, s.rateOn()+" as rate_on")
		if s.toBrand() {
			selected = append(selected, s.quote()+" as quote")
		}
	}
	parts := s.parts(append(s.columns(), "currency"), s.finer(), s.counted(), of.from, of.to)
	i := slices.IndexFunc(parts, func(p rollup.Part) bool { return p.Cells })
	if i >= 0 && (s.all || s.whole()) && s.Top == 0 && currency == "f.currency" && !s.toBrand() && s.ofMonths() {
		return s.cells(selected, parts[i], slices.Concat(parts[:i], parts[i+1:]))
	}
	group := groupBy(len(selected))
	if s.Convert != nil && !s.toBrand() && currency != "f.currency" && len(selected) == 1 {
		group = " having count(*) > 0"
	}
	from, where := s.rows(parts...)
	if s.ofPage {
		exprs := make([]string, len(s.GroupBy))
		for i, d := range s.GroupBy {
			exprs[i] = s.expr(d)
		}
		where.sql += fmt.Sprintf(" and (%s) in (select %s from page)", strings.Join(exprs, ", "), s.dimensions())
	}
	sql := fmt.Sprintf("select %s from %s%s where %s%s", strings.Join(append(selected, s.sums()...), ", "), from.sql, s.joinTop(), where.sql, group)
	return clause{sql, append(from.args, where.args...)}
}

// ofMonths tells whether no two months are in one period.
func (s *source) ofMonths() bool { return s.finer() != "month" || s.Period == Month }

// sums of rows f.
func (s *source) sums() []string {
	var selected []string
	for _, c := range counts {
		selected = append(selected, s.count(c)+" as "+c)
	}
	for _, a := range amounts {
		if s.tells(a) {
			selected = append(selected, fmt.Sprintf("total(f.%s) as %s", a, a))
		} else {
			selected = append(selected, "0::bigint as "+a)
		}
	}
	return append(selected, "max(f.recorded_at) as recorded_at")
}

// cells takes the rows of a roll-up that are a group each as they are, and sums
// those of brands alone that the other parts tell of: few, in the tail.
func (s *source) cells(keys []string, of rollup.Part, others []rollup.Part) clause {
	cells, where := s.rows(of)
	rest, _ := s.rows(others...)
	plain := slices.Clone(keys)
	for _, c := range counts {
		if c == "shoppers" || c == "new_shoppers" {
			plain = append(plain, "0::bigint as "+c)
		} else {
			plain = append(plain, "f."+c)
		}
	}
	plain = append(plain, "f."+strings.Join(amounts, ", f."), "f.recorded_at")
	sql := fmt.Sprintf(`with rest as materialized (select f.* from %s where %s), brands as materialized (select distinct brand_id from rest)
select %s from %s where %s and f.brand_id not in (select brand_id from brands)
union all
select %s from (select f.* from %s where %s and f.brand_id in (select brand_id from brands) union all select * from rest) f%s`,
		rest.sql, where.sql, strings.Join(plain, ", "), cells.sql, where.sql,
		strings.Join(append(slices.Clone(keys), s.sums()...), ", "), cells.sql, where.sql, groupBy(len(keys)))
	args := append(slices.Clone(rest.args), where.args...)
	for range 2 {
		args = append(append(args, cells.args...), where.args...)
	}
	return clause{sql, args}
}

func groupBy(columns int) string {
	if columns == 0 {
		return ""
	}
	numbers := make([]string, columns)
	for i := range numbers {
		numbers[i] = fmt.Sprint(i + 1)
	}
	return " group by " + strings.Join(numbers, ", ")
}

// largest are the combinations of dimensions, PERIOD apart, that are told by
// themselves: in each currency as many.
func (s *source) largest() clause {
	of := *s.Query
	of.GroupBy = slices.DeleteFunc(slices.Clone(s.GroupBy), func(d Dimension) bool { return d == Period })
	of.Top, of.byPeriod = 0, s.Convert != nil && s.Convert.Rate == PeriodAverage && s.has(Period)
	by := &source{Query: &of, actor: s.actor, state: s.state, now: s.now}
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
