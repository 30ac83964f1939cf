package apitest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// shopOfFacts is a brand with a storefront and one imported sale in it.
type shopOfFacts struct {
	brand *models.Brand
	shop  *models.Storefront
	goods fixture.Goods
	where map[string]string
}

// sold makes a brand of a market, with a sale to and from places of its own.
func sold(t *testing.T, api *apitest.API, name, market, currency, category, origin, state, buyer, province string, gross int64) *shopOfFacts {
	t.Helper()
	db := api.DB.Gorm
	w := &shopOfFacts{brand: fixture.Brand(t, db, name)}
	w.shop = fixture.Storefront(t, db, w.brand, name+"-shop", func(s *models.Storefront) { s.Country, s.Currency = market, currency })
	w.goods = fixture.Sell(t, db, w.shop, "goods", 5, 1200)
	at := time.Date(2025, 10, 31, 12, 0, 0, 0, time.UTC)
	order := &models.Order{
		BrandID: w.brand.ID, ID: fixture.ID(), Number: fixture.ID().String(), Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: w.shop.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled,
		ReturnStatus: models.NoReturn, Currency: currency, GoodsMinor: gross, TotalMinor: gross, SellerName: w.brand.Name, PlacedAt: at, RecordedAt: at, Version: 1,
	}
	shopper := fixture.Shopper(t, db, name).AccountID()
	fixture.Create(t, db, order, &models.SalesFact{
		BrandID: w.brand.ID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at, OrderID: order.ID,
		LineID: fixture.ID(), StorefrontID: w.shop.ID, ProductID: &w.goods.Product.ID, ShopperID: shopper, CategoryPath: &category, Market: market,
		OriginCountry: &origin, OriginRegion: &state, BuyerCountry: &buyer, BuyerRegion: &province, Currency: currency, UnitsSold: 3, GrossMinor: gross, OpensOrder: true,
	})
	w.where = map[string]string{
		"brandId": fmt.Sprintf("[%q]", w.brand.GlobalID()), "storefrontId": fmt.Sprintf("[%q]", w.shop.GlobalID()),
		"productId": fmt.Sprintf("[%q]", w.goods.Product.GlobalID()), "categoryPath": fmt.Sprintf("%q", category), "market": "[" + market + "]",
		"originCountry": "[" + origin + "]", "originRegion": "[" + state + "]", "buyerCountry": "[" + buyer + "]", "buyerRegion": "[" + province + "]",
		"currency": "[" + currency + "]", "source": "IMPORT", "from": "", "to": "", "recordedBefore": `"2026-01-01T00:00:00Z"`,
	}
	for _, code := range []string{"market", "originCountry", "originRegion", "buyerCountry", "buyerRegion", "currency"} {
		w.where[code] = fmt.Sprintf("[%q]", strings.Trim(w.where[code], "[]"))
	}
	return w
}

// Whatever a brand asks, by whatever dimension and filter, another brand's
// sales are in no row and no total.
func TestSalesReportTellsNothingOfAnotherBrand(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	acme := sold(t, api, "acme", "CN", "CNY", "food/honey", "US", "NE", "CN", "SH", 777777)
	rival := sold(t, api, "rival", "JP", "JPY", "clothing", "CA", "ON", "JP", "13", 1234)
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	const figures = `currency orders units gross { amount } net { amount } payout { amount } shoppers newShoppers previous { orders net { amount } shoppers }`
	ask := func(by, more, where string) string {
		return fmt.Sprintf(`salesReport(groupBy: [%s], compare: LAST_YEAR, where: {from: "2025-01-01", to: "2025-12-31"%s}%s) {
			rows { dimensions { key label } share rank %s } totals { %s } totalCount asOf }`, by, where, more, figures, figures)
	}
	own := ", brandId: " + rival.where["brandId"]
	as, operator := api.As(fixture.Member(t, api.DB.Gorm, rival.brand.ID, models.RoleOwner)), api.As(fixture.Operator(t, api.DB.Gorm))
	names := []string{acme.brand.GlobalID(), acme.brand.Name, acme.shop.GlobalID(), acme.goods.Product.GlobalID(), "7777", "CNY"}
	for _, dimension := range schema.Types["SalesDimension"].EnumValues {
		for _, more := range []string{"", ", convert: {toBrand: true, rate: FIXED_DAY, day: \"2025-10-31\"}", ", top: 1"} {
			if more == ", top: 1" && dimension.Name == "PERIOD" {
				continue
			}
			a := as.Post(t, "{ all: "+ask(dimension.Name, more, "")+" own: "+ask(dimension.Name, more, own)+" }", nil)
			all, itself, ok := strings.Cut(string(a.Data), `,"own":`)
			if len(a.Errors) > 0 || !ok || strings.TrimPrefix(all, `{"all":`) != strings.TrimSuffix(itself, "}") || !strings.Contains(all, `"1234"`) {
				t.Errorf("by %s%s: %s", dimension.Name, more, a.Raw)
			}
			for _, name := range names {
				if strings.Contains(string(a.Data), name) {
					t.Errorf("by %s%s: %s is told: %s", dimension.Name, more, name, a.Raw)
				}
			}
		}
		for _, filter := range schema.Types["SalesReportWhere"].Fields {
			value, ok := acme.where[filter.Name]
			if !ok {
				t.Fatalf("no value of %s is tried", filter.Name)
			}
			where := ", " + filter.Name + ": " + value
			if filter.Name == "from" || filter.Name == "to" { // these stand in every query
				where = ""
			}
			query := "{ " + ask(dimension.Name, "", where) + " }"
			a, theirs := as.Post(t, query, nil), operator.Post(t, query, nil)
			for _, name := range names {
				if strings.Contains(string(a.Data), name) {
					t.Errorf("by %s of another's %s: %s is told: %s", dimension.Name, filter.Name, name, a.Raw)
				}
			}
			if len(a.Errors) > 0 || !strings.Contains(string(theirs.Data), `"7777.77"`) {
				t.Errorf("by %s of %s: %s, operators %s", dimension.Name, filter.Name, a.Raw, theirs.Raw)
			}
		}
	}
}

func TestSalesReportRefuses(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	acme := sold(t, api, "acme", "CN", "CNY", "food/honey", "US", "NE", "CN", "SH", 777777)
	reporter := api.As(fixture.Reporter(t, api.DB.Gorm))
	for _, c := range []struct{ args, path, says string }{
		{`groupBy: [PERIOD], period: DAY, where: {from: "1950-01-01", to: "2049-12-31"}`, "period", "36525 periods"},
		{`groupBy: [` + strings.Repeat("BRAND, MARKET, ", 500) + `]`, "groupBy", "at most 4"},
		{`where: {brandId: [` + strings.Repeat(fmt.Sprintf("%q,", acme.brand.GlobalID()), 101) + `]}`, "brandId", "at most 100"},
		{`yearStart: 13`, "yearStart", "1 to 12"},
		{`yearStart: 0`, "yearStart", "1 to 12"},
		{`top: 0, groupBy: [BRAND]`, "top", "1 to 1000"},
		{`moving: 0, groupBy: [PERIOD]`, "moving", "2 to 366"},
		{`top: -1, groupBy: [BRAND]`, "top", "1 to 1000"},
		{`top: 1001, groupBy: [BRAND]`, "top", "1 to 1000"},
		{`top: 5, groupBy: [PERIOD]`, "top", "beside PERIOD"},
		{`moving: 1, groupBy: [PERIOD]`, "moving", "2 to 366"},
		{`moving: 3`, "moving", "PERIOD"},
		{`compare: LAST_YEAR, where: {from: "2025-01-01"}`, "compare", "where.to"},
		{`convert: {}`, "to", "convert.toBrand"},
		{`convert: {to: "EUR", toBrand: true}`, "to", "not with it"},
		{`convert: {to: "EUR", rate: FIXED_DAY}`, "day", "is needed"},
		{`convert: {to: "EUR", day: "2025-01-01"}`, "day", "fixed day alone"},
		{`convert: {toBrand: true, rate: PERIOD_AVERAGE}`, "rate", "where.from"},
		{`convert: {to: "EUX"}`, "to", ""},
	} {
		answer := reporter.Post(t, `{ salesReport(`+c.args+`) { totalCount } }`, nil)
		if answer.Code() != "BAD_USER_INPUT" || !answer.NamesPath(c.path) || !strings.Contains(string(answer.Raw), c.says) {
			t.Errorf("%.120s: %s", c.args, answer.Raw)
		}
	}
	for _, args := range []string{
		`convert: {to: "EUR"}`, `convert: {to: "EUR", rate: FIXED_DAY, day: "2025-10-31"}`, `groupBy: [PERIOD], convert: {to: "USD", rate: PERIOD_AVERAGE}`,
	} {
		answer := reporter.Post(t, `{ salesReport(`+args+`) { totalCount } }`, nil)
		if answer.Code() != "RATE_UNKNOWN" || !strings.Contains(string(answer.Raw), "no rate of CNY in") {
			t.Errorf("%s without rates: %s", args, answer.Raw)
		}
	}
}

// What a report is compared with tells shoppers and orders, too, though nothing
// else of it does.
func TestSalesReportComparesShoppers(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	sold(t, api, "acme", "CN", "CNY", "food/honey", "US", "NE", "CN", "SH", 777777)
	const want = `{"salesReport":{"rows":[{"orders":"0","previous":{"shoppers":"1","newShoppers":"1","orders":"1"}}],"totals":[{"previous":{"shoppers":"1","orders":"1"}}]}}`
	a := api.As(fixture.Reporter(t, api.DB.Gorm)).Post(t, `{ salesReport(compare: PREVIOUS_PERIOD, where: {from: "2025-11-01", to: "2025-11-30"}) {
		rows { orders previous { shoppers newShoppers orders } } totals { previous { shoppers orders } } } }`, nil)
	if string(a.Data) != want {
		t.Errorf("%s\nwant %s", a.Raw, want)
	}
}
