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
	native := s.native(of, "f.currency")
	if s.Convert == nil {
		return native
	}
	keys := s.keys()
	to, join, groups := s.quote(), "k.currency = n.currency and k.rate_on = n.rate_on", len(keys)-1
	if s.toBrand() {
		to, join, groups = "n.quote", join+" and k.quote = n.quote", len(keys)
	}
	selected := append(slices.Clone(keys[:len(keys)-1]), to+" as currency")
	for _, c := range counts {
		selected = append(selected, fmt.Sprintf("total(n.%s) as %s", c, c))
	}
	for _, a := range amounts {
		// Halves are rounded away from zero, exactly: div cuts the fraction.
		selected = append(selected, fmt.Sprintf("total((sign(n.%s) * div(2 * abs(n.%s) * k.of + k.per, 2 * k.per))::bigint) as %s", a, a, a))
	}
	return clause{
		fmt.Sprintf("select %s, max(n.recorded_at) as recorded_at from (%s) n join k on %s%s",
			strings.Join(selected, ", "), native.sql, join, groupBy(groups)), native.args,
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
	group := groupBy(len(selected))
	if s.Convert != nil && !s.toBrand() && currency != "f.currency" && len(selected) == 1 {
		group = " having count(*) > 0"
	}
	for _, c := range counts {
		selected = append(selected, s.count(c)+" as "+c)
	}
	for _, a := range amounts {
		selected = append(selected, fmt.Sprintf("total(f.%s) as %s", a, a))
	}
	from, where := s.rows(s.columns(), s.finer(), s.counted(), of.from, of.to)
	sql := fmt.Sprintf("select %s, max(f.recorded_at) as recorded_at from %s%s where %s%s",
		strings.Join(selected, ", "), from.sql, s.joinTop(), where.sql, group)
	return clause{sql, append(from.args, where.args...)}
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
	by := &source{&of, s.actor, s.state, s.now}
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
