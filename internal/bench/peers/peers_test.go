package peers

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// filled is a small marketplace, with the address of its database.
func filled(t testing.TB) (*database.DB, string, *Data) {
	t.Helper()
	dsn := dbtest.DSN(t)
	db := dbtest.Open(t, dsn, database.Options{})
	a, err := Of(0.001)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Fill(t.Context(), db, func(string, int, int) {}); err != nil {
		t.Fatal(err)
	}
	data, err := a.Read(t.Context(), db, func(subject, _ string) (string, error) { return subject, nil })
	if err != nil {
		t.Fatal(err)
	}
	return db, dsn, data
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	full, err := Of(1)
	if want := (Amounts{Brands: 7000, Big: 25, PerBig: 2000, Products: 100_000, Shoppers: 50_000, Orders: 1_000_000}); err != nil || full != want {
		t.Errorf("%+v %v", full, err)
	}
	if _, err := Of(0); err == nil {
		t.Error("a scale of 0")
	}
	of := make([]int, full.Brands)
	for n := 1; n <= full.Products; n++ {
		brand, place := full.place(n)
		if place != of[brand] {
			t.Fatalf("product %d is number %d of brand %d, which has %d", n, place, brand, of[brand])
		}
		of[brand]++
	}
	for brand, products := range of {
		if big := brand < full.Big; big && products != 2000 || !big && products != 7 && products != 8 {
			t.Fatalf("brand %d has %d products", brand, products)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	db, _, data := filled(t)
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	for table, want := range map[string]int{
		"brands": data.Brands, "storefronts": data.Brands, "products": data.Products, "variants": data.Products * variants,
		"prices": data.Products * variants, "stock_levels": data.Products * variants, "listings": data.Products,
		"search_entries": data.Products, "accounts": data.Shoppers + 1, "orders": data.Orders, "order_numbers": data.Orders,
		"order_lines": data.Orders * 5 / 2, "sales_facts": data.Orders * 5 / 2,
	} {
		if n := count(t, db, table); n != want {
			t.Errorf("%d %s, want %d", n, table, want)
		}
	}
	var wrong int
	err := db.Pool.QueryRow(ctx, `
select count(*)
from orders o
where total_minor <> (select sum(goods_minor) from order_lines l where l.brand_id = o.brand_id and l.order_id = o.id)`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d orders do not cost what their lines do, %v", wrong, err)
	}
	err = db.Pool.QueryRow(ctx, `
select count(*)
from orders o
where (total_minor, commission_minor, 1) <> (
  select sum(gross_minor), sum(commission_minor), count(*) filter (where opens_order)
  from sales_facts f
  where f.brand_id = o.brand_id and f.order_id = o.id
)`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("the sales of %d orders are not what was ordered, %v", wrong, err)
	}
	// All keys and indexes are there again, and roll-ups built in both.
	fresh := dbtest.New(t)
	if err := rollup.NewService(fresh.Gorm, time.Now).Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keys(t, fresh), keys(t, db)); diff != "" {
		t.Errorf("(-migrated +filled):\n%s", diff)
	}
	if err := (Amounts{Brands: 1}).Fill(t.Context(), db, func(string, int, int) {}); err == nil {
		t.Error("other amounts were taken for these")
	}
}

func keys(t *testing.T, db *database.DB) (all []string) {
	t.Helper()
	err := db.Gorm.Raw(`
select indexdef from pg_indexes where schemaname = 'public'
union all
select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
order by 1`).Scan(&all).Error
	if err != nil || len(all) < 100 {
		t.Fatalf("%d keys, %v", len(all), err)
	}
	return all
}

// The limit writes all rows that placing an order writes, equal in all that
// is not an id, a number, a hash or a time.
func TestLimitWritesWhatPlacingWrites(t *testing.T) {
	t.Parallel()
	db, dsn, data := filled(t)
	body := data.order(nil, rand.New(rand.NewPCG(1, 1)), "once")
	var in struct{ Input placeInput }
	if err := json.Unmarshal(body, &in); err != nil {
		t.Fatal(err)
	}
	buyer := data.buyers[0]

	now := func() time.Time { return time.Now().UTC() }
	place := order.NewService(db.Gorm, payment.Sandbox{}, now)
	asked := order.PlaceInput{
		IdempotencyKey: in.Input.IdempotencyKey, Storefront: key(t, in.Input.StorefrontID), Recipient: in.Input.Recipient,
		Payment: order.PaymentInput{Reference: in.Input.Payment.Reference, Amount: decimal.RequireFromString(in.Input.Payment.Amount), Currency: "CNY"},
	}
	for _, l := range in.Input.Lines {
		asked.Lines = append(asked.Lines, order.LineInput{Variant: key(t, l.VariantID), Quantity: l.Quantity})
	}
	actor := auth.NewActor(&models.Account{ID: buyer.id}, nil, nil)
	if _, err := place.Place(auth.With(t.Context(), actor), asked); err != nil {
		t.Fatal(err)
	}
	want := rows(t, db)
	if err := data.Fill(t.Context(), db, func(string, int, int) {}); err != nil {
		t.Fatal(err)
	}

	if sold := count(t, db, "sales_facts"); sold != data.Orders*5/2 {
		t.Errorf("%d sales are left, of which %d were there before orders were placed", sold, data.Orders*5/2)
	}
	if rolled := count(t, db, "(select from sales_by_brand_months where starts_on >= '2026-01-01') x"); rolled != 0 {
		t.Errorf("%d months of sales that were taken away are rolled up", rolled)
	}

	limit, err := OpenLimit(t.Context(), dsn, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer limit.Close()
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(append(append(before(queries["f"]), body...), '}')))
	request.Header.Set(ShopperHeader, buyer.id.String())
	answer := httptest.NewRecorder()
	limit.ServeHTTP(answer, request)
	if !strings.Contains(answer.Body.String(), `"userErrors":[]`) {
		t.Fatal(answer.Body)
	}
	if diff := cmp.Diff(want, rows(t, db)); diff != "" {
		t.Errorf("(-placed +written by the limit):\n%s", diff)
	}
	var taken, bought int64
	for _, l := range in.Input.Lines {
		bought += 2 * l.Quantity
	}
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	err = db.Pool.QueryRow(ctx, "select sum(100000000 - on_hand) from stock_levels").Scan(&taken)
	if err != nil || taken != bought {
		t.Errorf("%d pieces were taken, %d bought, %v", taken, bought, err)
	}
}

func count(t *testing.T, db *database.DB, from string) (n int) {
	t.Helper()
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	if err := db.Pool.QueryRow(ctx, "select count(*) from "+from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func key(t *testing.T, id string) models.Key {
	t.Helper()
	parsed, err := globalid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	return models.Key{BrandID: parsed.Brand, ID: parsed.Row}
}

// rows that orders of a purchase have written.
func rows(t *testing.T, db *database.DB) map[string][]string {
	t.Helper()
	ctx := database.AcrossBrands(t.Context(), database.Reconciliation)
	all := map[string][]string{}
	const ofPurchases = " where (brand_id, order_id) in (select brand_id, id from orders where purchase_id is not null)"
	for table, where := range map[string]string{
		"orders": " where purchase_id is not null", "order_lines": ofPurchases, "order_numbers": ofPurchases,
		"sales_facts": ofPurchases, "stock_adjustments": "", "charges": "", "order_events": "", "outbox_events": "", "payment_allocations": "",
		"payments": "", "purchases": "", "idempotency_keys": "", "ledger_transactions": "", "ledger_entries": "",
	} {
		var list []string
		err := db.Gorm.WithContext(ctx).Raw(`
select cast((to_jsonb(x) #- '{payload,number}') - array['id', 'order_id', 'line_id', 'purchase_id', 'payment_id', 'result_id', 'subject_id', 'number', 'xid',
  'input_hash', 'placed_at', 'completed_at', 'recorded_at', 'created_at', 'updated_at', 'event_at', 'transaction_id', 'payable_due'] as text)
from ` + table + " x" + where + " order by 1").Scan(&list).Error
		if err != nil || len(list) == 0 {
			t.Fatalf("%d rows in %s, %v", len(list), table, err)
		}
		all[table] = list
	}
	return all
}
