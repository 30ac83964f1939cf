package tariff_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
	"github.com/tradewind-commerce/tradewind/models"
)

// sell books an imported order of trousers of the brand.
func (w *world) sell(t *testing.T, brand *models.Brand, at time.Time, pieces, goodsMinor int64) {
	t.Helper()
	var goods struct{ VariantID, ProductID, StorefrontID uuid.UUID }
	err := w.db.Raw(`select v.id as variant_id, v.product_id, s.id as storefront_id from variants v join storefronts s on s.brand_id = v.brand_id
		where v.brand_id = ? limit 1`, brand.ID).Scan(&goods).Error
	if err != nil {
		t.Fatal(err)
	}
	order := &models.Order{
		BrandID: brand.ID, ID: fixture.ID(), Number: fixture.ID().String(), Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: goods.StorefrontID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled,
		ReturnStatus: models.NoReturn, Currency: "CNY", GoodsMinor: goodsMinor, TotalMinor: goodsMinor, SellerName: brand.Name, PlacedAt: at, RecordedAt: at, Version: 1,
	}
	code, us, region := "62034200", "US", "NE"
	line := &models.OrderLine{
		BrandID: brand.ID, ID: fixture.ID(), OrderID: order.ID, Ordinal: 1, ProductID: &goods.ProductID, VariantID: &goods.VariantID,
		DefaultLanguage: "en", Texts: models.Texts[models.LineText]{"en": {Title: "Trousers"}}, Quantity: pieces,
		UnitPrice: decimal.New(goodsMinor, -2).DivRound(decimal.NewFromInt(pieces), 6), Currency: "CNY", GoodsMinor: goodsMinor, HSCode: &code,
		OriginCountry: &us, OriginRegion: &region, Options: []models.SelectedOption{},
	}
	fixture.Create(t, w.db, order, line, &models.SalesFact{
		BrandID: brand.ID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at, OrderID: order.ID, LineID: line.ID,
		StorefrontID: goods.StorefrontID, ProductID: &goods.ProductID, VariantID: &goods.VariantID, Market: "CN", OriginCountry: &us, Currency: "CNY",
		UnitsSold: pieces, GrossMinor: goodsMinor,
	})
}

// TestLargePastOrders quotes a million pieces at 2^53 fen to the fen: 8 % duty,
// then 13 % VAT. What is beyond all amounts is told, and no fault.
func TestLargePastOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	w.sell(t, w.brands[0], at, 1_000_000, 1<<53)
	w.sell(t, w.brands[0], at, 3, 10_000) // a price of three pieces that is no whole number of fen
	s := us45("62")
	day := models.Date{Year: 2026, Month: 5, Day: 1}
	s.Orders = &tariff.Period{From: day, To: day, Zone: time.UTC}
	r := w.report(t, system(t), tariff.Query{Scenario: s, GroupBy: []tariff.Dimension{tariff.ByHSChapter}})
	// 9007199254740992 + 720575940379279 + 1264610775365635, and 10000 + 800 + 1404.
	if got := r.Totals; got.Units != 1_000_003 || got.GoodsMinor != 1<<53+10_000 || got.BeforeMinor != 10992385970485906+12204 {
		t.Errorf("%+v", got)
	}
	w.sell(t, w.brands[0], at, 1, 7<<60)
	_, err := w.s.Report(system(t), tariff.Query{Scenario: s})
	if bad, ok := errors.AsType[*problem.BadInput](err); !ok || bad.Argument != "input" {
		t.Errorf("beyond all amounts: %v", err)
	}
}
