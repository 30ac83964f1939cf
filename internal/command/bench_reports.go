package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// reports fills a database with a history, if it is not kept already, and
// measures reports on it, and orders beside the roll-ups.
func (b *Bench) reports(ctx context.Context, c *Common) (f *bench.ReportFigures, err error) {
	dir := b.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "tradewind-bench-"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's own user passes through
			return nil, err
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	own, err := c.sandbox(ctx, dir, b.Keep != "")
	if err != nil {
		return nil, err
	}
	defer own.close()
	db, err := database.Open(ctx, own.dsn, database.Options{MaxConns: 2, Log: own.log})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := b.history().Fill(ctx, db, c.Progress()); err != nil || b.FillOnly {
		return nil, err
	}
	api, err := b.open(ctx, own, Serve{Plan: true}, nil, c.Progress())
	if err != nil {
		return nil, err
	}
	defer api.close()
	o := bench.ReportOptions{
		Options: api.Options, Machine: bench.NewMachine(Version(), utc()), History: b.history(), DB: db, Slice: b.Slice, Rate: b.Rate,
		RollUps: rollup.NewService(api.db.Gorm, utc),
	}
	o.Runner = func(ctx context.Context) { every(ctx, rollupsEvery, own.log, "roll-ups", o.RollUps.Advance) }
	if o.Tokens, o.Shoppers, err = b.buyers(ctx, own, api.db); err != nil {
		return nil, err
	}
	return bench.MeasureReports(ctx, o)
}

// buyers gives the tokens of a reader of reports, and of as many shoppers as
// there are clients.
func (b *Bench) buyers(ctx context.Context, own *sandbox, db *database.DB) (tokens map[string]string, shoppers []string, err error) {
	p := people{api: Wire(db.Gorm, utc), db: db.Gorm, signer: own.signer, validFor: tokenLife}
	reader, err := p.token(ctx, bench.Reporting, "", "")
	if err != nil {
		return nil, nil, err
	}
	for n := range bench.Crowd {
		t, err := p.token(ctx, bench.Shopper, fmt.Sprintf("shopper-%d", n), "")
		if err != nil {
			return nil, nil, err
		}
		shoppers = append(shoppers, t.Token)
	}
	return map[string]string{bench.Reporting: reader.Token}, shoppers, nil
}
