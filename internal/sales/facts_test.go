package sales_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

var placed = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

func line(quantity, goods int64) models.OrderLine {
	return models.OrderLine{ID: uuid.New(), Quantity: quantity, GoodsMinor: goods}
}

func charge(kind models.ChargeKind, line *uuid.UUID, minor int64) models.Charge {
	return models.Charge{Kind: kind, LineID: line, AmountMinor: minor, Currency: "CNY"}
}

func TestFacts(t *testing.T) {
	t.Parallel()

	t.Run("repeat_what_the_report_groups_by", func(t *testing.T) {
		t.Parallel()
		product, variant, shopper, path, country, region, state := uuid.New(), uuid.New(), uuid.New(), "food/honey", "US", "SH", "NE"
		buyer := "CN"
		o := &models.Order{BrandID: uuid.New(), ID: uuid.New(), StorefrontID: uuid.New(), ShopperID: &shopper, Currency: "CNY",
			Source: models.OrderFromShop, BuyerCountry: &buyer, BuyerRegion: &region, PlacedAt: placed, RecordedAt: placed.Add(time.Hour)}
		l := models.OrderLine{ID: uuid.New(), ProductID: &product, VariantID: &variant, Quantity: 3, GoodsMinor: 2700,
			CategoryPath: &path, OriginCountry: &country, OriginRegion: &state}
		f := sales.Facts(o, []models.OrderLine{l}, []models.Charge{charge(models.ChargeGoods, &l.ID, 2700)}, "CN", uuid.New)[0]
		want := models.SalesFact{
			BrandID: o.BrandID, ID: f.ID, Kind: models.FactSale, Source: models.OrderFromShop, EventAt: placed, RecordedAt: placed.Add(time.Hour),
			OrderID: o.ID, LineID: l.ID, StorefrontID: o.StorefrontID, ProductID: &product, VariantID: &variant, ShopperID: &shopper,
			CategoryPath: &path, Market: "CN", BuyerCountry: &buyer, BuyerRegion: &region, OriginCountry: &country, OriginRegion: &state,
			Currency: "CNY", UnitsSold: 3, GrossMinor: 2700, OpensOrder: true,
		}
		if f != want || f.ID == uuid.Nil {
			t.Errorf("%+v\nwant %+v", f, want)
		}
	})

	t.Run("share_the_charges_of_the_whole_order", func(t *testing.T) {
		t.Parallel()
		lines := []models.OrderLine{line(1, 100), line(1, 200)}
		facts := sales.Facts(&models.Order{Currency: "CNY"}, lines, []models.Charge{
			charge(models.ChargeGoods, &lines[0].ID, 100), charge(models.ChargeGoods, &lines[1].ID, 200),
			charge(models.ChargeDiscount, nil, -31), charge(models.ChargeShipping, nil, 10), charge(models.ChargeInsurance, &lines[1].ID, 2),
			charge(models.ChargeDuty, nil, 7), charge(models.ChargeVAT, nil, 5), charge(models.ChargeConsumptionTax, nil, 1),
			charge(models.ChargeFee, &lines[0].ID, 4),
		}, "CN", uuid.New)
		a, b := facts[0], facts[1]
		if a.DiscountMinor != 10 || b.DiscountMinor != 21 || a.ShippingMinor != 3 || b.ShippingMinor != 9 ||
			a.DutyMinor != 2 || b.DutyMinor != 5 || a.TaxMinor+b.TaxMinor != 6 || a.FeeMinor != 4 || b.FeeMinor != 0 {
			t.Errorf("%+v\n%+v", a, b)
		}
	})

	t.Run("tell_of_each_origin_which_sale_is_its_first", func(t *testing.T) {
		t.Parallel()
		from := func(country, region string, quantity int64) models.OrderLine {
			l := line(quantity, 100*quantity)
			l.OriginCountry, l.OriginRegion = models.Optional(country), models.Optional(region)
			return l
		}
		lines := []models.OrderLine{
			from("US", "NE", -1), from("US", "NE", 1), from("US", "NE", 1), from("US", "IA", 1), from("US", "CA", 1), from("US", "", 1),
			from("CN", "GD", 1), from("CN", "SH", 1), from("", "", 1), from("", "", 1), from("US", "CA", 1),
		}
		var got []int32
		for _, f := range sales.Facts(&models.Order{Currency: "CNY"}, lines, nil, "CN", uuid.New) {
			got = append(got, f.RepeatsOrigin)
		}
		// A country without census regions is one itself.
		if want := []int32{0, 0, 3, 2, 1, 1, 0, 2, 0, 3, 3}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})

	t.Run("book_what_came_back_as_a_refund", func(t *testing.T) {
		t.Parallel()
		lines := []models.OrderLine{line(-2, -500), line(1, -1106), line(-3, 0), line(4, 0)}
		var charges []models.Charge
		for i := range lines {
			charges = append(charges, charge(models.ChargeGoods, &lines[i].ID, lines[i].GoodsMinor))
		}
		facts := sales.Facts(&models.Order{Currency: "GBP", Kind: models.OrderCreditNote}, lines, charges, "GB", uuid.New)
		type figures struct {
			kind                            models.FactKind
			sold, returned, gross, refunded int64
		}
		for i, want := range []figures{
			{models.FactRefund, 0, 2, 0, 500}, {models.FactRefund, 0, 0, 0, 1106}, {models.FactRefund, 0, 3, 0, 0}, {models.FactSale, 4, 0, 0, 0},
		} {
			f := facts[i]
			if got := (figures{f.Kind, f.UnitsSold, f.UnitsReturned, f.GrossMinor, f.RefundMinor}); got != want {
				t.Errorf("line %d: %+v, want %+v", i, got, want)
			}
		}
	})
}

func TestRefundsUndoSalesOnTheirOwnDate(t *testing.T) {
	t.Parallel()
	l := line(3, 2700)
	sale := models.SalesFact{ID: uuid.New(), Kind: models.FactSale, EventAt: placed, RecordedAt: placed, Currency: "CNY", UnitsSold: 3,
		LineID: l.ID, GrossMinor: 2700, DiscountMinor: 200, ShippingMinor: 10, DutyMinor: 20, TaxMinor: 30, FeeMinor: 40}
	back := sales.Shares([]models.OrderLine{l}, []models.Charge{
		charge(models.ChargeGoods, &l.ID, 1800), charge(models.ChargeDiscount, nil, -150), charge(models.ChargeShipping, nil, 10),
		charge(models.ChargeDuty, nil, 15), charge(models.ChargeVAT, nil, 30), charge(models.ChargeFee, nil, 4),
	})
	later, refund := placed.AddDate(0, 1, 0), uuid.New()
	got := sales.Refund(sale, refund, uuid.New(), 2, back, later)
	want := models.SalesFact{ID: got.ID, Kind: models.FactRefund, EventAt: later, RecordedAt: later, Currency: "CNY", UnitsReturned: 2,
		LineID: l.ID, RefundID: got.RefundID, RefundMinor: 1650, ShippingMinor: -10, DutyMinor: -15, TaxMinor: -30, FeeMinor: -4}
	if got != want || got.ID == sale.ID || *got.RefundID != refund {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// Whatever the lines and charges, facts sum to the charges, measure by measure.
func TestFactsSumToTheOrder(t *testing.T) {
	t.Parallel()
	kinds := []models.ChargeKind{models.ChargeDiscount, models.ChargeShipping, models.ChargeInsurance, models.ChargeDuty,
		models.ChargeConsumptionTax, models.ChargeVAT, models.ChargeFee}
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1e9, 1e9)
		var lines []models.OrderLine
		var charges []models.Charge
		var sum int64
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := line(rapid.Int64Range(-9, 9).Draw(t, "quantity"), minor.Draw(t, "goods"))
			lines, charges, sum = append(lines, l), append(charges, charge(models.ChargeGoods, &l.ID, l.GoodsMinor)), sum+l.GoodsMinor
		}
		for range rapid.IntRange(0, 5).Draw(t, "charges") {
			c := charge(rapid.SampledFrom(kinds).Draw(t, "kind"), nil, minor.Draw(t, "amount"))
			if i := rapid.IntRange(-1, len(lines)-1).Draw(t, "line"); i >= 0 {
				c.LineID = &lines[i].ID
			}
			charges, sum = append(charges, c), sum+c.AmountMinor
		}
		facts := sales.Facts(&models.Order{Currency: "CNY"}, lines, charges, "CN", uuid.New)
		var got int64
		for _, f := range facts {
			got += f.GrossMinor - f.DiscountMinor - f.RefundMinor + f.ShippingMinor + f.DutyMinor + f.TaxMinor + f.FeeMinor
			if f.Kind == models.FactSale && (f.RefundMinor != 0 || f.UnitsReturned != 0) ||
				f.Kind == models.FactRefund && (f.GrossMinor != 0 || f.DiscountMinor != 0 || f.UnitsSold != 0) {
				t.Fatalf("mixed fact %+v", f)
			}
		}
		if got != sum {
			t.Fatalf("facts sum to %d, charges to %d", got, sum)
		}
	})
}
