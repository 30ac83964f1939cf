// Package database opens the one connection pool of a process and holds the
// few rules every statement obeys: times are UTC, transactions that lose a
// race are tried again in InTx alone, tenant tables are read by brand.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// Options tune Open; the zero value suits a server.
type Options struct {
	// MaxConns bounds the connections of this process. Default 16.
	MaxConns int32
	// Params are PostgreSQL session settings beside TimeZone=UTC.
	Params map[string]string
	// Log receives faults of the database. Default slog.Default().
	Log *slog.Logger
	// Guard refuses statements on tenant tables that do not name brand_id.
	// Nil leaves them unchecked, as production does.
	Guard *Guard
	// Tracer watches every pgx call beside the guard, to count or time them.
	Tracer pgx.QueryTracer
}

// DB is one pool, seen through pgx and through GORM.
type DB struct {
	Pool *pgxpool.Pool
	Gorm *gorm.DB

	sql *sql.DB
}

// Open connects to the database at dsn and proves that it answers.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.MaxConns == 0 {
		o.MaxConns = 16
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	configure(cfg, o)
	if o.Guard != nil {
		if err := o.Guard.load(ctx, dsn); err != nil {
			return nil, fmt.Errorf("read the tenant tables: %w", err)
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	db := &DB{Pool: pool, sql: stdlib.OpenDBFromPool(pool)}
	// The pgx pool keeps idle connections; were database/sql to keep some
	// too, readers of the pool would starve. So it stays at none.
	db.sql.SetMaxOpenConns(int(o.MaxConns))
	db.Gorm, err = gorm.Open(
		dialect{&postgres.Dialector{Config: &postgres.Config{Conn: connPool{DB: db.sql, pool: pool, guard: o.Guard}}}},
		&gorm.Config{
			SkipDefaultTransaction: true,
			TranslateError:         true,
			DisableAutomaticPing:   true,
			Logger:                 faultLog{log: o.Log},
			NowFunc:                func() time.Time { return time.Now().UTC() },
		})
	if err == nil {
		err = db.Gorm.Callback().Query().Replace("gorm:query", read)
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open gorm: %w", err)
	}
	return db, nil
}

// Close waits for running statements and closes the pool.
func (db *DB) Close() {
	_ = db.sql.Close()
	db.Pool.Close()
}

func configure(cfg *pgxpool.Config, o Options) {
	cfg.MaxConns = o.MaxConns
	cfg.MaxConnIdleTime = time.Hour
	params := cfg.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	if params["application_name"] == "" {
		params["application_name"] = "tradewind"
	}
	// A plan made once for all values: planning anew takes as long as most
	// statements run, and PostgreSQL chooses it wherever a limit is an argument.
	if params["plan_cache_mode"] == "" {
		params["plan_cache_mode"] = "force_generic_plan"
	}
	maps.Copy(params, o.Params)
	cfg.ConnConfig.Tracer = tracers(o)
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		readTimesAsUTC(conn.TypeMap())
		conn.TypeMap().RegisterType(&pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: uuidCodec{}})
		return nil
	}
}

func readTimesAsUTC(types *pgtype.Map) {
	at := &pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	}
	types.RegisterType(at)
	types.RegisterType(&pgtype.Type{
		Name:  "_timestamptz",
		OID:   pgtype.TimestamptzArrayOID,
		Codec: &pgtype.ArrayCodec{ElementType: at},
	})
}
