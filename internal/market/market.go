// Package market carries the shopper's situation of one operation: in which
// market, language and currency it thinks.
package market

import "context"

// DefaultCountry is the market where none is named.
const DefaultCountry = "CN"

// Context is the shopper's situation.
type Context struct {
	// Country is the market whose storefronts and prices are meant.
	Country string
	// Languages wanted, most wanted first; empty leaves it to each text.
	Languages []string
	// Currency limits storefronts to those that sell in it; empty for any.
	Currency string
}

type key struct{}

// With puts the situation into a context.
func With(ctx context.Context, c Context) context.Context { return context.WithValue(ctx, key{}, c) }

// From gives the situation, the default market where nothing was said.
func From(ctx context.Context) Context {
	if c, ok := ctx.Value(key{}).(Context); ok {
		return c
	}
	return Context{Country: DefaultCountry}
}
