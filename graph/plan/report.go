package plan

import (
	"maps"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

// reports are written from what package report sums: its SQL is the one place
// of that rule.
func reports() []*Type {
	return []*Type{
		{Name: "SalesReport", Fields: map[string]Field{
			"rows":       partsOf("SalesReportRow", func(r *report.Report) []*report.Row { return r.Rows }),
			"totals":     partsOf("SalesReportTotals", func(r *report.Report) []*report.Totals { return r.Totals }),
			"pageInfo":   partOf("PageInfo", func(r *report.Report) (paging.PageInfo, bool) { return r.PageInfo, true }),
			"totalCount": scalarOf(func(dst []byte, r *report.Report) []byte { return strconv.AppendInt(dst, int64(r.TotalCount), 10) }),
			"timeZone":   textOf(func(r *report.Report) string { return r.TimeZone.String() }),
			"asOf":       optionalTimeOf(func(r *report.Report) *time.Time { return r.AsOf }),
		}},
		{Name: "SalesReportRow", Fields: figures(func(r *report.Row) (*report.Figures, *report.Totals) { return &r.Figures, r.Previous }, map[string]Field{
			"share":         optionalDecimalOf(func(r *report.Row) *decimal.Decimal { return r.Share }),
			"rank":          bigIntOf(func(r *report.Row) int64 { return r.Rank }),
			"cumulativeNet": optionalMoneyOf((*report.Row).CumulativeNet),
			"movingNet":     optionalMoneyOf((*report.Row).MovingNet),
			"others":        boolOf(func(r *report.Row) bool { return r.Others }),
			"netChange":     optionalDecimalOf((*report.Row).NetChange),
			"cursor":        textOf(func(r *report.Row) string { return r.Cursor }),
			"dimensions":    partsOf("DimensionValue", func(r *report.Row) []*report.DimensionValue { return r.Dimensions }),
		})},
		{Name: "SalesReportTotals", Fields: figures(func(t *report.Totals) (*report.Figures, *report.Totals) { return &t.Figures, t.Previous }, map[string]Field{
			"netChange": optionalDecimalOf((*report.Totals).NetChange),
		})},
		{Name: "DimensionValue", Fields: map[string]Field{
			"dimension": textOf(func(v *report.DimensionValue) string { return string(v.Dimension) }),
			"key":       optionalTextOf(func(v *report.DimensionValue) *string { return v.Key }),
			"label":     textOf(func(v *report.DimensionValue) string { return v.Label }),
		}},
		{Name: "Money", Fields: map[string]Field{
			"amount":     textOf(money.Money.Amount),
			"currency":   textOf(func(m money.Money) string { return string(m.Currency) }),
			"minorUnits": bigIntOf(func(m money.Money) int64 { return m.Minor }),
		}},
		{Name: "PageInfo", Fields: map[string]Field{
			"hasNextPage":     boolOf(func(p paging.PageInfo) bool { return p.HasNextPage }),
			"hasPreviousPage": boolOf(func(p paging.PageInfo) bool { return p.HasPreviousPage }),
			"startCursor":     optionalTextOf(func(p paging.PageInfo) *string { return p.StartCursor }),
			"endCursor":       optionalTextOf(func(p paging.PageInfo) *string { return p.EndCursor }),
		}},
	}
}

// figures adds the fields that rows and totals share.
func figures[T any](of func(T) (now *report.Figures, was *report.Totals), fields map[string]Field) map[string]Field {
	figure := func(v T) *report.Figures {
		now, _ := of(v)
		return now
	}
	count := func(n func(*report.Figures) int64) Field { return bigIntOf(func(v T) int64 { return n(figure(v)) }) }
	amount := func(m func(report.Figures) money.Money) Field {
		return moneyOf(func(v T) money.Money { return m(*figure(v)) })
	}
	all := map[string]Field{
		"currency":          textOf(func(v T) string { return figure(v).Currency }),
		"orders":            count(func(f *report.Figures) int64 { return f.Orders }),
		"units":             count(func(f *report.Figures) int64 { return f.Units }),
		"unitsReturned":     count(func(f *report.Figures) int64 { return f.UnitsReturned }),
		"shoppers":          count(func(f *report.Figures) int64 { return f.Shoppers }),
		"newShoppers":       count(func(f *report.Figures) int64 { return f.NewShoppers }),
		"returningShoppers": count(func(f *report.Figures) int64 { return f.ReturningShoppers() }),
		"gross":             amount(report.Figures.Gross),
		"discounts":         amount(report.Figures.Discounts),
		"refunds":           amount(report.Figures.Refunds),
		"net":               amount(report.Figures.Net),
		"shipping":          amount(report.Figures.Shipping),
		"duties":            amount(report.Figures.Duties),
		"commission":        amount(report.Figures.Commission),
		"payout":            amount(report.Figures.Payout),
		"taxes":             amount(report.Figures.Taxes),
		"averageOrder":      optionalMoneyOf(func(v T) *money.Money { return figure(v).AverageOrder() }),
		"returnRate":        optionalDecimalOf(func(v T) *decimal.Decimal { return figure(v).ReturnRate() }),
		"previous": partOf("SalesReportTotals", func(v T) (*report.Totals, bool) {
			_, was := of(v)
			return was, was != nil
		}),
	}
	maps.Copy(all, fields)
	return all
}

func optionalDecimalOf[T any](number func(T) *decimal.Decimal) Field {
	return optionalTextOf(func(v T) *string {
		if n := number(v); n != nil {
			return new(n.String())
		}
		return nil
	})
}

func salesReport(c *compiler, _ row, f *call) (emitter, error) {
	fields, err := c.asked(f, "SalesReport", "SalesReportRow", "SalesReportTotals")
	if err != nil {
		return nil, err
	}
	return c.ask("SalesReport", f, func(r *run) (any, error) {
		query, err := salesQuery(f, r)
		if err != nil {
			return nil, err
		}
		query.Fields = fields
		return r.planner.reports.Sales(r.ctx, query)
	})
}

// asked are the fields of a report and its parts that the operation asks for,
// what parts are compared with among them.
func (c *compiler) asked(f *call, report string, parts ...string) ([]string, error) {
	names := []string{}
	calls, err := c.collect(report, f.sets, nil)
	if err != nil {
		return nil, err
	}
	for _, part := range calls {
		names = append(names, part.Name)
		for _, of := range parts {
			fields, err := c.collect(of, part.sets, nil)
			if err != nil {
				return nil, err
			}
			for _, field := range fields {
				names = append(names, field.Name)
				if field.Name != "previous" {
					continue
				}
				for _, of := range parts {
					before, err := c.collect(of, field.sets, nil)
					if err != nil {
						return nil, err
					}
					for _, field := range before {
						names = append(names, field.Name)
					}
				}
			}
		}
	}
	return names, nil
}

func salesQuery(f *call, r *run) (report.Query, error) {
	where, err := argument(f, r, "where", generated.SalesReportWhere)
	if err != nil {
		return report.Query{}, err
	}
	q, err := filter.Sales(where)
	if err != nil {
		return q, err
	}
	if q.GroupBy, err = enums[report.Dimension](f, r, "groupBy"); err != nil {
		return q, err
	}
	zone, err := argument(f, r, "timeZone", scalar.UnmarshalTimeZone)
	if err != nil {
		return q, err
	}
	if zone != nil {
		q.TimeZone = *zone
	}
	q.Period, q.SortKey = report.Length(f.enum(r, "period")), report.SortKey(f.enum(r, "sortKey"))
	q.WeekStart, q.Compare = report.Weekday(f.enum(r, "weekStart")), report.Comparison(f.enum(r, "compare"))
	for name, into := range map[string]*int{"yearStart": &q.YearStart, "top": &q.Top, "moving": &q.Moving} {
		n, err := argument(f, r, name, scalar.UnmarshalInt)
		if err != nil {
			return q, err
		}
		*into = filter.Number(n)
	}
	convert, err := argument(f, r, "convert", generated.SalesConversionInput)
	if err != nil {
		return q, err
	}
	q.Convert = filter.SalesConversion(convert)
	if q.Reverse, err = f.reverse(r); err != nil {
		return q, err
	}
	q.Page, err = f.page(r)
	return q, err
}
