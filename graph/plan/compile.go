package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/auth"
)

// compiler makes the plan of one operation.
type compiler struct {
	*Planner

	switches map[string]any // variables of @skip and @include
	aliases  int
	pages    int
	nodes    int
	// questions go to the domain before the statement is sent.
	questions []question
	// needs must be held by whoever runs the plan.
	needs []auth.Permission
	// across: rows of many brands are read at once.
	across bool
}

// call is a field as it is asked for, merged with all others of its key.
type call struct {
	*ast.Field

	sets []ast.SelectionSet
}

// alias names a table's rows.
func (c *compiler) alias() string {
	c.aliases++
	return "t" + strconv.Itoa(c.aliases)
}

// object compiles selections on a row of a type.
func (c *compiler) object(at row, sets []ast.SelectionSet) (object, error) {
	calls, err := c.collect(at.typ.Name, sets, nil)
	if err != nil {
		return nil, err
	}
	fields := make(object, len(calls))
	for i, f := range calls {
		if fields[i], err = c.member(at, f); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

func (c *compiler) member(at row, f *call) (m member, err error) {
	m.key = key(f)
	if f.Name == "__typename" {
		m.value = literal(strconv.Quote(at.typ.Name))
		return m, nil
	}
	read, ok := at.typ.Fields[f.Name]
	if !ok {
		return m, errNotPlanned
	}
	brand, err := c.permit(at, f)
	if err != nil {
		return m, err
	}
	m.value, err = read(c, at, f)
	if err == nil && brand != "" {
		m.value = ofBrand{brand, at.column(at.typ.Tenant), m.value}
	}
	return m, err
}

// permit adds what a field asks of its reader; brand is what must be held for
// the brand of the row. It asks what the directive @requires does.
func (c *compiler) permit(at row, f *call) (brand auth.Permission, err error) {
	rule, known := auth.RuleOf(at.typ.Name, f.Name)
	if !known {
		return "", errNotPlanned
	}
	if rule.Own && rule.Needs == "" {
		return "", nil
	}
	if rule.Own {
		c.need(rule.Needs)
		if at.typ.Tenant != "" {
			brand = rule.Needs
		}
	}
	if given := c.schema.Types[f.Definition.Type.Name()]; given != nil && given.Kind == ast.Object {
		needs, known := auth.Types[given.Name]
		if !known {
			return "", errNotPlanned
		}
		c.need(needs)
	}
	return brand, nil
}

func (c *compiler) need(p auth.Permission) {
	if p != "" && !slices.Contains(c.needs, p) {
		c.needs = append(c.needs, p)
	}
}

// ofBrand writes a value only where its reader holds a permission for the
// row's brand; elsewhere the resolvers refuse it.
type ofBrand struct {
	needs  auth.Permission
	column int
	value  emitter
}

func (b ofBrand) emit(o *output, row values) error {
	if len(row[b.column]) != 16 || !o.actor.HoldsFor(b.needs, [16]byte(row[b.column])) {
		return errNotPlanned
	}
	return b.value.emit(o, row)
}

// collect gives the fields of selections on an object type in the order in
// which they are answered.
func (c *compiler) collect(typeName string, sets []ast.SelectionSet, calls []*call) (_ []*call, err error) {
	for _, set := range sets {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if in, err := c.included(s.Directives); err != nil || !in {
					if err != nil {
						return nil, err
					}
					continue
				}
				calls = merge(calls, s)
			case *ast.InlineFragment:
				calls, err = c.fragment(typeName, s.TypeCondition, s.Directives, s.SelectionSet, calls)
			case *ast.FragmentSpread:
				calls, err = c.fragment(typeName, s.Definition.TypeCondition, s.Directives, s.Definition.SelectionSet, calls)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return calls, nil
}

func merge(calls []*call, f *ast.Field) []*call {
	for _, known := range calls {
		if known.Alias == f.Alias {
			known.sets = append(known.sets, f.SelectionSet)
			return calls
		}
	}
	return append(calls, &call{f, []ast.SelectionSet{f.SelectionSet}})
}

func (c *compiler) fragment(
	typeName, condition string, directives ast.DirectiveList, set ast.SelectionSet, calls []*call,
) ([]*call, error) {
	in, err := c.included(directives)
	if err != nil || !in || !c.fits(typeName, condition) {
		return calls, err
	}
	return c.collect(typeName, []ast.SelectionSet{set}, calls)
}

// fits tells whether a type is, or implements, that of a fragment.
func (c *compiler) fits(typeName, condition string) bool {
	if condition == "" || condition == typeName {
		return true
	}
	return slices.ContainsFunc(c.schema.Implements[typeName], func(d *ast.Definition) bool { return d.Name == condition })
}

func (c *compiler) included(directives ast.DirectiveList) (bool, error) {
	for _, d := range directives {
		value := true
		if d.Name == "skip" || d.Name == "include" {
			v, err := d.Arguments.ForName("if").Value.Value(c.switches)
			if err != nil {
				return false, err
			}
			value, _ = v.(bool)
		}
		switch {
		case d.Name == "skip" && value, d.Name == "include" && !value:
			return false, nil
		case d.Name != "skip" && d.Name != "include":
			return false, errNotPlanned
		}
	}
	return true, nil
}
