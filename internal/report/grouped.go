package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/models"
)

// amounts are sums of money, counts are not converted.
var (
	amounts = []string{"gross_minor", "discount_minor", "refund_minor", "shipping_minor", "duty_minor", "tax_minor", "commission_minor"}
	counts  = []string{"orders", "units_sold", "units_returned", "shoppers", "new_shoppers"}
)

// sums are the columns of a grouped row beside its keys.
var sums = slices.Concat(counts, amounts, []string{"recorded_at"})

// needs are the fields of the API that are made of a sum: sums and rates take
// time, and what nobody asks for is 0.
var needs = map[string][]string{
	"orders":           {"orders", "averageOrder"},
	"units_sold":       {"units", "returnRate"},
	"units_returned":   {"unitsReturned", "returnRate"},
	"gross_minor":      {"gross", "net", "averageOrder", "payout", "netChange", "share", "rank", "cumulativeNet", "movingNet"},
	"discount_minor":   {"discounts", "net", "averageOrder", "payout", "netChange", "share", "rank", "cumulativeNet", "movingNet"},
	"refund_minor":     {"refunds", "net", "payout", "netChange", "share", "rank", "cumulativeNet", "movingNet"},
	"shipping_minor":   {"shipping", "payout"},
	"duty_minor":       {"duties"},
	"tax_minor":        {"taxes"},
	"commission_minor": {"commission", "payout"},
	"recorded_at":      {"asOf"},
}

// tells whether a sum is needed.
func (q *Query) tells(sum string) bool {
	if q.amountsAlone && !slices.Contains(amounts, sum) {
		return false
	}
	fields, known := needs[sum]
	return !known || q.asks(fields...) || slices.Contains(fields, q.ranks())
}

// count is how a sum is made of rows f.
func (s *source) count(name string) string {
	switch {
	case name == "orders" && s.byLine() && s.byShopper():
		return "count(distinct f.order_id) filter (where f.kind = 'SALE')"
	case name == "orders" && s.byLine():
		return "0::bigint"
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
		return s.withOrders(of, s.native(of, "f.currency"))
	}
	told := s.converted(of, s.groups())
	if !s.byShopper() {
		return s.withOrders(of, told)
	}
	// One shopper may have bought in several currencies, and on days of several rates.
	counted := s.native(of, s.quote())
	keys := s.keys()
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
	if c := s.cellsOf(of); c != nil && !s.toBrand() {
		// No brand is in both, and rows are of brands.
		rows := c.with.and(" ", s.convert(c.kept(allRows), keys)).and(" union all ", s.convert(c.summed(allRows), keys))
		if len(keys) > 0 {
			return rows
		}
		return clause{fmt.Sprintf("select n.currency, %s from (%s) n group by 1", strings.Join(s.sums("n.", added), ", "), rows.sql), rows.args}
	}
	return s.convert(s.native(of, "f.currency"), keys)
}

// convert sums by keys what each of the rows, grouped in the currencies of the
// sales, comes to.
func (s *source) convert(native clause, keys []string) clause {
	to, join := s.quote(), "k.currency = n.currency and k.rate_on = n.rate_on"
	groups := slices.Clone(keys)
	if s.toBrand() {
		to, join, groups = "n.quote", join+" and k.quote = n.quote", append(groups, "n.quote")
	}
	// An index has rows by periods first.
	if i := slices.Index(groups, s.key(Period)); i >= 0 {
		groups[0], groups[i] = groups[i], groups[0]
	}
	selected := append(slices.Clone(keys), to+" as currency")
	selected = append(selected, s.sums("n.", func(sum string) string {
		if !slices.Contains(amounts, sum) {
			return added(sum)
		}
		// Halves are rounded away from zero, exactly: division cuts the fraction.
		return fmt.Sprintf(`total(case
  when n.%[1]s = 0 then 0
  when n.%[1]s between 0 and k.small then (2 * n.%[1]s * k.small_of + k.small_per) / (2 * k.small_per)
  else (sign(n.%[1]s) * div(2 * abs(n.%[1]s) * k.of + k.per, 2 * k.per))::bigint
end)`, sum)
	})...)
	sql := fmt.Sprintf("select %s from (%s) n left join k on %s", strings.Join(selected, ", "), native.sql, join)
	if len(groups) == 0 {
		return clause{sql + " having count(*) > 0", native.args}
	}
	return clause{sql + " group by " + strings.Join(groups, ", "), native.args}
}

// selected are the keys of the rows of a span, in a currency, as columns of rows f.
func (s *source) selected(of span, currency string) (selected []string) {
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
	return selected
}

// native sums in the currencies of the sales. With rates of several days, what
// has another rate is a row of its own.
func (s *source) native(of span, currency string) clause {
	if s.given != nil && currency == "f.currency" {
		return s.given.clause(s, of)
	}
	if currency == "f.currency" && !s.toBrand() {
		if c := s.cellsOf(of); c != nil {
			return c.all()
		}
	}
	selected, parts := s.selected(of, currency), s.partsOf(of)
	group := groupBy(len(selected))
	if s.Convert != nil && !s.toBrand() && currency != "f.currency" && len(selected) == 1 {
		group = " having count(*) > 0"
	}
	from, where := s.rows(parts...)
	where = s.narrowed(where)
	sql := fmt.Sprintf("select %s from %s%s where %s%s%s", strings.Join(append(selected, s.sums("f.", s.count)...), ", "), from.sql, s.joinTop(), where.sql, group, s.backward())
	return clause{sql, append(from.args, where.args...)}
}

// narrowed is a condition on rows f of the page or its brands alone.
func (s *source) narrowed(where clause) clause {
	if s.ofBrands {
		where.sql += " and f.brand_id = any (array (select d1 from brands_of_page))"
	}
	if s.ofPage {
		exprs := make([]string, len(s.GroupBy))
		for i, d := range s.GroupBy {
			exprs[i] = s.expr(d)
			if d == Brand { // whose rows an index has
				where.sql += fmt.Sprintf(" and f.brand_id = any (array (select d%d from page))", i+1)
			}
		}
		where.sql += fmt.Sprintf(" and (%s) in (select %s from page)", strings.Join(exprs, ", "), s.dimensions())
	}
	return where
}

// sums of rows, each made as told.
func (q *Query) sums(row string, made func(sum string) string) (selected []string) {
	for _, sum := range slices.Concat(counts, amounts) {
		selected = append(selected, q.asked(sum, made(sum)))
	}
	return append(selected, q.asked("recorded_at", "max("+row+"recorded_at)"))
}

// added is the sum of a column of rows n.
func added(sum string) string { return "total(n." + sum + ")" }

// asked is a sum as the column of its name, if anybody needs it.
func (q *Query) asked(sum, sql string) string {
	switch {
	case q.tells(sum):
		return sql + " as " + sum
	case sum == "recorded_at":
		return "null::timestamptz as " + sum
	}
	return "0::bigint as " + sum
}

// backward is the order of rows that an index has the other way round: grouped
// rows are otherwise sorted upwards, all of them, to show a page from their end.
func (s *source) backward() string {
	if !s.Reverse || s.whole() || len(s.GroupBy) == 0 {
		return ""
	}
	order := make([]string, len(s.GroupBy))
	for i := range order {
		order[i] = fmt.Sprint(i+1, " desc")
	}
	return " order by " + strings.Join(order, ", ")
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
