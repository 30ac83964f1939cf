package plan

import (
	"context"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

type broken struct{}

func (broken) emit(*output, values) error { panic("broken") }

// A plan that panics is told of, and leaves its operation to the resolvers.
func TestPanicIsAFault(t *testing.T) {
	t.Parallel()
	var told error
	p := &Planner{now: time.Now, cache: newCache(1), fault: func(_ context.Context, _ *graphql.OperationContext, err error) { told = err }}
	op := &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Query}}
	p.cache.operations.Add(op.Operation, &variants{plans: map[string]*plan{"": {root: newRecord(), fields: object{{"", broken{}}}}}})
	if data, ok := p.Run(t.Context(), op); ok || data != nil || told == nil {
		t.Errorf("%s, %t, told of %v", data, ok, told)
	}
}

// A part that a value of the domain does not have is null, as the average of a
// period that has refunds alone.
func TestMissingPartIsNull(t *testing.T) {
	t.Parallel()
	c := &compiler{Planner: &Planner{types: map[string]*Type{"Money": {Name: "Money"}}}}
	none, err := partOf("Money", func(int) (money.Money, bool) { return money.Money{}, false })(c, row{}, &call{Field: &ast.Field{}})
	if err != nil {
		t.Fatal(err)
	}
	o, _ := outputs.New().(*output)
	if err := o.on(0, object{{`"averageOrder":`, none}}); err != nil || string(o.json) != `{"averageOrder":null}` {
		t.Errorf("%s, %v", o.json, err)
	}
}
