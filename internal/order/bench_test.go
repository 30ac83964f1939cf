package order_test

import (
	"sync/atomic"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// BenchmarkPlace places orders of one piece: one buyer after the other, and
// many at once who all want the same piece.
func BenchmarkPlace(b *testing.B) {
	b.Run("one_buyer", func(b *testing.B) {
		w := newMany(b)
		b.ReportAllocs()
		for b.Loop() {
			w.place(b, 550, line(w.jam.Variants[0], 1))
		}
	})
	b.Run("many_buyers_of_one_piece", func(b *testing.B) {
		w := newMany(b)
		buyers := make([]*auth.Actor, 64)
		for i := range buyers {
			buyers[i] = fixture.Shopper(b, w.db, "Buyer")
		}
		var next atomic.Int64
		b.ReportAllocs()
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			buyer := buyers[next.Add(1)%int64(len(buyers))]
			for pb.Next() {
				if _, err := w.orders.Place(as(b, buyer), w.input(550, line(w.jam.Variants[0], 1))); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func newMany(b *testing.B) *world {
	b.Helper()
	w := newWorld(b, dbtest.New(b).Gorm)
	if err := w.db.Exec("update stock_levels set on_hand = 100000000 where brand_id = ?", w.brand.ID).Error; err != nil {
		b.Fatal(err)
	}
	return w
}
