package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/demo"
)

// Bench measures the operations that people wait for, on a database that it
// makes, fills and removes.
type Bench struct {
	Profile string `enum:"operations,reads,peers,history,reports" default:"operations" env:"BENCH_PROFILE" help:"What to measure: operations, as people wait for them; reads of a storefront and a dashboard, with plans beside without; peers, a limit written by hand and other servers beside the API; history, which fills a database with sales, and needs --keep and --fill-only; or reports on such a history, and orders while it is rolled up (${default})."`

	Orders   int `default:"20000" env:"BENCH_ORDERS" help:"Orders of the demonstration data, or of the history (${default})."`
	Products int `default:"100000" env:"BENCH_PRODUCTS" help:"Products beside those of the demonstration data (${default}); with fewer than 100 no words are looked for."`

	Rounds  int           `default:"5" env:"BENCH_ROUNDS" help:"Rounds whose medians are told (${default})."`
	Runs    int           `default:"200" env:"BENCH_RUNS" help:"Runs of an operation in a round, alone and with many clients (${default})."`
	Longest time.Duration `default:"1s" env:"BENCH_LONGEST" help:"Longest time for them (${default})."`
	Timeout time.Duration `default:"30m" env:"BENCH_TIMEOUT" help:"Longest time for all (${default})."`

	Starts        int    `default:"0" env:"BENCH_STARTS" help:"Measure so many cold and warm starts, too (${default})."`
	SalesFile     string `type:"existingfile" env:"BENCH_SALES_FILE" group:"Import of a sales history" placeholder:"FILE" help:"Measure its import, too."`
	SalesColumns  string `default:"order=InvoiceNo,time=InvoiceDate,sku=StockCode,title=Description,quantity=Quantity,unit-price=UnitPrice,customer=CustomerID,country=Country" env:"BENCH_SALES_COLUMNS" group:"Import of a sales history" placeholder:"FIELD=COLUMN,…" help:"Its columns, as in import sales. Default: ${default}."`
	SalesCurrency string `default:"GBP" env:"BENCH_SALES_CURRENCY" group:"Import of a sales history" placeholder:"CODE" help:"Its currency (${default})."`
	SalesTimeZone string `default:"Europe/London" env:"BENCH_SALES_TIME_ZONE" group:"Import of a sales history" placeholder:"ZONE" help:"Zone of its times (${default})."`

	JSON bool `env:"BENCH_JSON" help:"Print JSON."`

	Peers `embed:"" group:"Profile peers"`
	Past  `embed:"" group:"Profiles history and reports"`
}

// Run does it.
func (b *Bench) Run(ctx context.Context, c *Common) error {
	if len(b.Peer) > 0 && b.PeerOperations == "" {
		return errors.New("--peer needs --peer-operations")
	}
	if b.FillOnly && b.Keep == "" {
		return errors.New("--fill-only needs --keep")
	}
	if min(b.Orders, b.Rounds, b.Runs) < 1 || min(b.Products, b.Starts) < 0 || b.Rate < 0 {
		return errors.New("--orders, --rounds and --runs are 1 or more, --products, --starts and --rate are 0 or more")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, b.Timeout, fmt.Errorf("the measurement took longer than %s (--timeout)", b.Timeout))
	defer cancel()
	if b.Profile == "history" {
		return cmp.Or(b.fillHistory(ctx, c), context.Cause(ctx))
	}
	var figures interface{ Write(w io.Writer) }
	var err error
	switch b.Profile {
	case "peers":
		figures, err = b.comparePeers(ctx, c)
	case "reports":
		figures, err = b.reports(ctx, c)
	default:
		figures, err = b.measure(ctx, c)
	}
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	if b.FillOnly && (b.Profile == "peers" || b.Profile == "reports") {
		return nil
	}
	if b.JSON {
		out := json.NewEncoder(c.Out)
		out.SetIndent("", "  ")
		return out.Encode(figures)
	}
	figures.Write(c.Out)
	return nil
}

func (b *Bench) measure(ctx context.Context, c *Common) (f bench.Figures, err error) {
	progress, f := c.Progress(), bench.Figures{Machine: bench.NewMachine(Version(), utc())}
	dir, err := os.MkdirTemp("", "tradewind-bench-")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's own user passes through
		return f, err
	}
	program, err := os.Executable()
	if err != nil {
		return f, err
	}
	if b.Starts > 0 { // before there is another PostgreSQL
		f.Starts, err = bench.MeasureStarts(ctx, program, dir, b.Starts, func(done, total int) { progress("starting", done, total) })
		if err != nil {
			return f, err
		}
	}
	own, err := c.sandbox(ctx, dir, false)
	if err != nil {
		return f, err
	}
	defer own.close()
	run := b.operations
	if b.Profile == "reads" {
		run = b.reads
	}
	if err := run(ctx, own, progress, &f); err != nil {
		return f, err
	}
	if b.SalesFile == "" {
		return f, nil
	}
	progress("importing", 0, 1)
	f.Import, err = bench.MeasureImport(ctx, program, b.SalesFile, "--database-url="+own.dsn, "--brand=bench-import", "--storefront=bench-import",
		"--create", "--notes=0", "--columns="+b.SalesColumns, "--currency="+b.SalesCurrency, "--time-zone="+b.SalesTimeZone)
	progress("importing", 1, 1)
	return f, err
}

// operations fills the database, and measures what people wait for.
func (b *Bench) operations(ctx context.Context, own *sandbox, progress func(string, int, int), f *bench.Figures) error {
	api, err := b.open(ctx, own, Serve{Plan: true}, nil, progress)
	if err != nil {
		return err
	}
	defer api.close()
	if err := b.describe(ctx, own, api, f); err != nil {
		return err
	}
	f.Operations, err = bench.Run(ctx, api.Options)
	return err
}

// describe fills the database, and tells what it is.
func (b *Bench) describe(ctx context.Context, own *sandbox, api *opened, f *bench.Figures) (err error) {
	if api.Tokens, err = b.fill(ctx, own, api.db, api.Progress); err != nil {
		return err
	}
	f.Rounds = b.Rounds
	return api.db.Pool.QueryRow(ctx, `select current_setting('server_version'), (select count(*) from orders), (select count(*) from products)`).
		Scan(&f.PostgreSQL, &f.Orders, &f.Products)
}

// fill writes the data and gives a token for each role. The merchant's brand
// is one of the demonstration data.
func (b *Bench) fill(ctx context.Context, own *sandbox, db *database.DB, progress func(string, int, int)) (map[string]string, error) {
	_, err := demo.Load(auth.With(ctx, auth.System()), db.Gorm, demo.Options{
		Today: utc(), Orders: b.Orders, Progress: func(done float64) { progress("demonstration data", int(done*100), 100) },
	})
	if err != nil {
		return nil, err
	}
	list, err := people{api: Wire(db.Gorm, utc), db: db.Gorm, signer: own.signer, validFor: tokenLife}.tokens(ctx)
	if err != nil {
		return nil, err
	}
	tokens := map[string]string{}
	for _, t := range list {
		tokens[t.Role] = t.Token
	}
	return tokens, bench.Catalogue{Products: b.Products}.Fill(ctx, db, func(done, total int) { progress("catalogue", done, total) })
}
