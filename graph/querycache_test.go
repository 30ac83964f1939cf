package graph_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// Documents that are never asked again do not stay: two hundred large ones
// would take ten times what is allowed here.
func TestQueryCacheIsBounded(t *testing.T) {
	h := graph.NewHandler(&resolvers.Resolver{}, graph.Options{QueryCache: 20, Log: slog.New(slog.DiscardHandler)})
	ask := func(n int) {
		var query strings.Builder
		query.WriteString("{")
		for i := range 300 {
			fmt.Fprintf(&query, " v%d_%d: viewer { permissions }", n, i)
		}
		query.WriteString(" }")
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(operation(query.String()))))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for n := range 20 {
		ask(n)
	}
	before := held()
	for n := range 200 {
		ask(20 + n)
	}
	if after := held(); after > before+10<<20 {
		t.Errorf("200 documents hold %d MiB", (after-before)>>20)
	}
	runtime.KeepAlive(h)
}
