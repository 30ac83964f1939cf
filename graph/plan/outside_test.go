package plan_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

func TestSalesQuery(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	brand := uuid.New()
	q, err := plan.SalesQuery(schema, json.RawMessage(`{
  "where": {"from": "2017-01-01", "brandId": "`+globalid.Encode(globalid.Brand, brand)+`", "market": ["CN"]},
  "groupBy": ["PERIOD", "BRAND"], "period": "QUARTER", "timeZone": "Asia/Shanghai", "sortKey": "GROSS", "reverse": true, "first": 10, "shoppers": true
}`))
	if err != nil {
		t.Fatal(err)
	}
	if q.From.String() != "2017-01-01" || q.Brands[0] != brand || q.Markets[0] != "CN" || len(q.GroupBy) != 2 || q.GroupBy[1] != report.Brand ||
		q.Period != report.Quarter || q.TimeZone.String() != "Asia/Shanghai" || q.SortKey != report.ByGross || !q.Reverse || *q.Page.First != 10 || !q.Shoppers {
		t.Errorf("%+v", q)
	}
	if _, err := plan.SalesQuery(schema, json.RawMessage(`{}`)); err != nil {
		t.Error(err)
	}
	for arguments, at := range map[string]string{
		``: "arguments", `[]`: "arguments", `null`: "arguments", `{} {}`: "arguments", `{"where":`: "arguments",
		`{"brand": "x"}`:                "arguments.brand",
		`{"where": {"brand": "x"}}`:     "arguments.where.brand",
		`{"groupBy": ["MOON"]}`:         "arguments.groupBy[0]",
		`{"first": "ten"}`:              "arguments.first",
		`{"shoppers": "all"}`:           "arguments.shoppers",
		`{"timeZone": "Mars/Olympus"}`:  "arguments",
		`{"where": {"from": "nodate"}}`: "arguments",
		`{"where": {"brandId": ["x"]}}`: "where.brandId.0",
	} {
		_, err := plan.SalesQuery(schema, json.RawMessage(arguments))
		var bad *problem.BadInput
		if !errors.As(err, &bad) || bad.Argument != at {
			t.Errorf("%s: %v", arguments, err)
		}
	}
}

func TestProgrammeQuery(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	id := uuid.New()
	const common = `"asOf": "2017-05-01", "currency": "EUR", "ratesOn": "2017-01-10", "weeks": 8`
	named := `{"programmeId": "` + globalid.Encode(globalid.Programme, id) + `"`
	q, err := plan.ProgrammeQuery(schema, true, json.RawMessage(named+`, `+common+`, "period": "WEEK", "from": "2017-02-01", "to": "2017-04-01"}`))
	if err != nil {
		t.Fatal(err)
	}
	if q.Programme != id || q.AsOf.String() != "2017-05-01" || *q.Currency != "EUR" || q.RatesOn.String() != "2017-01-10" || *q.Weeks != 8 ||
		*q.Period != report.Week || q.From.String() != "2017-02-01" || q.To.String() != "2017-04-01" {
		t.Errorf("%+v", q)
	}
	for arguments, at := range map[string]string{
		`{}`:                                 "arguments.programmeId",
		`{"programmeId": "x"}`:               "arguments.programmeId",
		named + `, "period": "WEEK"}`:        "arguments.period",
		named + `, "weeks": "ten"}`:          "arguments.weeks",
		named + `, "asOf": "2017-02-30"}`:    "arguments",
		named + `, "currency": "DOUBLOONS"}`: "arguments",
	} {
		_, err := plan.ProgrammeQuery(schema, false, json.RawMessage(arguments))
		if bad := (*problem.BadInput)(nil); !errors.As(err, &bad) || bad.Argument != at {
			t.Errorf("%s: %v, want %s", arguments, err, at)
		}
	}
}
