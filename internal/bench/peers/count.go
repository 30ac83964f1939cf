package peers

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Handlers are a server in this process: one as it is, and the same on a pool
// that records what it sends.
type Handlers struct {
	Name           string
	Plain, Counted http.Handler
	Sent           *database.Statements
}

const counted = 100

// Count adds to the rows of a server what a request allocates and how many
// statements it sends. It is called without a network: a client's allocations
// would be counted, too. What is asked for is asked for twice, and counted the
// second time: people are known by then.
func Count(ctx context.Context, h Handlers, data *Data, rows []Row) error {
	for i := range rows {
		if rows[i].Server != h.Name {
			continue
		}
		if err := h.count(ctx, data, &rows[i]); err != nil {
			return fmt.Errorf("%s of %s: %w", rows[i].Operation, h.Name, err)
		}
	}
	return nil
}

func (h Handlers) count(ctx context.Context, data *Data, r *Row) error {
	var sink sink
	again := func(handler http.Handler, each func()) error {
		for _, request := range requestsOf(ctx, data.scripts(Once())[r.Operation], counted) {
			if err := sink.serve(handler, request); err != nil {
				return err
			}
			each()
		}
		return nil
	}
	nothing := func() {}
	var statements []int
	if err := again(h.Counted, nothing); err != nil {
		return err
	}
	h.Sent.Reset()
	err := again(h.Counted, func() {
		statements = append(statements, len(h.Sent.List()))
		h.Sent.Reset()
	})
	if err != nil {
		return err
	}
	r.Statements = bench.Median(statements)

	if err := again(h.Plain, nothing); err != nil {
		return err
	}
	requests := requestsOf(ctx, data.scripts(Once())[r.Operation], counted)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, request := range requests {
		if err := sink.serve(h.Plain, request); err != nil {
			return err
		}
	}
	runtime.ReadMemStats(&after)
	r.Allocations = (after.Mallocs - before.Mallocs) / counted
	return nil
}

func requestsOf(ctx context.Context, s script, n int) []*http.Request {
	c := newClient(&url.URL{}, 1, 0)
	all := make([]*http.Request, n)
	for i := range all {
		c.done++
		body := append(s.steps[0].variables(bytes.Clone(s.steps[0].before), c), '}')
		all[i], _ = http.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body)) // a fixed address
		all[i].Header.Set("Content-Type", "application/json")
		if c.token != "" {
			all[i].Header.Set("Authorization", "Bearer "+c.token)
			all[i].Header.Set(ShopperHeader, c.shopper)
		}
	}
	return all
}

// sink takes an answer and keeps its status.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

func (s *sink) serve(h http.Handler, r *http.Request) error {
	s.header, s.status = http.Header{}, http.StatusOK
	if h.ServeHTTP(s, r); s.status != http.StatusOK {
		return fmt.Errorf("answered with status %d", s.status)
	}
	return nil
}
