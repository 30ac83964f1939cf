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
// times, when PostgreSQL ends it by a serialization failure or a deadlock.
// fn must therefore do nothing but work on tx. Inside another transaction it
// is a savepoint and leaves the retry to the outermost call.
func InTx(ctx context.Context, db *gorm.DB, fn func(tx *gorm.DB) error, opts ...*sql.TxOptions) error {
	db = db.WithContext(ctx)
	if _, nested := db.Statement.ConnPool.(gorm.TxCommitter); nested {
		return db.Transaction(fn, opts...)
	}
	for attempt := 1; ; attempt++ {
		err := db.Transaction(fn, opts...)
		if err == nil || !lostRace(err) {
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
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
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
