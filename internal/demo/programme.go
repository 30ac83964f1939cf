package demo

import (
	"math/rand/v2"

	"github.com/tradewind-commerce/tradewind/models"
)

// programme is the reported goal: a million small businesses from the United
// States in five years, and a job each. It began with the marketplace, whose
// own brands are a few of them.
func (w *world) programme() models.Programme {
	million := int64(1_000_000)
	text := "A goal as it was reported in January 2017, told of made-up businesses: " +
		"one million small businesses in five years, and one new job for each of them."
	return models.Programme{
		ID:   idOf(w.opened, rand.New(rand.NewPCG(uint64(w.today.Unix()), 0x70726f6772616d6d))),
		Name: "One million small businesses", Description: &text, BusinessGoal: &million, JobGoal: &million, Currency: "USD", JobsPerBusiness: 1,
		StartsOn: w.opened, EndsOn: w.opened.AddDate(5, 0, -1), TimeZone: "UTC", OriginCountries: models.StringList{"US"},
		Sizes:   models.StringList{string(models.SizeSolo), string(models.SizeMicro), string(models.SizeSmall)},
		RatesOn: &w.today, Version: 1, CreatedAt: w.opened, UpdatedAt: w.opened,
	}
}
