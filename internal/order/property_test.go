package order_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Whatever is placed, cancelled, received and lost, in whatever order: stock is
// the sum of its log, facts net to the orders, charges sum to totals. A model
// of three numbers tells what must succeed.
func TestAnySequenceKeepsTheBooks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed_", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 18))
			w := newWorld(t, dbtest.Tx(t))
			variants := []*models.Variant{w.honey.Variants[0], w.honey.Variants[1], w.jam.Variants[0]}
			prices := []int64{1200, 900, 550}
			stock := []int64{10, 10, 10}
			var standing []*models.Order
			taken := map[*models.Order][]int64{}
			var net int64
			for range 30 {
				w.clock = w.clock.Add(time.Minute)
				switch r.IntN(4) {
				case 0, 1:
					pieces, total, enough := make([]int64, 3), int64(0), true
					var lines []order.LineInput
					for range 1 + r.IntN(4) {
						i, n := r.IntN(3), 1+r.Int64N(4)
						lines, total = append(lines, line(variants[i], n)), total+n*prices[i]
						pieces[i] += n
					}
					for i := range pieces {
						enough = enough && pieces[i] <= stock[i]
					}
					o, err := w.orders.Place(as(t, w.shopper), w.input(total, lines...))
					switch {
					case enough && err == nil:
						standing, taken[o], net = append(standing, o), pieces, net+total
						for i := range pieces {
							stock[i] -= pieces[i]
						}
					case enough || err == nil || problem.From(err)[0].Code != problem.OutOfStock:
						t.Fatalf("stock %v, wanted %v: %v", stock, pieces, err)
					}
				case 2:
					if len(standing) == 0 {
						continue
					}
					at := r.IntN(len(standing))
					o := standing[at]
					if _, err := w.cancel(t, w.shopper, o, "c-"+o.Number); err != nil {
						t.Fatal(err)
					}
					standing, net = append(standing[:at], standing[at+1:]...), net-o.TotalMinor
					for i, n := range taken[o] {
						stock[i] += n
					}
				case 3:
					i := r.IntN(3)
					delta := r.Int64N(12) - 4
					if delta == 0 || stock[i]+delta < 0 {
						continue // refused, as the stock's own tests show
					}
					w.adjust(t, variants[i], delta)
					stock[i] += delta
				}
			}
			for i, v := range variants {
				if got := w.stock(t, v); got != stock[i] {
					t.Errorf("stock %d of variant %d, want %d", got, i, stock[i])
				}
			}
			var facts int64
			if err := w.db.Raw("select coalesce(sum(gross_minor - discount_minor - refund_minor), 0) from sales_facts where brand_id = ?",
				w.brand.ID).Scan(&facts).Error; err != nil || facts != net {
				t.Errorf("facts net %d, want %d, %v", facts, net, err)
			}
			w.sound(t)
		})
	}
}

func (w *world) adjust(t *testing.T, v *models.Variant, delta int64) {
	t.Helper()
	clock := func() time.Time { return w.clock }
	_, err := inventory.NewService(w.db, clock).Adjust(as(t, auth.System()), inventory.Adjustment{
		IdempotencyKey: fmt.Sprint("a-", w.sent.Add(1)), Variant: key(v),
		Warehouse: models.Key{BrandID: v.BrandID, ID: w.honey.Warehouse.ID}, Delta: &delta, Reason: models.StockCounted,
	})
	if err != nil {
		t.Fatal(err)
	}
}
