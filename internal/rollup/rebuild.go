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
	if err := s.keep(db.Statement.Context, state.Generation); err != nil {
		return fmt.Errorf("remove what is left of an earlier rebuild: %w", err)
	}
	upto, err := ended(db)
	if err != nil {
		return err
	}
	next := state.Generation + 1
	if err := s.fill(db.Statement.Context, next, upto, told); err != nil {
		return err
	}
	told("facts that came meanwhile", len(cubes), len(cubes))
	if upto, err = follow(db, next, upto); err != nil {
		return err
	}
	if err := s.change(db, next, upto); err != nil {
		return err
	}
	if err := s.keep(db.Statement.Context, next); err != nil {
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
	by, err := s.divide(db)
	if err != nil {
		return err
	}
	for _, base := range slices.Backward(cubes) {
		if base.from != "" {
			continue
		}
		g.Go(func() error {
			for c, next := base, true; next; c, next = c.summedFurther() {
				if err := c.fill(db, generation, upto, by); err != nil {
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
// later snapshot finds the same ones. What is summed further, and what is read as
// soon as the generation is, is planned by how much there is now.
func (c cube) fill(db *gorm.DB, generation int, upto string, by division) error {
	var sums []string
	for _, time := range by.times {
		sums = append(sums, c.sums("sales_facts", "f.xid < '"+upto+"'::xid8 and "+time))
	}
	if c.from != "" {
		sums = []string{c.further(named(c.from), generation)}
	}
	for _, rows := range sums {
		if err := c.write(db, generation, rows, by.brands); err != nil {
			return err
		}
	}
	return db.Exec("analyze " + c.table).Error
}

func (c cube) write(db *gorm.DB, generation int, sums, ranges string) error {
	return db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("select set_config('work_mem', '128MB', true), set_config('synchronous_commit', 'off', true)").Error; err != nil {
			return err
		}
		return tx.Exec(fmt.Sprintf("insert into %s (generation, %s) select %d, s.* from (%s) s order by %s",
			c.table, strings.Join(c.names(), ", "), generation, sums, c.order(ranges))).Error
	})
}

// order is that in which rows are written: those of a time lie together, and
// those of brands come range by range, so that the part of an index by brand
// that a range is written to stays in memory.
func (c cube) order(ranges string) string {
	by := strings.Join(c.time(), ", ")
	if c.keys[0] == "brand_id" && ranges != "" {
		by = "width_bucket(s.brand_id, '" + ranges + "'::uuid[]), " + by
	}
	return by
}

// division is how a rebuild divides its work.
type division struct {
	// times are conditions that have each fact once, of stretches of whole months:
	// sums of each fit in memory, and the transaction that writes them, which holds
	// back the watermark of the generation that is read, is short.
	times []string
	// brands is an array of where ranges of as many brands begin, or empty.
	brands string
}

// factsAtOnce are summed in one go, unless that makes more than mostStretches.
const (
	factsAtOnce   = 1_000_000
	mostStretches = 12
)

// divide goes by what PostgreSQL knows of the facts. Where they do not lie in
// the order of time, or nothing is known, they are one stretch.
func (s *Service) divide(db *gorm.DB) (by division, err error) {
	err = db.Raw(`
select coalesce(cast(percentile_disc((select array_agg(n / 64.0::float8) from generate_series(1, 63) as n)) within group (order by id) as text), '')
from brands`).Scan(&by.brands).Error
	if err != nil {
		return by, fmt.Errorf("divide the brands: %w", err)
	}
	var begins []string
	err = db.Raw(`
select distinct to_char(date_trunc('month', s.bounds[1 + n * (cardinality(s.bounds) - 1) / t.parts], 'UTC') at time zone 'UTC', 'YYYY-MM-DD') as begins
from (
  select cast(cast(histogram_bounds as text) as timestamptz[]) as bounds
  from pg_stats
  where schemaname = current_schema() and tablename = 'sales_facts' and attname = 'event_at' and correlation > 0.9
) s
cross join (select cast(least(ceil(reltuples / ?), ?) as integer) as parts from pg_class where oid = 'sales_facts'::regclass) t
cross join lateral generate_series(1, t.parts - 1) as n
order by begins`, s.factsAtOnce, mostStretches).Scan(&begins).Error
	if err != nil {
		return by, fmt.Errorf("divide the facts: %w", err)
	}
	after := "true"
	for _, begin := range begins {
		edge := "timestamptz '" + begin + " 00:00:00+00'"
		by.times = append(by.times, after+" and f.event_at < "+edge)
		after = "f.event_at >= " + edge
	}
	by.times = append(by.times, after)
	return by, nil
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
		err := db.Transaction(func(tx *gorm.DB) (err error) {
			if next, err = ended(tx); err != nil {
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

// ended is the oldest transaction that runs, or the next one: all before it have ended.
func ended(db *gorm.DB) (xid string, err error) {
	if err := db.Raw("select pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&xid).Error; err != nil {
		return "", fmt.Errorf("read the oldest transaction: %w", err)
	}
	return xid, nil
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
		now, err := ended(tx)
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

// keep removes the rows of all generations but one.
func (s *Service) keep(ctx context.Context, kept int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, c := range slices.Backward(cubes) {
		g.Go(func() error {
			return s.db.WithContext(ctx).Exec("delete from "+c.table+" where generation <> ?", kept).Error
		})
	}
	return g.Wait()
}
