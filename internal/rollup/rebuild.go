package rollup

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Progress is told of each step of a rebuild.
type Progress func(step string, done, total int)

// Rebuild makes the roll-ups from the facts anew, as another generation beside
// the one that is read and advanced meanwhile, and then has reports read that
// one. A rebuild that was cut short leaves tables that nobody reads; the next one
// removes them. Two do not run at once: the second one waits, and makes them again.
func (s *Service) Rebuild(ctx context.Context, told Progress) error {
	if told == nil {
		told = func(string, int, int) {}
	}
	ctx = database.AcrossBrands(ctx, database.Outbox)
	return s.db.WithContext(ctx).Connection(func(db *gorm.DB) error {
		db = db.Session(&gorm.Session{NewDB: true})
		// A statement that waits for the lock has a snapshot, for which the other rebuild would wait.
		if err := until(db, "select pg_try_advisory_lock(hashtext('sales_rollups'))"); err != nil {
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
	upto, err := lastEnded(db)
	if err != nil {
		return err
	}
	next := state.Generation + 1
	if err := s.fill(db.Statement.Context, next, upto, told); err != nil {
		return err
	}
	told("facts that came meanwhile", 1, 1)
	if upto, err = follow(db, next, upto); err != nil {
		return err
	}
	if err := s.change(db, next, upto); err != nil {
		return err
	}
	told("reports that still read the sums of before", 1, 1)
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

// atOnce is how many statements of a rebuild run at a time.
const atOnce = 2

// fill fills all roll-ups: from the facts stretch by stretch, which are read from
// disk once for all of them, then each from the one before it.
func (s *Service) fill(ctx context.Context, generation int, upto string, told Progress) error {
	db := s.db.WithContext(ctx)
	stretches, whole, err := s.divide(db)
	if err != nil {
		return err
	}
	bases := slices.DeleteFunc(slices.Clone(cubes), func(c cube) bool { return c.from != "" })
	slices.Reverse(bases) // those with most rows first
	step := inTurn(told, len(bases)*len(stretches)+len(cubes))
	for _, c := range cubes {
		if err := c.create(db, generation); err != nil {
			return fmt.Errorf("make %s: %w", c.in(generation), err)
		}
	}
	g, sum := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, facts := range stretches {
		for _, c := range bases {
			g.Go(func() error {
				rows := c.sums("sales_facts", "f.xid < '"+upto+"'::xid8 and "+facts.where, facts.begins)
				if err := c.write(db.WithContext(sum), generation, rows); err != nil {
					return fmt.Errorf("sum up to %s: %w", c.table, err)
				}
				step(c.table)
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	g, further := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, base := range bases {
		g.Go(func() error { return base.finish(db.WithContext(further), generation, whole, step) })
	}
	return g.Wait()
}

// finish attaches a roll-up that is full, and those that are summed from it.
func (c cube) finish(db *gorm.DB, generation int, whole calendar, step func(string)) error {
	for {
		if err := c.attach(db, generation); err != nil {
			return fmt.Errorf("attach %s: %w", c.in(generation), err)
		}
		step(c.table)
		next, ok := c.summedFurther()
		if !ok {
			return nil
		}
		if err := next.write(db, generation, next.further(c, generation, whole.begins)); err != nil {
			return fmt.Errorf("sum up to %s: %w", next.table, err)
		}
		c = next
	}
}

// inTurn tells of one step of some after the other.
func inTurn(told Progress, steps int) func(step string) {
	var turn sync.Mutex
	done := 0
	return func(step string) {
		turn.Lock()
		defer turn.Unlock()
		done++
		told(step, done, steps)
	}
}

const (
	// fewFacts may be left for the change, which no runner works beside.
	fewFacts = 1000
	// mostRounds bound how often follow tries to leave so few.
	mostRounds = 10
)

// follow adds what came since upto to a generation that nobody reads yet, until
// little is left, and tells up to which transaction it has come.
func follow(db *gorm.DB, generation int, upto string) (string, error) {
	for range mostRounds {
		n, next := int64(0), ""
		err := apart(db, func(tx *gorm.DB) (err error) {
			if next, err = lastEnded(tx); err != nil {
				return err
			}
			n, err = addBetween(tx, generation, upto, next)
			return err
		})
		if err != nil {
			return "", err
		}
		upto = next
		if n <= fewFacts {
			break
		}
	}
	return upto, nil
}

// addBetween adds the facts of transactions from one before another to all
// roll-ups of a generation, and tells how many they are.
func addBetween(tx *gorm.DB, generation int, from, to string) (n int64, err error) {
	came := fmt.Sprintf("f.xid >= '%s'::xid8 and f.xid < '%s'::xid8", from, to)
	if err := tx.Raw("select count(*) from sales_facts f where " + came).Scan(&n).Error; err != nil || n == 0 {
		return n, err
	}
	for _, c := range cubes {
		if err := tx.Exec(c.add(fmt.Sprint(generation), "sales_facts", came)).Error; err != nil {
			return 0, fmt.Errorf("add to %s: %w", c.table, err)
		}
	}
	return n, nil
}

// change adds what came since upto, and has the generation read.
func (s *Service) change(db *gorm.DB, generation int, upto string) error {
	return database.InTx(db.Statement.Context, db, func(tx *gorm.DB) error {
		if err := tx.Exec("select 1 from sales_rollups for update").Error; err != nil {
			return fmt.Errorf("hold the roll-ups: %w", err)
		}
		now, err := lastEnded(tx)
		if err != nil {
			return err
		}
		if _, err := addBetween(tx, generation, upto, now); err != nil {
			return err
		}
		at := s.now()
		err = tx.Exec(`
update sales_rollups
set generation = ?, watermark = ?::xid8, system = (select system_identifier from pg_control_system()), rebuilt_at = ?, advanced_at = ?`,
			generation, now, at, at).Error
		if err != nil {
			return fmt.Errorf("change the generation: %w", err)
		}
		return nil
	})
}
