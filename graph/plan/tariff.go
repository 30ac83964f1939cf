package plan

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph/filter"
	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
)

// TariffQuery reads the arguments of tariffScenario as SalesQuery does.
func TariffQuery(schema *ast.Schema, arguments json.RawMessage) (tariff.Query, error) {
	f, r, err := outside(schema, "tariffScenario", arguments)
	if err != nil {
		return tariff.Query{}, err
	}
	q, err := tariffQuery(f, r)
	return q, ofArguments(err)
}

func tariffQuery(f *call, r *run) (q tariff.Query, err error) {
	in, err := argument(f, r, "input", generated.TariffScenarioInput)
	if err != nil {
		return q, err
	}
	if in == nil {
		return q, &problem.BadInput{Argument: "arguments.input", Message: "must be given"}
	}
	if q.Scenario, err = filter.Tariff(*in); err != nil {
		return q, err
	}
	if q.GroupBy, err = enums[tariff.Dimension](f, r, "groupBy"); err != nil {
		return q, err
	}
	q.SortKey = tariff.SortKey(f.enum(r, "sortKey"))
	if q.Reverse, err = f.reverse(r); err != nil {
		return q, err
	}
	page, err := f.page(r)
	q.First, q.After = page.First, page.After
	return q, err
}
