package dbtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Counted is New, with a record of the statements sent.
func Counted(t testing.TB) (*database.DB, *Statements) {
	t.Helper()
	sent := &Statements{}
	return Open(t, DSN(t), database.Options{Tracer: sent}), sent
}

// Statements records what a pool sends, whether through GORM or pgx: each
// statement of a batch is one, begin, commit and savepoints are none.
type Statements struct {
	mu   sync.Mutex
	list []string
}

// Reset forgets what was sent so far.
func (s *Statements) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = nil
}

// List is what was sent since the last Reset, in order.
func (s *Statements) List() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.list...)
}

// AtMost fails the test, naming the statements, when more than n were sent.
func (s *Statements) AtMost(t testing.TB, n int) {
	t.Helper()
	if list := s.List(); len(list) > n {
		t.Errorf("%d statements, at most %d allowed:\n%s", len(list), n, strings.Join(list, "\n"))
	}
}

func (s *Statements) add(sql string) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(sql)), " ")
	switch strings.TrimSuffix(word, ";") {
	case "begin", "commit", "rollback", "savepoint", "release", "":
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, sql)
}

// TraceQueryStart is called by pgx.
func (s *Statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	s.add(d.SQL)
	return ctx
}

// TraceQueryEnd is called by pgx.
func (s *Statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart is called by pgx.
func (s *Statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		s.add(q.SQL)
	}
	return ctx
}

// TraceBatchQuery is called by pgx.
func (s *Statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is called by pgx.
func (s *Statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TraceCopyFromStart is called by pgx.
func (s *Statements) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromStartData) context.Context {
	s.add("copy " + d.TableName.Sanitize())
	return ctx
}

// TraceCopyFromEnd is called by pgx.
func (s *Statements) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}
