package order_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestPlace(t *testing.T) {
	t.Parallel()

	t.Run("writes_every_part_of_the_sale", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		big, small, jam := w.honey.Variants[0], w.honey.Variants[1], w.jam.Variants[0]
		o := w.place(t, 2*1200+3*900+550, line(big, 2), line(small, 1), line(jam, 1), line(small, 2))
		if o.Total().String() != "56.50 CNY" || o.Goods() != o.Total() || o.Status != models.OrderPlaced ||
			o.PaymentStatus != models.OrderPaid || o.FulfilmentStatus != models.Unfulfilled || o.Source != models.OrderFromShop ||
			*o.ShopperID != *w.shopper.AccountID() || o.SellerName != w.brand.Name || *o.BuyerCountry != "CN" || !o.PlacedAt.Equal(now) {
			t.Errorf("order %+v", o)
		}
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{10,}$`).MatchString(o.Number) {
			t.Errorf("number %q", o.Number)
		}
		lines, err := w.orders.LinesOf(t.Context(), []models.Key{{BrandID: o.BrandID, ID: o.ID}})
		if err != nil || len(lines) != 3 {
			t.Fatal(lines, err)
		}
		if l := lines[1]; *l.VariantID != small.ID || l.Quantity != 3 || l.GoodsMinor != 2700 || l.UnitPrice.String() != "9" ||
			*l.SKU != *small.SKU || l.Texts["zh-CN"].Title != "商品 honey" || l.Options[0].Value != "2" ||
			*l.HSCode != "04090000" || *l.OriginCountry != "US" || l.Ordinal != 2 {
			t.Errorf("line %+v", l)
		}
		if w.stock(t, big) != 8 || w.stock(t, small) != 7 || w.stock(t, jam) != 9 {
			t.Error("stock was not taken")
		}
		for table, n := range map[string]int64{"charges": 3, "sales_facts": 3, "order_events": 2, "outbox_events": 1, "payment_allocations": 1,
			"ledger_transactions": 1, "ledger_entries": 2} {
			if got := w.rows(t, table); got != n {
				t.Errorf("%d rows in %s, want %d", got, table, n)
			}
		}
		w.sound(t)
	})

	// spree#13323, spree PR#14451, PR#14303 (10): later plans leave an order as it was.
	t.Run("freezes_the_commission_and_books_the_sale", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		other := fixture.Brand(t, w.db, "other-"+w.brand.Slug)
		for _, p := range []models.CommissionPlan{
			{Name: "all", Rate: decimal.New(9, -2), ValidFrom: fixture.Start},
			{Name: "own", ForBrandID: &w.brand.ID, Rate: decimal.New(7, -2), ValidFrom: fixture.Start},
			{Name: "past", ForBrandID: &w.brand.ID, Currency: new("CNY"), Rate: decimal.New(1, -2), ValidFrom: fixture.Start, ValidTo: &now},
			{Name: "own in CNY", ForBrandID: &w.brand.ID, Currency: new("CNY"), Rate: decimal.New(5, -2), FixedMinor: 3, ValidFrom: now, ValidTo: new(now.AddDate(0, 1, 0)), DaysAfterPlacement: 21},
			{Name: "later", ForBrandID: &w.brand.ID, Currency: new("CNY"), Rate: decimal.New(2, -2), ValidFrom: now.AddDate(0, 1, 0)},
			{Name: "another's", ForBrandID: &other.ID, Currency: new("CNY"), Rate: decimal.New(3, -2), ValidFrom: fixture.Start},
		} {
			p.ID, p.Source = fixture.ID(), "a contract"
			fixture.Create(t, w.db, &p)
		}
		o := w.place(t, 2*1200+550, line(w.honey.Variants[0], 2), line(w.jam.Variants[0], 1))
		w.db.Exec("update commission_plans set rate = 0.5")
		stored, err := w.orders.ByKey(as(t, w.shopper), models.Key{BrandID: o.BrandID, ID: o.ID})
		if err != nil || stored.CommissionMinor != 151 || stored.CommissionRate.String() != "0.05" || stored.CommissionFixedMinor != 3 ||
			!stored.PayableDue.Equal(now.AddDate(0, 0, 21)) { // 147.5 up, and 3
			t.Errorf("%+v %v", stored, err)
		}
		var entries []models.LedgerEntry
		err = w.db.Where("brand_id = ?", w.brand.ID).Order("ordinal").Find(&entries).Error
		if err != nil || len(entries) != 3 || entries[0].AmountMinor != 2799 || entries[1].AmountMinor != 151 || entries[2].AmountMinor != -2950 {
			t.Errorf("%+v %v", entries, err)
		}
		if _, err := w.cancel(t, w.shopper, o, "c"); err != nil {
			t.Fatal(err)
		}
		var left []string
		err = w.db.Raw("select account || ' ' || sum(amount_minor) from ledger_entries where brand_id = ? group by account having sum(amount_minor) <> 0 order by 1",
			w.brand.ID).Scan(&left).Error
		if got := strings.Join(left, ", "); err != nil || got != "GATEWAY_CLEARING -2950, REFUNDS 2950" {
			t.Errorf("before the provider gives the money back the cancelled order left %s, %v", got, err)
		}
		w.sound(t)
	})

	t.Run("freezes_prices_and_texts", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		o := w.place(t, 550, line(w.jam.Variants[0], 1))
		for _, sql := range []string{
			"update prices set amount_minor = 999 where brand_id = ?", "update variants set sku = 'other' where brand_id = ?",
			"update brands set name = 'Other' where id = ?",
			`update products set texts = '{"en": {"title": "Other"}}', hs_code = '99999999' where brand_id = ?`,
		} {
			if err := w.db.Exec(sql, w.brand.ID).Error; err != nil {
				t.Fatal(err)
			}
		}
		again, err := w.orders.ByKey(as(t, w.shopper), models.Key{BrandID: o.BrandID, ID: o.ID})
		if err != nil || again.Total() != o.Total() || again.SellerName != w.brand.Name {
			t.Errorf("%+v %v", again, err)
		}
		lines, _ := w.orders.LinesOf(t.Context(), []models.Key{{BrandID: o.BrandID, ID: o.ID}})
		if l := lines[0]; l.Texts["en"].Title != "Product jam" || *l.SKU != "jam-1" || l.GoodsMinor != 550 || *l.HSCode != "04090000" {
			t.Errorf("line %+v", l)
		}
		w.sound(t)
	})

	t.Run("gives_the_first_order_again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		in := w.input(550, line(w.jam.Variants[0], 1))
		first, err := w.orders.Place(as(t, w.shopper), in)
		if err != nil {
			t.Fatal(err)
		}
		// Whatever has changed since.
		w.db.Exec("update storefronts set status = 'CLOSED' where brand_id = ?", w.brand.ID)
		if again, err := w.orders.Place(as(t, w.shopper), in); err != nil || again.ID != first.ID || again.Number != first.Number {
			t.Error(again, err)
		}
		in.Lines[0].Quantity = 2
		if _, err := w.orders.Place(as(t, w.shopper), in); refusals(t, err) != "input.idempotencyKey IDEMPOTENCY_KEY_REUSED" {
			t.Error(err)
		}
		if w.rows(t, "orders") != 1 || w.stock(t, w.jam.Variants[0]) != 9 {
			t.Error("sold twice")
		}
	})

	t.Run("takes_another_number_where_one_is_in_use", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		numbers := []string{"AAAAAAAAAAAA", "AAAAAAAAAAAA", "AAAAAAAAAAAA", "BBBBBBBBBBBB"}
		order.UseNumbers(w.orders, func() string {
			n := numbers[0]
			numbers = numbers[1:]
			return n
		})
		first, second := w.place(t, 550, line(w.jam.Variants[0], 1)), w.place(t, 550, line(w.jam.Variants[0], 1))
		if first.Number != "AAAAAAAAAAAA" || second.Number != "BBBBBBBBBBBB" || len(numbers) != 0 {
			t.Error(first.Number, second.Number)
		}
		w.sound(t)
	})
}

// Each case changes a good order or its world, and names all that is refused.
func TestPlaceRefuses(t *testing.T) {
	t.Parallel()
	exec := func(sql string) func(*testing.T, *world, *order.PlaceInput) {
		return func(t *testing.T, w *world, _ *order.PlaceInput) {
			t.Helper()
			if err := w.db.Exec(sql, w.brand.ID).Error; err != nil {
				t.Fatal(err)
			}
			if err := visibility.BrandTx(w.db, w.brand.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	with := func(change func(*order.PlaceInput)) func(*testing.T, *world, *order.PlaceInput) {
		return func(_ *testing.T, _ *world, in *order.PlaceInput) { change(in) }
	}
	long := strings.Repeat("长", 301)
	cases := map[string]struct {
		change func(*testing.T, *world, *order.PlaceInput)
		want   string
	}{
		"without_a_key":   {with(func(in *order.PlaceInput) { in.IdempotencyKey = "" }), "input.idempotencyKey REQUIRED"},
		"without_lines":   {with(func(in *order.PlaceInput) { in.Lines = nil }), "input.lines REQUIRED"},
		"too_many_lines":  {with(func(in *order.PlaceInput) { in.Lines = make([]order.LineInput, 101) }), "input.lines TOO_LONG"},
		"no_pieces":       {with(func(in *order.PlaceInput) { in.Lines[0].Quantity = 0 }), "input.lines.0.quantity OUT_OF_RANGE"},
		"negative_pieces": {with(func(in *order.PlaceInput) { in.Lines[0].Quantity = -1 }), "input.lines.0.quantity OUT_OF_RANGE"},
		"too_many_pieces": {with(func(in *order.PlaceInput) { in.Lines[0].Quantity = 10_001 }), "input.lines.0.quantity OUT_OF_RANGE"},
		"a_bad_recipient": {with(func(in *order.PlaceInput) {
			in.Recipient = models.Recipient{Name: " ", Phone: "call me", Country: "CN", City: "a\x00b", Street: long, PostalCode: long}
		}), "input.recipient.name REQUIRED, input.recipient.phone INVALID, input.recipient.province REQUIRED, " +
			"input.recipient.city INVALID, input.recipient.street TOO_LONG, input.recipient.postalCode TOO_LONG"},
		"a_payment_of_another_form":      {with(func(in *order.PlaceInput) { in.Payment.Reference = "CARD-1" }), "input.payment.reference INVALID"},
		"a_fraction_of_a_fen":            {with(func(in *order.PlaceInput) { in.Payment.Amount = decimal.RequireFromString("5.505") }), "input.payment.amount INVALID"},
		"a_negative_amount":              {with(func(in *order.PlaceInput) { in.Payment.Amount = decimal.NewFromInt(-1) }), "input.payment.amount INVALID"},
		"an_enormous_amount":             {with(func(in *order.PlaceInput) { in.Payment.Amount = decimal.New(1, 30) }), "input.payment.amount INVALID"},
		"too_little_money":               {with(func(in *order.PlaceInput) { in.Payment.Amount = decimal.New(549, -2) }), "input.payment.amount AMOUNT_MISMATCH"},
		"another_currency":               {with(func(in *order.PlaceInput) { in.Payment.Currency = "USD" }), "input.payment.currency CURRENCY_MISMATCH"},
		"a_price_that_changed":           {exec("update prices set amount_minor = amount_minor + 1 where brand_id = ?"), "input.payment.amount AMOUNT_MISMATCH"},
		"a_storefront_that_is_not_there": {with(func(in *order.PlaceInput) { in.Storefront.ID = fixture.ID() }), "input.storefrontId NOT_FOUND"},
		"a_draft_storefront":             {exec("update storefronts set status = 'DRAFT' where brand_id = ?"), "input.storefrontId NOT_FOUND"},
		"a_paused_storefront":            {exec("update storefronts set status = 'PAUSED' where brand_id = ?"), "input.storefrontId CONFLICT"},
		"a_suspended_brand":              {exec("update brands set status = 'SUSPENDED' where id = ?"), "input.storefrontId NOT_FOUND"},
		"what_is_not_listed":             {exec("update listings set status = 'DRAFT' where brand_id = ?"), "input.lines.0.variantId NOT_FOR_SALE"},
		"what_is_not_yet_listed":         {exec("update listings set publish_at = '2026-06-18T03:31:00Z' where brand_id = ?"), "input.lines.0.variantId NOT_FOR_SALE"},
		"what_has_no_price":              {exec("delete from prices where brand_id = ?"), "input.lines.0.variantId NOT_FOR_SALE"},
		"an_archived_product":            {exec("update products set status = 'ARCHIVED', archived_at = now(), archived_from = 'ACTIVE' where brand_id = ?"), "input.lines.0.variantId NOT_FOR_SALE"},
		"an_archived_variant":            {exec("update variants set archived_at = now() where brand_id = ?"), "input.lines.0.variantId NOT_FOR_SALE"},
		"what_another_brand_sells": {func(t *testing.T, w *world, in *order.PlaceInput) {
			t.Helper()
			other := newWorld(t, w.db)
			in.Lines = append(in.Lines, line(other.jam.Variants[0], 1))
		}, "input.lines.1.variantId NOT_FOR_SALE"},
		"what_has_gone": {func(_ *testing.T, w *world, in *order.PlaceInput) {
			in.Lines[0].Quantity, in.Payment.Amount = 11, decimal.New(11*550, -2)
		}, "input.lines.0.quantity OUT_OF_STOCK"},
		"stock_of_a_warehouse_at_rest": {exec("update warehouses set active = false where brand_id = ?"), "input.lines.0.quantity OUT_OF_STOCK"},
		"a_payment_that_was_used": {func(t *testing.T, w *world, in *order.PlaceInput) {
			t.Helper()
			in.Payment.Reference = w.input(550).Payment.Reference
			first := w.input(550, line(w.jam.Variants[0], 1))
			first.Payment.Reference = in.Payment.Reference
			if _, err := w.orders.Place(as(t, fixture.Shopper(t, w.db, "Other")), first); err != nil {
				t.Fatal(err)
			}
		}, "input.payment.reference PAYMENT_REFERENCE_TAKEN"},
		"a_payment_unknown_to_the_provider": {func(_ *testing.T, w *world, _ *order.PlaceInput) {
			clock := func() time.Time { return w.clock }
			w.orders = order.NewService(w.db, declined{}, clock)
		}, "input.payment.reference NOT_ALLOWED"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			in := w.input(550, line(w.jam.Variants[0], 1))
			c.change(t, w, &in)
			before := w.everything(t)
			if _, err := w.orders.Place(as(t, w.shopper), in); refusals(t, err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if after := w.everything(t); after != before {
				t.Errorf("rows %v before, %v after", before, after)
			}
		})
	}
}

func TestPlaceNeedsAShopper(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	for _, actor := range []*auth.Actor{auth.Anonymous(), auth.System()} {
		if _, err := w.orders.Place(as(t, actor), w.input(550, line(w.jam.Variants[0], 1))); err == nil {
			t.Error("an order of nobody")
		}
	}
}

// everything counts the rows that an order could leave.
func (w *world) everything(t *testing.T) string {
	t.Helper()
	var counts []string
	db := w.db.WithContext(database.AcrossBrands(t.Context(), database.Reconciliation))
	for _, table := range []string{"orders", "order_numbers", "order_lines", "charges", "order_events", "sales_facts", "outbox_events",
		"purchases", "payments", "payment_allocations", "idempotency_keys", "stock_adjustments", "ledger_transactions", "ledger_entries"} {
		var n int64
		if err := db.Table(table).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		counts = append(counts, fmt.Sprintf("%s %d", table, n))
	}
	return strings.Join(counts, ", ")
}
