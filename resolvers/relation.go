package resolvers

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

// pageOf names a page of a field, so that rows that ask for the same one share its statement.
type pageOf struct {
	field         string
	first, last   asked[int32]
	after, before asked[string]
	more          string
}

// asked is an argument, of which none is not the same as an empty one.
type asked[T comparable] struct {
	given bool
	value T
}

func askedFor[T comparable](argument *T) (a asked[T]) {
	if argument != nil {
		a = asked[T]{true, *argument}
	}
	return a
}

func pageKey(field string, a paging.Args, more string) pageOf {
	return pageOf{field, askedFor(a.First), askedFor(a.Last), askedFor(a.After), askedFor(a.Before), more}
}

// told names the further arguments of a page.
func told(args ...any) string {
	text, _ := json.Marshal(args)
	return string(text)
}

// connected loads a page of what belongs to a row, for its whole group at
// once. Rows of all the pages are one group.
func connected[P, N any, K comparable](
	ctx context.Context, row *P, field pageOf, key func(*P) K,
	read func(context.Context, []K) (func(K) *paging.Connection[N], error),
) (*paging.Connection[N], error) {
	return loaders.Load(ctx, row, field, func(ctx context.Context, rows []*P) (map[*P]*paging.Connection[N], error) {
		pages, err := read(ctx, keysOf(rows, key))
		if err != nil {
			return nil, err
		}
		results := make(map[*P]*paging.Connection[N], len(rows))
		var nodes []*N
		for _, row := range rows {
			c := pages(key(row))
			results[row], nodes = c, append(nodes, c.Nodes()...)
		}
		loaders.Together(ctx, nodes)
		return results, nil
	})
}

// asksFor tells whether the object that is to be resolved, of the named type,
// will be asked for a field.
func asksFor(ctx context.Context, typeName, field string) bool {
	return slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, []string{typeName}),
		func(f graphql.CollectedField) bool { return f.Name == field })
}

// grouped makes the rows of a page one group.
func grouped[N any](ctx context.Context, c *paging.Connection[N]) *paging.Connection[N] {
	if c != nil {
		loaders.Together(ctx, c.Nodes())
	}
	return c
}

// among tells whether a row is among those of its group that read gives back.
func among[P any](
	ctx context.Context, row *P, field string, key func(*P) models.Key,
	read func(context.Context, []models.Key) ([]models.Key, error),
) (bool, error) {
	return loaders.Load(ctx, row, field, func(ctx context.Context, rows []*P) (map[*P]bool, error) {
		given, err := read(ctx, keysOf(rows, key))
		if err != nil {
			return nil, err
		}
		in := make(map[models.Key]bool, len(given))
		for _, k := range given {
			in[k] = true
		}
		results := make(map[*P]bool, len(rows))
		for _, row := range rows {
			results[row] = in[key(row)]
		}
		return results, nil
	})
}

// keysOf gives the keys of rows, each once.
func keysOf[P any, K comparable](rows []*P, key func(*P) K) []K {
	keys := make([]K, 0, len(rows))
	seen := make(map[K]bool, len(rows))
	for _, row := range rows {
		if k := key(row); !seen[k] {
			seen[k], keys = true, append(keys, k)
		}
	}
	return keys
}
