package apitest_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestSalesReport(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	brand := fixture.Brand(t, db, "acme")
	shop := fixture.Storefront(t, db, brand, "acme-cn")
	goods := fixture.Sell(t, db, shop, "honey", 5, 1200)
	sell := func(at time.Time, units, gross, refund int64) {
		order := &models.Order{
			BrandID: brand.ID, ID: fixture.ID(), Number: fixture.ID().String(), Source: models.OrderFromImport,
			Kind: models.OrderSale, StorefrontID: shop.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown,
			FulfilmentStatus: models.Fulfilled, ReturnStatus: models.NoReturn, Currency: "CNY", GoodsMinor: gross, TotalMinor: gross, SellerName: brand.Name,
			PlacedAt: at, RecordedAt: at, Version: 1,
		}
		us, line := "US", fixture.ID()
		fact := models.SalesFact{
			BrandID: brand.ID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at,
			OrderID: order.ID, LineID: line, StorefrontID: shop.ID, ProductID: &goods.Product.ID, Market: "CN",
			OriginCountry: &us, Currency: "CNY", UnitsSold: units, GrossMinor: gross, OpensOrder: true,
		}
		back := fact
		back.ID, back.Kind, back.EventAt = fixture.ID(), models.FactRefund, at.AddDate(0, 1, 0)
		back.UnitsSold, back.GrossMinor, back.UnitsReturned, back.RefundMinor, back.OpensOrder = 0, 0, units, refund, false
		fixture.Create(t, db, order, &fact)
		if refund > 0 {
			fixture.Create(t, db, &back)
		}
	}
	sell(time.Date(2025, 10, 31, 15, 59, 0, 0, time.UTC), 1, 1000, 0)
	sell(time.Date(2025, 10, 31, 16, 0, 0, 0, time.UTC), 2, 2501, 2501)

	t.Run("begins days where the time zone says", func(t *testing.T) {
		api.As(fixture.Reporter(t, db)).Golden(t, "sales-report-by-month", `
query ($after: String) @inContext(language: "zh-CN") {
  salesReport(groupBy: [PERIOD, PRODUCT, ORIGIN_COUNTRY, MARKET], timeZone: "Asia/Shanghai", first: 2, after: $after) {
    timeZone totalCount
    rows {
      dimensions { dimension label }
      currency orders units unitsReturned
      gross { amount } discounts { amount } refunds { amount } net { amount minorUnits currency } averageOrder { amount }
    }
    totals { currency orders units unitsReturned gross { amount } refunds { amount } net { amount } averageOrder { amount } }
    pageInfo { hasNextPage hasPreviousPage }
  }
}`, nil)
	})

	t.Run("refuses bad arguments with their path", func(t *testing.T) {
		reporter := api.As(fixture.Reporter(t, db))
		for _, c := range []struct{ args, path string }{
			{`groupBy: [BRAND, BRAND]`, "groupBy"},
			{`groupBy: [BRAND, PERIOD, MARKET, CATEGORY, PRODUCT]`, "groupBy"},
			{`timeZone: "Mars/Olympus"`, "timeZone"},
			{`first: 1001`, "first"},
			{`first: -1`, "first"},
			{`after: "bm90IGEgY3Vyc29y"`, "after"},
			{`where: {brandId: ["` + goods.Product.GlobalID() + `"]}`, "brandId"},
			{`where: {from: "2025-02-30"}`, "from"},
			{`where: {from: "2025-03-02", to: "2025-03-01"}`, "to"},
			{`where: {currency: ["YEN"]}`, "currency"},
		} {
			answer := reporter.Post(t, `{ salesReport(`+c.args+`) { totalCount } }`, nil)
			if answer.Code() != "BAD_USER_INPUT" || !answer.NamesPath(c.path) {
				t.Errorf("%s: %s", c.args, answer.Raw)
			}
		}
	})

	t.Run("refuses a cursor of another report", func(t *testing.T) {
		reporter := api.As(fixture.Reporter(t, db))
		var got struct {
			SalesReport struct{ Rows []struct{ Cursor string } }
		}
		reporter.Do(t, `{ salesReport(groupBy: [PERIOD], first: 1) { rows { cursor } } }`, nil, &got)
		answer := reporter.Post(t, `query ($after: String) { salesReport(groupBy: [MARKET], after: $after) { totalCount } }`,
			map[string]any{"after": got.SalesReport.Rows[0].Cursor})
		if answer.Code() != "BAD_USER_INPUT" {
			t.Errorf("answer %s", answer.Raw)
		}
	})

	t.Run("is FORBIDDEN to shoppers and UNAUTHENTICATED to visitors", func(t *testing.T) {
		if code := api.As(fixture.Shopper(t, db, "s")).Post(t, `{ salesReport { totalCount } }`, nil).Code(); code != "FORBIDDEN" {
			t.Errorf("a shopper got %q", code)
		}
		if code := api.As(nil).Post(t, `{ salesReport { totalCount } }`, nil).Code(); code != "UNAUTHENTICATED" {
			t.Errorf("a visitor got %q", code)
		}
	})
}
