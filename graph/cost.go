package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// costHeader asks for the cost of an operation in the answer's extensions.
const costHeader = "Tradewind-Cost"

// Cost is what an operation asked for and might ask for, see Limits.Cost.
type Cost struct {
	Requested int `json:"requested"`
	Limit     int `json:"limit"`
}

// InterceptResponse tells the cost to clients that ask for it.
func (l Limits) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if !graphql.HasOperationContext(ctx) {
		return next(ctx) // the request was refused before it became an operation
	}
	op := graphql.GetOperationContext(ctx)
	if cost, ok := op.Stats.GetExtension(l.ExtensionName()).(Cost); ok && op.Headers.Get(costHeader) != "" {
		graphql.RegisterExtension(ctx, "cost", cost)
	}
	return next(ctx)
}
