package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph/plan"
)

// planned answers reads from their plans, and leaves the rest to the
// resolvers. It stands where gqlgen executes, so that whatever is around
// operations and responses sees both alike.
type planned struct {
	graphql.ExecutableSchema

	planner *plan.Planner
	observe func(context.Context, *graphql.OperationContext, bool)
}

// Exec runs an operation.
func (p planned) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	var data []byte
	var ok bool
	if p.planner != nil {
		data, ok = p.planner.Run(ctx, op)
	}
	if p.observe != nil {
		p.observe(ctx, op, ok)
	}
	if !ok {
		return p.ExecutableSchema.Exec(ctx)
	}
	return graphql.OneShot(&graphql.Response{Data: data})
}
