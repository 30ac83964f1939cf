package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// attempts bounds how often a transaction that lost a race runs.
const attempts = 8

// InTx runs fn in one transaction and runs it again, a bounded number of
// times, when PostgreSQL ends it by a serialization failure or a deadlock, or
// fn asks for it by Again. fn must therefore do nothing but work on tx. Inside
// another transaction it is a savepoint and leaves that to the outermost call.
func InTx(ctx context.Context, db *gorm.DB, fn func(tx *gorm.DB) error, opts ...*sql.TxOptions) error {
	db = db.WithContext(ctx)
	if InTransaction(db) {
		return db.Transaction(fn, opts...)
	}
	return retry(ctx, lostRace, func() error { return db.Transaction(fn, opts...) })
}

// InBatch is InTx for what first reads and then sends all it writes as one
// Batch: that is a transaction, so that two round trips do what takes one for
// each statement. What fn has read may change before it writes. Constraints
// must tell, and Again has it read anew. Inside another transaction it is a
// savepoint that is tried again for Again alone.
func InBatch(ctx context.Context, db *gorm.DB, fn func(db *gorm.DB) error) error {
	db = db.WithContext(ctx)
	if InTransaction(db) {
		return retry(ctx, overtaken, func() error { return db.Transaction(fn) })
	}
	return retry(ctx, lostRace, func() error { return fn(db) })
}

// Again asks InTx and InBatch to run their function once more, since what it
// has read was changed before it could write. After the last attempt err is
// what they report.
func Again(err error) error { return again{err} }

type again struct{ error }

func (a again) Unwrap() error { return a.error }

// InTransaction tells whether db is a transaction.
func InTransaction(db *gorm.DB) bool {
	_, ok := db.Statement.ConnPool.(gorm.TxCommitter)
	return ok
}

func retry(ctx context.Context, lost func(error) bool, run func() error) error {
	for attempt := 1; ; attempt++ {
		err := run()
		if err == nil || !lost(err) {
			return err
		}
		if attempt == attempts {
			return fmt.Errorf("gave up after %d attempts: %w", attempts, err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// Violates reports whether err is the violation of the named constraint.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

func lostRace(err error) bool {
	var pg *pgconn.PgError
	return overtaken(err) || errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func overtaken(err error) bool {
	_, ok := errors.AsType[again](err)
	return ok
}

// pause waits up to 5 ms at first and up to 320 ms at last, at random, so
// that those who collided do not collide again.
func pause(ctx context.Context, attempt int) error {
	limit := 5 * time.Millisecond << min(attempt-1, 6)
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SpareLookups spares PostgreSQL half of its work where it allows that: looking
// up, for each row that the transaction writes, what the row refers to. It is
// for bulk writers whose rows refer to what they write themselves or have
// locked; a test of each has everything looked up. Unique keys hold as ever.
func SpareLookups(tx *gorm.DB) error {
	return tx.Exec("select set_config('session_replication_role', 'replica', true) where current_setting('is_superuser') = 'on'").Error
}
