//go:build realdata

package transfer_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// realData gives a file of the real data, which must be there.
func realData(t *testing.T, parts ...string) transfer.Source {
	t.Helper()
	dir := os.Getenv("REALDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(append([]string{dir}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("set REALDATA to the folder of the real data: %v", err)
	}
	return transfer.Source{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func TestRealProductFilesGiveTheirTotals(t *testing.T) {
	t.Parallel()
	in, err := realData(t, "shopify-csv", "TOTALS.csv").Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	totals, err := csv.NewReader(in).ReadAll()
	if err != nil || len(totals) != 11 {
		t.Fatalf("%d files: %v", len(totals)-1, err)
	}
	at := map[string]int{}
	for i, name := range totals[0] {
		at[name] = i
	}
	for _, row := range totals[1:] {
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			in := w.products("")
			in.File, in.Storefront, in.Currency, in.Create = realData(t, "shopify-csv", row[0]), "usd-shop", "USD", true
			w.importProducts(in)
			sum, err := decimal.NewFromString(row[at["price_sum"]])
			if err != nil {
				t.Fatal(err)
			}
			minor, err := money.FromDecimal(sum, "USD")
			if err != nil {
				t.Fatal(err)
			}
			w.expect(`select format('%s products, %s variants, %s pictures, prices %s, stock %s',
				(select count(*) from products), (select count(*) from variants), (select count(*) from media),
				(select coalesce(sum(amount_minor), 0) from prices), (select coalesce(sum(on_hand), 0) from stock_levels))`,
				fmt.Sprintf("%s products, %s variants, %s pictures, prices %d, stock %s", row[at["products"]], row[at["variant_rows"]],
					row[at["distinct_images"]], minor.Minor, row[at["inventory_sum"]]))
			w.expect("select count(*)::text from listings where status = 'DRAFT'", row[at["products"]])
			w.expect("select count(*)::text from variants where sku is null", row[at["sku_empty"]])
			w.agrees()
			w.unchanged(func() { w.importProducts(in) })
		})
	}
}

func (w *world) history(t *testing.T, zone string, pairs ...string) transfer.SalesImport {
	t.Helper()
	in := transfer.SalesImport{Target: w.target(), Layout: salescsv.Layout{Times: times(t, "", zone), Columns: columns(t, pairs...)}}
	in.Brand, in.Storefront, in.Create = "history", "history-shop", true
	return in
}

func TestOnlineRetailGivesItsTotals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.history(t, "Europe/London", "order=InvoiceNo", "sku=StockCode", "title=Description", "quantity=Quantity", "time=InvoiceDate",
		"unit-price=UnitPrice", "customer=CustomerID", "country=Country")
	in.File, in.Currency, in.Market = realData(t, "uci-online-retail", "online-retail-sample10.csv.gz"), "GBP", "GB"

	r := w.importSales(in)

	if got := fmt.Sprintf("%d lines, %d orders, %s, refused %d", r.Lines, r.Orders, r.Sums[0].Unrounded, r.Refused.Count); got != "53206 lines, 2603 orders, 1005112.851, refused 0" {
		t.Error(got)
	}
	// Quantity times price of the stored lines, to the last decimal of the file.
	const lines = " from order_lines l join orders o on o.brand_id = l.brand_id and o.id = l.order_id "
	w.expect("select trim_scale(sum(quantity * unit_price)) || ' ' || trim_scale(sum(quantity * unit_price) filter (where quantity > 0 and unit_price > 0))"+lines,
		"1005112.851 1062697.801")
	w.expect("select to_char(placed_at at time zone 'Europe/London', 'YYYY-MM ') || trim_scale(sum(quantity * unit_price))"+lines+"group by to_char(placed_at at time zone 'Europe/London', 'YYYY-MM ') order by 1",
		"2010-12 66425.98", "2011-01 67492.69", "2011-02 49223.89", "2011-03 66755.97", "2011-04 48332.03", "2011-05 68820.59", "2011-06 77601.96",
		"2011-07 59288.49", "2011-08 85290.76", "2011-09 115067.221", "2011-10 107910.09", "2011-11 145480.93", "2011-12 47422.25")
	w.expect("select buyer_country || ' ' || trim_scale(sum(quantity * unit_price))"+lines+
		"where buyer_country in ('GB', 'NL', 'IE', 'DE', 'FR') group by buyer_country order by sum(quantity * unit_price) desc",
		"GB 805310.131", "NL 51419.07", "IE 48395.86", "DE 22083.38", "FR 19861.6")
	// What the facts say is what was booked, and credit notes are refunds.
	w.expect("select sum(gross_minor - refund_minor)::text from sales_facts", fmt.Sprint(r.Sums[0].Booked.Minor))
	w.expect("select count(*)::text from orders where kind = 'SALE' and number like 'C%'", "0")
	w.expect("select count(*)::text from order_lines l join sales_facts f on f.brand_id = l.brand_id and f.line_id = l.id where (l.quantity < 0) <> (f.kind = 'REFUND')", "0")
	// What is no product is kept, customers or not.
	w.expect("select sku || ' ' || count(*) from order_lines where sku ~ '^[A-Za-z]' group by sku order by sku collate \"C\"",
		"AMAZONFEE 4", "BANK CHARGES 2", "C2 14", "CRUK 1", "D 4", "DCGS0004 1", "DCGS0071 1", "DCGSSGIRL 2", "DOT 69", "M 57", "PADS 1",
		"POST 117", "S 19", "gift_0001_10 1", "gift_0001_20 2", "gift_0001_30 1")
	w.expect("select count(*)::text"+lines+"where buyer_reference is null", "11430")
	w.agrees()
	w.unchanged(func() { w.importSales(in) })
}

func TestOlistGivesItsTotals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.history(t, "America/Sao_Paulo", "order=order_id", "sku=product_id", "unit-price=price", "shipping=freight_value",
		"time=order_purchase_timestamp", "customer=customer_unique_id", "region=customer_state")
	in.Currency, in.Market, in.Language, in.Layout.Country = "BRL", "BR", "pt", "BR"
	in.File = realData(t, "olist-sample", "olist_order_items_dataset.csv.gz")
	in.Joins = []salescsv.Join{
		{Source: realData(t, "olist-sample", "olist_orders_dataset.csv.gz"), Left: "order_id", Right: "order_id"},
		{Source: realData(t, "olist-sample", "olist_customers_dataset.csv.gz"), Left: "customer_id", Right: "customer_id"},
	}

	r := w.importSales(in)

	// 26 orders have a payment and no items.
	got := fmt.Sprintf("%d lines, %d orders, %s, shipping %s, refused %d", r.Lines, r.Orders, r.Sums[0].Rounded, r.Sums[0].Shipping.Amount(), r.Refused.Count)
	if got != "4567 lines, 4045 orders, 561316.40 BRL, shipping 91181.30, refused 0" {
		t.Error(got)
	}
	w.expect(`select to_char(event_at at time zone 'America/Sao_Paulo', 'YYYY-MM ') || sum(gross_minor) from sales_facts group by to_char(event_at at time zone 'America/Sao_Paulo', 'YYYY-MM ') order by 1`,
		"2016-10 124410", "2017-01 583356", "2017-02 792623", "2017-03 1302298", "2017-04 1267897", "2017-05 2977862", "2017-06 1382393",
		"2017-07 1998887", "2017-08 1905396", "2017-09 2093004", "2017-10 2476495", "2017-11 4774589", "2017-12 2661045", "2018-01 3648608",
		"2018-02 3164293", "2018-03 3704764", "2018-04 4259205", "2018-05 4750903", "2018-06 4514275", "2018-07 4308811", "2018-08 3440526")
	w.expect("select count(*)::text from orders where buyer_country = 'BR' and buyer_region ~ '^[A-Z]{2}$' and buyer_reference is not null", "4045")
	w.agrees()
	w.unchanged(func() { w.importSales(in) })
}
