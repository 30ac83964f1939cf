package resolvers

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// ids parses the ids of a mutation's input and collects what is wrong with
// them, so that all of it is told at once as userErrors.
type ids struct{ refused problem.List }

// key reads an id of a brand's row, at its dotted path.
func (r *ids) key(path string, t globalid.Type, id string) models.Key {
	parsed, err := globalid.ParseAs(t, id)
	if err != nil {
		r.refused.Add(path, problem.Invalid, err.Error())
	}
	return models.Key{BrandID: parsed.Brand, ID: parsed.Row}
}

// row reads an id of a row without a brand, or of a brand itself.
func (r *ids) row(path string, t globalid.Type, id string) globalid.ID {
	parsed, err := globalid.ParseAs(t, id)
	if err != nil {
		r.refused.Add(path, problem.Invalid, err.Error())
	}
	return parsed
}

// optional reads an id of a row without a brand, nil where none is given.
func (r *ids) optional(path string, t globalid.Type, id *string) *uuid.UUID {
	if id == nil {
		return nil
	}
	row := r.row(path, t, *id).Row
	return &row
}

func (r *ids) err() error { return r.refused.Err() }

func page(first *int32, after *string, last *int32, before *string) paging.Args {
	return paging.Args{First: first, After: after, Last: last, Before: before}
}

// given is the value of an optional input, nil where it is absent or null.
func given[T any](o graphql.Omittable[*T]) *T { return o.Value() }

// change is a field of an update: absent, emptied by null, or set.
func change[T any](o graphql.Omittable[*T]) patch.Field[T] {
	return patch.Field[T]{Given: o.IsSet(), To: o.Value()}
}

// or is the value of an optional argument, or its default.
func or[T any](v *T, fallback T) T {
	if v == nil {
		return fallback
	}
	return *v
}

// found answers null for what is not there, as nullable lookups do.
func found[T any](row *T, err error) (*T, error) {
	if refused := problem.From(err); len(refused) == 1 && refused[0].Code == problem.NotFound {
		return nil, nil
	}
	return row, err
}

// one looks a row up by its id or by another name of its, whichever was given.
func one[T any](id, other *string, name string, byID, byOther func(string) (*T, error)) (*T, error) {
	switch {
	case id != nil && other != nil:
		return nil, &problem.BadInput{Argument: name, Message: "give id or " + name + ", not both"}
	case id != nil:
		return byID(*id)
	case other != nil:
		return byOther(*other)
	}
	return nil, &problem.BadInput{Argument: "id", Message: "give id or " + name}
}
