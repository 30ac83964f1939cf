package database_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

func TestInTx(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, db *database.DB) (n int) {
		t.Helper()
		must(t, db.Gorm.Raw("select on_hand from shelf where id = 1").Scan(&n).Error)
		return n
	}

	t.Run("retries serialization failures until all are in", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		before := read(t, db)
		serializable := &sql.TxOptions{Isolation: sql.LevelSerializable}
		var wg sync.WaitGroup
		var runs atomic.Int64
		for range 4 {
			wg.Go(func() {
				for range 5 {
					err := database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
						runs.Add(1)
						var n int
						if err := tx.Raw("select on_hand from shelf where id = 1").Scan(&n).Error; err != nil {
							return err
						}
						return tx.Exec("update shelf set on_hand = ? where id = 1", n+1).Error
					}, serializable)
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got := read(t, db); got != before+20 {
			t.Errorf("%d of 20 increments are in", got-before)
		}
		t.Logf("%d attempts for 20 transactions", runs.Load())
	})

	t.Run("retries deadlocks", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		// Both lock one shelf, wait for each other, then want the other's.
		var meet sync.WaitGroup
		meet.Add(2)
		var wg sync.WaitGroup
		var attempts atomic.Int64
		for _, order := range [][2]int{{1, 2}, {2, 1}} {
			wg.Go(func() {
				first := true
				err := database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
					attempts.Add(1)
					for i, id := range order {
						if err := tx.Exec("update shelf set on_hand = on_hand + 1 where id = ?", id).Error; err != nil {
							return err
						}
						if i == 0 && first {
							first = false
							meet.Done()
							meet.Wait()
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if attempts.Load() < 3 {
			t.Errorf("%d attempts: there was no deadlock", attempts.Load())
		}
	})

	t.Run("gives up after a bounded number of attempts", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		runs := 0
		lost := &pgconn.PgError{Code: "40001"}
		err := database.InTx(ctx, db.Gorm, func(*gorm.DB) error { runs++; return lost })
		if !errors.Is(err, lost) || runs != 8 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})

	t.Run("stops retrying when the caller has left", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		ctx, cancel := context.WithCancel(ctx)
		runs := 0
		err := database.InTx(ctx, db.Gorm, func(*gorm.DB) error {
			runs++
			cancel()
			return &pgconn.PgError{Code: "40P01"}
		})
		if err == nil || runs != 1 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})

	t.Run("retries nothing else", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		runs := 0
		err := database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error { runs++; return tx.Create(&stock{ID: 1}).Error })
		if !database.Violates(err, "shelf_pk") || runs != 1 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})

	t.Run("inside another is a savepoint that leaves the retry outside", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		before := read(t, db)
		outer, inner := 0, 0
		must(t, database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
			outer++
			if err := tx.Exec("update shelf set on_hand = on_hand + 1 where id = 1").Error; err != nil {
				return err
			}
			// Handled: the outer transaction goes on.
			err := database.InTx(ctx, tx, func(tx *gorm.DB) error {
				return tx.Exec("update shelf set on_hand = -1 where id = 1").Error
			})
			if !database.Violates(err, "shelf_on_hand_check") {
				return err
			}
			return database.InTx(ctx, tx, func(*gorm.DB) error {
				if inner++; inner == 1 {
					return &pgconn.PgError{Code: "40001"}
				}
				return nil
			})
		}))
		if outer != 2 || inner != 2 {
			t.Errorf("ran %d times outside and %d inside, want 2 and 2", outer, inner)
		}
		if got := read(t, db); got != before+1 {
			t.Errorf("%d increments, want 1", got-before)
		}
	})

	t.Run("runs again what was overtaken, and tells why in the end", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		before, runs, why := read(t, db), 0, errors.New("overtaken")
		must(t, database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
			if err := tx.Exec("update shelf set on_hand = on_hand + 1 where id = 1").Error; err != nil {
				return err
			}
			if runs++; runs < 3 {
				return database.Again(why)
			}
			return nil
		}))
		if got := read(t, db); got != before+1 || runs != 3 {
			t.Errorf("%d increments in %d runs", got-before, runs)
		}
		runs = 0
		if err := database.InTx(ctx, db.Gorm, func(*gorm.DB) error { runs++; return database.Again(why) }); !errors.Is(err, why) || runs != 8 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})

	t.Run("rolls back and frees its connection on panic", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{})
		before := read(t, db)
		func() {
			defer func() { _ = recover() }()
			_ = database.InTx(ctx, db.Gorm, func(tx *gorm.DB) error {
				_ = tx.Exec("update shelf set on_hand = 99 where id = 1").Error
				panic("a bug")
			})
		}()
		if got := read(t, db); got != before {
			t.Errorf("the write is in: %d", got)
		}
		if n := db.Pool.Stat().AcquiredConns(); n != 0 {
			t.Errorf("%d connections are held", n)
		}
	})
}

func TestInBatch(t *testing.T) {
	t.Parallel()
	increment := func(db *gorm.DB, by int) error {
		batch := database.NewBatch(db)
		batch.Exec("update shelf set on_hand = on_hand + 1 where id = 1")
		batch.Exec("update shelf set on_hand = on_hand + $1 where id = 1", by)
		return batch.Send()
	}
	onHand := func(t *testing.T, db *gorm.DB) (n int) {
		t.Helper()
		must(t, db.Raw("select on_hand from shelf where id = 1").Scan(&n).Error)
		return n
	}

	t.Run("reads anew until nothing has changed meanwhile", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{}).Gorm
		before, runs := onHand(t, db), 0
		must(t, database.InBatch(ctx, db, func(db *gorm.DB) error {
			if runs++; runs < 3 {
				return database.Again(increment(db, -1000)) // the first of its statements must not stay
			}
			return increment(db, 1)
		}))
		if got := onHand(t, db); got != before+2 || runs != 3 {
			t.Errorf("%d increments in %d runs", got-before, runs)
		}
	})
	t.Run("retries deadlocks", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{}).Gorm
		runs := 0
		must(t, database.InBatch(ctx, db, func(*gorm.DB) error {
			if runs++; runs == 1 {
				return &pgconn.PgError{Code: "40P01"}
			}
			return nil
		}))
		if runs != 2 {
			t.Errorf("%d runs", runs)
		}
	})
	t.Run("inside a transaction undoes an attempt alone, and leaves lost races outside", func(t *testing.T) {
		t.Parallel()
		ctx, db := t.Context(), open(t, database.Options{}).Gorm
		before, outer, inner := onHand(t, db), 0, 0
		must(t, database.InTx(ctx, db, func(tx *gorm.DB) error {
			outer++
			if err := increment(tx, 1); err != nil {
				return err
			}
			return database.InBatch(ctx, tx, func(db *gorm.DB) error {
				switch inner++; inner {
				case 1:
					return database.Again(increment(db, -1000))
				case 2:
					return &pgconn.PgError{Code: "40001"}
				}
				return increment(db, 1)
			})
		}))
		if got := onHand(t, db); got != before+4 || outer != 2 || inner != 3 {
			t.Errorf("%d increments, %d runs outside, %d inside", got-before, outer, inner)
		}
	})
}
