package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/bench/peers"
	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Peers are the flags of the comparison with the limit and other servers.
type Peers struct {
	Scale          float64       `default:"1" env:"BENCH_SCALE" help:"Amounts of data, as a part of 7,000 brands, 100,000 products and 1,000,000 orders (${default})."`
	Keep           string        `env:"BENCH_KEEP" placeholder:"DIR" help:"Folder that keeps the filled database, to use it again: filling takes minutes. With --database-url the database tradewind_bench_kept beside that one is kept."`
	FillOnly       bool          `env:"BENCH_FILL_ONLY" help:"Fill the database and measure nothing; needs --keep."`
	Slice          time.Duration `default:"5s" env:"BENCH_SLICE" help:"How long a server does an operation in a round (${default})."`
	Only           []string      `env:"BENCH_ONLY" placeholder:"OPERATION" help:"Operations to measure, of a, b, c, d, e, f and h. Default: all."`
	Resolvers      bool          `env:"BENCH_RESOLVERS" help:"Measure the API without plans of reads, too."`
	Samples        int           `default:"200" env:"BENCH_SAMPLES" help:"Parameters of each operation for which answers are compared first (${default})."`
	Documents      int           `default:"10000" env:"BENCH_DOCUMENTS" help:"Different documents to send at the end, to tell the memory (${default})."`
	Peer           []string      `sep:"none" env:"BENCH_PEER" placeholder:"NAME=URL[,PID[,POSTMASTER]]" help:"Another server to measure, with the processes whose time is told."`
	PeerOperations string        `type:"existingfile" env:"BENCH_PEER_OPERATIONS" placeholder:"FILE" help:"Operations of other servers, see docs/benchmarks.md."`
}

// measured is a way in which the API is measured: flags of serve, and the same
// in this process.
type measured struct {
	name  string
	flags []string
	serve Serve
}

func (p Peers) apis() []measured {
	list := []measured{{"tradewind", nil, Serve{Plan: true}}}
	if p.Resolvers {
		list = append(list, measured{"resolvers", []string{"--no-plan"}, Serve{}})
	}
	return list
}

// comparePeers measures the API beside the limit and other servers.
func (b *Bench) comparePeers(ctx context.Context, c *Common) (f peers.Figures, err error) {
	f = peers.Figures{Machine: bench.NewMachine(Version(), utc()), Rounds: b.Rounds, Slice: b.Slice}
	if f.Amounts, err = peers.Of(b.Scale); err != nil {
		return f, err
	}
	dir := b.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "tradewind-bench-"); err != nil {
			return f, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL's own user passes through
			return f, err
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return f, err
	}
	own, err := c.sandbox(ctx, dir, b.Keep != "")
	if err != nil {
		return f, err
	}
	defer own.close()
	data, err := b.fillPeers(ctx, c, own, &f)
	if err != nil || b.FillOnly {
		return f, err
	}
	return f, b.measurePeers(ctx, c, own, dir, data, &f)
}

// fillPeers fills the database and closes it: servers open it themselves.
func (b *Bench) fillPeers(ctx context.Context, c *Common, own *sandbox, f *peers.Figures) (*peers.Data, error) {
	db, err := database.Open(ctx, own.dsn, database.Options{MaxConns: own.conns, Log: own.log})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := f.Amounts.Fill(ctx, db, c.Progress()); err != nil {
		return nil, err
	}
	if err := db.Pool.QueryRow(ctx, "select current_setting('server_version')").Scan(&f.PostgreSQL); err != nil {
		return nil, err
	}
	if b.FillOnly {
		return nil, nil //nolint:nilnil // nothing will be asked for
	}
	return f.Amounts.Read(ctx, db, func(subject, name string) (string, error) { return own.signer.Sign(subject, name, tokenLife) })
}

func (b *Bench) measurePeers(ctx context.Context, c *Common, own *sandbox, dir string, data *peers.Data, f *peers.Figures) (err error) {
	servers, end, err := b.startPeers(ctx, c, own, dir)
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return err
	}
	api := servers[1:]
	for _, text := range b.Peer {
		other, err := data.Peer(text, b.PeerOperations)
		if err != nil {
			return err
		}
		servers = append(slices.Clip(servers), other)
	}
	progress := c.Progress()
	progress("comparing answers", 0, 1)
	if err := peers.Compare(ctx, servers, data, b.Samples); err != nil {
		return fmt.Errorf("compare answers: %w", err)
	}
	progress("comparing answers", 1, 1)
	f.Rows, err = peers.Run(ctx, peers.Options{
		Servers: servers, Operations: b.Only, Data: data, Rounds: b.Rounds, Slice: b.Slice, Progress: progress,
	})
	if err != nil {
		return err
	}
	for i, s := range api {
		progress("sending documents", i, len(api))
		d, err := peers.SendDocuments(ctx, s, data, b.Documents)
		if err != nil {
			return fmt.Errorf("send documents: %w", err)
		}
		f.Documents = append(f.Documents, d)
	}
	progress("sending documents", len(api), len(api))
	return b.countPeers(ctx, own, data, f)
}

// startPeers starts the limit and the API, in that order, and gives what ends them.
func (b *Bench) startPeers(ctx context.Context, c *Common, own *sandbox, dir string) (servers []*peers.Server, end func() error, err error) {
	var started []*peers.Child
	end = func() error {
		var errs []error
		for _, child := range started {
			errs = append(errs, child.End())
		}
		return errors.Join(errs...)
	}
	program, err := os.Executable()
	if err != nil {
		return nil, end, err
	}
	postmaster, err := postmasterOf(ctx, own.dsn)
	if err != nil {
		return nil, end, err
	}
	begin := func(name string, args ...string) error {
		args = append(args, "--addr=127.0.0.1:0", "--database-url="+own.dsn, "--data-dir="+dir, "--log-level=warn",
			fmt.Sprintf("--database-connections=%d", c.DatabaseConnections))
		child, err := peers.Start(ctx, name, program, postmaster, args...)
		if err != nil {
			return err
		}
		started, servers = append(started, child), append(servers, &child.Server)
		return nil
	}
	if err := begin("limit", "limit"); err != nil {
		return nil, end, err
	}
	for _, api := range b.apis() {
		if err := begin(api.name, append([]string{"serve", "--no-demo"}, api.flags...)...); err != nil {
			return nil, end, err
		}
	}
	return servers, end, nil
}

func postmasterOf(ctx context.Context, dsn string) (int, error) {
	db, err := database.Open(ctx, dsn, database.Options{MaxConns: 1})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var backend int
	err = db.Pool.QueryRow(ctx, "select pg_backend_pid()").Scan(&backend)
	return peers.Postmaster(backend), err
}

// countPeers counts allocations and statements, in this process.
func (b *Bench) countPeers(ctx context.Context, own *sandbox, data *peers.Data, f *peers.Figures) error {
	limit := func(tracer pgx.QueryTracer) (http.Handler, func(), error) {
		l, err := peers.OpenLimit(ctx, own.dsn, own.conns, tracer)
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}
	if err := countIn(ctx, "limit", limit, data, f); err != nil {
		return err
	}
	for _, api := range b.apis() {
		open := func(tracer pgx.QueryTracer) (http.Handler, func(), error) {
			s, err := own.server(ctx, api.serve, tracer, nil)
			if err != nil {
				return nil, nil, err
			}
			return s.handler, s.close, nil
		}
		if err := countIn(ctx, api.name, open, data, f); err != nil {
			return err
		}
	}
	return nil
}

// countIn opens a server twice: one that counts statements would allocate for that.
func countIn(
	ctx context.Context, name string, open func(pgx.QueryTracer) (http.Handler, func(), error), data *peers.Data, f *peers.Figures,
) error {
	sent := &database.Statements{}
	plain, closePlain, err := open(nil)
	if err != nil {
		return err
	}
	defer closePlain()
	counted, closeCounted, err := open(sent)
	if err != nil {
		return err
	}
	defer closeCounted()
	return peers.Count(ctx, peers.Handlers{Name: name, Plain: plain, Counted: counted, Sent: sent}, data, f.Rows)
}
