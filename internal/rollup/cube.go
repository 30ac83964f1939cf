// Package rollup keeps sums of sales facts, and tells which of them a report
// can be read from. Roll-ups and the facts that are not in them yet are read in
// one snapshot: their sum is exact and fresh at any time.
package rollup

import (
	"fmt"
	"slices"
	"strings"
)

// Zones in whose days and months roll-ups are kept.
var Zones = []string{"UTC", "Asia/Shanghai", "America/New_York"}

// cut says how the time of a roll-up is cut.
type cut int

const (
	// days begin wherever one of Zones begins a day, so that they make up the
	// days of each of them; months do the same with months.
	days cut = iota
	months
	// zonedMonths are the months of each of Zones, side by side.
	zonedMonths
)

// cube is a table of sums by its keys.
type cube struct {
	table string
	cut   cut
	// byOrder: all lines of an order have the same keys, so that orders add up.
	byOrder bool
	keys    []string
	// from is the roll-up that it can be summed from, empty for facts alone.
	from string
}

// cubes, those with fewer rows first, and days before the months of the same keys.
var cubes = []cube{
	{"sales_by_market_days", days, true, byMarket, ""},
	{"sales_by_market_months", zonedMonths, true, byMarket, "sales_by_market_days"},
	{"sales_by_goods_days", days, false, byGoods, ""},
	{"sales_by_goods_months", zonedMonths, false, byGoods, "sales_by_product_months"},
	{"sales_by_brand_months", zonedMonths, true, byBrand, "sales_by_storefront_months"},
	{"sales_by_storefront_days", days, true, byStorefront, ""},
	{"sales_by_storefront_months", zonedMonths, true, byStorefront, "sales_by_storefront_days"},
	{"sales_by_product_months", months, false, byProduct, ""},
}

var (
	byMarket     = []string{"market", "buyer_country", "buyer_region", "currency", "source"}
	byGoods      = []string{"category_path", "origin_country", "origin_region", "market", "currency", "source"}
	byBrand      = []string{"brand_id", "currency"}
	byStorefront = []string{"brand_id", "storefront_id", "market", "currency", "source"}
	byProduct    = append([]string{"brand_id", "storefront_id", "product_id"}, byGoods...)
)

// in names the partition of a generation.
func (c cube) in(generation int) string { return fmt.Sprintf("%s_%d", c.table, generation) }

func named(table string) cube {
	return cubes[slices.IndexFunc(cubes, func(c cube) bool { return c.table == table })]
}

// summedFurther is the roll-up that is summed from this one, if there is one.
func (c cube) summedFurther() (cube, bool) {
	i := slices.IndexFunc(cubes, func(of cube) bool { return of.from == c.table })
	return cubes[max(i, 0)], i >= 0
}

// measures are what roll-ups sum, orders apart.
var measures = []string{
	"units_sold", "units_returned", "gross_minor", "discount_minor", "refund_minor", "shipping_minor", "duty_minor", "tax_minor", "fee_minor",
	"commission_minor",
}

// never null in facts; what may be stands as "" or the zero id in roll-ups.
var never = []string{"brand_id", "storefront_id", "market", "currency", "source"}

const noID = "'00000000-0000-0000-0000-000000000000'::uuid"

// stored is what a roll-up has for a column of a fact, read the other way round.
func stored(column string) string {
	switch {
	case slices.Contains(never, column):
		return "f." + column
	case column == "product_id":
		return "coalesce(f.product_id, " + noID + ")"
	}
	return "coalesce(f." + column + ", '')"
}

func read(column string) string {
	switch {
	case slices.Contains(never, column):
		return "f." + column
	case column == "product_id":
		return "nullif(f.product_id, " + noID + ")"
	}
	return "nullif(f." + column + ", '')"
}

// begins tells when the day or month of an instant begins that no zone cuts further.
type begins func(unit, instant string) string

// cutting is begins of any instant.
func cutting(unit, instant string) string {
	starts := make([]string, len(Zones))
	for i, zone := range Zones {
		starts[i] = fmt.Sprintf("date_trunc('%s', %s, '%s')", unit, instant, zone)
	}
	return "greatest(" + strings.Join(starts, ", ") + ")"
}

// key columns of the table, in front of those of the cube.
func (c cube) time() []string {
	if c.cut == zonedMonths {
		return []string{"zone", "starts_on"}
	}
	return []string{"starts_at"}
}

// sums is the statement that sums facts, rows named f with a condition, into
// what the table holds beside its generation.
func (c cube) sums(facts, condition string, of begins) string {
	var selected []string
	from := facts + " f"
	switch c.cut {
	case days:
		selected = append(selected, of("day", "f.event_at")+" as starts_at")
	case months:
		selected = append(selected, of("month", "f.event_at")+" as starts_at")
	case zonedMonths:
		selected = append(selected, "z.zone", "date_trunc('month', f.event_at at time zone z.zone)::date as starts_on")
		from += fmt.Sprintf(" cross join unnest(array['%s']) as z (zone)", strings.Join(Zones, "', '"))
	}
	for _, k := range c.keys {
		selected = append(selected, stored(k)+" as "+k)
	}
	groups := make([]string, len(selected))
	for i := range groups {
		groups[i] = fmt.Sprint(i + 1)
	}
	if c.byOrder {
		selected = append(selected, "count(*) filter (where f.opens_order) as orders")
	}
	for _, m := range measures {
		selected = append(selected, "total(f."+m+") as "+m)
	}
	selected = append(selected, "max(f.recorded_at) as recorded_at")
	return "select " + strings.Join(selected, ", ") + " from " + from + " where " + condition + " group by " + strings.Join(groups, ", ")
}

// further sums what another roll-up of a generation holds, to the same as facts
// would: pieces of months first, which are fewer than days, then months of zones.
func (c cube) further(from cube, generation int, of begins) string {
	rows := from.in(generation) + " f"
	if from.cut == zonedMonths {
		return c.summing(rows, "f.zone", "f.starts_on")
	}
	piece := "f.starts_at"
	if from.cut == days {
		piece = of("month", "f.starts_at") + " as starts_at"
	}
	rows = fmt.Sprintf("(%s) f cross join unnest(array['%s']) as z (zone)", c.summing(rows, piece), strings.Join(Zones, "', '"))
	return c.summing(rows, "z.zone", "date_trunc('month', f.starts_at at time zone z.zone)::date as starts_on")
}

// summing is the statement that sums rows of roll-ups, named f, by times and the
// keys of the table.
func (c cube) summing(rows string, times ...string) string {
	selected := slices.Clone(times)
	for _, k := range c.keys {
		selected = append(selected, "f."+k)
	}
	groups := make([]string, len(selected))
	for i := range groups {
		groups[i] = fmt.Sprint(i + 1)
	}
	for _, name := range c.summed() {
		if name == "recorded_at" {
			selected = append(selected, "max(f.recorded_at) as recorded_at")
		} else {
			selected = append(selected, "total(f."+name+") as "+name)
		}
	}
	return fmt.Sprintf("select %s from %s group by %s", strings.Join(selected, ", "), rows, strings.Join(groups, ", "))
}

// names of the columns, in the order of sums.
func (c cube) names() []string { return slices.Concat(c.time(), c.keys, c.summed()) }

// summed are the columns beside the keys; the last one is a maximum.
func (c cube) summed() []string {
	if c.byOrder {
		return slices.Concat([]string{"orders"}, measures, []string{"recorded_at"})
	}
	return append(slices.Clone(measures), "recorded_at")
}

// add is the statement that adds facts to the rows of a generation, an expression.
func (c cube) add(generation, facts, condition string) string {
	var set []string
	for _, name := range c.summed() {
		if name == "recorded_at" {
			set = append(set, "recorded_at = greatest(t.recorded_at, excluded.recorded_at)")
		} else {
			set = append(set, fmt.Sprintf("%s = t.%s + excluded.%s", name, name, name))
		}
	}
	return fmt.Sprintf("insert into %s as t (generation, %s) select %s, s.* from (%s) s on conflict on constraint %s_pk do update set %s",
		c.table, strings.Join(c.names(), ", "), generation, c.sums(facts, condition, cutting), c.table, strings.Join(set, ", "))
}
