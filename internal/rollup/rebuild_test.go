package rollup_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// A rebuild sums facts that lie in the order of time stretch by stretch, and
// has each of them once: also those at the edges of months in any zone.
func TestARebuildInStretches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(6, 6))
	for range 150 {
		if err := w.sell(w.db, r); err != nil {
			t.Fatal(err)
		}
	}
	w.keep.SumAtOnce(10)
	if n, err := w.keep.Stretches(w.db); err != nil || n != 1 {
		t.Errorf("%d stretches of facts of which nothing is known, %v", n, err)
	}
	for _, sql := range []string{"create index by_time on sales_facts (event_at)", "cluster sales_facts using by_time", "analyze sales_facts"} {
		if err := w.db.Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	if n, err := w.keep.Stretches(w.db); err != nil || n < 3 || n > 12 {
		t.Errorf("%d stretches of four months, %v", n, err)
	}
	w.rebuild(t)

	// Of facts that end late in a month, where the next stretch would begin after them.
	for _, sql := range []string{
		"delete from sales_facts where event_at not between '2026-01-10' and '2026-01-27'", "update sales_facts set product_id = null",
		"cluster sales_facts", "analyze sales_facts",
	} {
		if err := w.db.Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
	w.rebuild(t)
}

func (w *world) rebuild(t *testing.T) {
	t.Helper()
	if err := w.keep.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.exact(t)
}

// What a rebuild writes holds no facts back, however long it takes; what may
// write facts does.
func TestARebuildHoldsNothingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.advance(t)
	writing, done := make(chan struct{}), make(chan struct{})
	var rebuild sync.WaitGroup
	rebuild.Go(func() {
		if err := rollup.Apart(w.db, func(tx *gorm.DB) error {
			err := tx.Exec("select pg_current_xact_id()").Error
			close(writing)
			<-done
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	<-writing
	if err := w.sell(w.db, rand.New(rand.NewPCG(7, 7))); err != nil {
		t.Fatal(err)
	}
	if w.advance(t) == 0 {
		t.Error("nothing was added")
	}
	w.exact(t)
	close(done)
	rebuild.Wait()
}

// A report that began before a rebuild reads on what it began with. After that
// nothing is left of it.
func TestARebuildBesideAReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(8, 8))
	for range 20 {
		if err := w.sell(w.db, r); err != nil {
			t.Fatal(err)
		}
	}
	w.advance(t)
	ended := make(chan error, 1)
	err := w.db.Transaction(func(tx *gorm.DB) error {
		before, err := rollup.Read(tx)
		if err != nil {
			return err
		}
		go func() { ended <- w.keep.Rebuild(t.Context(), nil) }()
		for now := before; now.Generation == before.Generation; {
			if now, err = rollup.Read(w.db); err != nil {
				return err
			}
		}
		if err := w.sell(w.db, r); err != nil {
			return err
		}
		report := *w
		report.db = tx
		report.agree(t, needs()...)
		return nil
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.exact(t)
	w.alone(t)
}

// alone fails unless there is one generation of each roll-up.
func (w *world) alone(t *testing.T) {
	t.Helper()
	var parts []string
	if err := w.db.Raw("select relname from pg_class where relkind = 'r' and relname ~ '^sales_by_.*_[0-9]+$' order by 1").Scan(&parts).Error; err != nil {
		t.Fatal(err)
	}
	if len(parts) != 8 {
		t.Errorf("there are %v", parts)
	}
}

// Two runners and a rebuild while orders come in: each snapshot is exact, and
// at the end all facts are in the roll-ups.
func TestRunnersAndARebuildWhileOrdersComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	var sellers, keepers sync.WaitGroup
	for seller := range 3 {
		sellers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(seller), 2))
			for range 40 {
				if err := w.db.Transaction(func(tx *gorm.DB) error { return w.sell(tx, r) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		keepers.Go(func() {
			for ctx.Err() == nil {
				if _, err := w.keep.Advance(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	keepers.Go(func() {
		for ctx.Err() == nil {
			if err := w.keep.Rebuild(t.Context(), nil); err != nil {
				t.Error(err)
			}
		}
	})
	keepers.Go(func() {
		for ctx.Err() == nil {
			w.agree(t, needs()...)
		}
	})
	sellers.Wait()
	stop()
	keepers.Wait()
	w.advance(t)
	w.exact(t)
}

// A runner or rebuild that is cut off anywhere leaves figures exact, and the
// next one goes on.
func TestCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(3, 3))
	for round := range 30 {
		if err := w.sell(w.db, r); err != nil {
			t.Fatal(err)
		}
		most := 8 * time.Millisecond
		if round%4 == 0 {
			most = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.Int64N(int64(most))))
		if round%2 == 0 {
			_ = w.keep.Rebuild(ctx, nil)
		} else {
			_, _ = w.keep.Advance(ctx)
		}
		cancel()
		w.agree(t, needs()...)
	}
	if err := w.keep.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.alone(t)
	w.advance(t)
	w.exact(t)
}
