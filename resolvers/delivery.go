package resolvers

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/delivery"
)

const deliveryOptionID = "input.deliveryOptionId"

// zones keeps absent apart from empty.
func zones(in []*api.DeliveryRateInput) []delivery.Zone {
	if in == nil {
		return nil
	}
	list := make([]delivery.Zone, len(in))
	for i, r := range in {
		z := delivery.Zone{Countries: r.Countries, Regions: r.Regions.Value(), Base: r.Base, FreeFrom: given(r.FreeFrom)}
		for _, w := range r.Weights.Value() {
			z.Steps = append(z.Steps, delivery.Step{UpToGrams: w.UpToGrams, Amount: w.Amount})
		}
		if extra := given(r.Extra); extra != nil {
			z.Extra = &delivery.Extra{Grams: extra.Grams, Amount: extra.Amount}
		}
		list[i] = z
	}
	return list
}
