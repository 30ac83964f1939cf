package rollup

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Progress is told of each step of a rebuild.
type Progress func(step string, done, total int)

// Rebuild makes the roll-ups from the facts anew, as another generation beside
// the one that is read and advanced meanwhile, and then has reports read that
// one. A rebuild that was cut short leaves rows that nobody reads; the next one
// removes them. Two do not run at once: the second one waits, and makes them again.
func (s *Service) Rebuild(ctx context.Context, told Progress) error {
	if told == nil {
		told = func(string, int, int) {}
	}
	ctx = database.AcrossBrands(ctx, database.Outbox)
	return s.db.WithContext(ctx).Connection(func(db *gorm.DB) error {
		if err := db.Exec("select pg_advisory_lock(hashtext('sales_rollups'))").Error; err != nil {
			return fmt.Errorf("wait for another rebuild: %w", err)
		}
		defer db.WithContext(context.WithoutCancel(ctx)).Exec("select pg_advisory_unlock(hashtext('sales_rollups'))")
		return s.rebuild(db, told)
	})
}

func (s *Service) rebuild(db *gorm.DB, told Progress) error {
	state, err := Read(db)
	if err != nil {
		return err
	}
	if !state.Built {
		if err := rebase(db); err != nil {
			return fmt.Errorf("rebase facts of another cluster: %w", err)
		}
	}
	if err := keep(db, state.Generation); err != nil {
		return fmt.Errorf("remove what is left of an earlier rebuild: %w", err)
	}
	var upto string
	if err := db.Raw("select pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&upto).Error; err != nil {
		return fmt.Errorf("read the oldest transaction: %w", err)
	}
	next := state.Generation + 1
	if err := s.fill(db.Statement.Context, next, upto, told); err != nil {
		return err
	}
	told("facts that came meanwhile", len(cubes), len(cubes))
	if err := s.change(db, next, upto); err != nil {
		return err
	}
	if err := keep(db, next); err != nil {
		return fmt.Errorf("remove the generation before: %w", err)
	}
	return nil
}

// rebase makes the transactions of facts from another cluster past ones: they
// have ended, but may lie in the future of this one.
func rebase(db *gorm.DB) error {
	return database.InTx(db.Statement.Context, db, func(tx *gorm.DB) error {
		return tx.Exec("update sales_facts set xid = '2' where xid >= pg_snapshot_xmin(pg_current_snapshot())").Error
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
}

// atOnce is how many roll-ups are summed from facts at a time.
const atOnce = 2

// fill fills all roll-ups, those with most rows first, each before those that
// are summed from it.
func (s *Service) fill(ctx context.Context, generation int, upto string, told Progress) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	db, step := s.db.WithContext(ctx), inTurn(told)
	for _, base := range slices.Backward(cubes) {
		if base.from != "" {
			continue
		}
		g.Go(func() error {
			for c, next := base, true; next; c, next = c.summedFurther() {
				if err := c.fill(db, generation, upto); err != nil {
					return fmt.Errorf("fill %s: %w", c.table, err)
				}
				step(c.table)
			}
			return nil
		})
	}
	return g.Wait()
}

// inTurn tells of one step after the other.
func inTurn(told Progress) func(step string) {
	var turn sync.Mutex
	done := 0
	return func(step string) {
		turn.Lock()
		defer turn.Unlock()
		done++
		told(step, done, len(cubes))
	}
}

// fill sums the facts of transactions before upto, which have all ended: any
// later snapshot finds the same ones. Sorted by time, rows of a time lie together.
func (c cube) fill(db *gorm.DB, generation int, upto string) error {
	return db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("set local work_mem = '128MB'").Error; err != nil {
			return err
		}
		sums := c.sums("sales_facts", "f.xid < '"+upto+"'::xid8")
		if c.from != "" {
			sums = c.further(named(c.from), generation)
		}
		return tx.Exec(fmt.Sprintf("insert into %s (generation, %s) select %d, s.* from (%s) s order by %s",
			c.table, strings.Join(c.names(), ", "), generation, sums, strings.Join(c.time(), ", "))).Error
	})
}

// change adds what came since upto, and has the generation read.
func (s *Service) change(db *gorm.DB, generation int, upto string) error {
	return database.InTx(db.Statement.Context, db, func(tx *gorm.DB) error {
		if err := tx.Exec("select 1 from sales_rollups for update").Error; err != nil {
			return fmt.Errorf("hold the roll-ups: %w", err)
		}
		var now string
		if err := tx.Raw("select pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&now).Error; err != nil {
			return fmt.Errorf("read the oldest transaction: %w", err)
		}
		for _, c := range cubes {
			came := fmt.Sprintf("f.xid >= '%s'::xid8 and f.xid < '%s'::xid8", upto, now)
			if err := tx.Exec(c.add(fmt.Sprint(generation), "sales_facts", came)).Error; err != nil {
				return fmt.Errorf("add to %s: %w", c.table, err)
			}
		}
		at := s.now()
		err := tx.Exec(`
update sales_rollups
set generation = ?, watermark = ?::xid8, system = (select system_identifier from pg_control_system()), rebuilt_at = ?, advanced_at = ?`,
			generation, now, at, at).Error
		if err != nil {
			return fmt.Errorf("change the generation: %w", err)
		}
		return nil
	})
}

// keep removes the rows of all generations but one.
func keep(db *gorm.DB, kept int) error {
	for _, c := range cubes {
		if err := db.Exec("delete from "+c.table+" where generation <> ?", kept).Error; err != nil {
			return err
		}
	}
	return nil
}
