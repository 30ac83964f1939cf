package delivery

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of an option's zones. Amounts are in minor units.
const (
	zonesMax     = 50
	countriesMax = 250
	regionsMax   = 100
	stepsMax     = 50
	gramsMax     = 30_000_000
	minorMax     = 1 << 53
)

var (
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	regionForm  = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)
)

// CheckZones collects what is wrong with zones, each refusal at its place
// below field. It is the one rule of what the column of zones may hold.
func CheckZones(refused *problem.List, field string, zones []models.DeliveryZone) {
	switch n := len(zones); {
	case n == 0:
		refused.Add(field, problem.Required, "name at least one zone")
	case n > zonesMax:
		refused.Add(field, problem.TooLong, fmt.Sprintf("name at most %d zones", zonesMax))
		return
	}
	places := map[Destination]bool{}
	for i, z := range zones {
		at := field + "." + strconv.Itoa(i)
		checkPlaces(refused, at, z, places)
		refused.Number(at+".base", z.BaseMinor, 0, minorMax)
		if z.FreeFromMinor != nil {
			refused.Number(at+".freeFrom", *z.FreeFromMinor, 0, minorMax)
		}
		checkWeights(refused, at, z)
	}
}

// checkPlaces refuses a place that two zones name, since none would go first.
func checkPlaces(refused *problem.List, at string, z models.DeliveryZone, places map[Destination]bool) {
	if n := len(z.Countries); n == 0 {
		refused.Add(at+".countries", problem.Required, "name at least one country")
	} else if n > countriesMax {
		refused.Add(at+".countries", problem.TooLong, "name each country once")
		return
	}
	if len(z.Regions) > regionsMax {
		refused.Add(at+".regions", problem.TooLong, fmt.Sprintf("name at most %d regions", regionsMax))
		return
	}
	if len(z.Regions) > 0 && len(z.Countries) > 1 {
		refused.Add(at+".regions", problem.Invalid, "regions are those of one country: name that country alone")
	}
	for i, country := range z.Countries {
		place := at + ".countries." + strconv.Itoa(i)
		if !countryForm.MatchString(country) {
			refused.Add(place, problem.Invalid, "must be a country's ISO 3166-1 code")
		}
		if len(z.Regions) == 0 {
			once(refused, place, Destination{Country: country}, places)
		}
	}
	for i, region := range z.Regions {
		place := at + ".regions." + strconv.Itoa(i)
		if !regionForm.MatchString(region) {
			refused.Add(place, problem.Invalid, "must be an ISO 3166-2 code without its country")
		}
		if len(z.Countries) > 0 {
			once(refused, place, Destination{z.Countries[0], region}, places)
		}
	}
}

func once(refused *problem.List, at string, place Destination, places map[Destination]bool) {
	if places[place] {
		refused.Add(at, problem.Invalid, "name each place in one zone, once")
	}
	places[place] = true
}

func checkWeights(refused *problem.List, at string, z models.DeliveryZone) {
	if len(z.Steps) > stepsMax {
		refused.Add(at+".weights", problem.TooLong, fmt.Sprintf("give at most %d steps", stepsMax))
		return
	}
	for i, step := range z.Steps {
		place := at + ".weights." + strconv.Itoa(i)
		refused.Number(place+".upToGrams", step.UpToGrams, 1, gramsMax)
		refused.Number(place+".amount", step.AmountMinor, 0, minorMax)
		if i > 0 && step.UpToGrams <= z.Steps[i-1].UpToGrams {
			refused.Add(place+".upToGrams", problem.Invalid, "must be more than in the step before")
		}
	}
	if z.Extra != nil {
		refused.Number(at+".extra.grams", z.Extra.Grams, 1, gramsMax)
		refused.Number(at+".extra.amount", z.Extra.AmountMinor, 0, minorMax)
	}
}
