package plan

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/search"
)

// BenchmarkStatement renders the statements of operations, without sending them.
func BenchmarkStatement(b *testing.B) {
	db := dbtest.New(b)
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	p, err := New(Options{DB: db, Now: time.Now, Schema: schema, Search: search.NewService(db.Gorm, time.Now)})
	if err != nil {
		b.Fatal(err)
	}
	id := globalid.EncodeOf(globalid.Product, uuid.New(), uuid.New())
	shop := globalid.EncodeOf(globalid.Storefront, uuid.New(), uuid.New())
	system := auth.System()
	for name, query := range map[string]string{
		"product": `query($id: ID!) { product(id: $id) { id title description handle brand { id name country }
			variants(first: 5) { nodes { id sku position options { name value } price { amount { amount currency } } } } } }`,
		"page": `query($shop: ID!) { storefront(id: $shop) { id name } products(where: {storefrontId: $shop}, sortKey: NEWEST, first: 20) {
			totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id title handle brand { id name }
			priceRange(storefrontId: $shop) { min { amount currency } } } } } }`,
		"orders": `{ orders(first: 10) { nodes { id number status total { amount currency } placedAt lines { id quantity unitPrice product { id title } } } } }`,
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		planned, err := p.compile(doc.Operations[0], nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o, _ := outputs.Get().(*output)
				o.run = run{ctx: b.Context(), planner: p, actor: system, now: time.Now(), market: market.Context{Country: "CN"},
					variables: map[string]any{"id": id, "shop": shop}, pages: grown(o.pages, planned.pages), nodes: grown(o.nodes, planned.nodes)}
				if err := o.statement.write(planned.root); err != nil {
					b.Fatal(err)
				}
				o.release()
			}
		})
	}
}
