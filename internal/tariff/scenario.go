// Package tariff tells what goods would cost at the door if rates were others:
// a named set of rate overrides, applied to the catalogue or to past orders.
// Before and after are both reckoned by internal/landedcost.
package tariff

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a scenario.
const (
	maxName      = 80
	maxOverrides = 100
	maxPrefixes  = 1000
	maxList      = 100
	maxDays      = 3 * 366
	// MaxRows bounds the rows of a report.
	MaxRows = 500_000
)

// Override is another rate for goods of an origin and of HS prefixes.
type Override struct {
	// Origin is a country, empty for all; Region is one of its regions, empty for all.
	Origin, Region string
	// Prefixes of 2, 4, 6, 8 or 10 digits; all goods where there are none.
	Prefixes []string
	Tax      landedcost.Kind
	// Rate takes the place of what the rules say, Add is put on top of it; one of them is given.
	Rate, Add *decimal.Decimal
}

// Scenario is a named set of overrides and what they are applied to.
type Scenario struct {
	Name string
	// Country of destination, whose rates change.
	Country   string
	Overrides []Override
	// WithinLimits has changed duties be due in full within the limits of
	// cross-border retail import, where otherwise no duty is.
	WithinLimits bool
	// Regime takes the place of those of storefronts and orders.
	Regime *landedcost.Regime
	// On is the day of the catalogue's rules, and of the rates of exchange by
	// which amounts are told: today where nil.
	On *models.Date
	// Currency in which amounts are told; see Report.
	Currency *money.Currency
	// Orders are those of a period instead of the catalogue.
	Orders *Period

	Brands, Storefronts []uuid.UUID
	OriginCountry       *string
	OriginRegions       []string
}

// Period is days of a time zone, both included.
type Period struct {
	From, To models.Date
	Zone     *time.Location
}

var prefixForm = regexp.MustCompile(`^([0-9]{2}){1,5}$`)

func wrong(at, message string) error {
	return &problem.BadInput{Argument: "input." + at, Message: message}
}

// Million-based bounds of rates, as the engine has them.
var most = map[landedcost.Kind]int64{
	landedcost.Duty: 3 * landedcost.Million, landedcost.VAT: landedcost.Million,
	landedcost.ConsumptionTax: landedcost.Million - 1, landedcost.PostalTax: 3 * landedcost.Million,
}

// validate normalizes the scenario. known tells whether the nomenclature has a
// code of 2, 4 or 6 digits.
func (s *Scenario) validate(known func(string) bool) error {
	s.Name = strings.TrimSpace(s.Name)
	switch {
	case s.Name == "" || utf8.RuneCountInString(s.Name) > maxName || strings.ContainsFunc(s.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return wrong("name", fmt.Sprintf("must have 1 to %d characters, none of them a control character", maxName))
	case len(s.Overrides) == 0 || len(s.Overrides) > maxOverrides:
		return wrong("overrides", fmt.Sprintf("give 1 to %d", maxOverrides))
	case len(s.Brands) > maxList:
		return wrong("brandId", "must have at most 100 values")
	case len(s.Storefronts) > maxList:
		return wrong("storefrontId", "must have at most 100 values")
	case len(s.OriginRegions) > maxList:
		return wrong("originRegion", "must have at most 100 values")
	}
	if p := s.Orders; p != nil {
		if p.From.After(p.To) {
			return wrong("orders.to", "must not lie before from")
		}
		if p.To.Time().Sub(p.From.Time()) > maxDays*24*time.Hour {
			return wrong("orders.to", "a period has at most three years")
		}
	}
	for i, region := range s.OriginRegions {
		if s.OriginCountry == nil {
			return wrong("originCountry", "name the country whose regions are meant")
		}
		if unknownRegion(*s.OriginCountry, region) {
			return wrong(fmt.Sprintf("originRegion.%d", i), "is no state of the United States")
		}
	}
	prefixes, subjects := 0, map[string]bool{}
	for i := range s.Overrides {
		o := &s.Overrides[i]
		at := fmt.Sprintf("overrides.%d.", i)
		if err := o.check(at, known); err != nil {
			return err
		}
		if prefixes += len(o.Prefixes); prefixes > maxPrefixes {
			return wrong(at+"hsPrefix", fmt.Sprintf("a scenario has at most %d prefixes", maxPrefixes))
		}
		for j, p := range o.each() {
			subject := fmt.Sprint(o.Tax, p, o.Origin, o.Region)
			if subjects[subject] {
				return wrong(fmt.Sprintf("%shsPrefix.%d", at, j), "the same goods and tax are overridden twice")
			}
			subjects[subject] = true
		}
	}
	return nil
}

func unknownRegion(country, region string) bool {
	return country == "US" && models.CensusRegionOf(country, region) == nil
}

func (o *Override) check(at string, known func(string) bool) error {
	switch {
	case o.Region != "" && o.Origin == "":
		return wrong(at+"originCountry", "name the country of the region")
	case o.Region != "" && unknownRegion(o.Origin, o.Region):
		return wrong(at+"originRegion", "is no state of the United States")
	case (o.Rate == nil) == (o.Add == nil):
		return wrong(at+"rate", "give rate or add, and not both")
	}
	field, rate := "rate", o.Rate
	if rate == nil {
		field, rate = "add", o.Add
	}
	if bound := most[o.Tax]; rate.Sign() < 0 || rate.Exponent() < -6 || rate.GreaterThan(decimal.New(bound, -6)) {
		return wrong(at+field, fmt.Sprintf("must be 0 to %s, with at most 6 decimals: 0.45 is 45 %%", decimal.New(bound, -6)))
	}
	for j, p := range o.Prefixes {
		p = strings.NewReplacer(".", "", " ", "").Replace(p)
		if !prefixForm.MatchString(p) {
			return wrong(fmt.Sprintf("%shsPrefix.%d", at, j), "must have 2, 4, 6, 8 or 10 digits")
		}
		if !known(p[:min(6, len(p))]) {
			return wrong(fmt.Sprintf("%shsPrefix.%d", at, j), "the Harmonized System has no such code")
		}
		o.Prefixes[j] = p
	}
	return nil
}

// each is every prefix, the empty one for all goods.
func (o *Override) each() []string {
	if len(o.Prefixes) == 0 {
		return []string{""}
	}
	return o.Prefixes
}

func (o *Override) ppm() int64 {
	if o.Rate != nil {
		return o.Rate.Shift(6).IntPart()
	}
	return o.Add.Shift(6).IntPart()
}
