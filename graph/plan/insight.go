package plan

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

// InsightQuery reads the arguments of a report beside that of sales where they
// come as JSON, by the name of its query: see SalesQuery.
func InsightQuery(schema *ast.Schema, name string, arguments json.RawMessage) (insight.Query, error) {
	f, r, err := outside(schema, name, arguments)
	if err != nil {
		return insight.Query{}, err
	}
	q, err := insightQuery(f, r)
	return q, ofArguments(err)
}

func insightQuery(f *call, r *run) (q insight.Query, err error) {
	switch f.Definition.Arguments.ForName("where").Type.Name() {
	case "SalesInsightWhere":
		q, err = where(f, r, generated.SalesInsightWhere, filter.SalesInsight)
	case "ShopperInsightWhere":
		q, err = where(f, r, generated.ShopperInsightWhere, filter.ShopperInsight)
	case "StockInsightWhere":
		q, err = where(f, r, generated.StockInsightWhere, filter.StockInsight)
	default:
		q, err = where(f, r, generated.StatementInsightWhere, filter.StatementInsight)
	}
	if err != nil {
		return q, err
	}
	zone, err := argument(f, r, "timeZone", scalar.UnmarshalTimeZone)
	if err != nil {
		return q, err
	}
	if zone != nil {
		q.TimeZone = *zone
	}
	q.Period, q.Side, q.Level = report.Length(f.enum(r, "period")), insight.Side(f.enum(r, "side")), insight.Level(f.enum(r, "level"))
	q.Goods = insight.Goods(f.enum(r, "groupBy"))
	byBrand, err := f.raw(r, "byBrand")
	if err != nil {
		return q, err
	}
	q.ByBrand, _ = byBrand.(bool)
	if q.Reverse, err = f.reverse(r); err != nil {
		return q, err
	}
	q.Page, err = f.page(r)
	return q, err
}

func where[W any](f *call, r *run, read func(any) (W, error), of func(*W) (insight.Query, error)) (insight.Query, error) {
	w, err := argument(f, r, "where", read)
	if err != nil {
		return insight.Query{}, err
	}
	return of(w)
}
