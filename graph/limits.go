package graph

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// Limits bound what one operation may ask for.
type Limits struct {
	// Depth of nested selections. Default 15.
	Depth int
	// Fields after fragments are spread. Default 1,000.
	Fields int
	// Cost: a field costs 1, what stands in a page is multiplied by its size. Default 50,000.
	Cost int
	// Tokens of a document. Default 15,000.
	Tokens int
	// Page is the largest page, in rows. Default and most: paging.MaxSize.
	Page int

	noIntrospection bool
}

func (l Limits) withDefaults() Limits {
	for _, v := range []struct {
		limit    *int
		fallback int
	}{{&l.Depth, 15}, {&l.Fields, 1000}, {&l.Cost, 50_000}, {&l.Tokens, 15_000}, {&l.Page, paging.MaxSize}} {
		if *v.limit <= 0 {
			*v.limit = v.fallback
		}
	}
	return l
}

var _ interface {
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
	graphql.HandlerExtension
} = Limits{}

// ExtensionName names the extension to gqlgen.
func (Limits) ExtensionName() string { return "Limits" }

// Validate has nothing to check.
func (Limits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation that asks for too much, before it runs.
func (l Limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	w := walk{limits: l, variables: op.Variables}
	cost, err := w.selections(op.Operation.SelectionSet, 1)
	op.Stats.SetExtension(l.ExtensionName(), Cost{Requested: cost, Limit: l.Cost})
	if err == nil && cost > l.Cost {
		err = fmt.Errorf("costs %d of at most %d: ask for smaller pages or fewer fields", cost, l.Cost)
	}
	if err != nil {
		return coded(nil, codeBadUserInput, "the operation "+err.Error(), nil)
	}
	return nil
}

// largestPage is that of the list with the largest, the rows of a report.
const largestPage = 1000

type walk struct {
	limits    Limits
	variables map[string]any
	fields    int
}

func (w *walk) selections(set ast.SelectionSet, depth int) (cost int, err error) {
	for _, s := range set {
		var part int
		switch s := s.(type) {
		case *ast.Field:
			part, err = w.field(s, depth)
		case *ast.InlineFragment:
			part, err = w.selections(s.SelectionSet, depth)
		case *ast.FragmentSpread:
			part, err = w.selections(s.Definition.SelectionSet, depth)
		}
		if err != nil {
			return 0, err
		}
		if cost += part; cost > w.limits.Cost {
			return cost, nil
		}
	}
	return cost, nil
}

func (w *walk) field(f *ast.Field, depth int) (int, error) {
	if f.Name == "__typename" {
		return 1, nil
	}
	if w.limits.noIntrospection && strings.HasPrefix(f.Name, "__") {
		return 0, errors.New("asks about the schema, which this server does not answer")
	}
	if w.fields++; w.fields > w.limits.Fields {
		return 0, fmt.Errorf("has more than %d fields", w.limits.Fields)
	}
	if strings.HasPrefix(f.Name, "__") {
		return 1, w.introspection(f.SelectionSet)
	}
	if depth > w.limits.Depth {
		return 0, fmt.Errorf("is nested more than %d deep", w.limits.Depth)
	}
	below, err := w.selections(f.SelectionSet, depth+1)
	if err != nil {
		return 0, err
	}
	size := w.size(f)
	if limit := w.limits.Page; size > limit && limit < paging.MaxSize {
		return 0, fmt.Errorf("asks %s for %d rows, a page has at most %d", f.Name, size, limit)
	}
	// More than the limit is too much, however much: products must not overflow.
	return 1 + min(below, w.limits.Cost+1)*min(size, w.limits.Cost+1), nil
}

// introspection counts the fields alone: how far lists of the schema may be
// nested is checked with the rest of the document.
func (w *walk) introspection(set ast.SelectionSet) error {
	for _, s := range set {
		var err error
		switch s := s.(type) {
		case *ast.Field:
			if w.fields++; w.fields > w.limits.Fields {
				return fmt.Errorf("has more than %d fields", w.limits.Fields)
			}
			err = w.introspection(s.SelectionSet)
		case *ast.InlineFragment:
			err = w.introspection(s.SelectionSet)
		case *ast.FragmentSpread:
			err = w.introspection(s.Definition.SelectionSet)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// size is how many rows a field may give: its page, or the ids it was given.
func (w *walk) size(f *ast.Field) int {
	if f.Definition == nil || len(f.SelectionSet) == 0 {
		return 1
	}
	if ids, ok := w.given(f, "ids").([]any); ok {
		return max(len(ids), 1)
	}
	if f.Definition.Arguments.ForName("first") == nil {
		return 1
	}
	size := paging.DefaultSize
	for _, name := range []string{"first", "last"} {
		if given := w.given(f, name); given != nil {
			if n, err := graphql.UnmarshalInt(given); err == nil {
				// A page beyond what any list gives is refused by the list, by name.
				size = min(max(n, 1), largestPage)
			}
		}
	}
	return size
}

// given is an argument's value, nil where there is none. None of those that
// say how many rows there are has a default in the schema.
func (w *walk) given(f *ast.Field, name string) any {
	arg := f.Arguments.ForName(name)
	if arg == nil {
		return nil
	}
	v, err := arg.Value.Value(w.variables)
	if err != nil {
		return nil
	}
	return v
}
