package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// sold is a row of a made-up file.
type sold struct {
	shop               *models.Storefront
	brand, slug        string
	number, sku, buyer string
	country            string
	day                int
	pieces             int64
	price              decimal.Decimal
	shipping           int64
}

func (s sold) at() time.Time { return time.Date(2026, 1, s.day, 10, 0, 0, 0, time.UTC) }

func (s sold) row() string {
	return fmt.Sprintf("%s,%s,%s,%s,%s,%s,%d,%s,%s,,,%s,%s\n", s.brand, s.slug, s.shop.Currency, s.number, s.at().Format(time.DateTime), s.sku,
		s.pieces, s.price, s.country, decimal.New(s.shipping, -2), s.buyer)
}

// bookedQuery tells of an order, its lines, charges and facts what an import decides.
const bookedQuery = `
select x from (
  select concat_ws(' ', s.id, o.number, o.kind, o.source, o.placed_at, o.goods_minor, o.shipping_minor, o.total_minor, o.buyer_country, o.buyer_reference) as x
  from orders o join storefronts s on s.brand_id = o.brand_id and s.id = o.storefront_id
  where o.number like '%[1]d-%%'
  union all
  select concat_ws(' ', o.storefront_id, o.number, l.ordinal, l.sku, l.quantity, trim_scale(l.unit_price), l.goods_minor, f.kind, f.opens_order, f.event_at,
    f.units_sold, f.units_returned, f.gross_minor, f.refund_minor, f.shipping_minor, f.market, f.buyer_country,
    (select string_agg(c.kind || c.amount_minor, ' ' order by c.kind) from charges c where c.brand_id = l.brand_id and c.line_id = l.id))
  from orders o
  join order_lines l on l.brand_id = o.brand_id and l.order_id = o.id
  join sales_facts f on f.brand_id = l.brand_id and f.line_id = l.id
  where o.number like '%[1]d-%%'
) x order by x collate "C"`

func optional(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// book is what order.NewBook makes of the rows of an order, in the words of bookedQuery.
func book(t *rapid.T, rows []sold) (told []string) {
	first := rows[0]
	o := models.Order{
		BrandID: first.shop.BrandID, Number: first.number, Source: models.OrderFromImport, Kind: models.OrderCreditNote, StorefrontID: first.shop.ID,
		Currency: first.shop.Currency, PlacedAt: first.at(),
	}
	var lines []models.OrderLine
	var shipping []models.Charge
	for _, row := range rows {
		if row.at().Before(o.PlacedAt) {
			o.PlacedAt = row.at()
		}
		if row.pieces > 0 {
			o.Kind = models.OrderSale
		}
		if o.BuyerReference == nil {
			o.BuyerReference = models.Optional(row.buyer)
		}
		if o.BuyerCountry == nil {
			o.BuyerCountry = models.Optional(row.country)
		}
		line := models.OrderLine{ID: fixture.ID(), SKU: &row.sku, Quantity: row.pieces, UnitPrice: row.price}
		lines = append(lines, line)
		if row.shipping != 0 {
			shipping = append(shipping, models.Charge{Kind: models.ChargeShipping, LineID: &line.ID, AmountMinor: row.shipping})
		}
	}
	b, err := order.NewBook(o, lines, shipping, first.shop.Country, fixture.ID)
	if err != nil {
		t.Fatal(err)
	}
	const at = "2006-01-02 15:04:05+00"
	words := func(all ...any) { told = append(told, strings.Join(strings.Fields(fmt.Sprintln(all...)), " ")) }
	words(b.Order.StorefrontID, b.Order.Number, b.Order.Kind, b.Order.Source, b.Order.PlacedAt.Format(at), b.Order.GoodsMinor, b.Order.ShippingMinor,
		b.Order.TotalMinor, optional(b.Order.BuyerCountry), optional(b.Order.BuyerReference))
	for i, l := range b.Lines {
		f, charges := b.Facts[i], fmt.Sprint(models.ChargeGoods, l.GoodsMinor)
		for _, c := range shipping {
			if *c.LineID == l.ID {
				charges += fmt.Sprint(" ", models.ChargeShipping, c.AmountMinor)
			}
		}
		words(b.Order.StorefrontID, b.Order.Number, l.Ordinal, *l.SKU, l.Quantity, l.UnitPrice, l.GoodsMinor, f.Kind, map[bool]string{true: "t", false: "f"}[f.OpensOrder],
			f.EventAt.Format(at), f.UnitsSold, f.UnitsReturned, f.GrossMinor, f.RefundMinor, f.ShippingMinor, f.Market, optional(f.BuyerCountry), charges)
	}
	return told
}

// An import of any file books each of its orders as order.NewBook books it
// alone, however the rows lie and by whichever of its slugs a shop is named,
// and again books nothing.
func TestSalesAreBookedAsEachOrderAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var shops []*models.Storefront
	slugs := map[uuid.UUID][2]string{}
	for _, slug := range []string{"a", "b"} {
		brand := fixture.Brand(t, w.Gorm, slug)
		for _, currency := range []string{"USD", "GBP"} {
			now := slug + "-" + strings.ToLower(currency)
			shop := fixture.Storefront(t, w.Gorm, brand, now, func(s *models.Storefront) { s.Currency, s.Country = currency, currency[:2] })
			if err := w.Gorm.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?)", "old-"+now, brand.ID, shop.ID).Error; err != nil {
				t.Fatal(err)
			}
			shops, slugs[shop.ID] = append(shops, shop), [2]string{now, "old-" + now}
		}
	}
	var n int
	rapid.Check(t, func(t *rapid.T) {
		n++
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sold {
			shop := rapid.SampledFrom(shops).Draw(t, "shop")
			s := sold{
				shop: shop, slug: slugs[shop.ID][rapid.IntRange(0, 1).Draw(t, "slug")], brand: slugs[shop.ID][0][:1],
				number: fmt.Sprintf("%d-%d", n, rapid.IntRange(1, 6).Draw(t, "number")), sku: rapid.SampledFrom([]string{"HNY", "WAX", "JAM"}).Draw(t, "sku"),
				buyer: rapid.SampledFrom([]string{"", "b1", "b2"}).Draw(t, "buyer"), country: rapid.SampledFrom([]string{"", "US", "DE"}).Draw(t, "country"),
				day: rapid.IntRange(1, 28).Draw(t, "day"), pieces: rapid.SampledFrom([]int64{1, 2, 7, -1, -2}).Draw(t, "pieces"),
				price: decimal.New(rapid.Int64Range(1, 99_999).Draw(t, "price"), -3), shipping: rapid.SampledFrom([]int64{0, 490}).Draw(t, "shipping"),
			}
			return s
		}), 1, 40).Draw(t, "rows")

		type key struct {
			shop   uuid.UUID
			number string
		}
		orders := map[key][]sold{}
		file := strings.TrimSuffix(manyHeader, "\n") + ",Buyer\n"
		for _, row := range rows {
			k := key{row.shop.ID, row.number}
			orders[k] = append(orders[k], row)
			file += row.row()
		}
		var want []string
		for _, all := range orders {
			want = append(want, book(t, all)...)
		}
		in := w.many(file)
		in.Layout.Columns["customer"] = "Buyer"
		r, err := w.service.Sales(w.ctx, in)
		if err != nil || r.BookedLines != len(rows) || r.BookedOrders != len(orders) || r.Orders != len(orders) {
			t.Fatalf("%d lines of %d orders, booked %d of %d: %v", r.Lines, r.Orders, r.BookedLines, r.BookedOrders, err)
		}
		if again, err := w.service.Sales(w.ctx, in); err != nil || again.BookedLines != 0 {
			t.Fatalf("again: booked %d: %v", again.BookedLines, err)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, w.rows(fmt.Sprintf(bookedQuery, n))); diff != "" {
			t.Fatalf("booked (-alone +imported):\n%s\n%s", diff, file)
		}
	})
	w.agrees()
	dbtest.References(t, w.Gorm)
}
