package apitest_test

import (
	"fmt"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// TestProductStatements bounds what reading products costs the database,
// whatever the number of rows.
func TestProductStatements(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	prices := make([]int64, 20)
	for i := range prices {
		prices[i] = int64(100 + i)
	}
	var ids []string
	for i := range 20 {
		shop := c.shop
		if i%2 == 1 {
			shop = c.theirs
		}
		ids = append(ids, fixture.Sell(t, db, shop, fmt.Sprintf("p-%02d", i), 5, prices...).Product.GlobalID())
	}
	for name, o := range map[string]struct {
		query string
		most  int
	}{
		"a product with brand and 20 variants": {`query($id: ID!) { product(id: $id) { title brand { name }
			variants(first: 20) { nodes { title sku options { name value } } } } }`, 3},
		"a product by handle with brand and 20 variants": {`{ product(brandSlug: "prairie", handle: "p-00") { title brand { name }
			variants(first: 20) { nodes { title } } } }`, 3},
		"the same with prices and availability": {`query($id: ID!) { product(id: $id) { title brand { name }
			variants(first: 20) { nodes { title price { amount { amount } } available } } } }`, 5},
		"the whole product page": {`query($id: ID!) { product(id: $id) { title description category { name } media { url } available
			brand { name } priceRange { min { amount } } listing { status }
			variants(first: 20) { totalCount nodes { title price { amount { amount } } available } } } }`, 9},
		"20 products with brand and price":          {`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { title brand { name } priceRange { min { amount } } } } }`, 3},
		"a page of 2 products with brand and price": {`{ products(first: 2) { nodes { title brand { name } priceRange { min { amount } } } } }`, 3},
		"a page of 20 products with brand and price": {`{ products(first: 20) { pageInfo { hasNextPage }
			nodes { title brand { name } priceRange { min { amount } } } } }`, 3},
		"20 products with 20 priced variants each": {`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { title
			variants { totalCount nodes { title product { title } price { amount { amount } } } } } } }`, 5},
		"2 storefronts with listings and prices": {fmt.Sprintf(`{ nodes(ids: [%q, %q]) { ... on Storefront { name
			listings { nodes { product { title } priceRange { min { amount } } prices { amount { amount } variant { title } } } } } } }`,
			c.shop.GlobalID(), c.theirs.GlobalID()), 5},
	} {
		c.api.Sent.Reset()
		c.public.Do(t, o.query, map[string]any{"id": ids[0], "ids": ids}, nil)
		if n := len(c.api.Sent.List()); n > o.most {
			t.Errorf("%s: %d statements", name, n)
			c.api.Sent.AtMost(t, o.most)
		}
	}
}
