package report

import (
	"time"

	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// sort is the order of the rows.
func (q *Query) sort() paging.Sort[groupedRow] {
	sort := paging.Sort[groupedRow]{
		Name:   "salesReport " + string(q.SortKey),
		Filter: []any{q.filter(), q.GroupBy, q.Period, q.TimeZone.String()},
		Desc:   q.Reverse,
	}
	if column, ok := sortColumns[q.SortKey]; ok {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g." + column, Type: "bigint", Value: func(r *groupedRow) any {
			return map[SortKey]int64{ByGross: r.Now.GrossMinor, ByNet: r.NetMinor, ByUnits: r.Now.UnitsSold, ByOrders: r.Now.Orders}[q.SortKey]
		}})
	}
	if q.Top > 0 {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g.others", Type: "boolean", Value: func(r *groupedRow) any { return r.Others }})
	}
	for i, d := range q.GroupBy {
		sort.Columns = append(sort.Columns, paging.Column[groupedRow]{Expr: "g." + dimensions[d].sorted(i), Type: dimensions[d].kind, Value: func(r *groupedRow) any {
			value := [...]string{r.D1, r.D2, r.D3, r.D4}[i]
			if d == Period {
				return value[:len(time.DateOnly)]
			}
			return value
		}})
	}
	sort.Columns = append(sort.Columns, paging.Column[groupedRow]{
		Expr: `g.currency collate "C"`, Type: "text", Value: func(r *groupedRow) any { return r.Currency },
	})
	return sort
}

// filter is what of a query belongs into its cursors.
func (q Query) filter() any {
	q.GroupBy, q.TimeZone, q.Page, q.Fields = nil, nil, paging.Args{}, nil
	return q
}

// upwards tells that the page is read from the smallest row on.
func (q *Query) upwards() bool { return q.Reverse == (q.Page.Last != nil) }
