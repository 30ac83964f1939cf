package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

// many is an import whose rows say where they go.
func (w *world) many(file string) transfer.SalesImport {
	return transfer.SalesImport{
		Target: transfer.Target{Country: "US", Market: "CN", Language: "en"}, File: text("all.csv", file),
		Layout: salescsv.Layout{
			Times: times(w.t, "", "UTC"),
			Columns: columns(w.t, "brand=Seller", "storefront=Shop", "currency=Money", "order=No", "time=At", "sku=Article", "quantity=Pieces",
				"unit-price=Price", "country=Country", "region=Region", "category=Range", "shipping=Freight"),
		},
	}
}

const manyHeader = "Seller,Shop,Money,No,At,Article,Pieces,Price,Country,Region,Range,Freight\n"

const factsQuery = `
select format('%s %s %s %s%s %s-%s %s: %s pieces, %s, back %s of %s', b.slug, s.slug, f.currency, f.kind, case when f.opens_order then '*' end,
  coalesce(f.buyer_country, ''), coalesce(f.buyer_region, ''), coalesce(f.category_path, '-'), f.units_sold, f.gross_minor + f.shipping_minor,
  f.refund_minor, f.units_returned)
from sales_facts f
join brands b on b.id = f.brand_id
join storefronts s on s.brand_id = f.brand_id and s.id = f.storefront_id
order by 1`

func TestSalesOfManyBrands(t *testing.T) {
	t.Parallel()

	t.Run("go_where_each_row_says", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		other := fixture.Brand(t, w.Gorm, "blue-river")
		fixture.Storefront(t, w.Gorm, other, "blue-river-us", func(s *models.Storefront) { s.Country, s.Currency = "US", "USD" })
		fixture.Storefront(t, w.Gorm, other, "blue-river-jp", func(s *models.Storefront) { s.Country, s.Currency = "JP", "JPY" })
		fixture.Create(t, w.Gorm, &models.Category{ID: fixture.ID(), Slug: "food", Path: "food",
			Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}}, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start})
		var told []csvfile.Note
		in := w.many(manyHeader +
			"prairie-gold,prairie-gold-de,EUR,1,2026-01-02 10:00,HNY,2,6.125,DE,BE,food,1.50\n" +
			"blue-river,blue-river-us,USD,1,2026-01-03 10:00,HNY,1,9.99,US,NE,,\n" +
			"blue-river,blue-river-jp,JPY,1,2026-01-03 10:00,HNY,3,500,JP,13,food,\n" +
			"blue-river,blue-river-us,USD,C1,2026-03-03 10:00,HNY,-1,9.99,US,NE,,\n" +
			"prairie-gold,prairie-gold-de,EUR,1,2026-01-02 10:00,WAX,1,2,DE,BE,food,\n" +
			"nobody,nobodys,EUR,1,2026-01-02 10:00,HNY,1,1,DE,,,\n" +
			"blue-river,=nowhere,USD,9,2026-01-03 10:00,HNY,1,9.99,US,NE,,\n" +
			"blue-river,prairie-gold-de,EUR,9,2026-01-03 10:00,HNY,1,9.99,US,NE,,\n" +
			"blue-river,blue-river-us,EUR,10,2026-01-03 10:00,HNY,1,9.99,US,NE,,\n" +
			"blue-river,blue-river-us,USD,11,2026-01-03 10:00,HNY,1,9.99,US,NE,toys,\n" +
			"blue-river,,USD,12,2026-01-03 10:00,HNY,x,9.99,US,NE,,\n" +
			"blue-river,blue-river-us,ZZZ,13,2026-01-03 10:00,HNY,1,9.99,US,NE,,\n")
		in.Refused = func(n csvfile.Note) { told = append(told, n) }
		r := w.importSales(in)

		w.expect(factsQuery,
			"blue-river blue-river-jp JPY SALE* JP-13 food: 3 pieces, 1500, back 0 of 0",
			"blue-river blue-river-us USD REFUND US-NE -: 0 pieces, 0, back 999 of 1",
			"blue-river blue-river-us USD SALE* US-NE -: 1 pieces, 999, back 0 of 0",
			"prairie-gold prairie-gold-de EUR SALE DE-BE food: 1 pieces, 200, back 0 of 0",
			"prairie-gold prairie-gold-de EUR SALE* DE-BE food: 2 pieces, 1375, back 0 of 0")
		var faults []string
		for _, n := range told {
			for _, f := range n.Faults {
				faults = append(faults, fmt.Sprintf("%d %s %s", n.Line, f.Column, f.Code))
			}
		}
		want := []string{
			"12 Shop MISSING", "12 Pieces INVALID", "13 Money UNKNOWN",
			"7 Seller UNKNOWN", "8 Shop UNKNOWN", "9 Shop DIFFERENT", "10 Money CURRENCY", "11 Range UNKNOWN",
		}
		if diff := cmp.Diff(want, faults); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		var sums []string
		for _, s := range r.Sums {
			sums = append(sums, s.Booked.String())
		}
		if diff := cmp.Diff([]string{"14.25 EUR", "1500 JPY", "0.00 USD"}, sums); diff != "" || r.BookedOrders != 4 || r.BookedLines != 5 || r.Foreign != 5 {
			t.Errorf("%d orders, %d lines, %d foreign; sums (-want +got):\n%s", r.BookedOrders, r.BookedLines, r.Foreign, diff)
		}
		w.agrees()
		w.unchanged(func() { w.importSales(in) })
	})

	t.Run("are_made_where_that_is_asked_for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.many(manyHeader + "nova,nova-cn,CNY,1,2026-01-02 10:00,HNY,2,6,CN,SH,,\n" + "Not a slug,x,CNY,1,2026-01-02 10:00,HNY,2,6,CN,SH,,\n")
		in.Create = true
		r := w.importSales(in)
		if diff := cmp.Diff([]string{"brand nova", "storefront nova-cn"}, r.Made); diff != "" || r.BookedLines != 1 || r.Refused.Count != 1 {
			t.Errorf("%d lines, %+v, made (-want +got):\n%s", r.BookedLines, r.Refused, diff)
		}
		w.agrees()
	})

	t.Run("are_told_by_a_dry_run_that_makes_what_is_not_there", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var b strings.Builder
		b.WriteString(manyHeader)
		for n := range 12_000 {
			fmt.Fprintf(&b, "maker-%d,maker-%d-cn,CNY,%d,2026-01-02 10:00,SKU,1,6,CN,SH,,\n", n/200, n/200, n/3)
		}
		in := w.many(b.String())
		in.Create = true
		var dry *transfer.SalesReport
		w.unchanged(func() {
			in.DryRun = true
			dry = w.importSales(in)
		})
		in.DryRun = false
		wet := w.importSales(in)
		dry.Batch, wet.Batch = nil, nil
		if diff := cmp.Diff(wet, dry); diff != "" || wet.BookedLines != 12_000 {
			t.Errorf("booked %d; it told (-done +dry):\n%s", wet.BookedLines, diff)
		}
	})

	t.Run("are_whole_orders_when_it_is_ended_and_go_on_when_it_is_begun_again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var b strings.Builder
		b.WriteString(manyHeader)
		const lines = 24_000
		for n := range lines {
			fmt.Fprintf(&b, "maker-%d,maker-%d-cn,CNY,%d,2026-01-%02d 10:00,SKU-%d,%d,%d.5,CN,SH,,\n", n/3%40, n/3%40, n/3, 1+n%28, n%9, 1+n%3, n%50)
		}
		in := w.many(b.String())
		in.Create = true
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		in.Progress = func(step string, done, _ int) {
			if step == "booking" && done > 9000 {
				cancel()
			}
		}
		r, err := w.service.Sales(ctx, in)
		if !errors.Is(err, context.Canceled) || r.BookedLines == 0 || r.BookedLines == lines {
			t.Fatalf("booked %d: %v", r.BookedLines, err)
		}
		w.expect("select count(*)::text from (select from order_lines group by brand_id, order_id having count(*) <> 3) x", "0")
		in.Progress = nil
		again := w.importSales(in)
		if again.BookedLines != lines-r.BookedLines || again.There() != r.BookedLines {
			t.Errorf("booked %d, then %d of %d", r.BookedLines, again.BookedLines, lines)
		}
		w.agrees()
	})
}
