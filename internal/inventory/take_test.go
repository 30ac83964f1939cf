package inventory_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func line(v *models.Variant, n int64) inventory.Line {
	return inventory.Line{VariantID: v.ID, Quantity: n}
}

// take takes the pieces of an order, as one that is placed does.
func take(t *testing.T, db *gorm.DB, brand uuid.UUID, lines []inventory.Line, order uuid.UUID, actor *uuid.UUID, now time.Time) error {
	t.Helper()
	return database.InBatch(t.Context(), db, func(db *gorm.DB) error {
		var variants []uuid.UUID
		for _, l := range lines {
			variants = append(variants, l.VariantID)
		}
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
		inventory.Moving(writes, brand, inventory.Moved{Moves: moves, As: models.StockAdjustment{
			Reason: models.StockOrderPlaced, OrderID: &order, ActorID: actor, RecordedAt: now,
		}})
		if err = writes.Send(); inventory.Short(err) {
			err = database.Again(err)
		}
		return err
	})
}

// onHand tells what lies where of a variant, and that its log adds up to it.
func onHand(t *testing.T, db *gorm.DB, v *models.Variant) map[uuid.UUID]int64 {
	t.Helper()
	var rows []struct {
		WarehouseID uuid.UUID
		OnHand      int64
		Logged      int64
	}
	err := db.Raw(`
select l.warehouse_id, l.on_hand,
  (select coalesce(sum(a.delta), 0) from stock_adjustments a
   where a.brand_id = l.brand_id and a.variant_id = l.variant_id and a.warehouse_id = l.warehouse_id) as logged
from stock_levels l
where l.brand_id = ? and l.variant_id = ?`, v.BrandID, v.ID).Scan(&rows).Error
	if err != nil {
		t.Fatal(err)
	}
	levels := map[uuid.UUID]int64{}
	for _, r := range rows {
		if r.OnHand != r.Logged {
			t.Errorf("on hand %d, its log adds up to %d", r.OnHand, r.Logged)
		}
		levels[r.WarehouseID] = r.OnHand
	}
	return levels
}

// another adds a warehouse with stock of a variant.
func another(t *testing.T, db *gorm.DB, v *models.Variant, code string, priority int32, stock int64, active bool) *models.Warehouse {
	t.Helper()
	w := &models.Warehouse{BrandID: v.BrandID, ID: fixture.ID(), Code: code, Name: code, Kind: models.BondedWarehouse,
		Country: "CN", Priority: priority, Active: active, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
	fixture.Create(t, db, w,
		&models.StockLevel{BrandID: v.BrandID, VariantID: v.ID, WarehouseID: w.ID, OnHand: stock, UpdatedAt: fixture.Start},
		&models.StockAdjustment{BrandID: v.BrandID, ID: fixture.ID(), VariantID: v.ID, WarehouseID: w.ID, Delta: stock,
			Reason: models.StockReceived, RecordedAt: fixture.Start})
	return w
}

func TestTake(t *testing.T) {
	t.Parallel()
	now := fixture.Start.AddDate(0, 1, 0)

	type world struct {
		tx    *gorm.DB
		brand uuid.UUID
		goods fixture.Goods
		stock *inventory.Service
	}
	setup := func(t *testing.T, stock int64, prices ...int64) world {
		t.Helper()
		tx := dbtest.Tx(t)
		brand := fixture.Brand(t, tx, "take-"+uuid.NewString()[:8])
		shop := fixture.Storefront(t, tx, brand, "take-"+uuid.NewString()[:8])
		return world{tx, brand.ID, fixture.Sell(t, tx, shop, "honey", stock, prices...),
			inventory.NewService(tx, nil)}
	}

	t.Run("takes the sum of a variant's lines and logs it", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 10, 100)
		order, actor := fixture.ID(), fixture.ID()
		v := w.goods.Variants[0]
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 3), line(v, 4)}, order, &actor, now); err != nil {
			t.Fatal(err)
		}
		if got := onHand(t, w.tx, v)[w.goods.Warehouse.ID]; got != 3 {
			t.Errorf("on hand %d, want 3", got)
		}
		var logged models.StockAdjustment
		w.tx.Where("brand_id = ? and order_id = ?", w.brand, order).Take(&logged)
		if logged.Delta != -7 || logged.Reason != models.StockOrderPlaced || logged.ActorID == nil ||
			*logged.ActorID != actor || !logged.RecordedAt.Equal(now) {
			t.Errorf("logged %+v", logged)
		}
	})

	t.Run("refuses lines that together want too much, and takes nothing", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 10, 100, 200)
		short := w.goods.Variants[1]
		err := take(t, w.tx, w.brand, []inventory.Line{
			line(w.goods.Variants[0], 1),
			{VariantID: short.ID, Quantity: 6, Field: "input.lines.1.quantity"},
			{VariantID: short.ID, Quantity: 6, Field: "input.lines.2.quantity"},
		}, fixture.ID(), nil, now)
		refused := problem.From(err)
		if len(refused) != 1 || refused[0].Code != problem.OutOfStock || refused[0].Error() !=
			"input.lines.1.quantity: fewer than 12 pieces of honey-2 are left" {
			t.Fatalf("got %v", err)
		}
		for _, v := range w.goods.Variants {
			if got := onHand(t, w.tx, v)[w.goods.Warehouse.ID]; got != 10 {
				t.Errorf("on hand %d, want 10", got)
			}
		}
	})

	t.Run("empties the warehouse of lowest priority first and passes by inactive ones", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 10, 100)
		v := w.goods.Variants[0]
		first := another(t, w.tx, v, "FIRST", -5, 4, true)
		closed := another(t, w.tx, v, "CLOSED", -9, 100, false)
		order := fixture.ID()
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 6)}, order, nil, now); err != nil {
			t.Fatal(err)
		}
		got := onHand(t, w.tx, v)
		if got[first.ID] != 0 || got[w.goods.Warehouse.ID] != 8 || got[closed.ID] != 100 {
			t.Errorf("left %v", got)
		}
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 9)}, order, nil, now); err == nil {
			t.Error("took from an inactive warehouse")
		}

		// Giving back goes where it came from, once.
		for range 2 {
			if err := inventory.ReturnTx(w.tx, w.brand, order, nil, nil, now); err != nil {
				t.Fatal(err)
			}
			got = onHand(t, w.tx, v)
			if got[first.ID] != 4 || got[w.goods.Warehouse.ID] != 10 {
				t.Errorf("after giving back: %v", got)
			}
		}
	})

	t.Run("leaves what is reserved", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 10, 100)
		v := w.goods.Variants[0]
		if err := w.tx.Exec("update stock_levels set reserved = 8 where brand_id = ?", w.brand).Error; err != nil {
			t.Fatal(err)
		}
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 3)}, fixture.ID(), nil, now); err == nil {
			t.Error("took reserved pieces")
		}
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 2)}, fixture.ID(), nil, now); err != nil {
			t.Error(err)
		}
	})

	t.Run("moves nothing of what is not tracked", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 1, 100)
		v := w.goods.Variants[0]
		if err := w.tx.Exec("update variants set track_stock = false where brand_id = ?", w.brand).Error; err != nil {
			t.Fatal(err)
		}
		if err := take(t, w.tx, w.brand, []inventory.Line{line(v, 50)}, fixture.ID(), nil, now); err != nil {
			t.Fatal(err)
		}
		if got := onHand(t, w.tx, v)[w.goods.Warehouse.ID]; got != 1 {
			t.Errorf("on hand %d, want 1", got)
		}
	})

	t.Run("does not reach another brand's stock", func(t *testing.T) {
		t.Parallel()
		w, other := setup(t, 10, 100), setup(t, 10, 100)
		err := take(t, w.tx, w.brand, []inventory.Line{line(other.goods.Variants[0], 1)}, fixture.ID(), nil, now)
		if err == nil {
			t.Error("took stock of another brand")
		}
	})
}

func TestTakeRaces(t *testing.T) {
	t.Parallel()
	now := fixture.Start.AddDate(0, 1, 0)

	t.Run("200 buyers of 50 pieces in two warehouses: 50 get one", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		brand := fixture.Brand(t, db.Gorm, "race")
		goods := fixture.Sell(t, db.Gorm, fixture.Storefront(t, db.Gorm, brand, "race"), "honey", 20, 100)
		v := goods.Variants[0]
		another(t, db.Gorm, v, "SECOND", 1, 30, true)
		var sold, refused atomic.Int32
		crowd(200, func(int) {
			err := take(t, db.Gorm, brand.ID, []inventory.Line{line(v, 1)}, fixture.ID(), nil, now)
			switch p := problem.From(err); {
			case err == nil:
				sold.Add(1)
			case len(p) == 1 && p[0].Code == problem.OutOfStock:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
		if sold.Load() != 50 || refused.Load() != 150 {
			t.Errorf("sold %d, refused %d", sold.Load(), refused.Load())
		}
		for _, n := range onHand(t, db.Gorm, v) {
			if n != 0 {
				t.Errorf("%d are left", n)
			}
		}
	})

	t.Run("orders of the same goods in any order of lines do not block each other for ever", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		brand := fixture.Brand(t, db.Gorm, "circle")
		goods := fixture.Sell(t, db.Gorm, fixture.Storefront(t, db.Gorm, brand, "circle"), "honey", 1000, 100, 100, 100)
		deadlocks := func() (n int64) {
			db.Gorm.Raw("select deadlocks from pg_stat_database where datname = current_database()").Scan(&n)
			return n
		}
		crowd(100, func(i int) {
			order := fixture.ID()
			lines := []inventory.Line{line(goods.Variants[0], 2), line(goods.Variants[1], 1), line(goods.Variants[2], 1)}
			rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(lines), func(a, b int) { lines[a], lines[b] = lines[b], lines[a] })
			err := take(t, db.Gorm, brand.ID, lines, order, nil, now)
			if err == nil && i%2 == 0 {
				err = database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
					return inventory.ReturnTx(tx, brand.ID, order, nil, nil, now)
				})
			}
			if err != nil {
				t.Error(err)
			}
		})
		var left []int64
		for _, v := range goods.Variants {
			left = append(left, onHand(t, db.Gorm, v)[goods.Warehouse.ID])
		}
		if !slices.Equal(left, []int64{900, 950, 950}) {
			t.Errorf("left %v", left)
		}
		if n := deadlocks(); n != 0 {
			t.Errorf("%d deadlocks", n)
		}
	})

	t.Run("one order given back by many at once returns once", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		brand := fixture.Brand(t, db.Gorm, "back")
		goods := fixture.Sell(t, db.Gorm, fixture.Storefront(t, db.Gorm, brand, "back"), "honey", 10, 100)
		order := fixture.ID()
		err := take(t, db.Gorm, brand.ID, []inventory.Line{line(goods.Variants[0], 7)}, order, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		crowd(20, func(int) {
			err := database.InTx(t.Context(), db.Gorm, func(tx *gorm.DB) error {
				return inventory.ReturnTx(tx, brand.ID, order, nil, nil, now)
			})
			if err != nil {
				t.Error(err)
			}
		})
		if got := onHand(t, db.Gorm, goods.Variants[0])[goods.Warehouse.ID]; got != 10 {
			t.Errorf("on hand %d, want 10", got)
		}
	})
}

// crowd runs fn n times at once and waits.
func crowd(n int, fn func(int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}
