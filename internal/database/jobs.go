package database

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// JobSchema is where the tables of the job queue lie, apart from the product's.
const JobSchema = "river"

// jobLock is taken while the queue's tables are migrated, by one process at a time.
const jobLock = 7_430_126_889_173

// migrateJobs brings the tables of the job queue up to those of the library
// that is compiled in.
func migrateJobs(ctx context.Context, dsn string) error {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.MaxConns = 2 // one holds the lock
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	defer func() {
		_, _ = lock.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", jobLock)
		lock.Release()
	}()
	if _, err := lock.Exec(ctx, "select pg_advisory_lock($1)", jobLock); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	if _, err := lock.Exec(ctx, "create schema if not exists "+JobSchema); err != nil {
		return fmt.Errorf("make the schema of the job queue: %w", err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Schema: JobSchema, Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}
