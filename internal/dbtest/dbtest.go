// Package dbtest gives tests real databases: clones of a migrated template
// in one PostgreSQL cluster that all test packages of a run share. There is
// nothing to configure; without PostgreSQL the tests fail.
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	name := run.cloneName()
	if err := run.clone(name); err != nil {
		t.Fatalf("clone the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := run.exec("drop database if exists " + ident(name) + " with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return run.server.DSN(name)
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

var connect = sync.OnceValues(func() (*process, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	server, err := join(ctx)
	if err != nil {
		return nil, err
	}
	run := &process{server: server}
	run.shared = sync.OnceValues(run.openShared)
	if err := run.sweep(ctx); err != nil {
		return nil, err
	}
	run.template, err = migrated(ctx, server)
	return run, err
})

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
	if err := p.clone(name); err != nil {
		return nil, err
	}
	return database.Open(context.Background(), p.server.DSN(name), database.Options{Guard: &database.Guard{}})
}

// cloneName names its process, so that leftovers of a killed one are known.
func (p *process) cloneName() string {
	return fmt.Sprintf("test_%d_%d", os.Getpid(), p.clones.Add(1))
}

func (p *process) clone(name string) error {
	return p.exec("create database " + ident(name) + " template " + ident(p.template) + " strategy file_copy")
}

func (p *process) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return admin(ctx, p.server, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sql)
		return err
	})
}

func admin(ctx context.Context, server *postgres.Server, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, server.DSN("postgres"))
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close(context.WithoutCancel(ctx)))
}

func ident(name string) string { return pgx.Identifier{name}.Sanitize() }

// DatabaseName is the name of the database a DSN leads to.
func DatabaseName(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return ""
	}
	return u.Path[1:]
}
