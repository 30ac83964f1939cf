package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// connPool is what GORM sees as the database. It begins transactions on a
// connection it can still reach, so that Conn finds the pgx connection
// beneath one, and asks the guard before a statement leaves.
type connPool struct {
	*sql.DB
	pool  *pgxpool.Pool
	guard *Guard
}

func (p connPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	conn, err := p.Conn(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &txConn{Tx: tx, conn: conn, guard: p.guard}, nil
}

// GetDBConn answers gorm.DB.DB().
func (p connPool) GetDBConn() (*sql.DB, error) { return p.DB, nil }

func (p connPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.DB.ExecContext(p.guard.check(ctx, query), query, args...)
}

func (p connPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.DB.QueryContext(p.guard.check(ctx, query), query, args...)
}

func (p connPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.DB.QueryRowContext(p.guard.check(ctx, query), query, args...)
}

// txConn is a transaction together with the connection it runs on.
type txConn struct {
	*sql.Tx
	conn  *sql.Conn
	guard *Guard
}

func (t *txConn) Commit() error {
	err := t.Tx.Commit()
	_ = t.conn.Close()
	return err
}

func (t *txConn) Rollback() error {
	err := t.Tx.Rollback()
	_ = t.conn.Close()
	return err
}

func (t *txConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.Tx.ExecContext(t.guard.check(ctx, query), query, args...)
}

func (t *txConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.Tx.QueryContext(t.guard.check(ctx, query), query, args...)
}

func (t *txConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.Tx.QueryRowContext(t.guard.check(ctx, query), query, args...)
}

// Conn lends the pgx connection beneath a GORM transaction, for COPY and
// batches that must commit or roll back with it. Inside fn the connection is
// the caller's alone: a statement through tx there would wait for ever.
func Conn(tx *gorm.DB, fn func(*pgx.Conn) error) error {
	t, ok := tx.Statement.ConnPool.(*txConn)
	if !ok {
		return errors.New("database.Conn: called outside a transaction")
	}
	return t.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("database.Conn: unexpected driver %T", driverConn)
		}
		// A cancelled context rolls back behind our back; what fn then wrote
		// would be committed on its own.
		if c.Conn().PgConn().TxStatus() == 'I' {
			return fmt.Errorf("database.Conn: %w", sql.ErrTxDone)
		}
		return fn(c.Conn())
	})
}
