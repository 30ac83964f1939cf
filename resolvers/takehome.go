package resolvers

import (
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/takehome"
	"github.com/tradewind-commerce/tradewind/models"
)

const maxTakeHomeRates = 20

func takeHomeAsked(variant, storefront string, terms *api.TakeHomeTermsInput) (q takehome.Question, err error) {
	key := func(argument string, t globalid.Type, id string) models.Key {
		parsed, wrong := globalid.ParseAs(t, id)
		if wrong != nil && err == nil {
			err = &problem.BadInput{Argument: argument, Message: wrong.Error()}
		}
		return models.Key{BrandID: parsed.Brand, ID: parsed.Row}
	}
	q.Variant, q.Storefront = key("variantId", globalid.Variant, variant), key("storefrontId", globalid.Storefront, storefront)
	if terms == nil {
		return q, err
	}
	q.Currency, q.On, q.Schedule = given(terms.Currency), given(terms.On), given(terms.Schedule)
	q.Carriage, q.Cost = given(terms.Shipping), given(terms.ShippingCost)
	rates := terms.Rates.Value()
	if len(rates) > maxTakeHomeRates {
		return q, &problem.BadInput{Argument: "terms.rates", Message: "give at most 20"}
	}
	q.Rates = make(map[string]decimal.Decimal, len(rates))
	for _, r := range rates {
		q.Rates[r.Code] = r.Rate
	}
	return q, err
}
