package command

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
)

// opened is the API as it is measured.
type opened struct {
	bench.Options

	db  *database.DB
	end []func()
}

func (o *opened) close() {
	for _, end := range slices.Backward(o.end) {
		end()
	}
}

// open serves the API, and makes it a second time to count what it sends,
// which observe is told of.
func (b *Bench) open(
	ctx context.Context, own *sandbox, flags Serve, observe observer, progress func(string, int, int),
) (_ *opened, err error) {
	sent := &database.Statements{}
	o := &opened{}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	api, err := own.server(ctx, flags, nil, nil)
	if err != nil {
		return nil, err
	}
	o.db, o.end = api.db, append(o.end, api.close)
	counted, err := own.server(ctx, flags, sent, observe)
	if err != nil {
		return nil, err
	}
	o.end = append(o.end, counted.close)
	server, err := httpserver.Listen(ctx, "127.0.0.1:0", httpserver.Timeouts{Header: 5 * time.Second, Idle: time.Minute}, own.log)
	if err != nil {
		return nil, err
	}
	o.end = append(o.end, func() { _ = server.Close(context.WithoutCancel(ctx)) })
	server.Open(api.handler)
	o.Options = bench.Options{
		API: api.handler, Counted: counted.handler, URL: address(server.Addr()) + "/graphql", Sent: sent,
		Catalogue: bench.Catalogue{Products: b.Products}, Rounds: b.Rounds, Runs: b.Runs, Longest: b.Longest, Progress: progress,
	}
	return o, nil
}

// reads fills the database, and measures the reads of a storefront and a
// dashboard on the API with plans and without.
func (b *Bench) reads(ctx context.Context, own *sandbox, progress func(string, int, int), f *bench.Figures) error {
	var planned atomic.Bool
	plans, err := b.open(ctx, own, Serve{Plan: true}, func(_ context.Context, _ *graphql.OperationContext, is bool) { planned.Store(is) }, progress)
	if err != nil {
		return err
	}
	defer plans.close()
	resolvers, err := b.open(ctx, own, Serve{}, nil, progress)
	if err != nil {
		return err
	}
	defer resolvers.close()
	if err := b.describe(ctx, own, plans, f); err != nil {
		return err
	}
	resolvers.Tokens = plans.Tokens
	f.Reads, err = bench.CompareReads(ctx, plans.Options, resolvers.Options, planned.Load)
	return err
}
