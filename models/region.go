package models

// CensusRegion is one of the four statistical regions of the US Census Bureau
// (Census Regions and Divisions of the United States, seen 2026-11).
type CensusRegion string

// Census regions.
const (
	Northeast CensusRegion = "NORTHEAST"
	Midwest   CensusRegion = "MIDWEST"
	South     CensusRegion = "SOUTH"
	West      CensusRegion = "WEST"
)

// USState is a state or the federal district, by its ISO 3166-2 code without "US-".
type USState struct {
	Code   string
	Name   string
	Census CensusRegion
}

// USStates in order of their codes.
var USStates = []USState{
	{"AK", "Alaska", West}, {"AL", "Alabama", South}, {"AR", "Arkansas", South}, {"AZ", "Arizona", West},
	{"CA", "California", West}, {"CO", "Colorado", West}, {"CT", "Connecticut", Northeast},
	{"DC", "District of Columbia", South}, {"DE", "Delaware", South}, {"FL", "Florida", South},
	{"GA", "Georgia", South}, {"HI", "Hawaii", West}, {"IA", "Iowa", Midwest}, {"ID", "Idaho", West},
	{"IL", "Illinois", Midwest}, {"IN", "Indiana", Midwest}, {"KS", "Kansas", Midwest}, {"KY", "Kentucky", South},
	{"LA", "Louisiana", South}, {"MA", "Massachusetts", Northeast}, {"MD", "Maryland", South},
	{"ME", "Maine", Northeast}, {"MI", "Michigan", Midwest}, {"MN", "Minnesota", Midwest},
	{"MO", "Missouri", Midwest}, {"MS", "Mississippi", South}, {"MT", "Montana", West},
	{"NC", "North Carolina", South}, {"ND", "North Dakota", Midwest}, {"NE", "Nebraska", Midwest},
	{"NH", "New Hampshire", Northeast}, {"NJ", "New Jersey", Northeast}, {"NM", "New Mexico", West},
	{"NV", "Nevada", West}, {"NY", "New York", Northeast}, {"OH", "Ohio", Midwest}, {"OK", "Oklahoma", South},
	{"OR", "Oregon", West}, {"PA", "Pennsylvania", Northeast}, {"RI", "Rhode Island", Northeast},
	{"SC", "South Carolina", South}, {"SD", "South Dakota", Midwest}, {"TN", "Tennessee", South},
	{"TX", "Texas", South}, {"UT", "Utah", West}, {"VA", "Virginia", South}, {"VT", "Vermont", Northeast},
	{"WA", "Washington", West}, {"WI", "Wisconsin", Midwest}, {"WV", "West Virginia", South}, {"WY", "Wyoming", West},
}

// CensusRegionOf gives the census region of a US state, or nil.
func CensusRegionOf(country, region string) *CensusRegion {
	if country != "US" {
		return nil
	}
	for _, state := range USStates {
		if state.Code == region {
			return &state.Census
		}
	}
	return nil
}

// Origin names where a brand comes from, and what that lies in: US-NE in
// MIDWEST, and elsewhere a country in itself.
func Origin(country, region string) (key, within string) {
	census := CensusRegionOf(country, region)
	if census == nil {
		return country, country
	}
	return country + "-" + region, string(*census)
}
