package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// selected are the fields of a report and its parts that the operation asks for,
// what parts are compared with among them.
func selected(ctx context.Context, report string, parts ...string) []string {
	op, names := graphql.GetOperationContext(ctx), []string{}
	for _, part := range graphql.CollectFields(op, graphql.GetFieldContext(ctx).Field.Selections, []string{report}) {
		names = append(names, part.Name)
		for _, f := range graphql.CollectFields(op, part.Selections, parts) {
			names = append(names, f.Name)
			if f.Name != "previous" {
				continue
			}
			for _, before := range graphql.CollectFields(op, f.Selections, parts) {
				names = append(names, before.Name)
			}
		}
	}
	return names
}
