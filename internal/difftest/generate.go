package difftest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/tradewind-commerce/tradewind/internal/auth"
)

// Operation is what a client sends.
type Operation struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
	// Name picks one of several operations of the document.
	Name string `json:"operationName,omitempty"`
}

// Generator makes operations for one role.
type Generator struct {
	Schema *ast.Schema
	Pool   *Pool
	Actor  *auth.Actor
	// Refused counts what turned out to be no valid document.
	Refused int
}

// Operation makes the operation of a seed.
func (g *Generator) Operation(seed uint64) Operation {
	r := rand.New(rand.NewPCG(seed, 0x6469_6666)) //nolint:gosec // G404: chance that can be repeated
	for {
		b := &builder{Generator: g, r: r, variables: map[string]any{}}
		op := b.build()
		if _, err := load(g.Schema, op); err == nil {
			return op
		}
		g.Refused++
	}
}

// load parses and validates an operation, as the server does.
func load(schema *ast.Schema, op Operation) (*ast.QueryDocument, error) {
	doc, errs := gqlparser.LoadQueryWithRules(schema, op.Query, nil)
	if len(errs) > 0 {
		return nil, errs
	}
	if _, err := validator.VariableValues(schema, doc.Operations.ForName(op.Name), op.Variables); err != nil {
		return nil, err
	}
	return doc, nil
}

func text(doc *ast.QueryDocument) string {
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	return b.String()
}

// builder makes one operation.
type builder struct {
	*Generator
	r         *rand.Rand
	doc       ast.QueryDocument
	op        *ast.OperationDefinition
	variables map[string]any

	// bold operations ask for what the role may not read.
	bold bool
	// own operations name rows of the brands that the caller works for.
	own bool
	// fields that may still be selected.
	fields  int
	aliases int
	// aim is what the operation tries to reach.
	aim aim
	// types of the rows that the last ids named.
	types []string
	// at is where the field stands whose arguments are made.
	at place
}

// place is where a selection stands.
type place struct {
	definition *ast.Definition
	scope      scope
	depth      int
	// rows is how many there may be of the object, all lists above together.
	rows int
	// own is true where all rows are of brands that the caller works for.
	own bool
}

// scope holds the response keys of an object: what each stands for, and the scope below it.
type scope map[string]*meaning

type meaning struct {
	field *ast.Field
	what  string
	below scope
}

const (
	maxDepth = 9
	maxRows  = 120
)

func (b *builder) chance(percent int) bool { return b.r.IntN(100) < percent }

func pick[T any](b *builder, list []T) T { return list[b.r.IntN(len(list))] }

func (b *builder) build() Operation {
	b.aim = b.newAim()
	b.bold = b.chance(2)
	b.own = len(b.Actor.Brands()) > 0 && b.chance(65)
	b.fields = 5 + b.r.IntN(36)
	b.op = &ast.OperationDefinition{Operation: ast.Query}
	if b.chance(70) {
		b.op.Name = "Read"
	}
	b.inContext()
	b.op.SelectionSet = b.selections(place{b.Schema.Query, scope{}, 1, 1, b.own}, 1+b.r.IntN(3))
	b.doc.Operations = ast.OperationList{b.op}
	op := Operation{Variables: b.variables}
	if b.op.Name != "" && b.chance(5) {
		op.Name = b.op.Name
		b.doc.Operations = append(b.doc.Operations, &ast.OperationDefinition{
			Operation: ast.Query, Name: "Other", SelectionSet: ast.SelectionSet{&ast.Field{Name: "__typename", Alias: "__typename"}},
		})
	}
	op.Query = text(&b.doc)
	return op
}

func (b *builder) inContext() {
	if !b.chance(45) {
		return
	}
	d := &ast.Directive{Name: "inContext"}
	for _, arg := range b.Schema.Directives["inContext"].Arguments {
		if b.chance(60) {
			d.Arguments = append(d.Arguments, &ast.Argument{Name: arg.Name, Value: b.value("@inContext", arg.Name, arg.Type)})
		}
	}
	b.op.Directives = append(b.op.Directives, d)
}

func (b *builder) selections(at place, n int) ast.SelectionSet {
	var set ast.SelectionSet
	for range n {
		if s := b.selection(at); s != nil {
			set = append(set, s)
		}
	}
	if len(set) == 0 {
		set = append(set, &ast.Field{Alias: "__typename", Name: "__typename"})
	}
	return set
}

func (b *builder) selection(at place) ast.Selection {
	inside := at.depth > 1 || b.chance(30)
	switch n := b.r.IntN(100); {
	case n < 4:
		return &ast.Field{Alias: "__typename", Name: "__typename", Directives: b.conditions()}
	case n < 9 && inside && b.fields > 2:
		return &ast.InlineFragment{Directives: b.conditions(), SelectionSet: b.selections(at, 1+b.r.IntN(3))}
	case n < 16 && inside && b.fields > 2, b.abstract(at) && n < 50:
		return b.inline(at)
	case n < 25 && inside && b.fields > 2, b.abstract(at) && n < 75:
		return b.spread(at)
	case n < 30 && len(at.scope) > 0:
		return b.again(at)
	}
	return b.field(at)
}

func (b *builder) abstract(at place) bool { return at.definition.Kind == ast.Interface }

// condition chooses a type that the objects at a place may be of.
func (b *builder) condition(at place) *ast.Definition {
	if b.abstract(at) {
		if b.chance(12) {
			return at.definition
		}
		if len(b.types) > 0 && b.chance(80) {
			return b.Schema.Types[pick(b, b.types)]
		}
		return pick(b, b.Schema.GetPossibleTypes(at.definition))
	}
	if of := b.Schema.GetImplements(at.definition); len(of) > 0 && b.chance(40) {
		return of[0]
	}
	return at.definition
}

func (b *builder) inline(at place) ast.Selection {
	d := b.condition(at)
	at.definition = d
	return &ast.InlineFragment{TypeCondition: d.Name, Directives: b.conditions(), SelectionSet: b.selections(at, 1+b.r.IntN(4))}
}

// spread names a fragment: a new one, or one that stands elsewhere, too.
func (b *builder) spread(at place) ast.Selection {
	d := b.condition(at)
	if b.chance(40) {
		for _, f := range b.doc.Fragments {
			if f.TypeCondition == d.Name && f.SelectionSet != nil {
				return &ast.FragmentSpread{Name: f.Name, Directives: b.conditions()}
			}
		}
	}
	f := &ast.FragmentDefinition{Name: fmt.Sprint("F", len(b.doc.Fragments)+1), TypeCondition: d.Name}
	b.doc.Fragments = append(b.doc.Fragments, f)
	at.definition = d
	f.SelectionSet = b.selections(at, 1+b.r.IntN(4))
	return &ast.FragmentSpread{Name: f.Name, Directives: b.conditions()}
}

// again selects a field once more: its selections are merged.
func (b *builder) again(at place) ast.Selection {
	keys := make([]string, 0, len(at.scope))
	for key := range at.scope {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	m := at.scope[pick(b, keys)]
	d := at.definition.Fields.ForName(m.field.Name)
	if d == nil || b.fields <= 0 || m.what != signature(m.field, d) {
		return b.field(at)
	}
	b.fields--
	f := &ast.Field{Alias: m.field.Alias, Name: m.field.Name, Arguments: m.field.Arguments, Directives: b.conditions()}
	b.below(f, d, at, m.below, 1)
	return f
}

func (b *builder) field(at place) ast.Selection {
	list := b.selectable(at)
	if len(list) == 0 || b.fields <= 0 {
		return nil
	}
	d := b.aim.choose(at.definition, list, b.chance(45))
	if d == nil {
		d = pick(b, list)
	}
	b.fields--
	f := &ast.Field{Alias: d.Name, Name: d.Name}
	arguments, rows := b.arguments(at, d)
	f.Arguments = arguments
	if b.chance(15) {
		b.aliases++
		f.Alias = fmt.Sprint("a", b.aliases)
	}
	what := signature(f, d)
	if m := at.scope[f.Alias]; m != nil && m.what != what {
		b.aliases++
		f.Alias = fmt.Sprint("a", b.aliases)
	}
	if at.scope[f.Alias] == nil {
		at.scope[f.Alias] = &meaning{field: f, what: what, below: scope{}}
	}
	f.Directives = b.conditions()
	b.below(f, d, at, at.scope[f.Alias].below, rows)
	return f
}

func (b *builder) below(f *ast.Field, d *ast.FieldDefinition, at place, below scope, rows int) {
	t := b.Schema.Types[d.Type.Name()]
	if t.IsLeafType() {
		return
	}
	if d.Type.Elem != nil && rows == 1 {
		rows = 3 // a list that has no pages
	}
	n := 1 + b.r.IntN(5)
	if strings.HasSuffix(t.Name, "Connection") {
		n = 1 + b.r.IntN(4)
	}
	f.SelectionSet = b.selections(place{t, below, at.depth + 1, at.rows * rows, at.own && (at.definition != b.Schema.Query || !public[d.Name])}, n)
	if d == b.aim.field && strings.HasSuffix(t.Name, "Connection") && b.chance(75) { // so that its page is turned
		f.SelectionSet = append(f.SelectionSet, &ast.Field{Alias: "pageInfo", Name: "pageInfo", SelectionSet: ast.SelectionSet{
			&ast.Field{Alias: "startCursor", Name: "startCursor"}, &ast.Field{Alias: "endCursor", Name: "endCursor"},
		}})
	}
}

// public are the root fields that give rows of any brand.
var public = map[string]bool{"brands": true, "products": true, "storefronts": true, "category": true, "categories": true}

// signature is what two selections of one response key must agree in.
func signature(f *ast.Field, d *ast.FieldDefinition) string {
	var s strings.Builder
	s.WriteString(f.Name + " " + d.Type.String())
	for _, a := range f.Arguments {
		s.WriteString(" " + a.Name + ":" + a.Value.String())
	}
	return s.String()
}

// selectable are the fields that may stand at a place.
func (b *builder) selectable(at place) (list []*ast.FieldDefinition) {
	for _, f := range at.definition.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		composite := !b.Schema.Types[f.Type.Name()].IsLeafType()
		if composite && (at.depth >= maxDepth || at.rows > maxRows || b.fields < 2) {
			continue
		}
		if !b.readable(at, f) && (!b.bold || !b.chance(30)) {
			continue
		}
		list = append(list, f)
		if f.Name == "salesReport" { // it has many figures
			list = append(list, f, f)
		}
		if at.depth < 5 && f.Name != "salesReport" && b.branches(f) {
			list = append(list, f, f)
		}
	}
	return list
}

// branches tells whether there is something below what a field gives.
func (b *builder) branches(f *ast.FieldDefinition) bool {
	t := b.Schema.Types[f.Type.Name()]
	return t.Kind == ast.Interface || slices.ContainsFunc(t.Fields, func(f *ast.FieldDefinition) bool {
		return !b.Schema.Types[f.Type.Name()].IsLeafType()
	})
}

// readable tells whether asking for a field is no error, whatever the row.
func (b *builder) readable(at place, f *ast.FieldDefinition) bool {
	d := at.definition
	if b.abstract(at) {
		return true
	}
	rule, _ := auth.RuleOf(d.Name, f.Name)
	if of := auth.Types[f.Type.Name()]; !rule.Own && of != "" && !b.Actor.Holds(of) {
		return false // what it gives is guarded
	}
	switch {
	case rule.Needs == "" || b.Actor.HoldsEverywhere(rule.Needs):
		return true
	case d.Name == "Query", !rule.Own:
		return b.Actor.Holds(rule.Needs)
	default:
		return at.own && b.Actor.Holds(rule.Needs)
	}
}

// conditions are @skip and @include, seldom.
func (b *builder) conditions() (list ast.DirectiveList) {
	for _, name := range []string{"skip", "include"} {
		if !b.chance(4) {
			continue
		}
		value := &ast.Value{Kind: ast.BooleanValue, Raw: fmt.Sprint(b.chance(50))}
		if b.chance(60) {
			value = b.variable(value, ast.NonNullNamedType("Boolean", nil))
		}
		list = append(list, &ast.Directive{Name: name, Arguments: ast.ArgumentList{{Name: "if", Value: value}}})
	}
	return list
}
