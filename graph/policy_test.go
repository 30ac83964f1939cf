package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ours are the types the schema defines itself, in order of their names.
func ours(s *ast.Schema) []*ast.Definition {
	var all []*ast.Definition
	for _, d := range s.Types {
		if !d.BuiltIn && !strings.HasPrefix(d.Name, "__") {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// asked is what directives ask for: known is false where they say nothing.
func asked(directives ast.DirectiveList) (p auth.Permission, known bool) {
	if d := directives.ForName("requires"); d != nil {
		return auth.Permission(d.Arguments.ForName("permission").Value.Raw), true
	}
	return "", directives.ForName("public") != nil
}

// forGuests are the mutations that need no sign-in: a guest's secret is asked for instead.
var forGuests = []string{
	"cartCreate", "cartLinesAdd", "cartLinesUpdate", "cartLinesRemove", "cartAddressSet", "cartPaymentMethodSet",
	"cartDiscountCodesSet", "cartProblemsAccept", "cartDeliveryOptionSet",
	"consumerIdentitySet", "consumerIdentityErase",
}

// The schema shows the policy table, the table knows the schema: each field of
// each type has or inherits an entry, and neither says more than the other.
func TestPolicyTableEqualsTheSchema(t *testing.T) {
	t.Parallel()
	s := schema(t)
	types, fields := map[string]auth.Permission{}, map[string]auth.Permission{}
	for _, d := range ours(s) {
		if d.Kind != ast.Object {
			continue
		}
		p, known := asked(d.Directives)
		if !known {
			t.Errorf("%s says neither @public nor @requires", d.Name)
		}
		types[d.Name] = p
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			own, says := asked(f.Directives)
			if says {
				fields[d.Name+"."+f.Name] = own
			}
			rule, known := auth.RuleOf(d.Name, f.Name)
			if !known {
				t.Errorf("%s.%s has no policy", d.Name, f.Name)
			}
			want := p
			if says {
				want = own
			}
			if rule.Needs != want || rule.Own != says {
				t.Errorf("%s.%s: the schema asks for %q, the table for %+v", d.Name, f.Name, want, rule)
			}
			if d.Name == "Mutation" && (!says || own == "" && !slices.Contains(forGuests, f.Name)) {
				t.Errorf("%s is open to everybody", f.Name)
			}
		}
	}
	for name := range auth.Types {
		if _, ok := types[name]; !ok {
			t.Errorf("the table names %s, which is not in the schema", name)
		}
	}
	for name := range auth.Fields {
		if _, ok := fields[name]; !ok {
			t.Errorf("the table names %s, which asks for nothing in the schema", name)
		}
	}
}

func TestEnumsOfTheSchemaEqualTheCode(t *testing.T) {
	t.Parallel()
	s := schema(t)
	permissions, codes := []string{}, []string{}
	for _, p := range auth.Permissions {
		permissions = append(permissions, string(p))
	}
	for _, c := range problem.Codes {
		codes = append(codes, string(c))
	}
	for name, want := range map[string][]string{"Permission": permissions, "UserErrorCode": codes} {
		got := []string{}
		for _, v := range s.Types[name].EnumValues {
			got = append(got, v.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// Clients read the schema as its documentation.
func TestEveryElementIsDescribed(t *testing.T) {
	t.Parallel()
	s := schema(t)
	described := func(name, text string) {
		if len(strings.TrimSpace(text)) < 2 {
			t.Errorf("%s has no description", name)
		}
	}
	arguments := func(name string, args ast.ArgumentDefinitionList) {
		for _, a := range args {
			described(name+"("+a.Name+":)", a.Description)
		}
	}
	for _, d := range ours(s) {
		described(d.Name, d.Description)
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			described(d.Name+"."+f.Name, f.Description)
			arguments(d.Name+"."+f.Name, f.Arguments)
		}
		for _, v := range d.EnumValues {
			described(d.Name+"."+v.Name, v.Description)
		}
	}
	for _, d := range s.Directives {
		if d.Position != nil && d.Position.Src != nil && !d.Position.Src.BuiltIn {
			described("@"+d.Name, d.Description)
			arguments("@"+d.Name, d.Arguments)
		}
	}
}

// The conventions that clients rely on without looking.
func TestSchemaKeepsItsConventions(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for _, f := range s.Mutation.Fields {
		payload := s.Types[f.Type.Name()]
		if len(f.Arguments) != 1 || f.Arguments[0].Name != "input" || !f.Arguments[0].Type.NonNull {
			t.Errorf("%s takes more or less than one input", f.Name)
		}
		if errs := payload.Fields.ForName("userErrors"); errs == nil || errs.Type.String() != "[UserError!]!" {
			t.Errorf("%s has no userErrors", payload.Name)
		}
		for _, p := range payload.Fields {
			if p.Name != "userErrors" && p.Type.NonNull {
				t.Errorf("%s.%s cannot be null when the mutation is refused", payload.Name, p.Name)
			}
		}
		moves := slices.Contains([]string{"stockAdjust", "orderPlace", "orderCancel", "orderRefund", "shipmentCreate", "shipmentsCreate", "shipmentLossResolve",
			"returnRequest", "returnInspect", "returnRefund", "payoutCreate", "payoutReturn", "refundRetry",
			"checkoutComplete", "paymentCapture"}, f.Name)
		key := s.Types[f.Arguments[0].Type.Name()].Fields.ForName("idempotencyKey")
		if moves != (key != nil) {
			t.Errorf("%s: idempotencyKey %v", f.Name, key)
		}
	}
	for _, d := range ours(s) {
		if d.Kind != ast.Object {
			continue
		}
		if strings.HasSuffix(d.Name, "Connection") {
			for _, name := range []string{"edges", "nodes", "pageInfo", "totalCount"} {
				if d.Fields.ForName(name) == nil {
					t.Errorf("%s has no %s", d.Name, name)
				}
			}
		}
		for _, f := range d.Fields {
			if !strings.HasSuffix(f.Type.Name(), "Connection") {
				continue
			}
			for _, name := range []string{"first", "after", "last", "before"} {
				if f.Arguments.ForName(name) == nil {
					t.Errorf("%s.%s has no argument %s", d.Name, f.Name, name)
				}
			}
		}
	}
}
