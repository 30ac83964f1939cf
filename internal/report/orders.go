package report

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// apart tells that orders are counted by their ids, from facts, beside sums that
// need not be: an order may stand in several rows.
func (s *source) apart() bool { return s.tells("orders") && s.byLine() && !s.byShopper() }

// joined tells that they are counted for all rows, which are sorted by them or
// all wanted; else for those of a page alone, once these are known.
func (s *source) joined() bool { return s.apart() && !s.all && (s.SortKey == ByOrders || s.inFile) }

// withOrders joins their orders to rows. Each group of orders has a row: a full
// join is made by hashes, however few groups PostgreSQL expects.
func (s *source) withOrders(of span, rows clause) clause {
	if !s.joined() {
		return rows
	}
	selected := s.keys()
	for _, column := range sums {
		if column == "orders" {
			selected = append(selected, "coalesce(o.orders, 0) as orders")
		} else {
			selected = append(selected, "z."+column)
		}
	}
	orders := s.orders(of, clause{sql: "true"})
	return clause{fmt.Sprintf("select %s from (", strings.Join(selected, ", ")), nil}.
		and("", rows).and(") z full join (", orders).and(") o using ("+strings.Join(s.orderKeys(), ", ")+")", clause{})
}

// orderKeys tell rows apart: ids are of one brand.
func (q *Query) orderKeys() []string {
	return slices.DeleteFunc(q.keys(), func(key string) bool { return key == "brand_key" })
}

// orders counts those with a sale in a span, by keys and for rows f with a
// condition on them. Each order is found once in a group by its hash: counting
// distinct ids would sort all facts.
func (s *source) orders(of span, only clause) clause {
	keys := strings.Join(s.orderKeys(), ", ")
	var counted clause
	stretches := s.stretches(of)
	for i, stretch := range stretches {
		counted = counted.and([...]string{"", " union all "}[min(i, 1)], clause{"select " + keys + ", count(*) as orders from (select distinct * from (", nil}).
			and("", s.sales(of, stretch)).and(") f where ", only).and(") f group by "+keys, clause{})
	}
	if len(stretches) == 1 {
		return counted
	}
	return clause{"select " + keys + ", total(orders) as orders from (", nil}.and("", counted).and(") f group by "+keys, clause{})
}

// sales are the keys of those of a stretch, and their orders.
func (s *source) sales(of span, in stretch) clause {
	currency := "f.currency"
	if s.Convert != nil {
		currency = s.quote()
	}
	selected := slices.DeleteFunc(s.selected(of, currency), func(key string) bool { return strings.HasSuffix(key, " as brand_key") })
	from, where := s.rows(rollup.Cover(s.state, rollup.Need{Zone: s.TimeZone, From: in.from, To: in.to, Period: s.finer(), Facts: true})...)
	where = clause{"f.kind = 'SALE'", nil}.and(" and ", s.narrowed(where))
	if in.since != nil {
		where = where.and(" and ", clause{"f.event_at >= ?", []any{*in.since}})
	}
	if in.until != nil {
		where = where.and(" and ", clause{"f.event_at < ?", []any{*in.until}})
	}
	return clause{fmt.Sprintf("select %s, f.order_id from ", strings.Join(selected, ", ")), nil}.and("", from).and(s.joinTop()+" where ", where)
}

// countOrders tells the orders of rows.
func (s *source) countOrders(tx *gorm.DB, st statement, rows []*groupedRow) error {
	if !s.apart() || len(rows) == 0 {
		return nil
	}
	for i, of := range s.spans() {
		var told []*groupedRow
		if err := st.run(tx, &told, s.orders(s.around(of, rows), s.amongRows(rows))); err != nil {
			return err
		}
		orders := make(map[groupedRow]int64, len(told))
		for _, r := range told {
			orders[r.place()] = r.Now.Orders
		}
		for _, r := range rows {
			if i == 0 {
				r.Now.Orders = orders[r.place()]
			} else {
				r.Was.Orders = orders[r.place()]
			}
		}
	}
	return nil
}

// place is what tells a row apart.
func (r *groupedRow) place() groupedRow {
	return groupedRow{D1: r.D1, D2: r.D2, D3: r.D3, D4: r.D4, Others: r.Others, Currency: r.Currency}
}

// amongRows is the condition that keys are those of one of the rows. They are
// looked up by their hash: a join might compare each fact with each row.
func (s *source) amongRows(rows []*groupedRow) clause {
	by, names := s.sort().Columns, s.dimensions()+", "
	if _, ranked := sortColumns[s.SortKey]; ranked {
		by = by[1:]
	}
	if s.Top > 0 {
		names = "others, " + names
	}
	in := unnested("(select * from %s p)", by, columnsOf(rows, by))
	return clause{"((" + strings.TrimPrefix(names, ", ") + "currency) in ", nil}.and("", in).and(") is true", clause{})
}

// around is what of a span the periods of rows are in.
func (s *source) around(of span, rows []*groupedRow) span {
	i := slices.Index(s.GroupBy, Period)
	if i < 0 {
		return of
	}
	periods := make([]string, len(rows))
	for j, r := range rows {
		periods[j] = r.key(Period, i)
	}
	first, err := models.ParseDate(slices.Min(periods))
	last, err2 := models.ParseDate(slices.Max(periods))
	if err != nil || err2 != nil {
		return of
	}
	last = models.DateOf(after(last.Time(), s.Period)).AddDays(-1)
	if of.moved != "" {
		days, months := s.distance()
		first, last = *earlier(&first, days, months, false), *earlier(&last, days, months, true)
	}
	if of.from == nil || first.After(*of.from) {
		of.from = &first
	}
	if of.to == nil || of.to.After(last) {
		of.to = &last
	}
	return of
}

// columnsOf rows are what they are sorted by, each as a text.
func columnsOf(rows []*groupedRow, by []paging.Column[groupedRow]) []models.StringList {
	columns := make([]models.StringList, len(by))
	for i, column := range by {
		columns[i] = make(models.StringList, len(rows))
		for j, r := range rows {
			columns[i][j] = fmt.Sprint(column.Value(r))
		}
	}
	return columns
}

// unnested is a statement about the columns, which are rows in place of its %s.
func unnested(statement string, by []paging.Column[groupedRow], columns []models.StringList) clause {
	casts, args := make([]string, len(by)), make([]any, len(by))
	for i, column := range by {
		casts[i], args[i] = "cast(? as "+column.Type+"[])", columns[i]
	}
	return clause{fmt.Sprintf(statement, "unnest("+strings.Join(casts, ", ")+")"), args}
}
