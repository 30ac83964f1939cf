package transfer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/productcsv"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	productsQuery = `
select format('%s %s "%s" %s %s tags %s v%s', handle, status, texts->'en'->>'title', coalesce(vendor, '-'), coalesce(product_type, '-'), tags, version)
from products order by handle`
	variantsQuery = `
select format('%s %s %s %s %s %s%s v%s', p.handle, v.position, coalesce(nullif(v.option_key, ''), '-'), coalesce(v.sku, '-'), coalesce(v.weight_grams, 0),
  coalesce(r.amount_minor || ' ' || r.currency, 'no price'), ' was ' || r.compare_at_minor, v.version)
from variants v join products p on p.brand_id = v.brand_id and p.id = v.product_id
left join prices r on r.brand_id = v.brand_id and r.variant_id = v.id
order by p.handle, v.position`
	mediaQuery = `
select format('%s %s %s %s', p.handle, m.position, m.url, coalesce(m.alt, '-'))
from media m join products p on p.brand_id = m.brand_id and p.id = m.product_id order by p.handle, m.position`
	stockQuery = `
select format('%s %s %s: %s %s', p.handle, v.position, w.code, s.on_hand, (select string_agg(a.reason || ' ' || a.delta, ', ' order by a.recorded_at)
  from stock_adjustments a where a.brand_id = s.brand_id and a.variant_id = s.variant_id))
from stock_levels s join variants v on v.brand_id = s.brand_id and v.id = s.variant_id
join products p on p.brand_id = v.brand_id and p.id = v.product_id
join warehouses w on w.brand_id = s.brand_id and w.id = s.warehouse_id order by p.handle, v.position`
	listingsQuery = `
select format('%s %s %s %s-%s %s v%s', p.handle, l.status, l.visible_from is null, l.min_price_minor, l.max_price_minor, l.currency, l.version)
from listings l join products p on p.brand_id = l.brand_id and p.id = l.product_id order by p.handle, l.currency`
)

func TestProducts(t *testing.T) {
	t.Parallel()

	t.Run("land_as_draft_listings_with_prices_pictures_and_stock", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)

		r := w.importProducts(w.products(fixtureFile(t, "products.csv")))

		got := fmt.Sprintf("%d rows, %d/%d/%d products, %d variants, %d pictures, %s, %d pieces, %d untracked, %d ready", r.Rows, r.Created, r.Changed,
			r.Unchanged, r.Variants, r.Pictures, r.Prices, r.Stock, r.Untracked, r.Ready)
		if want := "6 rows, 3/0/0 products, 4 variants, 4 pictures, 41.4, 59 pieces, 1 untracked, 2 ready"; got != want {
			t.Errorf("report: %s, want %s", got, want)
		}
		if diff := cmp.Diff([]csvfile.Note{{Line: 7, Text: `the price "free" is not a number`}}, r.Refused.First); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]csvfile.Note{{Line: 6, Text: "the inventory of -3 is taken as 0"}}, r.Doubts.First); diff != "" {
			t.Errorf("doubts (-want +got):\n%s", diff)
		}
		want := map[string]transfer.BlockerCount{"PRODUCT_ARCHIVED": {Message: "The product is archived: restore it.", Products: 1, First: "comb"}}
		if diff := cmp.Diff(want, r.Blockers); diff != "" {
			t.Errorf("blockers (-want +got):\n%s", diff)
		}
		w.expect(productsQuery,
			`beeswax DRAFT "Beeswax, "pure"" Prairie Gold Wax tags {} v1`, `clover-honey DRAFT "Clover Honey" Prairie Gold Honey tags {honey,raw} v1`,
			`comb ARCHIVED "Honey Comb" Prairie Gold Honey tags {} v1`)
		w.expect(variantsQuery, "beeswax 1 - WAX 100 400 EUR v1", "clover-honey 1 small HNY-S 250 650 EUR was 700 v1",
			"clover-honey 2 large HNY-L 900 1990 EUR v1", "comb 1 - CMB 300 1100 EUR v1")
		w.expect(mediaQuery, "beeswax 1 https://example.com/wax.jpg -", "clover-honey 1 https://example.com/clover-1.jpg A small jar",
			"clover-honey 2 https://example.com/clover-2.jpg A large jar", "clover-honey 3 https://example.com/clover-3.jpg -")
		w.expect(stockQuery, "beeswax 1 MAIN: 0 ", "clover-honey 1 MAIN: 40 IMPORTED 40", "clover-honey 2 MAIN: 12 IMPORTED 12", "comb 1 MAIN: 7 IMPORTED 7")
		w.expect(listingsQuery, "beeswax DRAFT t 400-400 EUR v1", "clover-honey DRAFT t 650-1990 EUR v1", "comb DRAFT t 1100-1100 EUR v1")
		w.expect("select texts->'en'->>'description' from products where handle = 'clover-honey'", "<p>Raw honey,\nfrom one meadow.</p>")
		w.expect("select (tokens <> ''::tsvector)::text from products", "true", "true", "true")
		w.agrees()
	})

	t.Run("again_change_nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.products(fixtureFile(t, "products.csv"))
		w.importProducts(in)
		for _, stock := range []bool{false, true} {
			in.SetStock = stock
			w.unchanged(func() {
				if r := w.importProducts(in); r.Unchanged != 3 || r.Created+r.Changed+r.NewVariants+r.NewPictures != 0 {
					t.Errorf("%+v", r)
				}
			})
		}
	})

	t.Run("change_with_their_file_and_keep_what_it_does_not_tell", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		file := fixtureFile(t, "products.csv")
		w.importProducts(w.products(file))
		err := w.Gorm.Exec(`update products set texts = texts || '{"zh-CN": {"title": "蜂蜜"}}', hs_code = '040900' where brand_id = ?`, w.brand.ID).Error
		if err != nil {
			t.Fatal(err)
		}
		w.later()
		changed := strings.NewReplacer("Clover Honey,\"<p>Raw", "Meadow Honey,\"<p>Raw", "19.9,,", "18.5,20,", "A large jar", "A tall jar",
			"HNY-L,900", "HNY-XL,950").Replace(file)
		changed += "clover-honey,,,,,,,,SMALL ,HNY-S2,260,shopify,9,deny,6.5,7,,,,,,\n" + // the first row's variant, a second time
			"clover-honey,,,,,,,,Huge,HNY-H,,shopify,5,deny,40,,https://example.com/clover-4.jpg,4,,,,\n"

		r := w.importProducts(w.products(changed))

		if r.Created != 0 || r.Changed != 1 || r.Unchanged != 2 || r.NewVariants != 2 || r.NewPictures != 1 {
			t.Errorf("%+v", r)
		}
		w.expect(productsQuery,
			`beeswax DRAFT "Beeswax, "pure"" Prairie Gold Wax tags {} v1`, `clover-honey DRAFT "Meadow Honey" Prairie Gold Honey tags {honey,raw} v2`,
			`comb ARCHIVED "Honey Comb" Prairie Gold Honey tags {} v1`)
		w.expect(variantsQuery, "beeswax 1 - WAX 100 400 EUR v1", "clover-honey 1 small HNY-S 250 650 EUR was 700 v1",
			"clover-honey 2 large HNY-XL 950 1850 EUR was 2000 v2", "clover-honey 3 small (2) HNY-S2 260 650 EUR was 700 v1",
			"clover-honey 4 huge HNY-H 0 4000 EUR v1", "comb 1 - CMB 300 1100 EUR v1")
		w.expect("select format('%s %s %s', texts->'zh-CN'->>'title', hs_code, options->0->'values') from products where handle = 'clover-honey'",
			`蜂蜜 040900 ["Small", "Large", "SMALL (2)", "Huge"]`)
		w.expect("select url || coalesce(alt, '') from media where url like '%clover%' order by position",
			"https://example.com/clover-1.jpgA small jar", "https://example.com/clover-2.jpgA tall jar", "https://example.com/clover-3.jpg", "https://example.com/clover-4.jpg")
		w.expect(stockQuery, "beeswax 1 MAIN: 0 ", "clover-honey 1 MAIN: 40 IMPORTED 40", "clover-honey 2 MAIN: 12 IMPORTED 12",
			"clover-honey 3 MAIN: 9 IMPORTED 9", "clover-honey 4 MAIN: 5 IMPORTED 5", "comb 1 MAIN: 7 IMPORTED 7")
		w.expect(listingsQuery, "beeswax DRAFT t 400-400 EUR v1", "clover-honey DRAFT t 650-4000 EUR v2", "comb DRAFT t 1100-1100 EUR v1")
		w.agrees()
		// A file without a column says nothing of it.
		short := "Handle,Title,Option1 Name,Option1 Value,Variant Price\nclover-honey,Meadow Honey,Size,Large,18.50\nbeeswax,\"Beeswax, \"\"pure\"\"\",,,4\n"
		w.unchanged(func() { w.importProducts(w.products(short)) })
	})

	t.Run("change_the_public_search_when_they_are_on_sale", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		fixture.Sell(t, w.Gorm, w.shop, "jar", 10, 500)
		w.importProducts(w.products("Handle,Title,Variant Price\njar,Nectar Pot,6\n"))
		w.expect("select format('%s %s %s', title, min_price_minor, tokens::text like '%nectar%') from search_entries", "Nectar Pot 600 t")
		w.agrees()
	})

	t.Run("set_stock_that_is_there_when_asked_and_keep_what_is_reserved", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		file := fixtureFile(t, "products.csv")
		w.importProducts(w.products(file))
		purchase := &models.Purchase{
			ID: fixture.ID(), ShopperID: fixture.Account(t, w.Gorm, "Li Wei").ID, Status: models.PurchaseAwaiting, Currency: "USD",
			Draft: []models.Draft{{}}, ExpiresAt: &w.now, PlacedAt: w.now,
		}
		fixture.Create(t, w.Gorm, purchase)
		err := w.Gorm.Exec(`
with held as (
  update stock_levels set reserved = 10 where brand_id = ? and on_hand = 12
  returning *
)
insert into stock_reservations (brand_id, id, purchase_id, order_id, variant_id, warehouse_id, quantity, status, created_at)
select brand_id, ?, ?, ?, variant_id, warehouse_id, reserved, 'HELD', updated_at
from held`, w.brand.ID, fixture.ID(), purchase.ID, fixture.ID()).Error
		if err != nil {
			t.Fatal(err)
		}
		other := strings.NewReplacer("shopify,40", "shopify,35", "shopify,12", "shopify,4", "shopify,-3", "shopify,8").Replace(file)
		w.unchanged(func() { w.importProducts(w.products(other)) })
		in := w.products(other)
		in.SetStock = true
		r := w.importProducts(in)
		w.expect(stockQuery, "beeswax 1 MAIN: 8 IMPORTED 8", "clover-honey 1 MAIN: 35 IMPORTED 40, IMPORTED -5",
			"clover-honey 2 MAIN: 10 IMPORTED 12, IMPORTED -2", "comb 1 MAIN: 7 IMPORTED 7")
		want := csvfile.Note{Line: 4, Text: "more of it is reserved for orders than the file has: the reserved pieces stay"}
		if r.Doubts.Count != 1 || !cmp.Equal(r.Doubts.First[0], want) {
			t.Errorf("doubts %v", r.Doubts.First)
		}
		w.agrees()
	})

	t.Run("go_to_the_warehouse_that_orders_take_from_first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for i, code := range []string{"OLD", "FAR", "NEAR"} {
			fixture.Create(t, w.Gorm, &models.Warehouse{BrandID: w.brand.ID, ID: fixture.ID(), Code: code, Name: code, Kind: models.OriginWarehouse,
				Country: "US", Priority: int32(-i), Active: code != "OLD", Version: 1, CreatedAt: w.now, UpdatedAt: w.now})
		}
		w.importProducts(w.products("Handle,Title,Variant Inventory Qty,Variant Price\njar,Jar,3,6\n"))
		w.expect(stockQuery, "jar 1 NEAR: 3 IMPORTED 3")
	})

	t.Run("are_sold_in_several_storefronts_at_prices_of_their_own", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		file := fixtureFile(t, "products.csv")
		w.importProducts(w.products(file))
		in := w.products(file)
		in.Storefront, in.Currency, in.Create, in.Market = "prairie-gold-jp", "JPY", true, "JP"
		in.File = text("p.csv", "Handle,Title,Variant Price\nbeeswax,\"Beeswax, \"\"pure\"\"\",550\n")
		if r := w.importProducts(in); r.Changed != 1 || r.Storefront != models.StorefrontDraft || len(r.Made) != 1 {
			t.Errorf("%+v", r)
		}
		w.expect(listingsQuery, "beeswax DRAFT t 400-400 EUR v1", "beeswax DRAFT t 550-550 JPY v1", "clover-honey DRAFT t 650-1990 EUR v1", "comb DRAFT t 1100-1100 EUR v1")
		w.agrees()
	})

	t.Run("are_refused_in_whole_where_they_do_not_fit_what_is_there", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.importProducts(w.products(fixtureFile(t, "products.csv")))
		r := w.importProducts(w.products("Handle,Title,Option1 Name,Option1 Value,Variant Price\n" +
			"clover-honey,Other,Colour,Amber,5\nbeeswax,Other,Size,S,5\nbeeswax,,,M,5\njar,Jar,,,5\n"))
		want := []csvfile.Note{
			{Line: 2, Text: "clover-honey is refused: its options are Colour, those of the product are Size"},
			{Line: 3, Text: "beeswax is refused: its options are Size, those of the product are none"},
		}
		if diff := cmp.Diff(want, r.Refused.First); diff != "" || r.Created != 1 {
			t.Errorf("%d made; refused (-want +got):\n%s", r.Created, diff)
		}
		w.expect("select texts->'en'->>'title' from products order by handle", `Beeswax, "pure"`, "Clover Honey", "Honey Comb", "Jar")
		w.agrees()
	})

	t.Run("in_a_dry_run_are_told_and_not_written", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		in := w.products(fixtureFile(t, "products.csv"))
		in.Brand, in.Storefront, in.Create = "new-brand", "new-shop", true
		var dry *transfer.ProductReport
		w.unchanged(func() {
			in.DryRun = true
			dry = w.importProducts(in)
		})
		in.DryRun = false
		if diff := cmp.Diff(w.importProducts(in), dry); diff != "" {
			t.Errorf("it told (-done +dry):\n%s", diff)
		}
		w.agrees()
	})

	t.Run("have_the_net_contents_of_the_file_and_keep_them_where_it_has_none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		const contents = "select coalesce(trim_scale(net_content) || ' ' || net_unit, '-') from variants order by position"
		file := "Handle,Title,Option1 Name,Option1 Value,Variant Price,Net content,Net content unit\ncream,Cream,Size,S,5,20,g\ncream,,,M,9,0.05,l\n"
		w.importProducts(w.products(file))
		w.expect(contents, "20 GRAM", "50 MILLILITRE")
		w.unchanged(func() { w.importProducts(w.products(file)) })
		w.unchanged(func() {
			w.importProducts(w.products("Handle,Title,Option1 Name,Option1 Value,Variant Price\ncream,Cream,Size,S,5\n"))
			w.importProducts(w.products(strings.Replace(file, "0.05,l", "0.06,stone", 1)))
		})
		r := w.importProducts(w.products(strings.NewReplacer("5,20,g", "5,,", "0.05,l", "55,ML").Replace(file)))
		if r.Changed != 1 {
			t.Errorf("%+v", r)
		}
		w.expect(contents, "-", "55 MILLILITRE")
		w.agrees()
	})

	t.Run("many_come_in_batches", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		var file strings.Builder
		file.WriteString("Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Qty,Image Src\n")
		for i := range 250 {
			for j := range 3 {
				title := ""
				if j == 0 {
					title = fmt.Sprintf("Product %d", i)
				}
				fmt.Fprintf(&file, "p-%d,%s,Size,%d,%d.50,%d,https://example.com/%d-%d.jpg\n", i, title, j, i, j, i, j)
			}
		}
		r := w.importProducts(w.products(file.String()))
		if r.Created != 250 || r.Variants != 750 || r.Pictures != 750 || r.Stock != 750 {
			t.Errorf("%+v", r)
		}
		w.unchanged(func() { w.importProducts(w.products(file.String())) })
		w.agrees()
	})

	t.Run("are_for_those_who_may_write_the_brands_products", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		stranger := fixture.Member(t, w.Gorm, fixture.Brand(t, w.Gorm, "other").ID, models.RoleOwner)
		analyst := fixture.Member(t, w.Gorm, w.brand.ID, models.RoleAnalyst)
		staff := fixture.Member(t, w.Gorm, w.brand.ID, models.RoleStaff)
		for _, actor := range []*auth.Actor{auth.Anonymous(), stranger, analyst} {
			w.unchanged(func() {
				_, err := w.service.Products(auth.With(w.ctx, actor), w.products(fixtureFile(t, "products.csv")))
				if _, denied := errors.AsType[*problem.Denied](err); !denied && problem.From(err) == nil {
					t.Errorf("got %v", err)
				}
			})
		}
		if _, err := w.service.Products(auth.With(w.ctx, staff), w.products(fixtureFile(t, "products.csv"))); err != nil {
			t.Errorf("the brand's own staff: %v", err)
		}
		w.expect("select count(*)::text from stock_adjustments where actor_id is not null", "3")
	})

	t.Run("of_files_that_are_none_write_nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		for file, want := range map[string]error{
			"": csvfile.ErrEmpty, "PK\x03\x04": csvfile.ErrSpreadsheet, "\x00\x00": csvfile.ErrNotText, "a,b\n1,2\n": productcsv.ErrNoHeader,
			"Handle,Title,Price\n": transfer.ErrNothing, "Handle,Title,Price\na,A,x\n": transfer.ErrNothing,
			"Handle,Title,Price\n" + strings.Repeat("\"a\",\"b\n", 400_000): csvfile.ErrTooDamaged,
		} {
			w.unchanged(func() {
				if _, err := w.service.Products(w.ctx, w.products(file)); !errors.Is(err, want) {
					t.Errorf("%.40q: got %v, want %v", file, err, want)
				}
			})
		}
	})
}
