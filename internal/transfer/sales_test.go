package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
	"github.com/tradewind-commerce/tradewind/models"
)

const linesQuery = `
select format('%s %s %s %s x %s = %s', o.number, l.ordinal, coalesce(l.sku, '-'), l.quantity, l.unit_price, l.goods_minor)
from order_lines l join orders o on o.brand_id = l.brand_id and o.id = l.order_id
order by o.number, l.ordinal`

const ordersQuery = `
select format('%s %s %s goods %s by %s in %s at %s v%s', number, kind, source, goods_minor, coalesce(buyer_reference, '-'),
  coalesce(buyer_country, '-'), to_char(placed_at, 'YYYY-MM-DD HH24:MI'), version)
from orders order by number`

func TestSales(t *testing.T) {
	t.Parallel()

	t.Run("books_orders_lines_charges_and_facts_with_a_control_total", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)

		r := w.importSales(w.sales(fixtureFile(t, "sales.csv")))

		got := fmt.Sprintf("%d lines of %d orders, %s rounded to %s; booked %s in %d lines, %d refunds, %d orders; %d there", r.Lines, r.Orders,
			r.Sums[0].Unrounded, r.Sums[0].Rounded, r.Sums[0].Booked, r.BookedLines, r.BookedRefunds, r.BookedOrders, r.There())
		want := "9 lines of 5 orders, 50.113 rounded to 50.12 EUR; booked 50.12 EUR in 9 lines, 2 refunds, 5 orders; 0 there"
		if got != want {
			t.Errorf("report:\n%s, want\n%s", got, want)
		}
		refused := []csvfile.Note{{Line: 11, Text: `the quantity "many" is not a number`}}
		if diff := cmp.Diff(refused, r.Refused.First); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"The Moon": 2}, r.Countries); diff != "" {
			t.Errorf("countries (-want +got):\n%s", diff)
		}
		w.expect(ordersQuery,
			"C-1004 CREDIT_NOTE IMPORT goods -1990 by 17 in DE at 2026-04-02 09:00 v1",
			"R-1001 SALE IMPORT goods 3215 by 17 in DE at 2026-03-28 22:40 v1",
			"R-1002 SALE IMPORT goods 4171 by - in FR at 2026-03-28 23:30 v1",
			"R-1003 SALE IMPORT goods 366 by 21 in - at 2026-04-01 07:00 v1",
			"R-1005 CREDIT_NOTE IMPORT goods -750 by - in - at 2026-04-03 10:00 v1")
		w.expect(linesQuery,
			"C-1004 1 HNY-L -1 x 19.9 = -1990",
			"R-1001 1 HNY-S 2 x 6.125 = 1225", "R-1001 2 HNY-L 1 x 19.9 = 1990",
			"R-1002 1 HNY-S 3 x 6.125 = 1838", "R-1002 2 HNY-S 3 x 6.125 = 1838", "R-1002 3 POST 1 x 4.95 = 495",
			"R-1003 1 WAX 10 x 0.333 = 333", "R-1003 2 WAX 1 x 0.333 = 33",
			"R-1005 1 DISC 1 x -7.5 = -750")
		w.expect(`select format('%s: %s facts, %s sold, %s returned, gross %s, refunds %s', kind, count(*), sum(units_sold), sum(units_returned),
			sum(gross_minor), sum(refund_minor)) from sales_facts where source = 'IMPORT' and market = 'DE' group by kind order by kind`,
			"REFUND: 2 facts, 0 sold, 1 returned, gross 0, refunds 2740", "SALE: 7 facts, 21 sold, 0 returned, gross 7752, refunds 0")
		w.expect(`select format('%s: read %s, refused %s, booked %s lines, %s, %s %s, finished %s', file_name, rows_read, rows_refused, lines_booked,
			unrounded_sum, booked_minor, currency, finished_at is not null) from import_batches`,
			"sales.csv: read 10, refused 1, booked 9 lines, 50.113, 5012 EUR, finished t")
		w.expect(`select texts->'en'->>'title' from order_lines where sku in ('POST', 'DISC') order by sku`, "Bad debt", "POST")
		w.expect("select type || ' ' || (payload->>'lines') from outbox_events where type like 'sales.%'", "sales.imported 9")
		w.agrees()
	})

	t.Run("again_changes_nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.sales(fixtureFile(t, "sales.csv"))
		w.importSales(in)

		w.unchanged(func() {
			r := w.importSales(in)
			if r.BookedLines != 0 || r.There() != 9 || r.Batch != nil {
				t.Errorf("booked %d lines, %d were there", r.BookedLines, r.There())
			}
		})
		// Another zone, other texts and another order of the rows are the same sales.
		lines := strings.SplitAfter(fixtureFile(t, "sales.csv"), "\n")
		turned := lines[0]
		for i := len(lines) - 1; i > 0; i-- {
			turned += strings.ReplaceAll(lines[i], "Clover", "Meadow")
		}
		other := w.sales(turned)
		other.Layout.Times = times(t, "", "UTC")
		w.unchanged(func() { w.importSales(other) })
	})

	t.Run("a_dry_run_tells_the_same_and_writes_nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.sales(fixtureFile(t, "sales.csv"))
		in.Brand, in.Storefront, in.Create = "new-brand", "new-shop", true
		var dry *transfer.SalesReport
		w.unchanged(func() {
			in.DryRun = true
			dry = w.importSales(in)
		})
		in.DryRun = false
		wet := w.importSales(in)
		dry.Batch, wet.Batch = nil, nil
		if diff := cmp.Diff(wet, dry); diff != "" {
			t.Errorf("it told (-done +dry):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"brand new-brand", "storefront new-shop"}, wet.Made); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("adds_the_lines_that_a_later_file_has_more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		all := strings.SplitAfter(fixtureFile(t, "sales.csv"), "\n")
		w.importSales(w.sales(all[0] + all[1] + all[3] + all[6]))
		w.later()

		r := w.importSales(w.sales(strings.Join(all, "")))

		if r.BookedLines != 6 || r.BookedOrders != 2 || r.There() != 3 {
			t.Errorf("booked %d lines and %d orders, %d lines were there", r.BookedLines, r.BookedOrders, r.There())
		}
		w.expect(linesQuery,
			"C-1004 1 HNY-L -1 x 19.9 = -1990",
			"R-1001 1 HNY-S 2 x 6.125 = 1225", "R-1001 2 HNY-L 1 x 19.9 = 1990",
			"R-1002 1 HNY-S 3 x 6.125 = 1838", "R-1002 2 HNY-S 3 x 6.125 = 1838", "R-1002 3 POST 1 x 4.95 = 495",
			"R-1003 1 WAX 10 x 0.333 = 333", "R-1003 2 WAX 1 x 0.333 = 33",
			"R-1005 1 DISC 1 x -7.5 = -750")
		w.expect("select format('%s goods %s v%s', number, goods_minor, version) from orders where number like 'R-100_' order by number",
			"R-1001 goods 3215 v2", "R-1002 goods 4171 v2", "R-1003 goods 366 v2", "R-1005 goods -750 v1")
		w.expect("select format('%s lines, %s', lines_booked, booked_minor) from import_batches order by started_at", "3 lines, 3396", "6 lines, 1616")
		w.agrees()
		w.unchanged(func() { w.importSales(w.sales(strings.Join(all, ""))) })
	})

	t.Run("turns_a_credit_note_that_gets_a_sale_into_a_sale", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		const head = "Receipt,Article,Name,Pieces,Sold at,Price,Member,Buyer from\n"
		w.importSales(w.sales(head + "1,A,,-1,2026-01-01,5,,\n"))
		w.importSales(w.sales(head + "1,A,,-1,2026-01-01,5,,\n1,A,,3,2026-01-01,5,,\n"))
		w.expect("select format('%s %s', kind, goods_minor) from orders", "SALE 1000")
		w.agrees()
	})

	t.Run("finds_the_goods_in_the_catalogue_by_a_SKU_that_one_variant_has", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		goods := fixture.Sell(t, w.Gorm, w.shop, "HNY", 50, 600, 1900)
		rename := func(v *models.Variant, sku string) {
			if err := w.Gorm.Model(v).Where("brand_id = ?", v.BrandID).Update("sku", sku).Error; err != nil {
				t.Fatal(err)
			}
		}
		rename(goods.Variants[0], "HNY-S")
		twins := fixture.Sell(t, w.Gorm, w.shop, "WAX", 50, 600, 1900)
		rename(twins.Variants[0], "WAX")
		rename(twins.Variants[1], "WAX")

		r := w.importSales(w.sales(fixtureFile(t, "sales.csv")))

		if r.Linked != 3 {
			t.Errorf("%d lines are linked, want 3", r.Linked)
		}
		w.expect(`select format('%s %s %s %s', l.sku, l.hs_code, f.origin_country, f.variant_id = l.variant_id)
			from order_lines l join sales_facts f on f.brand_id = l.brand_id and f.line_id = l.id where l.variant_id is not null`,
			"HNY-S 04090000 US t", "HNY-S 04090000 US t", "HNY-S 04090000 US t")
		w.expect("select sum(on_hand)::text from stock_levels", "200")
		w.agrees()
	})

	t.Run("appear_in_the_sales_report_of_their_own_days", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.importSales(w.sales(fixtureFile(t, "sales.csv")))
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		r, err := report.NewService(w.Gorm, time.Now).Sales(w.ctx, report.Query{
			GroupBy: []report.Dimension{report.Period, report.BuyerCountry}, Period: report.Month, TimeZone: berlin,
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range r.Rows {
			got = append(got, fmt.Sprintf("%s %s: %d orders, %d units, gross %s, refunds %s, net %s", row.Dimensions[0].Label, row.Dimensions[1].Label,
				row.Orders, row.Units, row.Gross().Amount(), row.Refunds().Amount(), row.Net()))
		}
		want := []string{
			"2026-03-01 Germany: 1 orders, 3 units, gross 32.15, refunds 0.00, net 32.15 EUR",
			"2026-03-01 France: 1 orders, 7 units, gross 41.71, refunds 0.00, net 41.71 EUR",
			"2026-04-01 —: 1 orders, 11 units, gross 3.66, refunds 7.50, net -3.84 EUR",
			"2026-04-01 Germany: 0 orders, 0 units, gross 0.00, refunds 19.90, net -19.90 EUR",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})

	t.Run("leaves_an_order_that_was_placed_here_alone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		at := fixture.Start
		fixture.Create(t, w.Gorm, &models.Order{
			BrandID: w.brand.ID, ID: fixture.ID(), Number: "R-1001", Source: models.OrderFromShop, Kind: models.OrderSale, StorefrontID: w.shop.ID,
			Status: models.OrderPlaced, PaymentStatus: models.OrderPaid, FulfilmentStatus: models.Unfulfilled, ReturnStatus: models.NoReturn, Currency: "EUR",
			SellerName: "x", PlacedAt: at, RecordedAt: at, Version: 1,
		})
		r := w.importSales(w.sales(fixtureFile(t, "sales.csv")))
		want := []csvfile.Note{
			{Line: 11, Text: `the quantity "many" is not a number`},
			{Line: 2, Text: "order R-1001 was placed here and is not imported"}, {Line: 3, Text: "order R-1001 was placed here and is not imported"},
		}
		if diff := cmp.Diff(want, r.Refused.First); diff != "" || r.BookedLines != 7 || r.There() != 0 {
			t.Errorf("booked %d, there %d; refused (-want +got):\n%s", r.BookedLines, r.There(), diff)
		}
	})

	t.Run("joins_files_and_books_carriage_as_a_charge", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		r := w.importSales(w.joined(t))
		if r.Lines != 3 || r.Sums[0].Shipping.Amount() != "4.90" || r.Refused.Count != 1 || r.Unjoined["receipts.csv"] != 1 {
			t.Errorf("%+v", r)
		}
		w.expect(`select format('%s total %s shipping %s to %s-%s by %s at %s', number, total_minor, shipping_minor, buyer_country, buyer_region,
			buyer_reference, to_char(placed_at, 'YYYY-MM-DD HH24:MI')) from orders order by number`,
			"A-1 total 3780 shipping 490 to US-NE by m-7 at 2026-01-01 05:30", "A-2 total 100650 shipping 0 to US-KS by m-8 at 2026-01-01 14:00")
		w.expect("select format('%s %s', gross_minor, shipping_minor) from sales_facts order by gross_minor", "1300 490", "1990 0", "100650 0")
		w.agrees()
	})

	t.Run("writes_nothing_where_brand_storefront_or_currency_are_others", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		fixture.Storefront(t, w.Gorm, fixture.Brand(t, w.Gorm, "other"), "other-cn")
		for name, c := range map[string]struct {
			change func(*transfer.SalesImport)
			want   error
			text   string
		}{
			"brand":      {func(in *transfer.SalesImport) { in.Brand = "nobody" }, transfer.ErrUnknown, `unknown brand "nobody"; --create makes it`},
			"storefront": {func(in *transfer.SalesImport) { in.Storefront = "nowhere" }, transfer.ErrUnknown, `unknown storefront "nowhere"; --create makes it`},
			"currency": {func(in *transfer.SalesImport) { in.Currency = "USD" }, transfer.ErrDifference,
				"the storefront is another than you say: prairie-gold-de sells in EUR, not in USD"},
			"owner": {func(in *transfer.SalesImport) { in.Storefront, in.Currency, in.Create = "other-cn", "CNY", true }, transfer.ErrDifference,
				"the storefront is another than you say: other-cn belongs to another brand than prairie-gold"},
			"slug": {func(in *transfer.SalesImport) { in.Brand, in.Storefront, in.Create = "No Slug", "x", true }, nil, ""},
		} {
			in := w.sales(fixtureFile(t, "sales.csv"))
			c.change(&in)
			w.unchanged(func() {
				_, err := w.service.Sales(w.ctx, in)
				if err == nil || c.want != nil && !errors.Is(err, c.want) || c.text != "" && err.Error() != c.text {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	})

	t.Run("is_for_operators", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for _, actor := range []*auth.Actor{auth.Anonymous(), fixture.Shopper(t, w.Gorm, "x"), fixture.Member(t, w.Gorm, w.brand.ID, models.RoleOwner)} {
			w.unchanged(func() {
				_, err := w.service.Sales(auth.With(w.ctx, actor), w.sales(fixtureFile(t, "sales.csv")))
				if _, denied := errors.AsType[*problem.Denied](err); !denied {
					t.Errorf("got %v", err)
				}
			})
		}
	})

	t.Run("writes_nothing_of_a_file_without_a_good_row", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		head := strings.SplitAfter(fixtureFile(t, "sales.csv"), "\n")[0]
		for file, want := range map[string]error{
			"": csvfile.ErrEmpty, head: transfer.ErrNothing, head + "1,A,,x,2026-01-01,1,,\n": transfer.ErrNothing,
			head + "1,A,,1,2026-01-01,1e999,,\n1,A,,1000000000000,9999-01-01,1,,\n": transfer.ErrNothing,
			"\x00\x01\x02": csvfile.ErrNotText, "PK\x03\x04": csvfile.ErrSpreadsheet, "a,b\n1,2\n": salescsv.ErrNoColumn,
			strings.Replace(head, "Member", "price", 1): salescsv.ErrTwoColumns,
		} {
			w.unchanged(func() {
				if _, err := w.service.Sales(w.ctx, w.sales(file)); !errors.Is(err, want) {
					t.Errorf("%q: got %v, want %v", file, err, want)
				}
			})
		}
	})

	t.Run("books_once_what_several_import_at_the_same_time", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.sales(history(6000))
		var done sync.WaitGroup
		booked := make([]int, 3)
		for i := range booked {
			done.Go(func() {
				r, err := w.service.Sales(w.ctx, in)
				if err != nil {
					t.Error(err)
				}
				booked[i] = r.BookedLines
			})
		}
		done.Wait()
		if sum := booked[0] + booked[1] + booked[2]; sum != 6000 {
			t.Errorf("%v lines are booked, %d together", booked, sum)
		}
		w.expect("select count(*)::text from sales_facts", "6000")
		w.agrees()
	})

	t.Run("ends_when_it_is_told_to_and_leaves_whole_orders", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		in := w.sales(history(9000))
		in.Progress = func(step string, done, _ int) {
			if step == "booking" && done > 3000 {
				cancel()
			}
		}
		r, err := w.service.Sales(ctx, in)
		if !errors.Is(err, context.Canceled) || r.BookedLines == 0 || r.BookedLines == r.Lines {
			t.Fatalf("booked %d of %d: %v", r.BookedLines, r.Lines, err)
		}
		w.agrees()
		in.Progress = nil
		if again := w.importSales(in); again.BookedLines != r.Lines-r.BookedLines {
			t.Errorf("booked %d, then %d of %d", r.BookedLines, again.BookedLines, r.Lines)
		}
		w.agrees()
	})
}

// joined is an import of three files of which none tells all.
func (w *world) joined(t *testing.T) transfer.SalesImport {
	t.Helper()
	return transfer.SalesImport{
		Target: w.target(), File: text("items.csv", fixtureFile(t, "items.csv")),
		Joins: []salescsv.Join{
			{Source: text("receipts.csv", fixtureFile(t, "receipts.csv")), Left: "receipt", Right: "receipt"},
			{Source: text("members.csv", fixtureFile(t, "members.csv")), Left: "member", Right: "member"},
		},
		Layout: salescsv.Layout{
			Columns: columns(t, "order=receipt", "sku=article", "quantity=pieces", "unit-price=price", "shipping=carriage", "time=sold",
				"customer=member", "region=state"),
			Times: times(t, "DD/MM/YYYY hh:mm", "America/Chicago"), Country: "US", Numbers: cell.Numbers{DecimalComma: true},
		},
	}
}

// history is a sales file with as many lines: orders of one to seven lines,
// some returned, every tenth order going on much later in the file.
func history(lines int) string {
	var b, late strings.Builder
	b.WriteString("Receipt,Article,Name,Pieces,Sold at,Price,Member,Buyer from\n")
	for i, order := 0, 0; i < lines; order++ {
		for n := 0; n <= order%7 && i < lines; n++ {
			to := &b
			if order%10 == 0 && n > 2 {
				to = &late
			}
			fmt.Fprintf(to, "N%06d,SKU-%d,Thing %d,%d,2026-0%d-%02d 10:%02d:00,%d.%03d,%d,Germany\n",
				order, i%97, i%97, 1+i%5-4*(i%50/49), 1+order%4, 1+order%28, n, i%40, i%1000, order%300)
			i++
		}
	}
	return b.String() + late.String()
}
