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
