package apitest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// The operations that people wait for are one statement each, whatever they hold.
func TestPlannedReadsSendOneStatement(t *testing.T) {
	t.Parallel()
	a := apitest.New(t, fixture.Start.AddDate(0, 1, 0))
	brand := fixture.Brand(t, a.DB.Gorm, "prairie")
	shop := fixture.Storefront(t, a.DB.Gorm, brand, "prairie-cn")
	goods := fixture.Sell(t, a.DB.Gorm, shop, "honey", 10, 1000, 2000)
	shopper := fixture.Shopper(t, a.DB.Gorm, "Li")
	for name, c := range map[string]struct {
		actor *auth.Actor
		query string
		holds string
	}{
		"a product with its brand, variants and prices": {nil, `query($id: ID!) { product(id: $id) { title brand { name }
			variants(first: 5) { nodes { sku options { name value } price { amount { amount } } } } media { url } listings { status } } }`, `"20.00"`},
		"a storefront's products with their total": {nil, `query($shop: ID!) { storefront(id: $shop) { name } products(where: {storefrontId: $shop}) {
			totalCount pageInfo { hasNextPage endCursor } edges { cursor node { handle priceRange(storefrontId: $shop) { min { amount } } } } } }`, `"honey"`},
		"any rows by their ids": {nil, `query($id: ID!, $shop: ID!) { nodes(ids: [$id, $shop]) { id ... on Product { handle } ... on Storefront { slug } } }`, `"prairie-cn"`},
		"a brand's orders with their shoppers": {fixture.Operator(t, a.DB.Gorm), `query($brand: ID!) { brand(id: $brand) { slug
			orders(first: 10) { nodes { shopper { name } } } } }`, `"prairie"`},
		"a shopper's orders": {shopper, `{ viewer { account { name } } orders(first: 10) { nodes { lines { product { title } } } } }`, `"Li"`},
	} {
		a.Sent.Reset()
		answer := a.As(c.actor).Post(t, c.query, map[string]any{"id": goods.Product.GlobalID(), "shop": shop.GlobalID(), "brand": brand.GlobalID()})
		if len(answer.Errors) > 0 || !strings.Contains(string(answer.Raw), c.holds) {
			t.Errorf("%s: %s", name, answer.Raw)
		}
		a.Sent.AtMost(t, 1)
	}
}

// around counts what an extension that stands around operations, or around
// fields, sees.
type around struct{ operations, responses, fields int }

func (*around) ExtensionName() string                   { return "around" }
func (*around) Validate(graphql.ExecutableSchema) error { return nil }
func (a *around) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	a.operations++
	return next(ctx)
}

func (a *around) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	a.responses++
	return next(ctx)
}

type aroundFields struct{ around }

func (a *aroundFields) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	a.fields++
	return next(ctx)
}

func TestInterceptorsSeePlannedReads(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	now := func() time.Time { return fixture.Start }
	api := command.Wire(db.Gorm, now)
	plans, err := command.Plan(api, plan.Options{DB: db, Now: now, Fault: func(_ context.Context, _ *graphql.OperationContext, err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(extension graphql.HandlerExtension) (planned bool) {
		handler := graph.NewHandler(api, graph.Options{
			Planner: plans, Use: []graphql.HandlerExtension{extension},
			Observe: func(_ context.Context, _ *graphql.OperationContext, is bool) { planned = is },
		})
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ brands { totalCount } }"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if body := w.Body.String(); body != `{"data":{"brands":{"totalCount":0}}}` {
			t.Errorf("%s", body)
		}
		return planned
	}
	seen := &around{}
	if !ask(seen) || seen.operations != 1 || seen.responses != 1 {
		t.Errorf("around operations and responses: %+v", *seen)
	}
	fields := &aroundFields{}
	if ask(fields) || fields.fields < 2 {
		t.Errorf("around fields: %+v", *fields)
	}
}
