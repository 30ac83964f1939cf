package command

import (
	"context"
	"log/slog"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/idempotency"
)

const sweepEvery = 24 * time.Hour

// sweep forgets idempotency keys past their time, now and then daily, until
// ctx ends. What it misses for a fault it finds the next day.
func sweep(ctx context.Context, db *Database, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		n, err := idempotency.Sweep(ctx, db.Gorm, utc())
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.ErrorContext(ctx, "idempotency keys were not swept", "error", err)
		case n > 0:
			log.InfoContext(ctx, "idempotency keys swept", "count", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Times between rounds of what keeps payments moving, the books, and of the
// sweep of carts.
const (
	recoverEvery = 2 * time.Second
	deliverEvery = time.Second
	expireEvery  = time.Minute
	booksEvery   = time.Hour
	cartsEvery   = time.Hour
)

// every runs a round of work now and then at intervals until ctx ends. What a
// round misses for a fault the next one finds.
func every(ctx context.Context, interval time.Duration, log *slog.Logger, what string, round func(context.Context) (int, error)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		n, err := round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.WarnContext(ctx, "a round of work failed", "work", what, "error", err)
		case n > 0:
			log.DebugContext(ctx, "a round of work is done", "work", what, "count", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
