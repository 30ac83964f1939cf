package apitest_test

import (
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// programme is one that runs.
func (w *shopWorld) programme() *models.Programme {
	p := &models.Programme{
		ID: fixture.ID(), Name: "Small makers", BusinessGoal: new(int64(1000)), SalesGoalMinor: new(int64(50_000_00)), Currency: "USD", JobsPerBusiness: 1,
		StartsOn: models.DateOf(fixture.Start).Time(), EndsOn: models.DateOf(fixture.Start).AddDays(700).Time(), TimeZone: "UTC",
		OriginCountries: models.StringList{"US"}, Sizes: models.StringList{"SMALL"}, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	w.create(p)
	return p
}

// counting are good inputs of programmes.
var counting = map[string][]goodInput{
	"programmeCreate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"name": "Small makers", "description": "A goal", "businessGoal": "1000000", "jobGoal": "1000000", "salesGoal": "1500000000.50", "currency": "USD",
			"jobsPerBusiness": 1, "from": "2026-01-01", "to": "2030-12-31", "timeZone": "America/New_York", "originCountry": []any{"US"},
			"size": []any{"SOLO", "MICRO", "SMALL"}, "ratesOn": "2026-01-02",
		}
	}},
	"programmeUpdate": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{
			"programmeId": w.programme().GlobalID(), "expectedVersion": 1, "name": "Makers", "description": "A goal", "businessGoal": "2000", "jobGoal": "3000",
			"salesGoal": "12.50", "currency": "EUR", "jobsPerBusiness": 2, "from": "2026-02-01", "to": "2031-12-31", "timeZone": "Asia/Shanghai",
			"originCountry": []any{"US", "CA"}, "size": []any{"SOLO"}, "ratesOn": "2026-02-02",
		}
	}},
	"programmeArchive": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{"programmeId": w.programme().GlobalID(), "expectedVersion": 1}
	}},
}
