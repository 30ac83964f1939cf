// Package delivery reckons what sending goods costs, and keeps the ways in
// which storefronts send them.
package delivery

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Destination is where goods go. Region is an ISO 3166-2 code without the
// country, empty where it is not known.
type Destination struct {
	Country string
	Region  string
}

// Quote is what an option costs.
type Quote struct {
	Option models.DeliveryOption
	Amount money.Money
}

// Rate is what an option costs for an order of this weight whose goods cost
// this much after discounts. It is false where the option does not go there,
// not with this weight, not in this currency, or is archived.
func Rate(o models.DeliveryOption, to Destination, grams int64, goods money.Money) (money.Money, bool) {
	c := money.Currency(o.Currency)
	z := zoneOf(o.Zones, to)
	if z == nil || o.ArchivedAt != nil || goods.Currency != c || grams < 0 {
		return money.Money{}, false
	}
	byWeight, carried := weighed(*z, grams, c)
	if !carried {
		return money.Money{}, false
	}
	if z.FreeFromMinor != nil && goods.Minor >= *z.FreeFromMinor {
		return money.New(0, c), true
	}
	amount, err := money.New(z.BaseMinor, c).Add(byWeight)
	return amount, err == nil
}

// Options are those that deliver, in the order of the storefront: by
// position, then the older first.
func Options(options []models.DeliveryOption, to Destination, grams int64, goods money.Money) []Quote {
	quotes := make([]Quote, 0, len(options))
	for _, o := range options {
		if amount, ok := Rate(o, to, grams, goods); ok {
			quotes = append(quotes, Quote{Option: o, Amount: amount})
		}
	}
	slices.SortStableFunc(quotes, func(a, b Quote) int {
		return cmp.Or(cmp.Compare(a.Option.Position, b.Option.Position), bytes.Compare(a.Option.ID[:], b.Option.ID[:]))
	})
	return quotes
}

// zoneOf is the zone of a destination: one that names its region goes before
// one that names its country only.
func zoneOf(zones []models.DeliveryZone, to Destination) *models.DeliveryZone {
	var found *models.DeliveryZone
	for i, z := range zones {
		switch {
		case !slices.Contains(z.Countries, to.Country):
		case len(z.Regions) == 0:
			found = cmp.Or(found, &zones[i])
		case slices.Contains(z.Regions, to.Region):
			return &zones[i]
		}
	}
	return found
}

func weighed(z models.DeliveryZone, grams int64, c money.Currency) (money.Money, bool) {
	var last models.DeliveryStep
	for _, last = range z.Steps {
		if grams <= last.UpToGrams {
			return money.New(last.AmountMinor, c), true
		}
	}
	switch {
	case z.Extra != nil:
		over := grams - last.UpToGrams
		started := over / z.Extra.Grams
		if over%z.Extra.Grams > 0 {
			started++
		}
		extra, err := money.New(z.Extra.AmountMinor, c).Times(started)
		if err != nil {
			return extra, false
		}
		amount, err := money.New(last.AmountMinor, c).Add(extra)
		return amount, err == nil
	case len(z.Steps) == 0:
		return money.New(0, c), true
	}
	return money.Money{}, false
}
