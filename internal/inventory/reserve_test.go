package inventory_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Many reserve two variants of ten pieces each, half of them in the opposite
// order; each reservation is then taken and released at once. What could not
// be had is refused, each reservation ends one way, and nothing is oversold.
func TestReservationsRace(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	brand := fixture.Brand(t, db, "reserved")
	goods := fixture.Sell(t, db, fixture.Storefront(t, db, brand, "reserved-cn"), "honey", 10, 100, 200)
	now := fixture.Start.AddDate(0, 1, 0)
	var held, refused, taken, released atomic.Int64
	var all sync.WaitGroup
	for n := range 32 {
		all.Go(func() {
			lines := []inventory.Line{line(goods.Variants[n%2], 1), line(goods.Variants[1-n%2], 1)}
			purchase := fixture.ID()
			switch err := reserve(t, db, brand.ID, purchase, lines); {
			case err == nil:
				held.Add(1)
			case problem.From(err) != nil:
				refused.Add(1)
				return
			default:
				t.Error(err)
				return
			}
			var both sync.WaitGroup
			for _, finish := range []struct {
				count *atomic.Int64
				how   func(*database.Batch, []models.StockReservation)
			}{
				{&taken, func(b *database.Batch, held []models.StockReservation) { inventory.Taking(b, held, nil, now) }},
				{&released, func(b *database.Batch, held []models.StockReservation) { inventory.Releasing(b, held, now) }},
			} {
				both.Go(func() {
					err := database.InTx(t.Context(), db, func(tx *gorm.DB) error {
						held, err := inventory.HeldTx(tx, []uuid.UUID{brand.ID}, purchase)
						if err != nil || len(held) == 0 {
							return err
						}
						finish.count.Add(1)
						batch := database.NewBatch(tx)
						finish.how(batch, held)
						return batch.Send()
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
		})
	}
	all.Wait()
	if held.Load() != taken.Load()+released.Load() || held.Load()+refused.Load() != 32 || held.Load() < 10 {
		t.Errorf("held %d, refused %d, taken %d, released %d", held.Load(), refused.Load(), taken.Load(), released.Load())
	}
	for _, v := range goods.Variants {
		var level models.StockLevel
		if err := db.Where("brand_id = ? and variant_id = ?", brand.ID, v.ID).Take(&level).Error; err != nil {
			t.Fatal(err)
		}
		if left := onHand(t, db, v)[goods.Warehouse.ID]; left != 10-taken.Load() || level.Reserved != 0 {
			t.Errorf("%d left and %d reserved after %d were taken", left, level.Reserved, taken.Load())
		}
	}
}

func reserve(t *testing.T, db *gorm.DB, brand, purchase uuid.UUID, lines []inventory.Line) error {
	t.Helper()
	var variants []uuid.UUID
	for _, l := range lines {
		variants = append(variants, l.VariantID)
	}
	return database.InBatch(t.Context(), db, func(db *gorm.DB) error {
		reads := database.NewBatch(db)
		supply := inventory.Ask(reads, brand, variants)
		if err := reads.Send(); err != nil {
			return err
		}
		moves, err := supply.Take(lines)
		if err != nil {
			return err
		}
		writes := database.NewBatch(db)
		inventory.Reserving(writes, brand, purchase, fixture.ID(), moves, fixture.Start)
		if err := writes.Send(); inventory.Short(err) {
			return database.Again(problem.New(problem.OutOfStock, "gone"))
		} else if err != nil {
			return err
		}
		return nil
	})
}
