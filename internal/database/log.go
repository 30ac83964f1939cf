package database

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// faultLog is GORM's logger: silent save for faults, and without the values
// of a statement, which may be personal data.
type faultLog struct{ log *slog.Logger }

func (l faultLog) LogMode(logger.LogLevel) logger.Interface { return l }
func (l faultLog) Info(context.Context, string, ...any)     {}

func (l faultLog) Warn(ctx context.Context, msg string, args ...any) {
	l.log.WarnContext(ctx, msg, "args", args)
}

func (l faultLog) Error(ctx context.Context, msg string, args ...any) {
	l.log.ErrorContext(ctx, msg, "args", args)
}

func (l faultLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	if !fault(err) {
		return
	}
	sql, _ := statement()
	l.log.ErrorContext(ctx, "statement failed", "error", err, "sql", sql, "took", time.Since(begin))
}

// dialect is PostgreSQL, whose statements are shown without their values.
type dialect struct{ *postgres.Dialector }

// Explain is what a log shows of a statement.
func (dialect) Explain(sql string, _ ...any) string { return sql }

// fault tells a broken statement or server from the failures that callers
// handle: absence, violated constraints, lost races, a caller who left.
func fault(err error) bool {
	if err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, ErrAcrossBrands) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code[:2] {
		case "23", "40", "57": // constraint, rollback, cancelled by the operator or a timeout
			return false
		}
	}
	return true
}
