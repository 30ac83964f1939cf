package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the product's own migration files.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return files
}

// MigrationState is one line of `migrate status`.
type MigrationState struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero while pending
}

// Pending reports whether the migration has yet to run.
func (m MigrationState) Pending() bool { return m.AppliedAt.IsZero() }

// Migrate brings the database at dsn up to the newest of files and returns
// the names of those it applied. Several processes may call it at once: one
// works, the others wait for it. The dsn must be a direct one, since the
// lock belongs to the session.
func Migrate(ctx context.Context, dsn string, files fs.FS) ([]string, error) {
	provider, db, err := migrator(dsn, files)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return nil, fmt.Errorf("migration %s: %w", filepath.Base(partial.Failed.Source.Path), partial.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := migrateJobs(ctx, dsn); err != nil {
		return nil, err
	}
	var applied []string
	for _, r := range results {
		applied = append(applied, filepath.Base(r.Source.Path))
	}
	return applied, nil
}

// MigrationStatus lists files in order with the time each was applied.
func MigrationStatus(ctx context.Context, dsn string, files fs.FS) ([]MigrationState, error) {
	provider, db, err := migrator(dsn, files)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	states, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	var list []MigrationState
	for _, s := range states {
		list = append(list, MigrationState{
			Version:   s.Source.Version,
			Name:      filepath.Base(s.Source.Path),
			AppliedAt: s.AppliedAt.UTC(),
		})
	}
	return list, nil
}

// Ready proves that the database answers and has every migration that is
// compiled in. Newer ones do no harm: another release has run them.
func (db *DB) Ready(ctx context.Context) error {
	wanted, err := newest(Migrations())
	if err != nil {
		return err
	}
	var has int64
	err = db.Pool.QueryRow(ctx, "select coalesce(max(version_id), 0) from goose_db_version where is_applied").Scan(&has)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "42P01" {
		err = nil // no table: never migrated
	}
	if err != nil {
		return fmt.Errorf("ask the database for its migrations: %w", err)
	}
	if has < wanted {
		return fmt.Errorf("the database is at migration %d, this release needs %d: run `migrate up`", has, wanted)
	}
	return nil
}

func newest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(slices.Max(names))
}

func migrator(dsn string, files fs.FS) (*goose.Provider, *sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("read the database URL: %w", err)
	}
	// Waits up to 10 minutes for another process that migrates.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return nil, nil, fmt.Errorf("migration lock: %w", err)
	}
	db := stdlib.OpenDB(*cfg)
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker))
	if err != nil {
		_ = db.Close()
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, db, nil
}
