package filter

import (
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
)

// Tariff reads a scenario.
func Tariff(in api.TariffScenarioInput) (tariff.Scenario, error) {
	s := tariff.Scenario{
		Name: in.Name, Country: in.Country, WithinLimits: in.WithinLimits, Regime: in.Regime.Value(), On: in.On.Value(),
		Currency: in.Currency.Value(), OriginCountry: in.OriginCountry.Value(), OriginRegions: in.OriginRegion.Value(),
	}
	for _, o := range in.Overrides {
		made := tariff.Override{Prefixes: o.HsPrefix.Value(), Tax: o.Tax, Rate: o.Rate.Value(), Add: o.Add.Value()}
		if c := o.OriginCountry.Value(); c != nil {
			made.Origin = *c
		}
		if r := o.OriginRegion.Value(); r != nil {
			made.Region = *r
		}
		s.Overrides = append(s.Overrides, made)
	}
	if p := in.Orders.Value(); p != nil {
		s.Orders = &tariff.Period{From: p.From, To: p.To, Zone: time.UTC}
		if zone := p.TimeZone.Value(); zone != nil {
			s.Orders.Zone = zone
		}
	}
	for _, list := range []struct {
		name string
		t    globalid.Type
		ids  graphql.Omittable[[]string]
		rows *[]uuid.UUID
	}{{"brandId", globalid.Brand, in.BrandID, &s.Brands}, {"storefrontId", globalid.Storefront, in.StorefrontID, &s.Storefronts}} {
		for i, id := range list.ids.Value() {
			parsed, err := ID(fmt.Sprintf("input.%s.%d", list.name, i), list.t, id)
			if err != nil {
				return s, err
			}
			*list.rows = append(*list.rows, parsed.Row)
		}
	}
	return s, nil
}
