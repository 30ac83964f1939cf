package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// tenant is a row that belongs to a brand.
type tenant interface{ TenantID() uuid.UUID }

// requires is the gate of @requires. Where a field itself asks, the permission
// must be held for the brand of the row; where its type asks, the row has been
// chosen by the caller's scope already.
func requires(ctx context.Context, obj any, next graphql.Resolver, permission auth.Permission) (any, error) {
	actor := auth.From(ctx)
	field := graphql.GetFieldContext(ctx)
	rule, _ := auth.RuleOf(field.Object, field.Field.Name)
	if rule.Own && rule.Needs == "" {
		return next(ctx) // the field is open, whatever the type it gives asks elsewhere
	}
	if row, ok := obj.(tenant); ok && rule.Own && rule.Needs == permission {
		if !actor.HoldsFor(permission, row.TenantID()) {
			return nil, &problem.Denied{SignedIn: actor.SignedIn(), Permission: string(permission)}
		}
		return next(ctx)
	}
	if err := auth.Require(ctx, permission); err != nil {
		return nil, err
	}
	return next(ctx)
}
