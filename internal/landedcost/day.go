package landedcost

import "time"

// zones are those by which days are counted where goods are declared; other
// countries go by UTC.
var zones = map[string]*time.Location{"CN": time.FixedZone("Asia/Shanghai", 8*60*60)}

// Day is the day of an instant where goods are declared, YYYY-MM-DD.
func Day(country string, at time.Time) string {
	if zone := zones[country]; zone != nil {
		return at.In(zone).Format(time.DateOnly)
	}
	return at.UTC().Format(time.DateOnly)
}
