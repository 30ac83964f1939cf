package bench

import (
	"context"
	"fmt"
)

// Operations as clients send them.
const (
	productQuery = `query Product($id: ID!) @inContext(country: CN, language: "zh-CN") {
  product(id: $id) {
    id title description brand { name region }
    variants(first: 20) { nodes { id title sku options { name value } weightGrams } }
  }
}`
	pricedProductQuery = `query Product($id: ID!) @inContext(country: CN, language: "zh-CN") {
  product(id: $id) {
    id title description brand { name region }
    variants(first: 20) { nodes { id title sku options { name value } weightGrams available price { amount { amount currency } } } }
  }
}`
	pageQuery = `query Page @inContext(country: CN, language: "zh-CN") {
  products(first: 20, sortKey: NEWEST) {
    nodes { id title brand { name } priceRange { min { amount currency } max { amount } } }
    pageInfo { hasNextPage endCursor }
  }
}`
	ordersQuery = `query Orders @inContext(language: "zh-CN") {
  orders(first: 10) {
    nodes { id number placedAt status total { amount currency } lines { title quantity goods { amount } product { id title } } }
    pageInfo { hasNextPage endCursor }
  }
}`
	searchQuery = `query Search($words: String!) @inContext(country: CN, language: "zh-CN") {
  products(query: $words, first: 20) {
    nodes { id title brand { name } priceRange { min { amount currency } } }
    pageInfo { hasNextPage endCursor }
  }
}`
	countedSearchQuery = `query Search($words: String!) @inContext(country: CN, language: "zh-CN") {
  products(query: $words, first: 20) {
    totalCount
    nodes { id title brand { name } priceRange { min { amount currency } } }
    pageInfo { hasNextPage endCursor }
  }
}`
	reportQuery = `query Report {
  salesReport(groupBy: [PERIOD], period: MONTH, timeZone: "Asia/Shanghai") {
    rows { cursor dimensions { key label } currency orders units gross { amount } refunds { amount } net { amount } averageOrder { amount } }
    totals { currency orders net { amount } }
  }
}`
	placeMutation = `mutation Place($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    order { id number status total { amount currency } lines { title quantity } }
    userErrors { field code message }
  }
}`
)

const (
	ordersRead = 10 // by ordersQuery

	ids     = `"id":"`
	cursors = `"cursor":"`
)

// operations are what is measured, on the data that is there.
func (m *meter) operations(ctx context.Context) ([]*operation, error) {
	shop, err := m.findShop(ctx)
	if err != nil {
		return nil, err
	}
	place := shop.place(m.Tokens["shopper"])
	for range ordersRead { // so that there are as many to read, of two lines each
		if err := m.client.send(ctx, m.URL, place.token, place.body(place.runs.Add(1))); err != nil {
			return nil, fmt.Errorf("%s: %w", place.name, err)
		}
	}
	list := []*operation{
		m.same("product by id with brand and variants", "", productQuery, map[string]any{"id": shop.product}).most(3).expecting(ids, 3),
		m.same("the same with prices and availability", "", pricedProductQuery, map[string]any{"id": shop.product}).expecting(ids, 3),
		m.same("page of 20 products with brand and price", "", pageQuery, nil).most(3).expecting(ids, 20),
		m.same("a shopper's last 10 orders with lines", "shopper", ordersQuery, nil).most(4).expecting(ids, 3*ordersRead),
	}
	for _, word := range m.Catalogue.Words() {
		for _, l := range []struct{ name, text string }{{"English", word.English}, {"Chinese", word.Chinese}} {
			if err := m.confirm(ctx, l.text, word.Hits); err != nil {
				return nil, err
			}
			name := fmt.Sprintf("search, %s, %s", hits(word.Hits), l.name)
			list = append(list, m.same(name, "", searchQuery, map[string]any{"words": l.text}).expecting(ids, min(word.Hits, 20)))
		}
	}
	if words := m.Catalogue.Words(); len(words) > 0 {
		last := words[len(words)-1]
		name := fmt.Sprintf("search, %s, English, with totalCount", hits(last.Hits))
		list = append(list, m.same(name, "", countedSearchQuery, map[string]any{"words": last.English}).expecting(ids, min(last.Hits, 20)))
	}
	return append(list,
		m.same("sales report by month, one brand", "merchant", reportQuery, nil).expecting(cursors, 1),
		m.same("sales report by month, all brands", "reporting", reportQuery, nil).expecting(cursors, 1),
		place,
	), nil
}

func hits(n int) string {
	if n == 1 {
		return "1 hit"
	}
	return grouped(n) + " hits"
}

// same is an operation whose runs are all alike.
func (m *meter) same(name, role, query string, variables map[string]any) *operation {
	body := document(query, variables)
	return &operation{name: name, token: m.Tokens[role], body: func(int64) []byte { return body }}
}

// most promises that a run sends no more than n statements.
func (op *operation) most(n int) *operation {
	op.promised = n
	return op
}

// expecting says what an answer holds and how often.
func (op *operation) expecting(each string, times int) *operation {
	op.each, op.times = each, times
	return op
}

// confirm fails where a word does not find as many products as hold it.
func (m *meter) confirm(ctx context.Context, words string, want int) error {
	var found struct{ Products struct{ TotalCount int } }
	err := m.ask(ctx, "", `query($words: String!) @inContext(country: CN) { products(query: $words, first: 1) { totalCount } }`,
		map[string]any{"words": words}, &found)
	if err == nil && found.Products.TotalCount != want {
		err = fmt.Errorf("%q finds %d products, %d hold it", words, found.Products.TotalCount, want)
	}
	return err
}
