package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph/loaders"
	"github.com/tradewind-commerce/tradewind/graph/scalar"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// prepare gives an operation its groups of rows and the situation its
// @inContext tells. Websockets outlive requests, so both belong to the operation.
func prepare(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	c, err := situation(graphql.GetOperationContext(ctx))
	if err != nil {
		return graphql.OneShot(refused(codeBadUserInput, err.Error()))
	}
	return next(market.With(loaders.With(ctx), c))
}

func situation(op *graphql.OperationContext) (market.Context, error) {
	c := market.Context{Country: market.DefaultCountry}
	d := op.Operation.Directives.ForName("inContext")
	if d == nil {
		return c, nil
	}
	for name, v := range d.ArgumentMap(op.Variables) {
		if v == nil {
			continue
		}
		var err error
		switch name {
		case "country":
			c.Country, err = scalar.UnmarshalCountryCode(v)
		case "currency":
			c.Currency, err = scalar.UnmarshalCurrencyText(v)
		case "language":
			var language string
			language, err = scalar.UnmarshalLanguageCode(v)
			c.Languages = scalar.Fallbacks(language)
		}
		if err != nil {
			if bad, ok := errors.AsType[*problem.BadInput](err); ok {
				bad.Argument = "@inContext." + name
			}
			return c, err
		}
	}
	return c, nil
}
