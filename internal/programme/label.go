package programme

import (
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/place"
	"github.com/tradewind-commerce/tradewind/models"
)

// nameOf is what people read of a state, a census region or a country.
func nameOf(names *place.Names, key string) string {
	switch models.CensusRegion(key) {
	case models.Northeast, models.Midwest, models.South, models.West:
		return sentence(key)
	}
	if len(key) == len("US") {
		return names.Country(key)
	}
	return names.Region(key)
}

// sentence writes a constant as people do: "Farming".
func sentence(name string) string {
	if name == "" {
		return "—"
	}
	return name[:1] + strings.ToLower(strings.ReplaceAll(name[1:], "_", " "))
}
