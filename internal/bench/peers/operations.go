package peers

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// Operation is one that all servers answer, each in its own words.
type Operation struct{ Name, About string }

// Operations that are measured.
var Operations = []Operation{
	{"a", "a product by id with its brand and 5 variants with prices"},
	{"b", "the first 20 of a storefront's 2,000 products with brand, price, cursor and total"},
	{"c", "a search for words of titles, the best 20 of about 830"},
	{"d", "a shopper's last 10 orders with lines and product titles"},
	{"e", "revenue by brand for a month, the 20 with most"},
	{"f", "an order of 2 lines with all that it writes"},
	{"h", "an order of the one variant that 64 clients want; the limit is plain row locks here"},
}

// The operations as the API's clients send them.
var queries = map[string]string{
	"a": `query A($id: ID!) { product(id: $id) { id title description handle brand { id name country } variants(first: 5) { nodes { id sku position options { name value } price { amount { amount currency } } } } } }`,
	"b": `query B($id: ID!) { storefront(id: $id) { id name } products(where: {storefrontId: $id}, sortKey: NEWEST, first: 20) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id title handle brand { id name } priceRange(storefrontId: $id) { min { amount currency } } } } } }`,
	"c": `query C($q: String!) { products(query: $q, first: 20) { nodes { id title handle brand { name } } } }`,
	"d": `query D { orders(first: 10) { nodes { id number status total { amount currency } placedAt lines { id quantity unitPrice product { id title } } } } }`,
	"e": `query E($from: Date!, $to: Date!) { salesReport(where: {from: $from, to: $to}, groupBy: [BRAND], sortKey: GROSS, reverse: true, first: 20) { rows { dimensions { key label } units gross { amount currency } } } }`,
	"f": `mutation F($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id number status total { amount currency } } userErrors { code message } } }`,
	"h": `mutation H($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id number status total { amount currency } } userErrors { code message } } }`,
}

// script has a client do an operation: once what sets it up, then the steps
// over and over.
type script struct {
	setup, steps []step
	// told are the fields whose values servers of other words must give alike,
	// in this order; none where answers cannot be compared.
	told []string
	// afresh: each time as somebody who has not signed in.
	afresh bool
	// crowd is how many clients do it, Crowd where it is 0.
	crowd int
}

// step is a request.
type step struct {
	// before the variables.
	before    []byte
	variables func(b []byte, c *client) []byte
	// An answer holds the marker so many times.
	marker    string
	low, high int
}

// scripts are the operations in the API's words. The limit takes them, too.
// What is placed must differ from one run to the next: once tells it apart.
func (d *Data) scripts(once string) map[string]script {
	byID := func(of globalid.Type, keys []models.Key) func([]byte, *client) []byte {
		return func(b []byte, c *client) []byte {
			k := one(c.chance, keys)
			return append(append(append(b, `{"id":"`...), globalid.EncodeOf(of, k.BrandID, k.ID)...), `"}`...)
		}
	}
	page, ranked := min(pageSize, d.PerBig), min(pageSize, d.Brands)
	return map[string]script{
		"a": {steps: []step{{before(queries["a"]), byID(globalid.Product, d.products), `"sku":`, variants, variants}}},
		"b": {steps: []step{{before(queries["b"]), byID(globalid.Storefront, d.shops), `"cursor":`, page, page}}},
		"c": {steps: []step{{before(queries["c"]), func(b []byte, c *client) []byte {
			return fmt.Appendf(b, `{"q":"%s %s"}`, one(c.chance, kinds), one(c.chance, goods))
		}, `"handle":`, min(pageSize, d.hits()), pageSize}}},
		"d": {steps: []step{{before(queries["d"]), func(b []byte, c *client) []byte {
			c.as(one(c.chance, d.readers))
			return append(b, "{}"...)
		}, `"placedAt":`, 10, 10}}},
		"e": {told: []string{"label", "units", "amount"}, steps: []step{{before(queries["e"]), func(b []byte, c *client) []byte {
			c.as(d.analyst)
			return append(d.month(append(b, '{'), c), '}')
		}, `"label":`, ranked, ranked}}},
		"f": {steps: []step{{before(queries["f"]), func(b []byte, c *client) []byte {
			c.as(one(c.chance, d.buyers))
			return d.order(b, c.chance, fmt.Sprintf("%s-%d-%d", once, c.number, c.done))
		}, `"userErrors":[]`, 1, 1}}},
		"h": {crowd: Rush, steps: []step{{before(queries["h"]), func(b []byte, c *client) []byte {
			c.as(one(c.chance, d.buyers))
			return d.wanted(b, fmt.Sprintf("%s-%d-%d", once, c.number, c.done))
		}, `"userErrors":[]`, 1, 1}}},
	}
}

// before is a request's body up to its variables.
func before(query string) []byte {
	text, _ := json.Marshal(query)
	return fmt.Appendf(nil, `{"query":%s,"variables":`, text)
}

// month writes the first and the last day of one in which much was sold.
func (d *Data) month(b []byte, c *client) []byte {
	first := start.AddDate(0, c.chance.IntN(d.months()), 0)
	return fmt.Appendf(b, `"from":"%s","to":"%s"`, first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly))
}

// order writes the variables of an order.
func (d *Data) order(b []byte, chance *rand.Rand, once string) []byte {
	bought, first, second := one(chance, d.baskets), chance.Int64N(3)+1, chance.Int64N(3)+1
	return fmt.Appendf(b, place, once, globalid.EncodeOf(globalid.Storefront, bought.Brand, bought.Shop),
		bought.line(bought.First, first)+","+bought.line(bought.Second, second), once, bought.total(first, second))
}

// wanted writes the variables of an order of what everybody wants.
func (d *Data) wanted(b []byte, once string) []byte {
	bought := d.baskets[0]
	return fmt.Appendf(b, place, once, globalid.EncodeOf(globalid.Storefront, bought.Brand, bought.Shop),
		bought.line(bought.First, 1), once, bought.total(1, 0))
}

func (b basket) line(variant uuid.UUID, quantity int64) string {
	return fmt.Sprintf(`{"variantId":"%s","quantity":%d}`, globalid.EncodeOf(globalid.Variant, b.Brand, variant), quantity)
}

const place = `{"input":{"idempotencyKey":"%s","storefrontId":"%s","lines":[%s],` +
	`"recipient":{"name":"李雷","phone":"+86 138 0000 0000","country":"CN","province":"上海市","city":"上海市","street":"南京西路 1 号"},` +
	`"payment":{"reference":"SANDBOX-OK-%s","amount":"%s","currency":"CNY"}}}`
