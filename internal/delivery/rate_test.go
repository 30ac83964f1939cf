package delivery_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/delivery"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// post goes to China by weight, dearer to Tibet, and flat to Japan.
func post() models.DeliveryOption {
	return models.DeliveryOption{
		ID: uuid.UUID{15: 1}, Currency: "CNY",
		Zones: []models.DeliveryZone{
			{
				Countries: []string{"CN"}, BaseMinor: 500, FreeFromMinor: new(int64(20_000)),
				Steps: []models.DeliveryStep{{UpToGrams: 500, AmountMinor: 1000}, {UpToGrams: 2000, AmountMinor: 1800}},
				Extra: &models.DeliveryExtra{Grams: 1000, AmountMinor: 600},
			},
			{
				Countries: []string{"CN"}, Regions: []string{"XZ"}, BaseMinor: 4000,
				Steps: []models.DeliveryStep{{UpToGrams: 1000}},
			},
			{Countries: []string{"JP", "KR"}, BaseMinor: 9900},
		},
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to    delivery.Destination
		grams int64
		goods money.Money
		// -1 is no delivery.
		want int64
	}{
		"nothing weighs the first step":  {delivery.Destination{Country: "CN"}, 0, money.New(1, "CNY"), 1500},
		"a step includes its end":        {delivery.Destination{Country: "CN", Region: "SH"}, 500, money.New(1, "CNY"), 1500},
		"the next begins after it":       {delivery.Destination{Country: "CN", Region: "SH"}, 501, money.New(1, "CNY"), 2300},
		"a kilogram begun counts":        {delivery.Destination{Country: "CN"}, 3001, money.New(1, "CNY"), 3500},
		"a kilogram full counts once":    {delivery.Destination{Country: "CN"}, 3000, money.New(1, "CNY"), 2900},
		"free from an amount":            {delivery.Destination{Country: "CN"}, 9000, money.New(20_000, "CNY"), 0},
		"not just below it":              {delivery.Destination{Country: "CN"}, 500, money.New(19_999, "CNY"), 1500},
		"a region before its country":    {delivery.Destination{Country: "CN", Region: "XZ"}, 1000, money.New(20_000, "CNY"), 4000},
		"too heavy for the region":       {delivery.Destination{Country: "CN", Region: "XZ"}, 1001, money.New(1, "CNY"), -1},
		"flat":                           {delivery.Destination{Country: "KR", Region: "XZ"}, 1 << 40, money.New(1, "CNY"), 9900},
		"nowhere else":                   {delivery.Destination{Country: "US"}, 1, money.New(1, "CNY"), -1},
		"not in another currency":        {delivery.Destination{Country: "CN"}, 1, money.New(1, "USD"), -1},
		"no weight below nothing":        {delivery.Destination{Country: "CN"}, -1, money.New(1, "CNY"), -1},
		"nothing that cannot be counted": {delivery.Destination{Country: "CN"}, math.MaxInt64, money.New(1, "CNY"), 500 + 1800 + 600*9_223_372_036_854_774},
	} {
		got, ok := delivery.Rate(post(), c.to, c.grams, c.goods)
		if ok != (c.want >= 0) || ok && got != money.New(c.want, "CNY") {
			t.Errorf("%s: %s, %t; want %d", name, got, ok, c.want)
		}
	}
	archived := post()
	archived.ArchivedAt = new(time.Now())
	if _, ok := delivery.Rate(archived, delivery.Destination{Country: "CN"}, 1, money.New(1, "CNY")); ok {
		t.Error("an archived option delivers")
	}
	dear := post()
	dear.Zones[0].Extra.AmountMinor = 1 << 53
	if _, ok := delivery.Rate(dear, delivery.Destination{Country: "CN"}, math.MaxInt64, money.New(1, "CNY")); ok {
		t.Error("an amount beyond 63 bits is given")
	}
}

func TestOptionsKeepTheStorefrontsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"JPY", "CNY", "KWD"}).Draw(t, "currency")
		options := make([]models.DeliveryOption, rapid.IntRange(0, 6).Draw(t, "options"))
		for i := range options {
			options[i] = models.DeliveryOption{
				ID: uuid.UUID{15: byte(i)}, Currency: currency, Position: rapid.Int32Range(0, 2).Draw(t, "position"),
				Zones: []models.DeliveryZone{{
					Countries: []string{rapid.SampledFrom([]string{"CN", "JP"}).Draw(t, "country")},
					BaseMinor: rapid.Int64Range(0, 1<<53).Draw(t, "base"),
					Steps:     []models.DeliveryStep{{UpToGrams: 1000, AmountMinor: rapid.Int64Range(0, 1<<53).Draw(t, "step")}},
				}},
			}
		}
		to, goods := delivery.Destination{Country: "CN"}, money.New(1<<53, money.Currency(currency))
		grams := rapid.Int64Range(0, 2000).Draw(t, "grams")
		quotes := delivery.Options(options, to, grams, goods)
		for i, q := range quotes {
			z := q.Option.Zones[0]
			if want := z.BaseMinor + z.Steps[0].AmountMinor; q.Amount.Minor != want || z.Countries[0] != "CN" || grams > 1000 {
				t.Fatalf("%+v costs %s for %d g", q.Option, q.Amount, grams)
			}
			if i > 0 && q.Option.Position < quotes[i-1].Option.Position {
				t.Fatalf("option %d goes before its place", i)
			}
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).
			Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
		if again := delivery.Options(options, to, grams, goods); !reflect.DeepEqual(again, quotes) {
			t.Fatalf("in another order: %+v, was %+v", again, quotes)
		}
	})
}

func TestZonesAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*models.DeliveryZone)
		want   string
	}{
		"no country":          {func(z *models.DeliveryZone) { z.Countries = nil }, "zones.0.countries REQUIRED"},
		"no code":             {func(z *models.DeliveryZone) { z.Countries = []string{"China"} }, "zones.0.countries.0 INVALID"},
		"a place twice":       {func(z *models.DeliveryZone) { z.Countries = []string{"CN", "CN"} }, "zones.0.countries.1 INVALID"},
		"whose regions":       {func(z *models.DeliveryZone) { z.Countries, z.Regions = []string{"CN", "JP"}, []string{"XZ"} }, "zones.0.regions INVALID"},
		"no region":           {func(z *models.DeliveryZone) { z.Regions = []string{"Tibet"} }, "zones.0.regions.0 INVALID"},
		"below nothing":       {func(z *models.DeliveryZone) { z.BaseMinor = -1 }, "zones.0.base OUT_OF_RANGE"},
		"free below nothing":  {func(z *models.DeliveryZone) { z.FreeFromMinor = new(int64(-1)) }, "zones.0.freeFrom OUT_OF_RANGE"},
		"a step down":         {func(z *models.DeliveryZone) { z.Steps = []models.DeliveryStep{{UpToGrams: 2}, {UpToGrams: 1}} }, "zones.0.weights.1.upToGrams INVALID"},
		"a step of nothing":   {func(z *models.DeliveryZone) { z.Steps = []models.DeliveryStep{{AmountMinor: -1}} }, "zones.0.weights.0.upToGrams OUT_OF_RANGE, zones.0.weights.0.amount OUT_OF_RANGE"},
		"too many steps":      {func(z *models.DeliveryZone) { z.Steps = make([]models.DeliveryStep, 51) }, "zones.0.weights TOO_LONG"},
		"extra by no weight":  {func(z *models.DeliveryZone) { z.Extra = &models.DeliveryExtra{} }, "zones.0.extra.grams OUT_OF_RANGE"},
		"nothing wrong":       {func(*models.DeliveryZone) {}, ""},
		"regions of a nation": {func(z *models.DeliveryZone) { z.Regions = []string{"XZ", "54"} }, ""},
	} {
		z := models.DeliveryZone{Countries: []string{"CN"}}
		c.change(&z)
		var refused problem.List
		delivery.CheckZones(&refused, "zones", []models.DeliveryZone{z})
		if got := told(refused); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	var refused problem.List
	delivery.CheckZones(&refused, "zones", nil)
	delivery.CheckZones(&refused, "zones", make([]models.DeliveryZone, 51))
	if got := told(refused); got != "zones REQUIRED, zones TOO_LONG" {
		t.Error(got)
	}
}

func told(refused problem.List) string {
	var all string
	for i, p := range refused {
		if i > 0 {
			all += ", "
		}
		for j, f := range p.Field {
			if j > 0 {
				all += "."
			}
			all += f
		}
		all += fmt.Sprintf(" %s", p.Code)
	}
	return all
}
