package tariff_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
	"github.com/tradewind-commerce/tradewind/models"
)

type world struct {
	db     *gorm.DB
	s      *tariff.Service
	doors  *doorprice.Service
	brands []*models.Brand
	prices []*models.Price
}

// newWorld has two brands with a storefront of general trade each: trousers at
// CNY 100.00 and 200.00 (duty 8 %, VAT 13 %), toys at 50.00 (no duty), honey
// whose duty is not known, all from Nebraska but for the second brand's, from Vermont.
func newWorld(t testing.TB) *world {
	t.Helper()
	db := dbtest.New(t).Gorm
	now := func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	w := &world{db: db, doors: doorprice.NewService(db, &fixture.Customs{}, now)}
	w.s = tariff.NewService(db, w.doors, customs.NewService(db, now), now)
	regime := landedcost.GeneralTrade
	for i, state := range []string{"NE", "VT"} {
		brand := fixture.Brand(t, db, fmt.Sprintf("brand-%d", i))
		shop := fixture.Storefront(t, db, brand, brand.Slug, func(s *models.Storefront) { s.CustomsRegime = &regime })
		for code, prices := range map[string][]int64{"62034200": {10_000, 20_000}, "950300": {5_000}, "040900": {3_000}} {
			goods := fixture.Sell(t, db, shop, "goods-"+code, 5, prices...)
			err := db.Exec("update products set hs_code = ?, origin_country = 'US', origin_region = ? where brand_id = ? and id = ?",
				code, state, brand.ID, goods.Product.ID).Error
			if err != nil {
				t.Fatal(err)
			}
		}
		w.brands = append(w.brands, brand)
	}
	if err := db.Where("brand_id is not null").Find(&w.prices).Error; err != nil {
		t.Fatal(err)
	}
	return w
}

func rate(text string) *decimal.Decimal { return new(decimal.RequireFromString(text)) }

func us45(prefixes ...string) tariff.Scenario {
	return tariff.Scenario{Name: "45 % on the United States", Country: "CN", Overrides: []tariff.Override{
		{Origin: "US", Prefixes: prefixes, Tax: landedcost.Duty, Rate: rate("0.45")},
	}}
}

func system(t testing.TB) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.System())
}

func (w *world) report(t testing.TB, ctx context.Context, q tariff.Query) *tariff.Report { //nolint:revive // t comes first in helpers
	t.Helper()
	r, err := w.s.Report(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func told(r *tariff.Report) (text string) {
	for _, row := range r.Rows {
		for _, d := range row.Dimensions {
			text += d.Label + " "
		}
		text += fmt.Sprint(row.Lines, row.Unknown, row.AffectedLines, row.Before(), row.After(), row.Change(), row.AffectedValue(), "; ")
	}
	return text
}

// TestByHand: trousers of CNY 100.00 cost 100 + 8 duty + 13 % of 108 = 14.04
// VAT, 122.04 in all; with 45 % duty 145 + 18.85 = 163.85. Those of 200.00 cost
// twice that. Toys of 50.00 cost 56.50, and with 45 % 72.50 + 9.425 = 81.93 (half up).
// Two brands sell all of them: before 2 × (122.04 + 244.08 + 56.50) = 845.24, honey
// is not known.
func TestByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.report(t, system(t), tariff.Query{Scenario: us45("62"), GroupBy: []tariff.Dimension{tariff.ByHSChapter}})
	want := "04 0 2 0 <nil> <nil> <nil> <nil>; 62 4 0 4 732.24 CNY 983.10 CNY 250.86 CNY 600.00 CNY; 95 2 0 0 113.00 CNY 113.00 CNY 0.00 CNY 0.00 CNY; "
	if got := told(r); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(r.Unknown) != 1 || r.Unknown[0].Problem != landedcost.RateUnknown || r.Unknown[0].Lines != 2 || r.Totals.Change().Amount() != "250.86" {
		t.Errorf("unknown %+v, change %v", r.Unknown, r.Totals.Change())
	}
	// On all goods: 2 × (163.85 + 327.70 + 81.93) = 1,146.96.
	r = w.report(t, system(t), tariff.Query{Scenario: us45()})
	if r.Totals.Before().Amount() != "845.24" || r.Totals.After().Amount() != "1146.96" {
		t.Errorf("all goods: %v to %v", r.Totals.Before(), r.Totals.After())
	}
	// On top of 8 %: 53 % of 100.00 with VAT is 172.89, twice and thrice.
	s := us45("6203")
	s.Overrides[0].Rate, s.Overrides[0].Add, s.Overrides[0].Region = nil, rate("0.45"), "VT"
	r = w.report(t, system(t), tariff.Query{Scenario: s, GroupBy: []tariff.Dimension{tariff.ByOriginRegion}, SortKey: tariff.ByChange, Reverse: true})
	want = "Vermont 3 1 2 422.62 CNY 575.17 CNY 152.55 CNY 300.00 CNY; Nebraska 3 1 0 422.62 CNY 422.62 CNY 0.00 CNY 0.00 CNY; "
	if got := told(r); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestWithinLimits: no duty is due there unless the scenario says so.
func TestWithinLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := us45("62")
	cbec := landedcost.CBECDirect
	s.Regime = &cbec
	r := w.report(t, system(t), tariff.Query{Scenario: s})
	if r.Totals.Lines != 8 || r.Totals.AffectedLines != 0 || r.Regimes[0].Treatment != landedcost.WithinLimits {
		t.Errorf("untouched: %+v", r.Totals)
	}
	s.WithinLimits = true
	// 100.00: 45.00 duty, 70 % of 13 % of 145.00 = 13.195 is 13.20: 158.20, before 109.10.
	r = w.report(t, system(t), tariff.Query{Scenario: s, GroupBy: []tariff.Dimension{tariff.ByVariant}, SortKey: tariff.ByChange})
	if r.Totals.AffectedLines != 4 || r.Rows[4].Change().Amount() != "49.10" {
		t.Errorf("reached: %+v, %s", r.Totals, told(r))
	}
}

// TestEqualsQuotes holds every variant to its own quote by rules with the rate
// in them, rows to the totals, and pages to the whole.
func TestEqualsQuotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := tariff.Query{Scenario: us45("62", "95"), GroupBy: []tariff.Dimension{tariff.ByVariant, tariff.ByBrand}, First: new(int32(3))}
	changed := &fixture.Customs{}
	changed.Set("62", &landedcost.Tariff{Duty: fixture.Always(450_000, "scenario")})
	changed.Set("6203", &landedcost.Tariff{Duty: fixture.Always(450_000, "scenario")})
	changed.Set("9503", &landedcost.Tariff{Duty: fixture.Always(450_000, "scenario")})
	now := func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	before, err := w.doors.Prices(system(t), w.prices, 1)
	if err != nil {
		t.Fatal(err)
	}
	after, err := doorprice.NewService(w.db, changed, now).Prices(system(t), w.prices, 1)
	if err != nil {
		t.Fatal(err)
	}
	type pair struct{ before, after string }
	want := map[string]pair{}
	for p, b := range before {
		if b.Complete && after[p].Complete {
			want[models.Variant{BrandID: p.BrandID, ID: p.VariantID}.GlobalID()] = pair{b.Total().Amount(), after[p].Total().Amount()}
		}
	}
	var sum, rows int64
	for {
		r := w.report(t, system(t), q)
		for _, row := range r.Rows {
			rows++
			sum += row.AfterMinor - row.BeforeMinor
			p, known := want[*row.Dimensions[0].Key]
			if known != (row.Lines == 1) || known && (p.before != row.Before().Amount() || p.after != row.After().Amount()) {
				t.Errorf("%s: %v to %v, want %+v", row.Dimensions[0].Label, row.Before(), row.After(), p)
			}
		}
		if !r.PageInfo.HasNextPage {
			if rows != int64(len(w.prices)) || r.TotalCount != len(w.prices) || sum != r.Totals.Change().Minor || sum == 0 {
				t.Errorf("%d rows of %d sum to %d, the total is %v", rows, r.TotalCount, sum, r.Totals.Change())
			}
			break
		}
		q.After = r.PageInfo.EndCursor
	}
}

// TestOthersSeeTheirOwn asks for everything as one brand's analyst.
func TestOthersSeeTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.brands[0].ID
	analyst := auth.With(t.Context(), auth.NewActor(&models.Account{ID: fixture.ID()}, nil, map[uuid.UUID]models.BrandRole{mine: models.RoleAnalyst}))
	for _, by := range []tariff.Dimension{tariff.ByBrand, tariff.ByStorefront, tariff.ByProduct, tariff.ByVariant, tariff.ByHSChapter,
		tariff.ByOriginCountry, tariff.ByOriginRegion, tariff.ByRegime, tariff.ByTreatment, tariff.ByProblem} {
		r := w.report(t, analyst, tariff.Query{Scenario: us45(), GroupBy: []tariff.Dimension{by}})
		if r.Totals.Lines+r.Totals.Unknown != 4 || r.Totals.Before().Amount() != "422.62" {
			t.Errorf("by %s: %+v", by, r.Totals)
		}
	}
	other := us45()
	other.Brands = append(other.Brands, w.brands[1].ID)
	if r := w.report(t, analyst, tariff.Query{Scenario: other}); r.Totals.Lines+r.Totals.Unknown != 0 {
		t.Errorf("another brand's: %+v", r.Totals)
	}
	if _, err := w.s.Report(t.Context(), tariff.Query{Scenario: us45()}); err == nil {
		t.Error("a visitor got a report")
	}
}

func TestBadScenarios(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for at, change := range map[string]func(*tariff.Scenario){
		"input.name":                      func(s *tariff.Scenario) { s.Name = " " },
		"input.overrides":                 func(s *tariff.Scenario) { s.Overrides = nil },
		"input.overrides.0.hsPrefix.0":    func(s *tariff.Scenario) { s.Overrides[0].Prefixes = []string{"95030"} },
		"input.overrides.0.rate":          func(s *tariff.Scenario) { s.Overrides[0].Rate = rate("-0.1") },
		"input.overrides.0.add":           func(s *tariff.Scenario) { s.Overrides[0].Rate, s.Overrides[0].Add = nil, rate("2.95") },
		"input.overrides.0.originRegion":  func(s *tariff.Scenario) { s.Overrides[0].Region = "XX" },
		"input.overrides.0.originCountry": func(s *tariff.Scenario) { s.Overrides[0].Origin, s.Overrides[0].Region = "", "NE" },
		"input.overrides.1.hsPrefix.0":    func(s *tariff.Scenario) { s.Overrides = append(s.Overrides, s.Overrides[0]) },
		"input.orders.to": func(s *tariff.Scenario) {
			s.Orders = &tariff.Period{From: models.Date{Year: 2026, Month: 2, Day: 2}, To: models.Date{Year: 2026, Month: 2, Day: 1}, Zone: time.UTC}
		},
		"input.originRegion.0": func(s *tariff.Scenario) { s.OriginCountry, s.OriginRegions = new("US"), []string{"ZZ"} },
	} {
		s := us45("62")
		change(&s)
		_, err := w.s.Report(system(t), tariff.Query{Scenario: s})
		if bad := (*problem.BadInput)(nil); !errors.As(err, &bad) || bad.Argument != at {
			t.Errorf("%s: %v", at, err)
		}
	}
	s := us45("62")
	s.Overrides[0].Rate = rate("1000")
	if _, err := w.s.Report(system(t), tariff.Query{Scenario: s}); err == nil {
		t.Error("a rate of 100,000 % is taken")
	}
}

// TestPastOrders quotes an order as its frozen quote has it, another by its
// lines, and changes neither.
func TestPastOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, brand := range w.brands {
		var goods struct{ VariantID, ProductID, StorefrontID uuid.UUID }
		err := w.db.Raw(`select v.id as variant_id, v.product_id, s.id as storefront_id from variants v join storefronts s on s.brand_id = v.brand_id
			where v.brand_id = ? limit 1`, brand.ID).Scan(&goods).Error
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 5, 1, 20, 0, 0, 0, time.UTC)
		order := &models.Order{
			BrandID: brand.ID, ID: fixture.ID(), Number: fixture.ID().String(), Source: models.OrderFromImport, Kind: models.OrderSale,
			StorefrontID: goods.StorefrontID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled,
			ReturnStatus: models.NoReturn, Currency: "CNY", GoodsMinor: 20_000, TotalMinor: 20_000, SellerName: brand.Name, PlacedAt: at, RecordedAt: at, Version: 1,
		}
		code, us, region := "62034200", "US", "NE"
		line := &models.OrderLine{
			BrandID: brand.ID, ID: fixture.ID(), OrderID: order.ID, Ordinal: 1, ProductID: &goods.ProductID, VariantID: &goods.VariantID,
			DefaultLanguage: "en", Texts: models.Texts[models.LineText]{"en": {Title: "Trousers"}}, Quantity: 2, UnitPrice: decimal.New(100, 0),
			Currency: "CNY", GoodsMinor: 20_000, HSCode: &code, OriginCountry: &us, OriginRegion: &region, Options: []models.SelectedOption{},
		}
		fixture.Create(t, w.db, order, line, &models.SalesFact{
			BrandID: brand.ID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at, OrderID: order.ID, LineID: line.ID,
			StorefrontID: goods.StorefrontID, ProductID: &goods.ProductID, VariantID: &goods.VariantID, Market: "CN", OriginCountry: &us, Currency: "CNY",
			UnitsSold: 2, GrossMinor: 20_000,
		})
		if i > 0 {
			continue
		}
		// The first kept a quote of other goods: toys, as customs were told.
		in := &landedcost.Input{Regime: landedcost.GeneralTrade, Currency: "CNY", Lines: []landedcost.Line{{
			Ref:    globalid.EncodeOf(globalid.OrderLine, brand.ID, line.ID),
			HSCode: "950300", Origin: "US", Quantity: 2, UnitMinor: 10_000,
		}}}
		var quote landedcost.Result
		rules := fixture.China("2026-05-02")
		if err := landedcost.Quote(&quote, in, rules); err != nil {
			t.Fatal(err)
		}
		fixture.Create(t, w.db, &models.OrderLandedCost{BrandID: brand.ID, OrderID: order.ID, Record: *quote.Record(in, rules), RecordedAt: at})
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	s := us45("62")
	day := models.Date{Year: 2026, Month: 5, Day: 2} // there it is the next day already
	s.Orders = &tariff.Period{From: day, To: day, Zone: shanghai}
	r := w.report(t, system(t), tariff.Query{Scenario: s, GroupBy: []tariff.Dimension{tariff.ByHSChapter}})
	want := "62 1 0 1 244.08 CNY 327.70 CNY 83.62 CNY 200.00 CNY; 95 1 0 0 226.00 CNY 226.00 CNY 0.00 CNY 0.00 CNY; "
	if got := told(r); got != want || r.Totals.Units != 4 {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s.Orders.Zone = time.UTC
	if r := w.report(t, system(t), tariff.Query{Scenario: s}); r.Totals.Lines != 0 {
		t.Errorf("on another day: %+v", r.Totals)
	}
}
