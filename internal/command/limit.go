package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/bench/peers"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
)

// Limit serves what bench --profile peers compares the API with.
type Limit struct {
	Addr string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Address to listen on (${default})."`
}

// Run serves until ctx ends. It checks no token: it is for measurements.
func (l *Limit) Run(ctx context.Context, c *Common) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // its heap is small: nothing else is as cheap
	}
	limit, err := peers.OpenLimit(ctx, c.DatabaseURL, c.DatabaseConnections, nil)
	if err != nil {
		return err
	}
	defer limit.Close()
	server, err := httpserver.Listen(ctx, l.Addr, httpserver.Timeouts{Header: 5 * time.Second, Idle: time.Minute}, c.Logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	server.Open(limit)
	fmt.Fprintln(c.Out, "the limit serves "+address(server.Addr()))
	select {
	case <-ctx.Done():
	case err = <-server.Ended():
	}
	return errors.Join(err, server.Close(context.WithoutCancel(ctx)))
}
