package dbtest

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/database"
)

// Statements records what a pool sends.
type Statements struct{ database.Statements }

// Counted is New, with a record of the statements sent.
func Counted(t testing.TB) (*database.DB, *Statements) {
	t.Helper()
	sent := &Statements{}
	return Open(t, DSN(t), database.Options{Tracer: sent}), sent
}

// AtMost fails the test, naming the statements, when more than n were sent.
func (s *Statements) AtMost(t testing.TB, n int) {
	t.Helper()
	if list := s.List(); len(list) > n {
		t.Errorf("%d statements, at most %d allowed:\n%s", len(list), n, strings.Join(list, "\n"))
	}
}
