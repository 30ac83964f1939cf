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
// would be counted, too.
func Count(ctx context.Context, h Handlers, data *Data, rows []Row) error {
	for i := range rows {
		r := &rows[i]
		if r.Server != h.Name {
			continue
		}
		requests := requestsOf(ctx, data.scripts(Once())[r.Operation], 2*counted)
		var statements []int
		var sink sink
		for _, request := range requests[:counted] {
			h.Sent.Reset()
			if err := sink.serve(h.Counted, request); err != nil {
				return fmt.Errorf("%s of %s: %w", r.Operation, r.Server, err)
			}
			statements = append(statements, len(h.Sent.List()))
		}
		r.Statements = bench.Median(statements)
		var before, after runtime.MemStats
		// The first half warms up.
		for k, request := range requestsOf(ctx, data.scripts(Once())[r.Operation], 2*counted) {
			if k == counted {
				runtime.ReadMemStats(&before)
			}
			if err := sink.serve(h.Plain, request); err != nil {
				return fmt.Errorf("%s of %s: %w", r.Operation, r.Server, err)
			}
		}
		runtime.ReadMemStats(&after)
		r.Allocations = (after.Mallocs - before.Mallocs) / counted
	}
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
