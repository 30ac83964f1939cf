package cart_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

var now = time.Date(2026, 6, 18, 3, 30, 0, 0, time.UTC)

// world is two brands with a shop each in China: honey in two sizes (12.00 and
// 9.00) and jeans (250.00), a hundred pieces of each.
type world struct {
	db           *gorm.DB
	carts        *cart.Service
	farm, mill   *models.Storefront
	honey, jeans fixture.Goods
	shopper      *auth.Actor
	clock        time.Time
	customs      *fixture.Customs
}

func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	w := &world{db: db, clock: now, customs: &fixture.Customs{}}
	w.farm, w.mill = w.shop(t, "farm"), w.shop(t, "mill")
	w.honey = fixture.Sell(t, db, w.farm, "honey", 100, 1200, 900)
	w.jeans = fixture.Sell(t, db, w.mill, "jeans", 100, 25000)
	w.shopper = fixture.Shopper(t, db, "Li Wei")
	w.carts = cart.NewService(db, doorprice.NewService(db, w.customs, func() time.Time { return w.clock }), func() time.Time { return w.clock })
	return w
}

func (w *world) shop(t testing.TB, name string, change ...func(*models.Storefront)) *models.Storefront {
	t.Helper()
	name += "-" + uuid.NewString()[:8]
	return fixture.Storefront(t, w.db, fixture.Brand(t, w.db, name), name+"-shop", change...)
}

func shopKey(s *models.Storefront) models.Key { return models.Key{BrandID: s.BrandID, ID: s.ID} }

func line(s *models.Storefront, v *models.Variant, n int64) cart.LineInput {
	return cart.LineInput{Storefront: shopKey(s), Variant: models.Key{BrandID: v.BrandID, ID: v.ID}, Quantity: n}
}

func (w *world) jar(n int64) cart.LineInput  { return line(w.farm, w.honey.Variants[0], n) }
func (w *world) pot(n int64) cart.LineInput  { return line(w.farm, w.honey.Variants[1], n) }
func (w *world) jean(n int64) cart.LineInput { return line(w.mill, w.jeans.Variants[0], n) }
func (w *world) as(t testing.TB) context.Context {
	t.Helper()
	return auth.With(t.Context(), w.shopper)
}

// create makes a cart in CNY for China, and gives how to name it.
func (w *world) create(ctx context.Context, t testing.TB, lines ...cart.LineInput) (*cart.Priced, cart.Ref) {
	t.Helper()
	c, err := w.carts.Create(ctx, cart.CreateInput{Country: "CN", Currency: "CNY", Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return c.Priced, cart.Ref{ID: c.ID, Secret: c.Secret}
}

func (w *world) get(ctx context.Context, t testing.TB, ref cart.Ref) *cart.Priced {
	t.Helper()
	c, err := w.carts.Get(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// price sets what a variant costs.
func (w *world) price(t testing.TB, v *models.Variant, minor int64) {
	t.Helper()
	w.exec(t, "update prices set amount_minor = ? where brand_id = ? and variant_id = ?", minor, v.BrandID, v.ID)
}

// stock sets how many pieces of a variant there are.
func (w *world) stock(t testing.TB, v *models.Variant, n int64) {
	t.Helper()
	w.exec(t, "update stock_levels set on_hand = ? where brand_id = ? and variant_id = ?", n, v.BrandID, v.ID)
}

func (w *world) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if err := w.db.Exec(sql, args...).Error; err != nil {
		t.Fatal(err)
	}
}

// quantities of the lines of a cart.
func quantities(c *cart.Priced) (all []int64) {
	for _, l := range c.Lines() {
		all = append(all, l.Quantity)
	}
	return all
}

// told lists the codes of a cart's problems.
func told(c *cart.Priced) string {
	var all []string
	for _, p := range c.Problems {
		all = append(all, string(p.Code))
	}
	return strings.Join(all, ", ")
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

// sound fails unless the sums of a cart agree at all levels.
func sound(t testing.TB, c *cart.Priced) {
	t.Helper()
	var total, goods int64
	for _, g := range c.Groups {
		var charges, lines int64
		for _, charge := range g.Charges {
			charges += charge.AmountMinor
		}
		for _, l := range g.Lines {
			if l.Goods.Minor != l.Quantity*l.UnitPriceMinor {
				t.Errorf("%d pieces at %s cost %s", l.Quantity, l.UnitPrice, l.Goods)
			}
			lines += l.Goods.Minor
		}
		if charges != g.Total.Minor || lines != g.Totals.Goods.Minor ||
			g.Total.Minor != lines-g.Discount.Minor+g.Shipping.Minor+g.Tax.Minor {
			t.Errorf("charges %d, lines %d, totals %+v", charges, lines, g.Totals)
		}
		total, goods = total+g.Total.Minor, goods+lines
	}
	if c.Total.Minor != total || c.Totals.Goods.Minor != goods {
		t.Errorf("groups sum to %d with goods of %d, the cart says %+v", total, goods, c.Totals)
	}
}
