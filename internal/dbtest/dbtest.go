// Package dbtest gives tests real databases: clones of a migrated template
// in one PostgreSQL cluster that all test packages of a run share. There is
// nothing to configure; without PostgreSQL the tests fail.
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// New returns a database of the test's own, migrated and empty, with the
// brand guard on. It is dropped when the test ends.
func New(t testing.TB) *database.DB {
	t.Helper()
	return Open(t, DSN(t), database.Options{})
}

// DSN is the URL of a database of the test's own, for processes it starts.
// It is dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	run := start(t)
	return run.lend(t, run.template)
}

// EmptyDSN is the URL of a database of the test's own that was never migrated.
func EmptyDSN(t testing.TB) string {
	t.Helper()
	return start(t).lend(t, "template0")
}

// Seeded is New with data that costs time to make: fill runs once, for all
// packages and runs that share the cluster, and each caller gets a clone of
// the outcome. The key must change with what fill does.
func Seeded(t testing.TB, key string, fill func(context.Context, *database.DB) error) *database.DB {
	t.Helper()
	run := start(t)
	sum := sha256.Sum256([]byte(key))
	name := run.template + "_" + hex.EncodeToString(sum[:8])
	err := once(t.Context(), run.server, name, run.template, func(dsn string) error {
		db, err := database.Open(t.Context(), dsn, database.Options{})
		if err != nil {
			return err
		}
		defer db.Close()
		if err := fill(t.Context(), db); err != nil {
			return err
		}
		_, err = db.Pool.Exec(t.Context(), "analyze")
		return err
	})
	if err != nil {
		t.Fatalf("make the test data %q: %v", key, err)
	}
	return Open(t, run.lend(t, name), database.Options{})
}

// Folder returns a temporary folder that the user PostgreSQL runs as can
// reach, which t.TempDir is not for root.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(tempDir(), "tradewind-") //nolint:usetesting // t.TempDir lies in a closed folder
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatalf("make a temporary folder: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the temporary folder: %v", err)
		}
	})
	return dir
}

// Open opens the database at dsn as New does, with options. The pool is
// closed when the test ends.
func Open(t testing.TB, dsn string, o database.Options) *database.DB {
	t.Helper()
	if o.Guard == nil {
		o.Guard = &database.Guard{Report: func(err error) {
			defer func() { _ = recover() }() // the test may be over
			t.Error(err)
		}}
	}
	db, err := database.Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

// Tx returns a transaction on a database that the tests of a package share.
// It is rolled back when the test ends: for tests that commit nothing, need
// no second connection, and should cost a few milliseconds.
func Tx(t testing.TB) *gorm.DB {
	t.Helper()
	run := start(t)
	db, err := run.shared()
	if err != nil {
		t.Fatalf("open the package's test database: %v", err)
	}
	tx := db.Gorm.WithContext(context.WithoutCancel(t.Context())).Begin()
	if tx.Error != nil {
		t.Fatalf("begin: %v", tx.Error)
	}
	t.Cleanup(func() {
		if err := tx.Rollback().Error; err != nil {
			t.Errorf("roll back: %v", err)
		}
	})
	return tx
}

// process is what one test binary has of the cluster.
type process struct {
	server   *postgres.Server
	template string
	clones   atomic.Int64
	shared   func() (*database.DB, error)
}

// linger is how long a cluster outlives its last user, so that the next
// package, still compiling, finds it.
const linger = 30 * time.Second

var connect = sync.OnceValues(func() (*process, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	base, err := clusterFolder()
	if err != nil {
		return nil, err
	}
	return enter(ctx, base, linger)
})

// enter makes this process a user of the cluster below base.
func enter(ctx context.Context, base string, linger time.Duration) (*process, error) {
	server, err := join(ctx, base, linger)
	if err != nil {
		return nil, err
	}
	run := &process{server: server}
	run.shared = sync.OnceValues(run.openShared)
	if err := run.sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweep up after killed tests: %w", err)
	}
	run.template, err = migrated(ctx, server)
	return run, err
}

func start(t testing.TB) *process {
	t.Helper()
	run, err := connect()
	if err != nil {
		t.Fatalf("these tests need PostgreSQL: %v", err)
	}
	return run
}

func (p *process) openShared() (*database.DB, error) {
	name := p.cloneName()
	if err := p.clone(name, p.template); err != nil {
		return nil, err
	}
	return database.Open(context.Background(), p.server.DSN(name), database.Options{Guard: &database.Guard{}})
}

// lend clones template for a test and drops the clone with it.
func (p *process) lend(t testing.TB, template string) string {
	t.Helper()
	name := p.cloneName()
	if err := p.clone(name, template); err != nil {
		t.Fatalf("clone the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := p.run("drop database if exists " + ident(name) + " with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return p.server.DSN(name)
}

// cloneName names its process, so that leftovers of a killed one are known.
func (p *process) cloneName() string {
	return fmt.Sprintf("test_%d_%d", os.Getpid(), p.clones.Add(1))
}

func (p *process) clone(name, template string) error {
	return p.run("create database " + ident(name) + " template " + ident(template) + " strategy file_copy")
}

func (p *process) run(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return admin(ctx, p.server, func(conn *pgx.Conn) error { return script(ctx, conn, sql) })
}

func admin(ctx context.Context, server *postgres.Server, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, server.DSN("postgres"))
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close(context.WithoutCancel(ctx)))
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }
