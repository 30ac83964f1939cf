// Package place names countries and states to people.
package place

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/tradewind-commerce/tradewind/models"
)

// Names are in one language.
type Names struct {
	regions display.Namer
	chinese bool
}

// In gives names in the first of the languages, else in English.
func In(languages []string) *Names {
	tag := language.English
	if len(languages) > 0 {
		tag = language.Make(languages[0])
	}
	base, _ := tag.Base()
	n := &Names{display.Regions(tag), base.String() == "zh"}
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

// Region names one by its ISO 3166-2 code, such as US-NE, as far as it is a
// state of the United States, in English, or a province of China, in English
// or Chinese. Of others it gives back the code.
func (n *Names) Region(key string) string {
	country, code, _ := strings.Cut(key, "-")
	switch country {
	case "US":
		for _, state := range models.USStates {
			if state.Code == code {
				return state.Name
			}
		}
	case "CN":
		for _, province := range models.CNProvinces {
			if province.Code == code && n.chinese {
				return province.Chinese
			}
			if province.Code == code {
				return province.Name
			}
		}
	}
	return key
}
