package command

import (
	"context"
	"log/slog"
	"time"
)

// Times between rounds of what keeps payments and parcels moving, the books,
// roll-ups, and of the sweeps of carts and idempotency keys.
const (
	recoverEvery = 2 * time.Second
	deliverEvery = time.Second
	rollupsEvery = 750 * time.Millisecond
	expireEvery  = time.Minute
	booksEvery   = time.Hour
	cartsEvery   = time.Hour
	labelsEvery  = time.Minute
	keysEvery    = 24 * time.Hour
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
