package peers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/bench/peers"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/models"
)

// BenchmarkResolvers reads by the resolvers alone, one request after the
// other; µs-cpu/op is the time of this process, without the database's.
func BenchmarkResolvers(b *testing.B) {
	_, dsn, data := peers.Filled(b)
	db, err := database.Open(b.Context(), dsn, database.Options{}) // without the tests' guard
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	h := graph.NewHandler(command.Wire(db.Gorm, func() time.Time { return time.Now().UTC() }), graph.Options{})
	for _, operation := range []string{"a", "b", "d"} {
		b.Run(operation, func(b *testing.B) {
			b.ReportAllocs()
			requests := data.Requests(b.Context(), operation, b.N)
			for i, r := range requests {
				if id, err := uuid.Parse(r.Header.Get(peers.ShopperHeader)); err == nil {
					shopper := auth.NewActor(&models.Account{ID: id}, nil, nil)
					requests[i] = r.WithContext(auth.With(r.Context(), shopper))
				}
			}
			b.ResetTimer()
			before := spent()
			for _, r := range requests {
				answer := httptest.NewRecorder()
				if h.ServeHTTP(answer, r); strings.Contains(answer.Body.String(), `"errors":`) || answer.Code != http.StatusOK {
					b.Fatalf("%.600s", answer.Body)
				}
			}
			b.ReportMetric(float64((spent()-before).Microseconds())/float64(b.N), "µs-cpu/op")
		})
	}
}

// spent is the processor time of this process.
func spent() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for other arguments alone
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
