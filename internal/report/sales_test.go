package report_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a database of random facts, kept in memory as well.
type world struct {
	db     *gorm.DB
	sales  *report.Service
	brands []*models.Brand
	shops  []*models.Storefront
	facts  []*models.SalesFact
}

var zones = []string{"UTC", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"}

// Instants around which clocks skip or repeat hours, midnight included.
var turns = []time.Time{
	time.Date(2017, 3, 12, 7, 0, 0, 0, time.UTC), time.Date(2017, 11, 5, 6, 0, 0, 0, time.UTC),
	time.Date(2017, 10, 15, 3, 0, 0, 0, time.UTC), time.Date(2018, 2, 18, 2, 0, 0, 0, time.UTC),
	time.Date(2017, 3, 12, 5, 0, 0, 0, time.UTC), time.Date(2017, 11, 5, 5, 0, 0, 0, time.UTC),
	time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC), time.Date(2016, 12, 31, 23, 59, 59, 0, time.UTC),
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := dbtest.New(t).Gorm
	w := &world{db: db, sales: report.NewService(db, time.Now)}
	r := rand.New(rand.NewPCG(7, 11))
	for i, currency := range []string{"CNY", "USD", "CNY", "CNY", "USD"} {
		brand := fixture.Brand(t, db, fmt.Sprintf("brand-%d", i))
		w.brands = append(w.brands, brand)
		w.shops = append(w.shops, fixture.Storefront(t, db, brand, brand.Slug, func(s *models.Storefront) { s.Currency = currency }))
	}
	w.shops = append(w.shops, fixture.Storefront(t, db, w.brands[3], "another", func(s *models.Storefront) { s.Currency, s.IsPrimary = "USD", false }))
	// The first orders are read from roll-ups, the last ones, of three brands, from facts.
	selling := len(w.shops)
	for i := range 150 {
		if i == 100 {
			if _, err := rollup.NewService(db, time.Now).Advance(t.Context()); err != nil {
				t.Fatal(err)
			}
			selling = 3
		}
		w.addOrder(t, r, w.shops[r.IntN(selling)])
	}
	return w
}

func (w *world) addOrder(t *testing.T, r *rand.Rand, shop *models.Storefront) {
	t.Helper()
	at := turns[r.IntN(len(turns))].Add(time.Duration(r.IntN(240)-120) * time.Minute)
	order := &models.Order{
		BrandID: shop.BrandID, ID: fixture.ID(), Number: uuid.NewString(), Source: models.OrderFromImport, Kind: models.OrderSale,
		StorefrontID: shop.ID, Status: models.OrderPlaced, PaymentStatus: models.OrderPaymentUnknown,
		FulfilmentStatus: models.Fulfilled, ReturnStatus: models.NoReturn, Currency: shop.Currency, SellerName: "x", PlacedAt: at, RecordedAt: at, Version: 1,
	}
	fixture.Create(t, w.db, order)
	buyer, region := pick(r, "", "CN", "HK"), pick(r, "", "BJ", "SH")
	var shopper *uuid.UUID
	if n := r.IntN(8); n > 0 {
		shopper = &uuid.UUID{15: byte(n)}
	}
	for i := range 1 + r.IntN(3) {
		sale := &models.SalesFact{
			BrandID: shop.BrandID, ID: fixture.ID(), Kind: models.FactSale, Source: order.Source, EventAt: at, RecordedAt: at,
			OrderID: order.ID, LineID: fixture.ID(), StorefrontID: shop.ID, Market: shop.Country, Currency: shop.Currency,
			CategoryPath: pick(r, "", "food", "food/honey", "foodie"), OriginCountry: pick(r, "", "US", "CA"),
			OriginRegion: pick(r, "", "NE", "ON"), ProductID: pickProduct(r, shop.BrandID), BuyerCountry: buyer, BuyerRegion: region,
			UnitsSold: r.Int64N(9), GrossMinor: r.Int64N(1 << (2 + 38*r.IntN(2))), DiscountMinor: r.Int64N(500), OpensOrder: i == 0,
			ShippingMinor: r.Int64N(900), CommissionMinor: r.Int64N(400), ShopperID: shopper,
		}
		w.facts = append(w.facts, sale)
		fixture.Create(t, w.db, sale)
		if r.IntN(4) == 0 {
			refund := *sale
			refund.ID, refund.Kind, refund.EventAt, refund.OpensOrder = fixture.ID(), models.FactRefund, at.AddDate(0, 0, r.IntN(90)), false
			refund.UnitsSold, refund.UnitsReturned, refund.GrossMinor, refund.DiscountMinor = 0, sale.UnitsSold, 0, 0
			refund.RefundMinor = sale.GrossMinor - sale.DiscountMinor
			refund.ShippingMinor, refund.CommissionMinor = -r.Int64N(900), -r.Int64N(400)
			w.facts = append(w.facts, &refund)
			fixture.Create(t, w.db, &refund)
		}
	}
}

func pick(r *rand.Rand, values ...string) *string {
	if v := values[r.IntN(len(values))]; v != "" {
		return &v
	}
	return nil
}

// pickProduct picks one of a brand, or none.
func pickProduct(r *rand.Rand, brand uuid.UUID) *uuid.UUID {
	n := r.IntN(4)
	if n == 0 {
		return nil
	}
	brand[0] = byte(n) // ids are of one brand
	return &brand
}

// key is a fact's group as the report should make it, computed apart.
func key(f *models.SalesFact, q report.Query) string {
	parts := []string{}
	text := func(s *string) string {
		if s == nil {
			return "nil"
		}
		return *s
	}
	for _, d := range q.GroupBy {
		switch d {
		case report.Period:
			parts = append(parts, periodStart(f.EventAt.In(q.TimeZone), q.Period))
		case report.Brand:
			parts = append(parts, models.Brand{ID: f.BrandID}.GlobalID())
		case report.Storefront:
			parts = append(parts, models.Storefront{BrandID: f.BrandID, ID: f.StorefrontID}.GlobalID())
		case report.Category:
			parts = append(parts, text(f.CategoryPath))
		case report.OriginCountry:
			parts = append(parts, text(f.OriginCountry))
		case report.OriginRegion:
			if f.OriginCountry == nil || f.OriginRegion == nil {
				parts = append(parts, "nil")
			} else {
				parts = append(parts, *f.OriginCountry+"-"+*f.OriginRegion)
			}
		case report.Market:
			parts = append(parts, f.Market)
		case report.BuyerCountry:
			parts = append(parts, text(f.BuyerCountry))
		case report.BuyerRegion:
			if f.BuyerCountry == nil || f.BuyerRegion == nil {
				parts = append(parts, "nil")
			} else {
				parts = append(parts, *f.BuyerCountry+"-"+*f.BuyerRegion)
			}
		case report.Source:
			parts = append(parts, string(f.Source))
		case report.Product:
			if f.ProductID == nil {
				parts = append(parts, "nil")
			} else {
				parts = append(parts, models.Product{BrandID: f.BrandID, ID: *f.ProductID}.GlobalID())
			}
		}
	}
	return strings.Join(append(parts, f.Currency), "|")
}

func periodStart(t time.Time, length report.Length) string {
	y, m, d := t.Date()
	switch length {
	case report.Week:
		d -= (int(t.Weekday()) + 6) % 7
	case report.Month:
		d = 1
	case report.Quarter:
		m, d = (m-1)/3*3+1, 1
	case report.Year:
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

type sums struct {
	orders                                     map[uuid.UUID]bool
	units, returned, gross, discounts, refunds int64
	shipping, commission                       int64
}

func (w *world) expect(q report.Query) map[string]*sums {
	groups := map[string]*sums{}
	for _, f := range w.facts {
		day := f.EventAt.In(q.TimeZone).Format(time.DateOnly)
		if q.From != nil && day < q.From.String() || q.To != nil && day > q.To.String() ||
			len(q.Brands) > 0 && !slices.Contains(q.Brands, f.BrandID) ||
			q.CategoryPath != nil && (f.CategoryPath == nil || *f.CategoryPath != *q.CategoryPath && !strings.HasPrefix(*f.CategoryPath, *q.CategoryPath+"/")) ||
			len(q.OriginCountries) > 0 && (f.OriginCountry == nil || !slices.Contains(q.OriginCountries, *f.OriginCountry)) {
			continue
		}
		k := key(f, q)
		g := groups[k]
		if g == nil {
			g = &sums{orders: map[uuid.UUID]bool{}}
			groups[k] = g
		}
		if f.Kind == models.FactSale {
			g.orders[f.OrderID] = true
		}
		g.units, g.returned = g.units+f.UnitsSold, g.returned+f.UnitsReturned
		g.shipping, g.commission = g.shipping+f.ShippingMinor, g.commission+f.CommissionMinor
		g.gross, g.discounts, g.refunds = g.gross+f.GrossMinor, g.discounts+f.DiscountMinor, g.refunds+f.RefundMinor
	}
	return groups
}

// Any report equals sums made in memory from the same facts, in any zone,
// over changes of clocks, page by page.
func TestSalesEqualsTheFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	dimensions := []report.Dimension{
		report.Period, report.Brand, report.Storefront, report.Product, report.Category, report.OriginCountry,
		report.OriginRegion, report.Market, report.BuyerCountry, report.BuyerRegion, report.Source,
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		q := report.Query{
			GroupBy:  rapid.SliceOfNDistinct(rapid.SampledFrom(dimensions), 0, 4, rapid.ID[report.Dimension]).Draw(t, "groupBy"),
			Period:   rapid.SampledFrom([]report.Length{report.Day, report.Week, report.Month, report.Quarter, report.Year}).Draw(t, "period"),
			SortKey:  rapid.SampledFrom([]report.SortKey{report.ByDimensions, report.ByGross, report.ByNet, report.ByUnits, report.ByOrders}).Draw(t, "sort"),
			Reverse:  rapid.Bool().Draw(t, "reverse"),
			TimeZone: zone,
		}
		if rapid.Bool().Draw(t, "bounded") {
			from := models.DateOf(rapid.SampledFrom(turns).Draw(t, "from")).AddDays(rapid.IntRange(-1, 1).Draw(t, "days"))
			to := from.AddDays(rapid.IntRange(0, 400).Draw(t, "length"))
			q.From, q.To = &from, &to
		}
		if rapid.Bool().Draw(t, "one brand") {
			q.Brands = []uuid.UUID{w.brands[0].ID}
		}
		if rapid.Bool().Draw(t, "one category") {
			food := "food"
			q.CategoryPath = &food
		}
		if rapid.Bool().Draw(t, "one origin") {
			q.OriginCountries = []string{"US"}
		}
		want := w.expect(q)
		first := int32(rapid.IntRange(1, 40).Draw(t, "first"))
		q.Page.First = &first
		rows, totals := collect(ctx, t, w.sales, q)
		if len(rows) != len(want) {
			t.Fatalf("%d rows, want %d", len(rows), len(want))
		}
		perCurrency, payout := map[string]int64{}, map[string]int64{}
		for _, row := range rows {
			compare(t, row, want)
			perCurrency[row.Currency] += row.Net().Minor
			payout[row.Currency] += row.Payout().Minor
		}
		for _, total := range totals {
			if total.Net().Minor != perCurrency[total.Currency] || total.Payout().Minor != payout[total.Currency] {
				t.Fatalf("totals of %s differ from the rows", total.Currency)
			}
		}
		if len(totals) != len(perCurrency) {
			t.Fatalf("%d totals for %d currencies", len(totals), len(perCurrency))
		}
		if !slices.IsSortedFunc(rows, func(a, b *report.Row) int { return order(q, a, b) }) {
			t.Fatalf("rows are not sorted by %s", q.SortKey)
		}
	})
}

// Rows of a roll-up that are groups already are told as they are; what is in
// none yet, and days beside whole months, are added to those they belong to.
func TestGroupsThatARollUpHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	day := func(text string) *models.Date {
		d, err := models.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	rapid.Check(t, func(t *rapid.T) {
		q := report.Query{SortKey: report.ByGross, TimeZone: time.UTC, Page: thousand}
		q.Period = rapid.SampledFrom([]report.Length{report.Month, report.Quarter, report.Year}).Draw(t, "period")
		q.GroupBy = rapid.SampledFrom([][]report.Dimension{
			{report.Brand, report.Period},
			{report.Storefront, report.Market, report.Source, report.Period},
			{report.Market, report.BuyerRegion, report.Source, report.Period},
			{report.Category, report.OriginRegion, report.Market, report.Source},
			{report.Brand},
		}).Draw(t, "groupBy")
		q.From = rapid.SampledFrom([]*models.Date{nil, day("2017-03-01"), day("2017-03-12")}).Draw(t, "from")
		q.To = rapid.SampledFrom([]*models.Date{nil, day("2017-03-31"), day("2017-11-05")}).Draw(t, "to")
		byLine := slices.Contains(q.GroupBy, report.Category)
		if byLine { // orders would be counted from facts
			q.Fields = []string{"gross", "totalCount"}
		}
		want := w.expect(q)
		rows, _ := collect(ctx, t, w.sales, q)
		if len(rows) != len(want) {
			t.Fatalf("%d rows, want %d", len(rows), len(want))
		}
		gross := int64(0)
		for _, row := range rows {
			if !byLine {
				compare(t, row, want)
			}
			gross += row.GrossMinor
		}
		for _, g := range want {
			gross -= g.gross
		}
		if gross != 0 {
			t.Fatalf("gross of all rows is %d too much", gross)
		}
	})
}

func collect(ctx context.Context, t interface{ Fatalf(string, ...any) }, s *report.Service, q report.Query) (rows []*report.Row, totals []*report.Totals) {
	for {
		r, err := s.Sales(ctx, q)
		if err != nil {
			t.Fatalf("%v", err)
		}
		rows, totals = append(rows, r.Rows...), r.Totals
		if !r.PageInfo.HasNextPage {
			if r.TotalCount != len(rows) && len(rows) > 0 {
				t.Fatalf("total count %d of %d", r.TotalCount, len(rows))
			}
			return rows, totals
		}
		q.Page.After = r.PageInfo.EndCursor
	}
}

func compare(t *rapid.T, row *report.Row, want map[string]*sums) {
	parts := []string{}
	for _, d := range row.Dimensions {
		if d.Key == nil {
			parts = append(parts, "nil")
		} else {
			parts = append(parts, *d.Key)
		}
	}
	k := strings.Join(append(parts, row.Currency), "|")
	g := want[k]
	if g == nil {
		t.Fatalf("unexpected row %s", k)
	}
	if row.Orders != int64(len(g.orders)) || row.Units != g.units || row.UnitsReturned != g.returned ||
		row.GrossMinor != g.gross || row.DiscountMinor != g.discounts || row.RefundMinor != g.refunds ||
		row.Shipping().Minor != g.shipping || row.Commission().Minor != g.commission ||
		row.Payout().Minor != g.gross-g.discounts-g.refunds+g.shipping-g.commission {
		t.Fatalf("row %s is %+v, want %+v", k, row.Figures, g)
	}
}

func order(q report.Query, a, b *report.Row) int {
	var c int
	switch q.SortKey {
	case report.ByGross:
		c = cmp.Compare(a.GrossMinor, b.GrossMinor)
	case report.ByNet:
		c = cmp.Compare(a.Net().Minor, b.Net().Minor)
	case report.ByUnits:
		c = cmp.Compare(a.Units, b.Units)
	case report.ByOrders:
		c = cmp.Compare(a.Orders, b.Orders)
	}
	if q.Reverse {
		c = -c
	}
	return c
}

func TestSales(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("shows staff the facts of their own brand alone", func(t *testing.T) {
		staff := fixture.Member(t, w.db, w.brands[1].ID, models.RoleOwner)
		r, err := w.sales.Sales(auth.With(t.Context(), staff), report.Query{GroupBy: []report.Dimension{report.Brand}})
		if err != nil || len(r.Rows) != 1 || len(r.Totals) != 1 || *r.Rows[0].Dimensions[0].Key != w.brands[1].GlobalID() {
			t.Fatalf("rows %+v, %v", r, err)
		}
		if r.TotalCount != 1 {
			t.Errorf("counted %d", r.TotalCount)
		}
		r, err = w.sales.Sales(auth.With(t.Context(), staff), report.Query{Brands: []uuid.UUID{w.brands[0].ID}})
		if err != nil || len(r.Rows) != 0 || len(r.Totals) != 0 || r.AsOf != nil {
			t.Fatalf("another brand's facts: %+v, %v", r, err)
		}
	})

	t.Run("is denied to those without the permission", func(t *testing.T) {
		for _, actor := range []*auth.Actor{
			auth.Anonymous(), fixture.Shopper(t, w.db, "s"), fixture.Member(t, w.db, w.brands[0].ID, models.RoleStaff),
		} {
			if _, err := w.sales.Sales(auth.With(t.Context(), actor), report.Query{}); err == nil {
				t.Error("allowed")
			}
		}
	})

	t.Run("rounds the average order half up", func(t *testing.T) {
		for _, c := range []struct{ gross, orders, want int64 }{{5, 2, 3}, {7, 3, 2}, {8, 3, 3}, {0, 4, 0}} {
			f := report.Figures{Currency: "CNY", GrossMinor: c.gross, Orders: c.orders}
			if got := f.AverageOrder().Minor; got != c.want {
				t.Errorf("%d by %d is %d, want %d", c.gross, c.orders, got, c.want)
			}
		}
		if (report.Figures{Currency: "CNY", GrossMinor: 5}).AverageOrder() != nil {
			t.Error("an average without orders")
		}
	})
}
