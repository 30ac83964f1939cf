package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Past are the flags of a history of sales.
type Past struct {
	Brands int     `default:"7000" env:"BENCH_BRANDS" help:"Brands that sell (${default})."`
	Hot    int     `default:"0" env:"BENCH_HOT" help:"Brands that take four fifths of the orders (${default})."`
	Months int     `default:"36" env:"BENCH_MONTHS" help:"Months of sales, the last of them December 2025 (${default})."`
	Rate   float64 `default:"100" env:"BENCH_RATE" help:"Orders a second that come in while roll-ups are rebuilt, in the profile reports (${default}); 0: as many as can be."`
	Lean   bool    `env:"BENCH_LEAN" help:"Write orders and facts alone, which reports read: half the room of all."`
}

// fillHistory fills a database that is kept.
func (b *Bench) fillHistory(ctx context.Context, c *Common) error {
	if b.Keep == "" || !b.FillOnly {
		return errors.New("--profile history needs --keep and --fill-only")
	}
	dir, err := filepath.Abs(b.Keep)
	if err != nil {
		return err
	}
	own, err := c.sandbox(ctx, dir, true)
	if err != nil {
		return err
	}
	defer own.close()
	db, err := database.Open(ctx, own.dsn, database.Options{MaxConns: own.conns, Log: own.log})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := b.history().Fill(ctx, db, c.Progress()); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "filled with %d orders of %d brands\n", b.Orders, b.Brands)
	return nil
}

func (b *Bench) history() bench.History {
	return bench.History{Orders: b.Orders, Brands: b.Brands, Hot: b.Hot, Months: b.Months, Lean: b.Lean}
}
