package insight_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/sales"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a database of random sales of three brands, kept in memory as well.
type world struct {
	db     *gorm.DB
	sight  *insight.Service
	brands []*models.Brand
	shops  []*models.Storefront
	facts  []*models.SalesFact
	// buyers by order, empty where nobody knows.
	buyers  map[uuid.UUID]string
	regimes map[uuid.UUID]string
}

var now = time.Date(2017, 12, 20, 12, 0, 0, 0, time.UTC)

// Places: some of many buyers, some of few.
var places = [][2]string{
	{"CN", "SH"}, {"CN", "SH"}, {"CN", "SH"}, {"CN", "GD"}, {"CN", "GD"}, {"CN", "GD"}, {"CN", "BJ"}, {"CN", "BJ"}, {"CN", "XZ"},
	{"US", "NE"}, {"US", "NE"}, {"US", "CA"}, {"US", "CA"}, {"US", "WY"}, {"US", "TX"}, {"US", ""}, {"HK", ""}, {"", ""},
}

// Origins: two of a census region, one of another, a country without any, and none.
var origins = [][2]string{{"US", "NE"}, {"US", "NE"}, {"US", "MI"}, {"US", "CA"}, {"CN", "GD"}, {"CN", "SH"}, {"US", ""}, {"", ""}}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := dbtest.New(t).Gorm
	w := &world{db: db, sight: insight.NewService(db, func() time.Time { return now }), buyers: map[uuid.UUID]string{}, regimes: map[uuid.UUID]string{}}
	r := rand.New(rand.NewPCG(3, 5))
	for i, currency := range []string{"CNY", "USD", "CNY"} {
		brand := fixture.Brand(t, db, fmt.Sprintf("brand-%d", i))
		w.brands = append(w.brands, brand)
		w.shops = append(w.shops, fixture.Storefront(t, db, brand, brand.Slug, func(s *models.Storefront) { s.Currency = currency }))
	}
	shoppers := make([]uuid.UUID, 40)
	for i := range shoppers {
		shoppers[i] = fixture.ID()
	}
	for range 260 {
		w.addOrder(t, r, shoppers)
	}
	return w
}

func (w *world) addOrder(t *testing.T, r *rand.Rand, shoppers []uuid.UUID) {
	t.Helper()
	shop := w.shops[r.IntN(len(w.shops))]
	at := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(340*24*60)) * time.Minute)
	o := &models.Order{
		BrandID: shop.BrandID, ID: fixture.ID(), Number: uuid.NewString(), Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: shop.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown, FulfilmentStatus: models.Fulfilled,
		ReturnStatus: models.NoReturn, Currency: shop.Currency, SellerName: "x", PlacedAt: at, RecordedAt: at, Version: 1,
	}
	// Who buys lives in one place: the first places have many buyers.
	n := r.IntN(len(shoppers))
	place := places[n*len(places)/len(shoppers)]
	switch kind := r.IntN(10); {
	case kind < 7:
		o.ShopperID = &shoppers[n]
		w.buyers[o.ID] = shoppers[n].String()
	case kind < 9:
		o.BuyerReference = new(fmt.Sprint("customer ", n))
		w.buyers[o.ID] = o.BrandID.String() + "/" + *o.BuyerReference
	}
	o.BuyerCountry, o.BuyerRegion = models.Optional(place[0]), models.Optional(place[1])
	fixture.Create(t, w.db, o)
	if r.IntN(3) == 0 {
		regime := []landedcost.Regime{landedcost.CBECBonded, landedcost.GeneralTrade}[r.IntN(2)]
		w.regimes[o.ID] = string(regime)
		fixture.Create(t, w.db, &models.OrderLandedCost{BrandID: o.BrandID, OrderID: o.ID, Record: landedcost.Record{Regime: regime}, RecordedAt: at})
	}
	told := sales.Origins{}
	for i := range 1 + r.IntN(4) {
		from := origins[r.IntN(len(origins))]
		sale := &models.SalesFact{
			BrandID: shop.BrandID, ID: fixture.ID(), Kind: models.FactSale, Source: o.Source, EventAt: at, RecordedAt: at, OrderID: o.ID,
			LineID: fixture.ID(), StorefrontID: shop.ID, Market: shop.Country, Currency: shop.Currency, ShopperID: o.ShopperID,
			BuyerCountry: o.BuyerCountry, BuyerRegion: o.BuyerRegion, OriginCountry: models.Optional(from[0]), OriginRegion: models.Optional(from[1]),
			UnitsSold: 1 + r.Int64N(9), GrossMinor: r.Int64N(1 << 40), DiscountMinor: r.Int64N(500), ShippingMinor: r.Int64N(90),
			DutyMinor: r.Int64N(80), TaxMinor: r.Int64N(70), CommissionMinor: r.Int64N(60), OpensOrder: i == 0,
		}
		sale.RepeatsOrigin = told.Repeats(sale.OriginCountry, sale.OriginRegion)
		w.facts = append(w.facts, sale)
		fixture.Create(t, w.db, sale)
		if r.IntN(4) == 0 {
			back := *sale
			back.ID, back.Kind, back.EventAt, back.OpensOrder, back.RepeatsOrigin = fixture.ID(), models.FactRefund, at.AddDate(0, 0, r.IntN(60)), false, 0
			back.UnitsSold, back.UnitsReturned, back.GrossMinor, back.DiscountMinor = 0, sale.UnitsSold, 0, 0
			back.ShippingMinor, back.DutyMinor, back.TaxMinor = -sale.ShippingMinor, -sale.DutyMinor, -sale.TaxMinor
			back.CommissionMinor = -sale.CommissionMinor
			back.RefundMinor = sale.GrossMinor - sale.DiscountMinor
			w.facts = append(w.facts, &back)
			fixture.Create(t, w.db, &back)
		}
	}
}

// buyer tells buyers apart; an unknown one is known by the order.
func (w *world) buyer(f *models.SalesFact) string {
	if b := w.buyers[f.OrderID]; b != "" {
		return b
	}
	return f.OrderID.String()
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
