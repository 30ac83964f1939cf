package insight

import (
	"context"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/models"
)

// names are those of places, for people, in the context's language.
type names struct {
	chinese   bool
	countries display.Namer
}

func namesOf(ctx context.Context) *names {
	tag := language.English
	if languages := market.From(ctx).Languages; len(languages) > 0 {
		tag = language.Make(languages[0])
	}
	base, _ := tag.Base()
	n := &names{chinese: base.String() == "zh", countries: display.Regions(tag)}
	if n.countries == nil {
		n.countries = display.Regions(language.English)
	}
	return n
}

var censusNames = map[models.CensusRegion]string{
	models.Northeast: "Northeast", models.Midwest: "Midwest", models.South: "South", models.West: "West",
}

// place names a place: "Nebraska", "Midwest (United States)", "Guangdong".
// What is told as one is "other".
func (n *names) place(p *Place) string {
	switch {
	case p.Country == nil && p.Withheld:
		return "Other countries"
	case p.Country == nil:
		return "—"
	}
	country := n.country(*p.Country)
	var within string
	switch {
	case p.Region != nil:
		return n.region(*p.Country, *p.Region)
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

func (n *names) country(code string) string {
	if region, err := language.ParseRegion(code); err == nil {
		if name := n.countries.Name(region); name != "" {
			return name
		}
	}
	return code
}

func (n *names) region(country, code string) string {
	switch country {
	case "US":
		for _, s := range models.USStates {
			if s.Code == code {
				return s.Name
			}
		}
	case "CN":
		for _, p := range models.CNProvinces {
			if p.Code == code && n.chinese {
				return p.Chinese
			}
			if p.Code == code {
				return p.Name
			}
		}
	}
	return strings.Join([]string{country, code}, "-")
}
