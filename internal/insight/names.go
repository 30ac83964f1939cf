package insight

import (
	"context"

	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/place"
	"github.com/tradewind-commerce/tradewind/models"
)

// names are those of places, for people, in the context's language.
type names struct{ *place.Names }

func namesOf(ctx context.Context) names { return names{place.In(market.From(ctx).Languages)} }

var censusNames = map[models.CensusRegion]string{
	models.Northeast: "Northeast", models.Midwest: "Midwest", models.South: "South", models.West: "West",
}

// place names a place: "Nebraska", "Midwest (United States)", "Guangdong".
// What is told as one is "other".
func (n names) place(p *Place) string {
	switch {
	case p.Country == nil && p.Withheld:
		return "Other countries"
	case p.Country == nil:
		return "—"
	}
	country := n.Country(*p.Country)
	var within string
	switch {
	case p.Region != nil:
		return n.Region(*p.Country + "-" + *p.Region)
	case p.Census != nil:
		within = censusNames[*p.Census]
	default:
		within, country = country, ""
	}
	if p.Withheld {
		within = "Other in " + within
	}
	if country != "" {
		within += " (" + country + ")"
	}
	return within
}
