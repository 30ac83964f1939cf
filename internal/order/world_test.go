package order_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
	"github.com/tradewind-commerce/tradewind/models"
)

var now = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)

// world is a brand with a shop of two products: honey in two sizes (12.00 and
// 9.00) and jam (5.50), ten pieces of each.
type world struct {
	db          *gorm.DB
	orders      *order.Service
	brand       *models.Brand
	shop        *models.Storefront
	honey, jam  fixture.Goods
	shopper     *auth.Actor
	clock       time.Time
	sent        atomic.Int64
	honeyPrices []int64
}

func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	name := "acme-" + uuid.NewString()[:8]
	w := &world{db: db, clock: now, honeyPrices: []int64{1200, 900}}
	w.brand = fixture.Brand(t, db, name)
	w.shop = fixture.Storefront(t, db, w.brand, name+"-cn")
	w.honey = fixture.Sell(t, db, w.shop, "honey", 10, w.honeyPrices...)
	w.jam = fixture.Sell(t, db, w.shop, "jam", 10, 550)
	w.shopper = fixture.Shopper(t, db, "Li Wei")
	w.orders = w.service(db)
	return w
}

func (w *world) service(db *gorm.DB) *order.Service {
	clock := func() time.Time { return w.clock }
	return order.NewService(db, payment.Sandbox{}, clock)
}

func key(v *models.Variant) models.Key { return models.Key{BrandID: v.BrandID, ID: v.ID} }

func line(v *models.Variant, n int64) order.LineInput {
	return order.LineInput{Variant: key(v), Quantity: n}
}

// input buys the lines for an amount in minor units, with a fresh key and payment.
func (w *world) input(paid int64, lines ...order.LineInput) order.PlaceInput {
	n := w.sent.Add(1)
	return order.PlaceInput{
		IdempotencyKey: fmt.Sprintf("key-%s-%d", w.brand.ID, n), Storefront: models.Key{BrandID: w.brand.ID, ID: w.shop.ID}, Lines: lines,
		Recipient: models.Recipient{
			Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Region: "SH", Province: "上海市", City: "上海市",
			District: "静安区", Street: "南京西路 1 号", PostalCode: "200040",
		},
		Payment: order.PaymentInput{
			Reference: fmt.Sprintf("SANDBOX-OK-%s-%d", w.brand.ID, n), Amount: decimal.New(paid, -2), Currency: "CNY",
		},
	}
}

func as(t testing.TB, actor *auth.Actor) context.Context {
	t.Helper()
	return auth.With(t.Context(), actor)
}

func (w *world) place(t testing.TB, paid int64, lines ...order.LineInput) *models.Order {
	t.Helper()
	o, err := w.orders.Place(as(t, w.shopper), w.input(paid, lines...))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *world) cancel(t testing.TB, actor *auth.Actor, o *models.Order, key string) (*models.Order, error) {
	t.Helper()
	return w.orders.Cancel(as(t, actor), order.CancelInput{
		IdempotencyKey: key, Order: models.Key{BrandID: o.BrandID, ID: o.ID}, Reason: "changed my mind",
	})
}

func (w *world) stock(t testing.TB, v *models.Variant) (n int64) {
	t.Helper()
	if err := w.db.Raw("select coalesce(sum(on_hand), 0) from stock_levels where brand_id = ? and variant_id = ?", v.BrandID, v.ID).
		Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// rows counts the rows of the brand in a table.
func (w *world) rows(t testing.TB, table string) (n int64) {
	t.Helper()
	if err := w.db.Raw("select count(*) from "+table+" where brand_id = ?", w.brand.ID).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
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

// sound fails unless everything that is stored twice agrees, and no row was
// left without its order.
func (w *world) sound(t testing.TB) {
	t.Helper()
	_, err := reconcile.Check(t.Context(), w.db, func(f reconcile.Finding) {
		// These tests change prices and statuses behind the catalogue's back.
		if f.Count > 0 && !strings.HasPrefix(f.Name, "listings_") && !strings.HasPrefix(f.Name, "the_") {
			t.Errorf("%s %+v", f.Promise, f.Differences)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var lost []uuid.UUID
	err = w.db.Raw(`
select n.order_id from order_numbers n where n.brand_id = @brand
  and not exists (select 1 from orders o where o.brand_id = n.brand_id and o.id = n.order_id)
union all select a.order_id from stock_adjustments a where a.brand_id = @brand and a.order_id is not null
  and not exists (select 1 from orders o where o.brand_id = a.brand_id and o.id = a.order_id)
union all select x.subject_id from outbox_events x where x.brand_id = @brand and x.type like 'order.%'
  and not exists (select 1 from orders o where o.brand_id = x.brand_id and o.id = x.subject_id)
union all select k.result_id from idempotency_keys k where k.result_brand_id = @brand and k.mutation like 'order%'
  and not exists (select 1 from orders o where o.brand_id = k.result_brand_id and o.id = k.result_id)`,
		map[string]any{"brand": w.brand.ID}).Scan(&lost).Error
	if err != nil || len(lost) > 0 {
		t.Errorf("rows of orders that are not there: %v %v", lost, err)
	}
}

// declined is a provider that knows of no payment.
type declined struct{ payment.Sandbox }

func (declined) Confirm(context.Context, string, money.Money) error {
	return problem.New(problem.NotAllowed, "the provider knows no such payment")
}
