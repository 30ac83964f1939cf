package graph

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

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
	if p.planner != nil && op.Operation.Operation == ast.Mutation {
		p.payloads(op)
	} else if p.planner != nil {
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

// payloads has the rows that a mutation's payloads show read by plans. The
// mutation itself is the resolvers': a payload's field is asked for when its
// mutation is done, and before the next one begins.
func (p planned) payloads(op *graphql.OperationContext) {
	resolve, root := op.ResolverMiddleware, p.Schema().Mutation.Name
	op.ResolverMiddleware = func(ctx context.Context, next graphql.Resolver) (any, error) {
		row, err := resolve(ctx, next)
		field := graphql.GetFieldContext(ctx)
		if err != nil || field.Object == root || field.Parent.Object != root {
			return row, err
		}
		data, ok := p.planner.Payload(ctx, op, field, row)
		if !ok {
			return row, nil
		}
		return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(data) }), nil // what it writes to has no errors
	}
}
