package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// sandbox is a database of a command's own, that close removes: in a private
// cluster in a temporary folder, or beside the one at the database URL.
type sandbox struct {
	dsn    string
	signer *identity.Development
	// log costs what a server's does, and shows faults alone.
	log   *slog.Logger
	conns int32
	close func()
}

// sandbox is kept with what is in it where keep says so, for the next time.
func (c *Common) sandbox(ctx context.Context, dir string, keep bool) (*sandbox, error) {
	there := *c
	there.DataDir = dir
	d, err := there.reach(ctx, c.Logger(slog.LevelWarn), postgres.Start)
	if err != nil {
		return nil, err
	}
	s := &sandbox{dsn: d.DSN, conns: c.DatabaseConnections, close: d.Close}
	quiet := Common{LogFormat: c.LogFormat, Err: io.Discard}
	s.log = slog.New(faults{Handler: quiet.Logger(serveLevel).Handler(), shown: c.Logger(slog.LevelError).Handler()})
	if c.DatabaseURL != "" {
		if err := s.beside(ctx, c.DatabaseURL, keep); err != nil {
			return nil, err
		}
	}
	if _, err = database.Migrate(ctx, s.dsn, database.Migrations()); err == nil {
		s.signer, err = identity.OpenDevelopment(dir, utc)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

const duplicateDatabase = "42P04"

// beside makes a database in the cluster of another one.
func (s *sandbox) beside(ctx context.Context, dsn string, keep bool) error {
	name := "tradewind_bench_" + rand.Text()
	if keep {
		name = "tradewind_bench_kept"
	}
	run := func(ctx context.Context, sql string) error {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(ctx))
		_, err = conn.Exec(ctx, sql+" "+pgx.Identifier{name}.Sanitize())
		return err
	}
	var there *pgconn.PgError
	if err := run(ctx, "create database"); err != nil && !(keep && errors.As(err, &there) && there.Code == duplicateDatabase) {
		return fmt.Errorf("make a database to measure on: %w", err)
	}
	s.dsn = named(dsn, name)
	if keep {
		return nil
	}
	s.close = func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := run(ctx, "drop database"); err != nil {
			slog.Warn("the database that was measured on is left", "name", name, "error", err)
		}
	}
	return nil
}

// named is the URL or list of settings of another database of a cluster.
func named(dsn, name string) string {
	if u, err := url.Parse(dsn); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		u.Path = "/" + name
		return u.String()
	}
	return dsn + " dbname=" + name
}

// faults are shown, whatever becomes of the other lines.
type faults struct {
	slog.Handler
	shown slog.Handler
}

func (f faults) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		return f.shown.Handle(ctx, r)
	}
	return f.Handler.Handle(ctx, r)
}

// served is the API on a pool of its own, as serve has it.
type served struct {
	db      *database.DB
	handler http.Handler
	close   func()
}

// server has what of serve's flags matters to the API. Its tracer sees the
// statements and its observer the operations, where they are given.
func (s *sandbox) server(ctx context.Context, flags Serve, tracer pgx.QueryTracer, see observer) (*served, error) {
	db, err := database.Open(ctx, s.dsn, database.Options{MaxConns: s.conns, Log: s.log, Tracer: tracer})
	if err != nil {
		return nil, err
	}
	flags.Introspection, flags.OperationTimeout = true, 30*time.Second
	api := Wire(db.Gorm, utc)
	plans, err := flags.planner(db, api, s.log)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &served{
		db: db, close: db.Close,
		handler: flags.handler(parts{
			db: &Database{DB: db}, api: api, plans: plans, tokens: s.signer.Verifier(), observe: see, log: s.log,
		}),
	}, nil
}
