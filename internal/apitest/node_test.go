package apitest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestNodes reads rows of several types by their ids: in order, null for what
// is not there or not for the caller, one statement for each type.
func TestNodes(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	a, b := fixture.Brand(t, db, "acorn"), fixture.Brand(t, db, "birch", func(b *models.Brand) { b.Status = models.BrandApplied })
	shop := fixture.Storefront(t, db, a, "acorn-cn")
	document := &models.BrandDocument{
		BrandID: a.ID, ID: fixture.ID(), Kind: models.DocTaxID, Reference: "7", Verdict: models.VerdictPending, SubmittedAt: fixture.Start,
	}
	fixture.Create(t, db, document)
	ids := []string{
		shop.GlobalID(), a.GlobalID(), b.GlobalID(), document.GlobalID(), a.GlobalID(),
		globalid.Encode(globalid.Category, fixture.ID()), globalid.EncodeOf(globalid.Storefront, b.ID, shop.ID),
		globalid.Encode(globalid.Account, fixture.ID()),
	}
	const query = `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`
	read := func(c *apitest.Client) string {
		t.Helper()
		var data struct {
			Nodes []*struct {
				Typename string `json:"__typename"`
				ID       string
			}
		}
		c.Do(t, query, map[string]any{"ids": ids}, &data)
		var got []string
		for i, n := range data.Nodes {
			if n == nil {
				got = append(got, "-")
				continue
			}
			if n.ID != ids[i] {
				t.Errorf("%s stands for %s", n.ID, ids[i])
			}
			got = append(got, n.Typename)
		}
		return strings.Join(got, " ")
	}
	for want, c := range map[string]*apitest.Client{
		"Storefront Brand - - Brand - - -":                 api.As(nil),
		"Storefront Brand - BrandDocument Brand - - -":     api.As(fixture.Member(t, db, a.ID, models.RoleOwner)),
		"Storefront Brand Brand BrandDocument Brand - - -": api.As(fixture.Operator(t, db)),
	} {
		if got := read(c); got != want {
			t.Errorf("nodes: %s, want %s", got, want)
		}
	}
	api.Sent.Reset()
	read(api.As(fixture.Operator(t, db)))
	api.Sent.AtMost(t, 7) // two to make the operator, one for each of five types

	public := api.As(nil)
	many := make([]string, 101)
	for i := range many {
		many[i] = a.GlobalID()
	}
	for name, wrong := range map[string]struct {
		ids  []string
		path string
	}{
		"nonsense": {[]string{a.GlobalID(), "nonsense"}, "1"}, "too many": {many, "ids"}, "an empty id": {[]string{""}, "0"},
		"a changed id": {[]string{a.GlobalID() + "A"}, "0"}, "another prefix": {[]string{"prd" + a.GlobalID()[3:]}, "0"},
	} {
		if answer := public.Post(t, query, map[string]any{"ids": wrong.ids}); answer.Code() != "BAD_USER_INPUT" || !answer.NamesPath(wrong.path) {
			t.Errorf("%s: %s", name, answer.Raw)
		}
	}
	if answer := public.Post(t, `{ node(id: "nonsense") { id } }`, nil); answer.Code() != "BAD_USER_INPUT" || !answer.NamesPath("id") {
		t.Errorf("%s", answer.Raw)
	}
}

// TestEveryNodeIsFound asks for a row that is not there of each type with an
// id: each has somebody who reads it, which the statement sent shows.
func TestEveryNodeIsFound(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	operator := api.As(fixture.Operator(t, api.DB.Gorm))
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, d := range schema.GetPossibleTypes(schema.Types["Node"]) {
		id := globalid.EncodeOf(globalid.Type(d.Name), fixture.ID(), fixture.ID())
		if !globalid.Type(d.Name).OfBrand() {
			id = globalid.Encode(globalid.Type(d.Name), fixture.ID())
		}
		api.Sent.Reset()
		operator.Do(t, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}, nil)
		if len(api.Sent.List()) == 0 {
			t.Errorf("nobody reads a %s by its id", d.Name)
		}
	}
}

// TestNodesOfReports: programmes are found by those who may read them, files and
// schedules of reports by the account that asked for them, as long as it may
// read reports; to all others they are not there. By plans, and where a link is
// asked for by resolvers.
func TestNodesOfReports(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	e, s := w.export(), w.schedule()
	p := &models.Programme{
		ID: fixture.ID(), Name: "A million", BusinessGoal: new(int64(1_000_000)), Currency: "USD", JobsPerBusiness: 1, StartsOn: w.api.Now, EndsOn: w.api.Now,
		TimeZone: "UTC", OriginCountries: models.StringList{"US"}, Sizes: models.StringList{"SMALL"}, Version: 1, CreatedAt: w.api.Now, UpdatedAt: w.api.Now,
	}
	w.create(p)
	variables := map[string]any{"ids": []string{e.GlobalID(), s.GlobalID(), p.GlobalID()}}
	const own = `{"__typename":"ReportExport","status":"QUEUED"%s},{"__typename":"ReportSchedule","name":"Mondays","arguments":{}}`
	const programme = `{"__typename":"Programme","businessGoal":"1000000","originCountry":["US"],"size":["SMALL"],"timeZone":"UTC"}`
	colleague := fixture.Member(t, w.api.DB.Gorm, w.brand.ID, models.RoleOwner)
	for _, c := range []struct {
		who    string
		actor  *auth.Actor
		export bool
		rest   string
	}{
		{"the owner", w.owner, true, "null"},
		{"a colleague", colleague, false, "null"},
		{"an operator", w.operator, false, programme},
		{"a shopper", w.shopper, false, "null"},
		{"a visitor", nil, false, "null"},
		{"the owner, whose rights are gone", auth.NewActor(w.owner.Account, nil, nil), false, "null"},
	} {
		for _, link := range []string{"", "link { url }"} {
			want := `{"data":{"nodes":[null,null,` + c.rest + `]}}`
			if c.export {
				shown := ""
				if link != "" {
					shown = `,"link":null`
				}
				want = fmt.Sprintf(`{"data":{"nodes":[`+own+`,%s]}}`, shown, c.rest)
			}
			answer := w.api.As(c.actor).Post(t, `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename
				... on ReportExport { status `+link+` } ... on ReportSchedule { name arguments }
				... on Programme { businessGoal originCountry size timeZone } } }`, variables)
			if got := strings.TrimSpace(string(answer.Raw)); got != want {
				t.Errorf("%s sees %s, want %s", c.who, got, want)
			}
		}
	}
}

// TestTheTreeOfCategories is kept by operators and read by everybody.
func TestTheTreeOfCategories(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	operator, public := api.As(fixture.Operator(t, api.DB.Gorm)), api.As(nil)
	var c struct {
		ID, Path, Name string
		Version        int
		Parent         *struct{ Path string }
	}
	create := func(parent any, slug string) string {
		t.Helper()
		refused := operator.Mutate(t, "categoryCreate", "category { id path name version parent { path } }", map[string]any{
			"parentId": parent, "slug": slug, "names": []map[string]any{{"language": "en", "name": slug}, {"language": "zh-CN", "name": "类"}},
		}, &c)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		return c.ID
	}
	for i := range 3 {
		root := create(nil, fmt.Sprintf("root%d", i))
		if c.Parent != nil {
			t.Errorf("a root has a parent: %+v", c)
		}
		for j := range 3 {
			create(root, fmt.Sprintf("child%d", j))
		}
	}
	if c.Path != "root2/child2" || c.Parent.Path != "root2" || c.Version != 1 {
		t.Errorf("%+v", c)
	}
	refused := operator.Mutate(t, "categoryUpdate", "category { name version }",
		map[string]any{"categoryId": c.ID, "expectedVersion": 9, "position": 1}, nil)
	if apitest.Refused(refused) != "VERSION_CONFLICT input.expectedVersion" {
		t.Errorf("%v", refused)
	}
	refused = operator.Mutate(t, "categoryUpdate", "category { id name version }",
		map[string]any{"categoryId": c.ID, "expectedVersion": 1, "names": []map[string]any{{"language": "en", "name": "Last"}}}, &c)
	if len(refused) > 0 || c.Name != "Last" || c.Version != 2 {
		t.Errorf("%v %+v", refused, c)
	}

	api.Sent.Reset()
	var tree struct {
		Categories []struct {
			Path     string
			Children []struct {
				Path     string
				Parent   struct{ Path string }
				Children json.RawMessage
			}
		}
	}
	public.Do(t, `{ categories { path children { path parent { path } children { path } } } }`, nil, &tree)
	api.Sent.AtMost(t, 4)
	var paths []string
	for _, root := range tree.Categories {
		for _, child := range root.Children {
			if child.Parent.Path != root.Path || string(child.Children) != "[]" {
				t.Errorf("%+v", child)
			}
			paths = append(paths, child.Path)
		}
	}
	if len(paths) != 9 || !slices.IsSorted(paths) {
		t.Errorf("children: %v", paths)
	}
	var gone struct{ Category *struct{ Path string } }
	public.Do(t, `{ category(path: "root2/none") { path } }`, nil, &gone)
	if gone.Category != nil {
		t.Error("found what is not there")
	}
	for _, query := range []string{`{ category { path } }`, `{ category(id: "` + c.ID + `", path: "root2") { path } }`} {
		if answer := public.Post(t, query, nil); answer.Code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", query, answer.Raw)
		}
	}
}
