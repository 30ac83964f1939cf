package difftest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Mutation makes an operation that asks so many times for the row in a
// mutation's payload: each time with another selection, and that one twice, as
// p1 and r1, p2 and r2, …. The second stands in a fragment that may be
// deferred, which no plan answers. So both ways of answering show the outcome
// of one mutation.
func (g *Generator) Mutation(seed uint64, mutation *ast.FieldDefinition, input any, times int) Operation {
	r := rand.New(rand.NewPCG(seed, 0x7061_796c)) //nolint:gosec // G404: chance that can be repeated
	for {
		b := &builder{Generator: g, r: r, variables: map[string]any{"input": input}}
		op := b.mutation(mutation, times)
		if _, err := load(g.Schema, op); err == nil {
			return op
		}
		g.Refused++
	}
}

func (b *builder) mutation(mutation *ast.FieldDefinition, times int) Operation {
	argument := mutation.Arguments[0]
	b.own = len(b.Actor.Brands()) > 0
	b.op = &ast.OperationDefinition{Operation: ast.Mutation, VariableDefinitions: ast.VariableDefinitionList{
		{Variable: argument.Name, Type: argument.Type},
	}}
	b.inContext()
	given := b.Schema.Types[mutation.Type.Name()]
	row := PayloadRow(b.Schema, mutation)
	shown := ast.SelectionSet{&ast.Field{Alias: "userErrors", Name: "userErrors", SelectionSet: ast.SelectionSet{
		&ast.Field{Alias: "code", Name: "code"}, &ast.Field{Alias: "message", Name: "message"},
	}}}
	for i := range times {
		b.aim, b.fields = b.newAim(), 4+b.r.IntN(22)
		b.bold = b.chance(3)
		at := place{b.Schema.Types[row.Type.Name()], scope{}, 3, 1, b.own}
		selected := b.selections(at, 1+b.r.IntN(5))
		shown = append(shown,
			&ast.Field{Alias: fmt.Sprint("p", i), Name: row.Name, SelectionSet: selected},
			&ast.Field{Alias: fmt.Sprint("r", i), Name: row.Name, SelectionSet: ast.SelectionSet{&ast.InlineFragment{
				SelectionSet: selected,
				Directives: ast.DirectiveList{{Name: "defer", Arguments: ast.ArgumentList{
					{Name: "if", Value: &ast.Value{Kind: ast.BooleanValue, Raw: "false"}},
				}}},
			}}})
	}
	b.r.Shuffle(len(shown), func(i, j int) { shown[i], shown[j] = shown[j], shown[i] })
	b.op.SelectionSet = ast.SelectionSet{&ast.Field{
		Alias: "m", Name: mutation.Name, SelectionSet: shown, ObjectDefinition: given,
		Arguments: ast.ArgumentList{{Name: argument.Name, Value: &ast.Value{Kind: ast.Variable, Raw: argument.Name}}},
	}}
	b.doc.Operations = ast.OperationList{b.op}
	return Operation{Query: text(&b.doc), Variables: b.variables}
}

// PayloadRow is the field of a mutation's payload that gives a row, nil where
// there is none.
func PayloadRow(schema *ast.Schema, mutation *ast.FieldDefinition) *ast.FieldDefinition {
	for _, f := range schema.Types[mutation.Type.Name()].Fields {
		if !strings.HasPrefix(f.Name, "__") && f.Type.Elem == nil && schema.Types[f.Type.Name()].Kind == ast.Object {
			return f
		}
	}
	return nil
}

// Beyond tells which of the rows that an operation of Mutation was given show
// more than columns of the row, by their aliases.
func Beyond(schema *ast.Schema, op Operation, answer []byte) map[string]bool {
	doc, err := load(schema, op)
	if err != nil {
		return nil
	}
	var body struct{ Data any }
	_ = json.Unmarshal(answer, &body) // nothing was given
	found := map[string]bool{}
	each(doc.Operations[0].SelectionSet, body.Data, func(f *ast.Field, given any) {
		each(f.SelectionSet, given, func(row *ast.Field, shown any) {
			walk(row.SelectionSet, shown, func(f *ast.Field, _ any) {
				found[row.Alias] = found[row.Alias] || beyond(schema, f)
			})
		})
	})
	return found
}

// beyond tells whether a field is read from other rows than the one it is of.
func beyond(schema *ast.Schema, f *ast.Field) bool {
	switch f.Name {
	case "available":
		return f.ObjectDefinition.Name != "StockLevel"
	case "priceRange":
		return f.ObjectDefinition.Name == "Product"
	default:
		of := schema.Types[f.Definition.Type.Name()]
		return !of.IsLeafType() && !within[of.Name]
	}
}

// within are types that are made of columns of the row they stand in.
var within = map[string]bool{
	"BrandContact": true, "DeliveryRate": true, "DeliveryWeight": true, "Money": true, "NetContent": true, "NextAction": true, "OrderDelivery": true, "PaymentFailure": true, "ProductOption": true, "Recipient": true, "SEO": true, "SelectedOption": true,
}
