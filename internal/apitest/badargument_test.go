package apitest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// tolerable are bad values that a filter may take: they find nothing.
var tolerable = map[string]bool{
	"a long text": true, "below all": true, "above all": true, "negative": true, "enormous": true, "too precise": true,
}

// Every argument of every query, down to the parts of its filters: what is
// malformed is BAD_USER_INPUT with the argument's path, and nothing is a fault.
func TestBadArguments(t *testing.T) {
	t.Parallel()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	w := newShop(t)
	client := w.api.As(w.operator)
	before := w.digest(t)
	try := func(t *testing.T, field *ast.FieldDefinition, argument *ast.ArgumentDefinition, path, name string, value any, must bool) {
		t.Helper()
		others := ""
		for _, other := range field.Arguments {
			switch {
			case other == argument || !other.Type.NonNull:
			case other.Type.Name() == "TariffScenarioInput":
				others += `, input: {name: "n", country: "CN", withinLimits: false, overrides: [{tax: DUTY, rate: "0.45"}]}`
			default: // an id of a cart, until there are others
				others += fmt.Sprintf(", %s: %q", other.Name, globalid.Encode(globalid.Cart, w.brand.ID))
			}
		}
		query := fmt.Sprintf("query ($v: %s) { %s(%s: $v%s) { __typename } }", argument.Type, field.Name, argument.Name, others)
		answer := client.Post(t, query, map[string]any{"v": value})
		switch {
		case strings.Contains(string(answer.Raw), "INTERNAL"), strings.Contains(string(answer.Raw), "SQLSTATE"):
			t.Errorf("%s(%s), %s: %s", field.Name, path, name, answer.Raw)
		case must && answer.Code() != "BAD_USER_INPUT":
			t.Errorf("%s(%s), %s is taken: %s", field.Name, path, name, answer.Raw)
		case answer.Code() == "BAD_USER_INPUT" && len(answer.Errors[0].Path) == 0 && !strings.Contains(answer.Errors[0].Message, "$v"):
			t.Errorf("%s(%s), %s has no path: %s", field.Name, path, name, answer.Raw)
		}
	}
	for _, field := range s.Query.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		t.Run(field.Name, func(t *testing.T) {
			for _, argument := range field.Arguments {
				arguments(s, argument.Type, argument.Name, func(v any) any { return v }, func(l leaf, wrap func(any) any) {
					for name, value := range badValues(l, list("x")) {
						if l.list && l.kind.Name != "ID" {
							continue
						}
						inFilter := len(l.path) > 1 || l.kind.Name == "String"
						paging := l.kind.Name == "Int" && len(l.path) == 1
						try(t, field, argument, strings.Join(l.path, "."), name, wrap(value), paging || !inFilter || !tolerable[name])
					}
					if l.kind.Name == "ID" && !l.list && argument.Name != "id" && argument.Name != "ids" {
						try(t, field, argument, l.path[0], "another type", wrap(globalid.Encode(globalid.Shopper, w.shopper.Account.ID)), true)
					}
				})
				if argument.Name == "after" || argument.Name == "before" {
					for _, cursor := range []string{"", "!", "bm9uc2Vuc2U", "WyJhIiwiYiJd"} {
						try(t, field, argument, argument.Name, "a forged cursor", cursor, true)
					}
				}
			}
		})
	}
	if after := w.digest(t); after != before {
		t.Error("queries changed tables")
	}
}

// arguments walks the type of an argument; wrap puts a leaf's value into the
// whole argument.
func arguments(s *ast.Schema, of *ast.Type, path string, wrap func(any) any, visit func(leaf, func(any) any)) {
	if of.Elem != nil {
		visit(leaf{path: strings.Split(path, "."), kind: s.Types[of.Name()], list: true}, wrap)
		arguments(s, of.Elem, path+".0", func(v any) any { return wrap(list(v)) }, visit)
		return
	}
	definition := s.Types[of.Name()]
	if definition.Kind != ast.InputObject {
		visit(leaf{path: strings.Split(path, "."), kind: definition}, wrap)
		return
	}
	for _, f := range definition.Fields {
		arguments(s, f.Type, path+"."+f.Name, func(v any) any { return wrap(map[string]any{f.Name: v}) }, visit)
	}
}
