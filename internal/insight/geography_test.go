package insight_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

type sums struct {
	buyers, orders              map[string]bool
	units, returned, gross, net int64
	shipping, duty, tax         int64
}

// group sums facts in memory.
func (w *world) group(q insight.Query, by func(*models.SalesFact) string) map[string]*sums {
	zone := q.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	groups := map[string]*sums{}
	for _, f := range w.facts {
		day := f.EventAt.In(zone).Format(time.DateOnly)
		if q.From != nil && day < q.From.String() || q.To != nil && day > q.To.String() || len(q.Brands) > 0 && !slices.Contains(q.Brands, f.BrandID) {
			continue
		}
		k := by(f)
		g := groups[k]
		if g == nil {
			g = &sums{buyers: map[string]bool{}, orders: map[string]bool{}}
			groups[k] = g
		}
		g.buyers[w.buyer(f)] = true
		if f.Kind == models.FactSale {
			g.orders[f.OrderID.String()] = true
		}
		g.units, g.returned, g.gross = g.units+f.UnitsSold, g.returned+f.UnitsReturned, g.gross+f.GrossMinor
		g.net += f.GrossMinor - f.DiscountMinor - f.RefundMinor
		g.shipping, g.duty, g.tax = g.shipping+f.ShippingMinor, g.duty+f.DutyMinor, g.tax+f.TaxMinor
	}
	return groups
}

// are tells whether sums are those of a place.
func (g *sums) are(shoppers int64, f report.Figures) bool {
	return shoppers == int64(len(g.buyers)) && f.Orders == int64(len(g.orders)) && f.Units == g.units &&
		f.UnitsReturned == g.returned && f.GrossMinor == g.gross && f.Net().Minor == g.net
}

func placeOf(side insight.Side, level insight.Level) func(*models.SalesFact) string {
	return func(f *models.SalesFact) string {
		country, region, census := text(f.BuyerCountry), text(f.BuyerRegion), ""
		if side == insight.Origins {
			country, region = text(f.OriginCountry), text(f.OriginRegion)
		}
		if c := models.CensusRegionOf(country, region); c != nil {
			census = string(*c)
		}
		switch level {
		case insight.Countries:
			region, census = "", ""
		case insight.CensusRegions:
			region = ""
		case insight.Regions:
		}
		return strings.Join([]string{f.Currency, country, census, region}, "|")
	}
}

func nameOf(p *insight.Place) string {
	census := ""
	if p.Census != nil {
		census = string(*p.Census)
	}
	return strings.Join([]string{p.Currency, text(p.Country), census, text(p.Region)}, "|")
}

var levels = []insight.Level{insight.Countries, insight.CensusRegions, insight.Regions}

func TestGeography(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reporter := auth.With(t.Context(), fixture.Reporter(t, w.db))
	owner := auth.With(t.Context(), fixture.Member(t, w.db, w.brands[0].ID, models.RoleOwner))
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	spring := insight.Query{TimeZone: shanghai, From: &models.Date{Year: 2017, Month: 3, Day: 3}, To: &models.Date{Year: 2017, Month: 6, Day: 30}}

	t.Run("shows_a_brand_every_place_it_sold_to", func(t *testing.T) {
		t.Parallel()
		for _, q := range []insight.Query{{}, spring} {
			for _, side := range []insight.Side{insight.Buyers, insight.Origins} {
				for _, level := range levels {
					q.Level, q.Side = level, side
					got, err := w.sight.Geography(owner, q)
					if err != nil {
						t.Fatal(err)
					}
					q.Brands = []uuid.UUID{w.brands[0].ID}
					want := w.group(q, placeOf(side, level))
					if len(got.Rows) != len(want) || len(want) < 3 {
						t.Errorf("%s %s: %d places, want %d", side, level, len(got.Rows), len(want))
					}
					for _, p := range got.Rows {
						if g := want[nameOf(p)]; g == nil || p.Withheld || !g.are(*p.Shoppers, p.Figures) {
							t.Errorf("%s %s: %s is %+v, want %+v", side, level, nameOf(p), p, g)
						}
					}
					all := w.group(q, func(f *models.SalesFact) string { return f.Currency })
					for _, total := range got.Totals {
						if !all[total.Currency].are(total.Shoppers, total.Figures) {
							t.Errorf("%s: all of %s is %+v, want %+v", side, total.Currency, total, all[total.Currency])
						}
					}
				}
			}
		}
	})

	t.Run("counts_those_who_bought_in_several_places_once", func(t *testing.T) {
		t.Parallel()
		for _, level := range levels {
			got, err := w.sight.Geography(reporter, insight.Query{Level: level, Side: insight.Origins})
			if err != nil {
				t.Fatal(err)
			}
			want := w.group(insight.Query{}, placeOf(insight.Origins, level))
			for _, p := range got.Rows {
				if g := want[nameOf(p)]; g == nil || !g.are(*p.Shoppers, p.Figures) {
					t.Errorf("%s: %s is %+v, want %+v", level, nameOf(p), p, g)
				}
			}
		}
	})

	t.Run("totals_are_the_sum_of_the_rows", func(t *testing.T) {
		t.Parallel()
		for name, ctx := range map[string]context.Context{"reporter": reporter, "owner": owner} {
			for _, side := range []insight.Side{insight.Buyers, insight.Origins} {
				for _, level := range levels {
					got, err := w.sight.Geography(ctx, insight.Query{Level: level, Side: side})
					if err != nil {
						t.Fatal(err)
					}
					for _, total := range got.Totals {
						left := total.Figures
						for _, p := range got.Rows {
							if p.Currency == total.Currency {
								left.Orders, left.Units, left.UnitsReturned = left.Orders-p.Orders, left.Units-p.Units, left.UnitsReturned-p.UnitsReturned
								left.GrossMinor, left.DiscountMinor, left.RefundMinor = left.GrossMinor-p.GrossMinor, left.DiscountMinor-p.DiscountMinor, left.RefundMinor-p.RefundMinor
							}
						}
						if side == insight.Origins {
							left.Orders = 0 // an order holds goods of several places
						}
						if left.Units|left.UnitsReturned|left.GrossMinor|left.DiscountMinor|left.RefundMinor|left.Orders != 0 {
							t.Errorf("%s %s %s: %+v are not in the rows", name, side, level, left)
						}
					}
				}
			}
		}
	})

	t.Run("tells_no_place_of_few_shoppers_to_others", func(t *testing.T) {
		t.Parallel()
		all := w.group(insight.Query{}, placeOf(insight.Buyers, insight.Regions))
		small, folded := 0, 0
		for _, g := range all {
			if len(g.buyers) < insight.Threshold {
				small++
			}
		}
		seen := map[string]bool{}
		for _, level := range levels {
			got, err := w.sight.Geography(reporter, insight.Query{Level: level})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got.Rows {
				if p.Withheld {
					folded++
					if p.Shoppers != nil {
						t.Errorf("%s tells its shoppers", p.Label)
					}
				} else if *p.Shoppers < insight.Threshold {
					t.Errorf("%s of %s has %d shoppers", level, p.Label, *p.Shoppers)
				}
				seen[fmt.Sprint(level, nameOf(p), p.Withheld)] = true
			}
		}
		if small == 0 || folded == 0 {
			t.Fatalf("%d small places, %d told as one: the world is too large", small, folded)
		}
		// What a small place sold cannot be reckoned from larger places: where
		// regions of one are told as one, these are of enough shoppers.
		for _, g := range toldAsOne(reporter, t, w) {
			if g < insight.Threshold {
				t.Errorf("what is told as one is of %d shoppers", g)
			}
		}
	})

	t.Run("keeps_nothing_back_of_an_operators_own_brand", func(t *testing.T) {
		t.Parallel()
		member := fixture.Member(t, w.db, w.brands[1].ID, models.RoleOwner)
		both := auth.With(t.Context(), auth.NewActor(member.Account, []models.PlatformRole{models.RoleReporting}, member.Brands()))
		for brand, kept := range map[uuid.UUID]bool{w.brands[1].ID: false, w.brands[0].ID: true} {
			got, err := w.sight.Geography(both, insight.Query{Brands: []uuid.UUID{brand}})
			if err != nil {
				t.Fatal(err)
			}
			if is := slices.ContainsFunc(got.Rows, func(p *insight.Place) bool { return p.Withheld }); is != kept {
				t.Errorf("withheld %t, want %t", is, kept)
			}
		}
	})

	t.Run("names_places_in_the_readers_language", func(t *testing.T) {
		t.Parallel()
		zh := market.With(owner, market.Context{Country: "CN", Languages: []string{"zh-CN"}})
		for ctx, want := range map[context.Context]string{owner: "Shanghai", zh: "上海市"} {
			got, err := w.sight.Geography(ctx, insight.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(got.Rows, func(p *insight.Place) bool { return p.Label == want }) {
				t.Errorf("no %s", want)
			}
		}
	})
}

// Roll-ups and what is not in them yet tell what facts do: those are read alone
// in a zone of which no roll-ups are kept, though its days are the same.
func TestGeographyFromRollUps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := rollup.NewService(w.db, time.Now).Advance(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		w.addOrder(t, r, []uuid.UUID{fixture.ID(), fixture.ID(), fixture.ID()})
	}
	readers := []context.Context{
		auth.With(t.Context(), fixture.Reporter(t, w.db)), auth.With(t.Context(), fixture.Member(t, w.db, w.brands[0].ID, models.RoleOwner)),
	}
	same, err := time.LoadLocation("Etc/UTC")
	if err != nil {
		t.Fatal(err)
	}
	from, to := &models.Date{Year: 2017, Month: 2, Day: 11}, &models.Date{Year: 2017, Month: 8, Day: 20}
	for i, q := range []insight.Query{{}, {From: from, To: to}, {From: from}, {Currencies: []money.Currency{"USD"}}} {
		for _, side := range []insight.Side{insight.Buyers, insight.Origins} {
			for _, level := range levels {
				for _, ctx := range readers {
					q.Side, q.Level, q.TimeZone = side, level, time.UTC
					got, err := w.sight.Geography(ctx, q)
					if err != nil {
						t.Fatal(err)
					}
					q.TimeZone = same
					want, err := w.sight.Geography(ctx, q)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want.Rows, got.Rows) + cmp.Diff(want.Totals, got.Totals); diff != "" || i < 3 && len(got.Rows) == 0 {
						t.Errorf("%d %s %s (-facts +roll-ups):\n%s", i, side, level, diff)
					}
				}
			}
		}
	}
}

// toldAsOne counts the shoppers of what is told as one, in memory.
func toldAsOne(reader context.Context, t *testing.T, w *world) (shoppers []int) {
	t.Helper()
	got, err := w.sight.Geography(reader, insight.Query{})
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, p := range got.Rows {
		if !p.Withheld {
			told[nameOf(p)] = true
		}
	}
	for _, p := range got.Rows {
		if !p.Withheld {
			continue
		}
		buyers := map[string]bool{}
		for k, g := range w.group(insight.Query{}, placeOf(insight.Buyers, insight.Regions)) {
			if !told[k] && strings.HasPrefix(k, strings.TrimRight(nameOf(p), "|")) {
				for b := range g.buyers {
					buyers[b] = true
				}
			}
		}
		shoppers = append(shoppers, len(buyers))
	}
	return shoppers
}
