package plan

import (
	"context"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// A payload shows the row as its mutation gave it, to whom it may be shown, or
// is left to the resolvers.
func TestPayloadShowsTheRowAsItWasGiven(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	brand := fixture.Brand(t, db.Gorm, "acme")
	hidden := fixture.Brand(t, db.Gorm, "hidden", func(b *models.Brand) { b.Status = models.BrandApplied })
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	p, err := New(Options{DB: db, Now: time.Now, Schema: schema, Search: search.NewService(db.Gorm, time.Now),
		Fault: func(_ context.Context, _ *graphql.OperationContext, err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	show := func(actor *auth.Actor, selection string, row any) string {
		t.Helper()
		doc, errs := gqlparser.LoadQueryWithRules(schema, `mutation { a: brandClose(input: {brandId: "1"}) { b: brand `+selection+` } }`, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		mutation := doc.Operations[0].SelectionSet[0].(*ast.Field)
		shown := mutation.SelectionSet[0].(*ast.Field)
		data, ok := p.Payload(auth.With(t.Context(), actor), &graphql.OperationContext{Operation: doc.Operations[0]}, &graphql.FieldContext{
			Parent: &graphql.FieldContext{Field: graphql.CollectedField{Field: mutation}},
			Field:  graphql.CollectedField{Field: shown, Selections: shown.SelectionSet},
		}, row)
		if !ok {
			return "left"
		}
		return string(data)
	}
	all, changed := `{ slug storefronts { totalCount } }`, *brand
	changed.Version++
	var none *models.Brand
	for name, c := range map[string]struct {
		actor     *auth.Actor
		selection string
		row       any
		want      string
	}{
		"the row":                       {auth.Anonymous(), all, brand, `{"slug":"acme","storefronts":{"totalCount":0}}`},
		"a row that was changed again":  {auth.Anonymous(), all, &changed, "left"},
		"a row out of reach":            {auth.Anonymous(), all, hidden, "left"},
		"the same row within reach":     {auth.System(), all, hidden, `{"slug":"hidden","storefronts":{"totalCount":0}}`},
		"what the resolvers have":       {auth.Anonymous(), `{ id slug description }`, brand, "left"},
		"what may not be read":          {auth.Anonymous(), `{ members { role } }`, brand, "left"},
		"no row":                        {auth.Anonymous(), all, none, "left"},
		"a value that is not of a type": {auth.Anonymous(), all, globalid.Brand, "left"},
	} {
		if got := show(c.actor, c.selection, c.row); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
