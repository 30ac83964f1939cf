// Package place names countries and states to people.
package place

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/tradewind-commerce/tradewind/models"
)

// Names are in one language.
type Names struct{ regions display.Namer }

// In gives names in the first of the languages, else in English.
func In(languages []string) *Names {
	tag := language.English
	if len(languages) > 0 {
		tag = language.Make(languages[0])
	}
	n := &Names{display.Regions(tag)}
	if n.regions == nil {
		n.regions = display.Regions(language.English)
	}
	return n
}

// Country names one by its ISO 3166-1 code, which it gives back where it is
// not known.
func (n *Names) Country(code string) string {
	if region, err := language.ParseRegion(code); err == nil {
		if name := n.regions.Name(region); name != "" {
			return name
		}
	}
	return code
}

// Region names one by its ISO 3166-2 code, as far as it is a state of the
// United States.
func (n *Names) Region(key string) string {
	country, code, _ := strings.Cut(key, "-")
	if country == "US" {
		for _, state := range models.USStates {
			if state.Code == code {
				return state.Name
			}
		}
	}
	return key
}
