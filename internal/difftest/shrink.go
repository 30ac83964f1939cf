package difftest

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Shrink gives the smallest operation it finds that still fails, by leaving
// out selections, arguments and directives, one at a time.
func Shrink(schema *ast.Schema, op Operation, fails func(Operation) bool) Operation {
	const tries = 2000
	left := tries
	for shrunk := true; shrunk; {
		shrunk = false
		for n := 0; left > 0; n++ {
			smaller, ok := without(op, n)
			if !ok {
				break
			}
			if _, err := load(schema, smaller); err != nil {
				continue
			}
			left--
			if fails(smaller) {
				op, shrunk, n = smaller, true, n-1
			}
		}
	}
	return op
}

// without is an operation without its n-th part; false where it has fewer.
func without(op Operation, n int) (Operation, bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: op.Query})
	if err != nil {
		return op, false
	}
	c := &cut{n: n}
	for _, o := range doc.Operations {
		c.set(&o.SelectionSet)
		c.directives(&o.Directives)
	}
	for _, f := range doc.Fragments {
		c.set(&f.SelectionSet)
	}
	smaller := Operation{Query: text(doc), Variables: op.Variables, Name: op.Name}
	return prune(smaller), c.done
}

// cut leaves out the n-th of what it meets; an inline fragment gives way to what it holds, too.
type cut struct {
	n    int
	done bool
}

func (c *cut) here() bool {
	c.n--
	c.done = c.done || c.n == -1
	return c.n == -1
}

func (c *cut) set(set *ast.SelectionSet) {
	for i, s := range *set {
		if c.here() {
			*set = slices.Delete(*set, i, i+1)
			return
		}
		switch s := s.(type) {
		case *ast.Field:
			for j := range s.Arguments {
				if c.here() {
					s.Arguments = slices.Delete(s.Arguments, j, j+1)
					return
				}
				c.value(s.Arguments[j].Value)
			}
			c.directives(&s.Directives)
			c.set(&s.SelectionSet)
		case *ast.InlineFragment:
			if c.here() {
				*set = slices.Replace(*set, i, i+1, s.SelectionSet...)
				return
			}
			c.directives(&s.Directives)
			c.set(&s.SelectionSet)
		case *ast.FragmentSpread:
			c.directives(&s.Directives)
		}
	}
}

func (c *cut) value(v *ast.Value) {
	for i, child := range v.Children {
		if c.here() {
			v.Children = slices.Delete(v.Children, i, i+1)
			return
		}
		c.value(child.Value)
	}
}

func (c *cut) directives(list *ast.DirectiveList) {
	for i := range *list {
		if c.here() {
			*list = slices.Delete(*list, i, i+1)
			return
		}
	}
}

// prune removes what nothing uses any more: fragments and variables.
func prune(op Operation) Operation {
	doc, err := parser.ParseQuery(&ast.Source{Input: op.Query})
	if err != nil {
		return op
	}
	for {
		u := used{fragments: map[string]bool{}, variables: map[string]bool{}}
		for _, o := range doc.Operations {
			u.directives(o.Directives)
			u.set(o.SelectionSet)
		}
		for _, f := range doc.Fragments {
			u.set(f.SelectionSet)
		}
		before := len(doc.Fragments)
		doc.Fragments = slices.DeleteFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return !u.fragments[f.Name] })
		if len(doc.Fragments) < before {
			continue
		}
		op.Variables = maps.Clone(op.Variables)
		for _, o := range doc.Operations {
			o.VariableDefinitions = slices.DeleteFunc(o.VariableDefinitions, func(d *ast.VariableDefinition) bool {
				if !u.variables[d.Variable] {
					delete(op.Variables, d.Variable)
				}
				return !u.variables[d.Variable]
			})
		}
		op.Query = text(doc)
		return op
	}
}

type used struct{ fragments, variables map[string]bool }

func (u used) set(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			u.arguments(s.Arguments)
			u.directives(s.Directives)
			u.set(s.SelectionSet)
		case *ast.InlineFragment:
			u.directives(s.Directives)
			u.set(s.SelectionSet)
		case *ast.FragmentSpread:
			u.fragments[s.Name] = true
			u.directives(s.Directives)
		}
	}
}

func (u used) directives(list ast.DirectiveList) {
	for _, d := range list {
		u.arguments(d.Arguments)
	}
}

func (u used) arguments(list ast.ArgumentList) {
	for _, a := range list {
		u.value(a.Value)
	}
}

func (u used) value(v *ast.Value) {
	if v.Kind == ast.Variable {
		u.variables[v.Raw] = true
	}
	for _, c := range v.Children {
		u.value(c.Value)
	}
}
