package dbtest

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Reads is a tracer that keeps what is sent, to tell how many rows it reads.
type Reads struct {
	mu   sync.Mutex
	sent []pgx.TraceQueryStartData
}

// TraceQueryStart keeps a statement.
func (r *Reads) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, data)
	return ctx
}

// TraceQueryEnd does nothing.
func (*Reads) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart does nothing.
func (*Reads) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery keeps a statement of a batch.
func (r *Reads) TraceBatchQuery(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	r.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: data.SQL, Args: data.Args})
}

// TraceBatchEnd does nothing.
func (*Reads) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// Of does something and counts the rows of each table, partitions with it, that its
// statements read, those that a filter then dropped included. They are sent again, in one
// transaction that is rolled back, to be explained with the context's rights.
func (r *Reads) Of(ctx context.Context, t *testing.T, db *database.DB, something func() error) map[string]int {
	t.Helper()
	r.sent = nil
	if err := something(); err != nil {
		t.Fatal(err)
	}
	again := r.sent
	tx, err := db.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	read := map[string]int{}
	for _, sent := range again {
		if first, _, _ := strings.Cut(sent.SQL, " "); first == "begin" || first == "commit" || first == "rollback" {
			continue
		}
		var text []byte
		if err := tx.QueryRow(ctx, "explain (analyze, format json) "+sent.SQL, sent.Args...).Scan(&text); err != nil {
			t.Fatalf("explain %s: %v", sent.SQL, err)
		}
		var plans []struct{ Plan node }
		if err := json.Unmarshal(text, &plans); err != nil {
			t.Fatal(err)
		}
		for _, p := range plans {
			p.Plan.count(read)
		}
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
		read[strings.TrimRight(n.Relation, "_0123456789")] += int((n.Rows + n.Dropped) * n.Loops)
	}
	for _, p := range n.Plans {
		p.count(read)
	}
}
