package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// selected are the fields of the parts of a report that the operation asks for.
func selected(ctx context.Context, report string, parts ...string) []string {
	op, names := graphql.GetOperationContext(ctx), []string{}
	for _, part := range graphql.CollectFields(op, graphql.GetFieldContext(ctx).Field.Selections, []string{report}) {
		for _, f := range graphql.CollectFields(op, part.Selections, parts) {
			names = append(names, f.Name)
		}
	}
	return names
}
