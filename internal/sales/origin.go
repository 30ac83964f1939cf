package sales

import "github.com/tradewind-commerce/tradewind/models"

// Origins are places that the sales of an order told are from.
type Origins map[[4]string]bool

// Repeats adds a place, and gives how much of it was there: see models.SalesFact.
func (o Origins) Repeats(country, region *string) (told int32) {
	at := [3]string{}
	if country != nil {
		at[0] = *country
	}
	if region != nil {
		at[2] = *region
	}
	if census := models.CensusRegionOf(at[0], at[2]); census != nil {
		at[1] = string(*census)
	}
	place := [4]string{}
	for i, level := range []string{"country", "census region", "region"} {
		place[0], place[i+1] = level, at[i]
		if o[place] {
			told++
		}
		o[place] = true
	}
	return told
}
