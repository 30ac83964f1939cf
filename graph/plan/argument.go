package plan

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// raw gives an argument's value in this run; nil where there is none.
func (f *call) raw(s *run, name string) (any, error) {
	given := f.Arguments.ForName(name)
	if given == nil {
		def := f.Definition.Arguments.ForName(name)
		if def == nil || def.DefaultValue == nil {
			return nil, nil
		}
		return def.DefaultValue.Value(nil)
	}
	if given.Value.Kind == ast.Variable {
		return s.variables[given.Value.Raw], nil
	}
	return given.Value.Value(s.variables)
}

// argument reads an optional argument the way resolvers do.
func argument[T any](f *call, s *run, name string, unmarshal func(any) (T, error)) (*T, error) {
	v, err := f.raw(s, name)
	if err != nil || v == nil {
		return nil, err
	}
	out, err := unmarshal(v)
	return &out, err
}

// id reads an argument that names a row.
func (f *call) id(s *run, name string, t globalid.Type) (*globalid.ID, error) {
	text, err := argument(f, s, name, scalar.UnmarshalID)
	if err != nil || text == nil {
		return nil, err
	}
	id, err := globalid.ParseAs(t, *text)
	return &id, err
}

// page reads the arguments of a connection.
func (f *call) page(s *run) (args paging.Args, err error) {
	if args.First, err = argument(f, s, "first", scalar.UnmarshalInt); err != nil {
		return args, err
	}
	if args.Last, err = argument(f, s, "last", scalar.UnmarshalInt); err != nil {
		return args, err
	}
	if args.After, err = argument(f, s, "after", scalar.UnmarshalString); err != nil {
		return args, err
	}
	args.Before, err = argument(f, s, "before", scalar.UnmarshalString)
	return args, err
}

// reverse tells whether a list is turned around.
func (f *call) reverse(s *run) (bool, error) { return f.flag(s, "reverse") }

// flag reads an optional boolean that is false where it is absent.
func (f *call) flag(s *run, name string) (bool, error) {
	v, err := f.raw(s, name)
	is, _ := v.(bool)
	return is, err
}

// string reads an optional text.
func (f *call) string(s *run, name string) (*string, error) {
	return argument(f, s, name, scalar.UnmarshalString)
}

// enum reads an optional enum, empty where it is absent.
func (f *call) enum(s *run, name string) string {
	v, _ := f.raw(s, name)
	text, _ := v.(string)
	return text
}

// enums reads an optional list of an enum, nil where it is absent.
func enums[T ~string](f *call, s *run, name string) ([]T, error) {
	v, err := f.raw(s, name)
	if err != nil || v == nil {
		return nil, err
	}
	list := graphql.CoerceList(v) // a variable may come as []string
	out := make([]T, len(list))
	for i, v := range list {
		text, _ := v.(string)
		out[i] = T(text)
	}
	return out, nil
}
