package search_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// TestSearchReadsOnlyHits: however many products there are, words are found
// through their index. A search touches no more entries than there are hits,
// and of each tier no more products than a page holds. Its time is BenchmarkSearch's.
func TestSearchReadsOnlyHits(t *testing.T) {
	t.Parallel()
	sent := &last{}
	l := plenty(t, dbtest.Open(t, dbtest.DSN(t), database.Options{Tracer: sent}), 10_000)
	for name, r := range l.requests(t) {
		hits, err := strconv.Atoi(strings.TrimPrefix(strings.Split(name, "/")[0], "hits="))
		if err != nil || r.Filter.Available != nil {
			continue
		}
		if _, err := l.Products(l.ctx, r); err != nil {
			t.Fatal(err)
		}
		read := sent.explain(t, l)
		pages := 4 * (paging.DefaultSize + 1)
		if got := read["search_entries"]; got > hits || got == 0 {
			t.Errorf("%s reads %d entries", name, got)
		}
		if got := read["products"]; got > pages {
			t.Errorf("%s reads %d products", name, got)
		}
	}
}

// last keeps the statement sent last.
type last struct{ pgx.TraceQueryStartData }

func (l *last) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	l.TraceQueryStartData = data
	return ctx
}

func (*last) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// explain runs the statement again and counts the rows read of each table,
// those that a filter then dropped included.
func (l *last) explain(t *testing.T, of *large) map[string]int {
	t.Helper()
	var text []byte
	if err := of.db.Pool.QueryRow(of.ctx, "explain (analyze, format json) "+l.SQL, l.Args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	read := map[string]int{}
	for _, p := range plans {
		p.Plan.count(read)
	}
	return read
}

// node is a step of a plan, as PostgreSQL tells it.
type node struct {
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Dropped  float64 `json:"Rows Removed by Filter"`
	Plans    []node
}

func (n node) count(read map[string]int) {
	if n.Relation != "" {
		read[n.Relation] += int((n.Rows + n.Dropped) * n.Loops)
	}
	for _, p := range n.Plans {
		p.count(read)
	}
}
