package rollup

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/models"
)

// create makes the partition of a generation by itself.
func (c cube) create(db *gorm.DB, generation int) error {
	return db.Exec(fmt.Sprintf("create table %s (like %s) with (fillfactor = 90, autovacuum_enabled = off)", c.in(generation), c.table)).Error
}

// write writes sums to the partition, in the order of time.
func (c cube) write(db *gorm.DB, generation int, sums string) error {
	return apart(db, func(tx *gorm.DB) error {
		// Sums are hashed, which takes half as long as sorting the facts; they are fewer, and sorted then,
		// from a table: as a part of the statement they would be had in its order, by sorting the facts.
		// Code made for a statement is worth it for millions of rows. Facts of a time lie one after
		// the other, which the system reads ahead unless it is told what will be read.
		err := tx.Exec(`
select set_config('work_mem', '192MB', true), set_config('enable_sort', 'off', true), set_config('jit', 'on', true),
  set_config('effective_io_concurrency', '0', true), set_config('synchronous_commit', 'off', true)`).Error
		if err != nil {
			return err
		}
		return tx.Exec(fmt.Sprintf("insert into %s (generation, %s) with sums as materialized (%s) select %d, s.* from sums s order by %s",
			c.in(generation), strings.Join(c.names(), ", "), sums, generation, strings.Join(c.time(), ", "))).Error
	})
}

// attach has the partition belong to its table, builds its indexes in one go, and
// tells the planner what it holds.
func (c cube) attach(db *gorm.DB, generation int) error {
	err := apart(db, func(tx *gorm.DB) error {
		// Another one is attached meanwhile: more workers would get in each other's way.
		if err := tx.Exec("select set_config('maintenance_work_mem', '256MB', true), set_config('max_parallel_maintenance_workers', '0', true)").Error; err != nil {
			return err
		}
		if err := tx.Exec(fmt.Sprintf("alter table %s attach partition %s for values in (%d)", c.table, c.in(generation), generation)).Error; err != nil {
			return err
		}
		return tx.Exec(fmt.Sprintf("alter table %s reset (autovacuum_enabled)", c.in(generation))).Error
	})
	if err != nil {
		return fmt.Errorf("make the indexes: %w", err)
	}
	return db.Exec("analyze " + c.in(generation)).Error
}

// keep removes all generations but one, also those that were cut short anywhere,
// when nobody reads them any more.
func keep(db *gorm.DB, kept int) error {
	var parts []struct {
		Of, Name           string
		Attached, Detached bool
	}
	tables := make(models.StringList, len(cubes))
	for i, c := range cubes {
		tables[i] = c.table
	}
	err := db.Raw(`
select t.name as of, p.relname as name, i.inhrelid is not null as attached, coalesce(i.inhdetachpending, false) as detached
from unnest(cast(@tables as text[])) as t (name)
join pg_class p on p.relkind = 'r' and p.relnamespace = current_schema()::regnamespace and p.relname ~ ('^' || t.name || '_[0-9]+$')
left join pg_inherits i on i.inhrelid = p.oid
where p.relname <> t.name || '_' || @kept`, map[string]any{"tables": tables, "kept": fmt.Sprint(kept)}).Scan(&parts).Error
	if err != nil || len(parts) == 0 {
		return err
	}
	if err := awaitReaders(db); err != nil {
		return err
	}
	for _, part := range parts {
		detach := fmt.Sprintf("alter table %s detach partition %s ", part.Of, part.Name)
		switch {
		case part.Detached:
			err = db.Exec(detach + "finalize").Error
		case part.Attached:
			err = db.Exec(detach + "concurrently").Error
		}
		if err == nil {
			err = db.Exec("drop table " + part.Name).Error
		}
		if err != nil {
			return fmt.Errorf("remove %s: %w", part.Name, err)
		}
	}
	return nil
}

// awaitReaders waits until no snapshot is left of a time before: what it tells of
// generations may be another one than is read now.
func awaitReaders(db *gorm.DB) error {
	var now string
	if err := db.Raw("select pg_current_xact_id()::text").Scan(&now).Error; err != nil {
		return err
	}
	return until(db, `
select not exists (
  select from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null and age(backend_xmin) >= age(?::xid8::xid)
)`, now)
}

// until asks again and again, each time in a snapshot of its own.
func until(db *gorm.DB, query string, args ...any) error {
	ctx := db.Statement.Context
	for {
		var yes bool
		if err := db.Raw(query, args...).Scan(&yes).Error; err != nil || yes {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
