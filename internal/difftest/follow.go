package difftest

import (
	"encoding/json"
	"maps"
	"math/rand/v2"

	"github.com/vektah/gqlparser/v2/ast"
)

// Follow makes the operation that turns the page of a list in an answer: the
// same, after its last cursor or before its first. It reports false where the
// answer holds no cursor.
func (g *Generator) Follow(op Operation, answer []byte, seed uint64) (Operation, bool) {
	r := rand.New(rand.NewPCG(seed, 0x666f_6c6c)) //nolint:gosec // G404: chance that can be repeated
	doc, err := load(g.Schema, op)
	if err != nil {
		return op, false
	}
	var body struct{ Data any }
	if err := json.Unmarshal(answer, &body); err != nil {
		return op, false
	}
	var lists []list
	walk(doc.Operations.ForName(op.Name).SelectionSet, body.Data, func(f *ast.Field, value any) {
		if c := cursors(f, value); f.Definition.Arguments.ForName("after") != nil && len(c) > 0 {
			lists = append(lists, list{f, c})
		}
	})
	if len(lists) == 0 {
		return op, false
	}
	l := lists[r.IntN(len(lists))]
	backward := l.field.Definition.Arguments.ForName("before") != nil && r.IntN(2) == 0
	name, cursor := "after", l.cursors[r.IntN(len(l.cursors))]
	if backward {
		name = "before"
	}
	set := func(name string, v *ast.Value) {
		if a := l.field.Arguments.ForName(name); a != nil {
			a.Value = v
			return
		}
		l.field.Arguments = append(l.field.Arguments, &ast.Argument{Name: name, Value: v})
	}
	variables := maps.Clone(op.Variables)
	if r.IntN(2) == 0 {
		set(name, str(cursor))
	} else { // as clients do
		o := doc.Operations.ForName(op.Name)
		o.VariableDefinitions = append(o.VariableDefinitions, &ast.VariableDefinition{Variable: "cursor", Type: ast.NamedType("String", nil)})
		set(name, &ast.Value{Kind: ast.Variable, Raw: "cursor"})
		if variables == nil {
			variables = map[string]any{}
		}
		variables["cursor"] = cursor
	}
	if r.IntN(3) == 0 { // the other way round, as well
		if l.field.Definition.Arguments.ForName("last") != nil && l.field.Arguments.ForName("first") == nil {
			set("last", integer(1+r.IntN(3)))
		}
	}
	next := Operation{Query: text(doc), Variables: variables, Name: op.Name}
	next = prune(next)
	_, err = load(g.Schema, next)
	return next, err == nil
}

// list is a field that gave cursors.
type list struct {
	field   *ast.Field
	cursors []string
}

// walk visits the selected fields of an answer with their values, a field once
// for each object it stands in.
func walk(set ast.SelectionSet, value any, visit func(*ast.Field, any)) {
	each(set, value, func(f *ast.Field, v any) {
		visit(f, v)
		walk(f.SelectionSet, v, visit)
	})
}

// each visits the fields of an object, or of all objects in a list.
func each(set ast.SelectionSet, value any, visit func(*ast.Field, any)) {
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			each(set, e, visit)
		}
	case map[string]any:
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				below, ok := v[s.Alias]
				if !ok {
					continue
				}
				visit(s, below)
			case *ast.InlineFragment:
				each(s.SelectionSet, v, visit)
			case *ast.FragmentSpread:
				each(s.Definition.SelectionSet, v, visit)
			}
		}
	}
}

// cursors are those in the value of a list, not of lists below it.
func cursors(of *ast.Field, value any) (found []string) {
	var look func(set ast.SelectionSet, value any)
	look = func(set ast.SelectionSet, value any) {
		each(set, value, func(f *ast.Field, v any) {
			switch f.Name {
			case "cursor", "startCursor", "endCursor":
				if c, ok := v.(string); ok {
					found = append(found, c)
				}
			case "edges", "rows", "pageInfo":
				look(f.SelectionSet, v)
			}
		})
	}
	look(of.SelectionSet, value)
	return found
}
