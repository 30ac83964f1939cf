package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a brand that sells jars of one price in one currency, with an
// account to be paid out to.
type world struct {
	db       *gorm.DB
	books    *ledger.Service
	orders   *order.Service
	brand    *models.Brand
	shop     *models.Storefront
	jar      *models.Variant
	price    int64
	shopper  *auth.Actor
	operator *auth.Actor
	clock    time.Time
	sent     int
}

// newWorld makes one whose account is in USD unless it is told otherwise.
func newWorld(t *testing.T, db *gorm.DB, currency string, price int64, account string) *world {
	t.Helper()
	w := &world{db: db, clock: now, price: price}
	name := "acme-" + uuid.NewString()
	w.brand = fixture.Brand(t, db, name)
	w.shop = fixture.Storefront(t, db, w.brand, name+"-shop", func(s *models.Storefront) { s.Currency = currency })
	w.jar = fixture.Sell(t, db, w.shop, "jar", 1_000_000, price).Variants[0]
	w.shopper, w.operator = fixture.Shopper(t, db, "Li Wei"), fixture.Operator(t, db)
	fixture.Create(t, db, &models.PayoutAccount{BrandID: w.brand.ID, ID: fixture.ID(), Holder: "Acme", BankName: "First Bank", Country: "US",
		Currency: account, ProviderToken: "tok", LastDigits: "6789", CreatedAt: now, UpdatedAt: now})
	clock := func() time.Time { return w.clock }
	w.books = ledger.NewService(db, clock)
	w.orders = order.NewService(db, payment.Sandbox{}, clock)
	return w
}

// plan gives the brand a commission plan of its own.
func (w *world) plan(t *testing.T, rate string) {
	t.Helper()
	_, err := w.books.CreatePlan(w.as(t, w.operator), ledger.PlanInput{BrandID: &w.brand.ID, Name: "Own", Rate: decimal.RequireFromString(rate),
		DaysAfterDelivery: 7, DaysAfterPlacement: 30, Source: "contract 7"})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) as(t testing.TB, actor *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), actor)
}

func (w *world) key(row uuid.UUID) models.Key { return models.Key{BrandID: w.brand.ID, ID: row} }

func (w *world) buy(t testing.TB, jars int64) *models.Order {
	t.Helper()
	w.sent++
	name := fmt.Sprintf("%s-%d", w.brand.ID, w.sent)
	o, err := w.orders.Place(w.as(t, w.shopper), order.PlaceInput{
		IdempotencyKey: name, Storefront: w.key(w.shop.ID), Lines: []order.LineInput{{Variant: w.key(w.jar.ID), Quantity: jars}},
		Recipient: models.Recipient{Name: "Li Wei", Phone: "+8613800000000", Country: "CN", Region: "SH", Province: "上海市", City: "上海市", Street: "南京西路 1 号"},
		Payment: order.PaymentInput{
			Reference: "SANDBOX-OK-" + name, Amount: money.New(jars*w.price, money.Currency(w.shop.Currency)).Decimal(), Currency: money.Currency(w.shop.Currency),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// refund gives the money of jars of an order back.
func (w *world) refund(t testing.TB, o *models.Order, jars int64) error {
	t.Helper()
	var line uuid.UUID
	if err := w.db.Raw("select id from order_lines where brand_id = ? and order_id = ?", o.BrandID, o.ID).Row().Scan(&line); err != nil {
		t.Fatal(err)
	}
	return w.db.Transaction(func(tx *gorm.DB) error {
		_, _, err := order.RefundTx(tx, order.RefundRequest{Order: w.key(o.ID), Lines: []order.RefundLine{{LineID: line, Quantity: jars}}, Reason: "broken", At: w.clock})
		return err
	})
}

func (w *world) release(t testing.TB, o *models.Order) {
	t.Helper()
	if err := w.db.Transaction(func(tx *gorm.DB) error { return ledger.ReleaseTx(tx, w.key(o.ID), w.clock) }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) payout(t testing.TB, change ...func(*ledger.PayoutInput)) (*models.Payout, error) {
	t.Helper()
	w.sent++
	in := ledger.PayoutInput{IdempotencyKey: fmt.Sprintf("payout-%d", w.sent), BrandID: w.brand.ID, Currency: money.Currency(w.shop.Currency)}
	for _, f := range change {
		f(&in)
	}
	return w.books.PayOut(w.as(t, w.operator), in)
}

func rate(value string) func(*ledger.PayoutInput) {
	return func(in *ledger.PayoutInput) {
		in.Rate = &ledger.Rate{Value: decimal.RequireFromString(value), Source: "ECB", Date: models.DateOf(now)}
	}
}

// balance of the shop's currency.
func (w *world) balance(t testing.TB) ledger.Balance {
	t.Helper()
	all, err := w.books.Balances(w.as(t, w.operator), []uuid.UUID{w.brand.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		if b.Currency == w.shop.Currency {
			return *b
		}
	}
	return ledger.Balance{Currency: w.shop.Currency}
}

func (w *world) has(t testing.TB, pending, payable int64) {
	t.Helper()
	if b := w.balance(t); b.PendingMinor != pending || b.PayableMinor != payable {
		t.Errorf("%d pending and %d payable, want %d and %d", b.PendingMinor, b.PayableMinor, pending, payable)
	}
}

func (w *world) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if err := w.db.Exec(sql, args...).Error; err != nil {
		t.Fatal(err)
	}
}

func (w *world) sweep(t testing.TB) int {
	t.Helper()
	done, err := w.books.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func sound(t testing.TB, db *gorm.DB) {
	t.Helper()
	_, err := reconcile.Check(context.Background(), db, func(f reconcile.Finding) { //nolint:usetesting // also of a property
		// These tests say that goods have left, and send none.
		if f.Count > 0 && f.Name != "orders_stand_as_their_pieces_say" {
			t.Errorf("%s %+v", f.Promise, f.Differences)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refusals gives "field CODE" of each refusal, and fails where the error is a fault.
func refusals(t testing.TB, err error) string {
	t.Helper()
	list := problem.From(err)
	if err == nil || list == nil {
		t.Fatalf("not a refusal: %v", err)
	}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = strings.Join(p.Field, ".") + " " + string(p.Code)
	}
	return strings.Join(texts, ", ")
}
