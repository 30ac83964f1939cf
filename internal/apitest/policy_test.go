package apitest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// Each mutation, as each kind of caller: without a sign-in it is
// UNAUTHENTICATED, without the permission FORBIDDEN, and nothing is written.
func TestMutationsAskForTheirPermission(t *testing.T) {
	t.Parallel()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	w := newShop(t)
	db := w.api.DB.Gorm
	actors := map[string]*auth.Actor{
		"visitor": auth.Anonymous(), "shopper": fixture.Shopper(t, db, "Zhang"), "operator": w.operator,
		"reporting": fixture.Reporter(t, db),
	}
	for _, role := range []models.BrandRole{models.RoleManager, models.RoleStaff, models.RoleAnalyst} {
		actors[string(role)] = fixture.Member(t, db, w.brand.ID, role)
	}
	inputs := map[string]object{}
	for name, good := range goodInputs {
		_, inputs[name] = good[0](w)
	}
	before := w.digest(t)
	for _, mutation := range s.Mutation.Fields {
		rule, _ := auth.RuleOf("Mutation", mutation.Name)
		for name, actor := range actors {
			if rule.Needs == "" || actor.Holds(rule.Needs) {
				continue
			}
			want := "FORBIDDEN"
			if !actor.SignedIn() {
				want = "UNAUTHENTICATED"
			}
			query := fmt.Sprintf("mutation ($input: %s) { %s(input: $input) { userErrors { code } } }", mutation.Arguments[0].Type, mutation.Name)
			answer := w.api.As(actor).Post(t, query, object{"input": inputs[mutation.Name]})
			if answer.Code() != want || string(answer.Data) != "null" {
				t.Errorf("%s as %s: %s", mutation.Name, name, answer.Raw)
			}
			if want == "FORBIDDEN" && answer.Errors[0].Extensions["requiredPermission"] != string(rule.Needs) {
				t.Errorf("%s as %s does not say what is needed: %s", mutation.Name, name, answer.Raw)
			}
		}
	}
	if after := w.digest(t); after != before {
		t.Error("a refused mutation changed tables")
	}
}

// Each field that asks for a permission, on a row that everybody reads: a
// caller without it for that brand gets FORBIDDEN at the field's path, even
// one who holds it for another brand.
func TestFieldsAskForTheirPermission(t *testing.T) {
	t.Parallel()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	w := newShop(t)
	rows := map[string]string{
		"Brand": w.brand.GlobalID(), "Product": w.goods.Product.GlobalID(), "Variant": w.goods.Variants[0].GlobalID(),
		"Listing": w.goods.Listing.GlobalID(),
	}
	// These are on rows that only the brand's people read.
	hidden := map[string]string{"Promotion": w.promotion.GlobalID(), "Shipment": w.parcel(models.ShipmentLabelled).GlobalID()}
	stranger := w.api.As(fixture.Member(t, w.api.DB.Gorm, w.rival.ID, models.RoleOwner))
	owner := w.api.As(w.owner)
	for path, permission := range auth.Fields {
		typeName, name, _ := strings.Cut(path, ".")
		if permission == "" || typeName == "Query" || typeName == "Mutation" {
			continue
		}
		id, ok := rows[typeName]
		if own, ofStaff := hidden[typeName]; ofStaff {
			w.hiddenField(t, s, path, own)
			continue
		}
		if !ok {
			t.Errorf("%s asks for %s, but there is no %s to try it on", path, permission, typeName)
			continue
		}
		query := ofNode(s, path)
		if answer := stranger.Post(t, query, object{"id": id}); answer.Code() != "FORBIDDEN" || !answer.NamesPath(name) {
			t.Errorf("%s to a stranger: %s", path, answer.Raw)
		}
		if answer := w.api.As(nil).Post(t, query, object{"id": id}); answer.Code() != "UNAUTHENTICATED" || !answer.NamesPath(name) {
			t.Errorf("%s to a visitor: %s", path, answer.Raw)
		}
		if answer := owner.Post(t, query, object{"id": id}); len(answer.Errors) > 0 {
			t.Errorf("%s to its owner: %s", path, answer.Raw)
		}
	}
}

// ofNode asks for a field, given as Type.field, of a node.
func ofNode(s *ast.Schema, path string) string {
	typeName, name, _ := strings.Cut(path, ".")
	field := s.Types[typeName].Fields.ForName(name)
	if field.Arguments.ForName("month") != nil {
		name += `(month: "2026-02-01")`
	}
	if s.Types[field.Type.Name()].Kind == ast.Object {
		name += " { __typename }"
	}
	return fmt.Sprintf("query ($id: ID!) { node(id: $id) { ... on %s { %s } } }", typeName, name)
}

// hiddenField tries a field that asks for more than its row: whoever of the
// brand lacks it is told, others find no row.
func (w *shopWorld) hiddenField(t *testing.T, s *ast.Schema, path, id string) {
	t.Helper()
	typeName, name, _ := strings.Cut(path, ".")
	query := ofNode(s, path)
	staff := fixture.Member(t, w.api.DB.Gorm, w.brand.ID, models.RoleAnalyst)
	if answer := w.api.As(staff).Post(t, query, object{"id": id}); answer.Code() != "FORBIDDEN" || !answer.NamesPath(name) {
		t.Errorf("%s.%s to one who may not: %s", typeName, name, answer.Raw)
	}
	stranger := fixture.Member(t, w.api.DB.Gorm, w.rival.ID, models.RoleOwner)
	if answer := w.api.As(stranger).Post(t, query, object{"id": id}); string(answer.Data) != `{"node":null}` {
		t.Errorf("%s.%s to a stranger: %s", typeName, name, answer.Raw)
	}
	if answer := w.api.As(w.owner).Post(t, query, object{"id": id}); len(answer.Errors) > 0 {
		t.Errorf("%s.%s to its owner: %s", typeName, name, answer.Raw)
	}
}

// What the caller may not see does not exist: by id, among nodes, in lists and in totals.
func TestStrangersSeeNothing(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	w.set("update brands set status = 'SUSPENDED' where id = ?", w.brand.ID)
	w.set("update storefronts set visible = false where brand_id = ?", w.brand.ID)
	w.set("update listings set visible_from = null where brand_id = ?", w.brand.ID)
	w.set("update products set visible_from = null where brand_id = ?", w.brand.ID)
	w.set("delete from search_entries where brand_id = ?", w.brand.ID)
	hidden := []any{
		w.brand.GlobalID(), w.shop.GlobalID(), w.goods.Product.GlobalID(), w.goods.Variants[0].GlobalID(), w.goods.Listing.GlobalID(),
		w.goods.Warehouse.GlobalID(), w.document.GlobalID(), models.Order{BrandID: w.order.BrandID, ID: w.order.ID}.GlobalID(),
	}
	for name, actor := range map[string]*auth.Actor{
		"a visitor": nil, "a shopper": fixture.Shopper(t, w.api.DB.Gorm, "Zhang"),
		"another brand's owner": fixture.Member(t, w.api.DB.Gorm, w.rival.ID, models.RoleOwner),
	} {
		client := w.api.As(actor)
		answer := client.Post(t, `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, object{"ids": hidden})
		if want := `{"nodes":[` + strings.TrimSuffix(strings.Repeat("null,", len(hidden)), ",") + `]}`; string(answer.Data) != want {
			t.Errorf("%s sees %s", name, answer.Raw)
		}
		var lists struct {
			Brands, Storefronts, Products struct {
				TotalCount int
				Nodes      []struct{ ID string }
			}
			Brand, Storefront, Product any
		}
		client.Do(t, `{
			brands { totalCount nodes { id } } storefronts { totalCount nodes { id } } products { totalCount nodes { id } }
			brand(slug: "acme") { id } storefront(slug: "acme-cn") { id } product(brandSlug: "acme", handle: "honey") { id }
		}`, nil, &lists)
		if lists.Brand != nil || lists.Storefront != nil || lists.Product != nil {
			t.Errorf("%s finds %+v", name, lists)
		}
		for what, l := range map[string]struct {
			TotalCount int
			Nodes      []struct{ ID string }
		}{"brands": lists.Brands, "storefronts": lists.Storefronts, "products": lists.Products} {
			if l.TotalCount != 1 || len(l.Nodes) != 1 {
				t.Errorf("%s counts %d %s and sees %d", name, l.TotalCount, what, len(l.Nodes))
			}
		}
	}
}
