package difftest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// unplanned are fields that resolvers alone answer: carts are priced,
// balances summed, rates crossed, taxes reckoned and programmes counted by the
// domain, and nobody waits for an address book, the nomenclature and rules of
// customs, reports beside that of sales, or to learn who buys;
// pictures of reports are made apart, and links to files are signed.
var unplanned = []string{
	"Query.cart", "Viewer.cart", "Viewer.addresses", "Brand.balances", "Brand.statements",
	"Query.exchangeRate", "SalesReport.rates", "Query.consumerIdentity", "Query.consumerReads", "Query.consumerAllowance",
	"Query.landedCostQuote", "Query.takeHomeQuote", "Query.takeHomePrice", "Price.landedCost", "Order.landedCost", "Order.declarations",
	"Query.tariffScenario", "Query.listingsToReview",
	"Query.hsCode", "Query.hsCodes", "Query.customsRules", "Query.customsRuleSets",
	"Query.programmeProgress",
	"Query.funnelReport", "Query.cohortReport", "Query.geographyReport", "Query.paymentReport", "Query.regimeReport",
	"Query.turnoverReport", "Query.statementReport",
	"ReportExport.link", "Query.reportChart",
}

// Planned takes the fields out of a schema that no plan answers.
func Planned(schema *ast.Schema) {
	for _, field := range unplanned {
		of, name, _ := strings.Cut(field, ".")
		fields := &schema.Types[of].Fields
		*fields = slices.DeleteFunc(*fields, func(f *ast.FieldDefinition) bool { return f.Name == name })
	}
}

// Coverage counts what operations asked for, and got.
type Coverage struct {
	mutex sync.Mutex
	seen  map[string]int
	// Of each role: operations, those that were planned, gave something, and had errors.
	Asked, Planned, Told, Wrong map[string]int
}

// NewCoverage has seen nothing.
func NewCoverage() *Coverage {
	return &Coverage{seen: map[string]int{}, Asked: map[string]int{}, Planned: map[string]int{}, Told: map[string]int{}, Wrong: map[string]int{}}
}

// Count takes an operation and its answer into account.
func (c *Coverage) Count(schema *ast.Schema, role string, op Operation, a Answer, planned bool) {
	doc, err := load(schema, op)
	if err != nil {
		return
	}
	var body struct{ Data any }
	_ = json.Unmarshal(a.Body, &body) // Ask has read it
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.Asked[role]++
	if planned {
		c.Planned[role]++
	}
	if tells(body.Data) {
		c.Told[role]++
	}
	if len(a.Errors) > 0 {
		c.Wrong[role]++
		return
	}
	operation := doc.Operations.ForName(op.Name)
	c.directives(operation.Directives)
	c.shape(schema, operation.SelectionSet, map[string]bool{})
	walk(operation.SelectionSet, body.Data, func(f *ast.Field, _ any) { c.field(schema, f, op.Variables) })
}

// field counts one that stands in an answer, with its arguments.
func (c *Coverage) field(schema *ast.Schema, f *ast.Field, variables map[string]any) {
	if f.Name == "__typename" {
		c.seen["__typename"]++
		return
	}
	name := f.ObjectDefinition.Name + "." + f.Name
	c.seen[name]++
	for _, a := range f.Arguments {
		c.seen[name+"("+a.Name+")"]++
		c.value(schema, a.Value, variables)
	}
	switch {
	case f.Definition.Arguments.ForName("after") == nil:
		return
	case f.Arguments.ForName("last") != nil:
		c.seen["a page backward"]++
	case f.Arguments.ForName("first") != nil:
		c.seen["a page forward"]++
	}
}

func (c *Coverage) value(schema *ast.Schema, v *ast.Value, variables map[string]any) {
	switch v.Kind {
	case ast.Variable:
		_, given := variables[v.Raw]
		byDefault := v.VariableDefinition.DefaultValue != nil
		c.seen[fmt.Sprintf("a variable (given: %t, default: %t)", given, byDefault)]++
		if byDefault && !given {
			c.value(schema, v.VariableDefinition.DefaultValue, variables)
		}
		c.plain(schema, v.VariableDefinition.Type, variables[v.Raw])
	case ast.EnumValue:
		c.seen[v.Definition.Name+"."+v.Raw]++
	case ast.ListValue, ast.ObjectValue:
		for _, child := range v.Children {
			if v.Kind == ast.ObjectValue {
				c.seen[v.Definition.Name+"."+child.Name]++
			}
			c.value(schema, child.Value, variables)
		}
	case ast.NullValue:
		c.seen["null for an argument"]++
	default:
	}
}

// plain counts the parts of a variable's value.
func (c *Coverage) plain(schema *ast.Schema, t *ast.Type, v any) {
	d := schema.Types[t.Name()]
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.plain(schema, t, e)
		}
	case string:
		if d.Kind == ast.Enum {
			c.seen[d.Name+"."+v]++
		}
	case map[string]any:
		for name, e := range v {
			c.seen[d.Name+"."+name]++
			if f := d.Fields.ForName(name); f != nil {
				c.plain(schema, f.Type, e)
			}
		}
	}
}

// shape counts fragments and conditions.
func (c *Coverage) shape(schema *ast.Schema, set ast.SelectionSet, seen map[string]bool) {
	keys := map[string]bool{}
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c.directives(s.Directives)
			c.shape(schema, s.SelectionSet, seen)
			if keys[s.Alias] && len(s.SelectionSet) > 0 {
				c.seen["a field selected twice"]++
			}
			if s.Alias != s.Name {
				c.seen["an alias"]++
			}
			keys[s.Alias] = true
		case *ast.InlineFragment:
			kind := "an inline fragment"
			if s.TypeCondition != "" {
				kind += " on " + kindOf(schema.Types[s.TypeCondition], s.ObjectDefinition)
			}
			c.seen[kind]++
			c.directives(s.Directives)
			c.shape(schema, s.SelectionSet, seen)
		case *ast.FragmentSpread:
			c.seen["a named fragment on "+kindOf(s.Definition.Definition, s.ObjectDefinition)]++
			if seen[s.Name] {
				c.seen["a fragment spread twice"]++
				continue
			}
			seen[s.Name] = true
			c.directives(s.Directives)
			c.shape(schema, s.Definition.SelectionSet, seen)
		}
	}
}

func kindOf(condition, in *ast.Definition) string {
	switch {
	case condition.IsAbstractType():
		return "an interface"
	case in.IsAbstractType():
		return "a type of an interface"
	}
	return "the same type"
}

func (c *Coverage) directives(list ast.DirectiveList) {
	for _, d := range list {
		for _, a := range d.Arguments {
			name := "@" + d.Name + "(" + a.Name + ")"
			c.seen[name]++
			if a.Value.Kind == ast.Variable {
				c.seen[name+" by variable"]++
			}
		}
	}
}

// tells says whether there is anything in an answer but nulls, empty lists and type names.
func tells(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		return slices.ContainsFunc(v, tells)
	case map[string]any:
		for key, below := range v {
			if key != "__typename" && tells(below) {
				return true
			}
		}
		return false
	}
	return true
}

// Seen is how often one thing was; Wanted tells what there is.
func (c *Coverage) Seen(what string) int { return c.seen[what] }

// Wanted is what there is to count: every field that can be read, every
// argument, every field of their inputs, every value of their enums, and the
// forms an operation can take.
func Wanted(schema *ast.Schema) (all []string) {
	inputs := map[string]bool{}
	var input func(t *ast.Type)
	input = func(t *ast.Type) {
		d := schema.Types[t.Name()]
		if inputs[d.Name] {
			return
		}
		inputs[d.Name] = true
		for _, v := range d.EnumValues {
			all = append(all, d.Name+"."+v.Name)
		}
		if d.Kind != ast.InputObject {
			return
		}
		for _, f := range d.Fields {
			all = append(all, d.Name+"."+f.Name)
			input(f.Type)
		}
	}
	for _, d := range readable(schema) {
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			name := d.Name + "." + f.Name
			all = append(all, name)
			for _, a := range f.Arguments {
				all = append(all, name+"("+a.Name+")")
				input(a.Type)
			}
		}
	}
	all = append(all, "__typename", "an alias", "a field selected twice", "a fragment spread twice", "null for an argument",
		"a page forward", "a page backward", "an inline fragment",
		"a variable (given: true, default: false)", "a variable (given: true, default: true)",
		"a variable (given: false, default: false)", "a variable (given: false, default: true)")
	for _, kind := range []string{"an interface", "a type of an interface", "the same type"} {
		all = append(all, "an inline fragment on "+kind, "a named fragment on "+kind)
	}
	for _, a := range []string{"@skip(if)", "@include(if)", "@inContext(country)", "@inContext(language)", "@inContext(currency)"} {
		all = append(all, a, a+" by variable")
	}
	slices.Sort(all)
	return all
}

// readable are the types that a query can reach.
func readable(schema *ast.Schema) (list []*ast.Definition) {
	seen := map[string]bool{}
	var reach func(d *ast.Definition)
	reach = func(d *ast.Definition) {
		if seen[d.Name] || d.IsLeafType() || strings.HasPrefix(d.Name, "__") {
			return
		}
		seen[d.Name] = true
		list = append(list, d)
		for _, f := range d.Fields {
			reach(schema.Types[f.Type.Name()])
		}
		for _, p := range schema.GetPossibleTypes(d) {
			reach(p)
		}
	}
	reach(schema.Query)
	return list
}
