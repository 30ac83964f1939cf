package search_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// TestSearchReadsOnlyHits: however many products there are, words are found
// through their index. A search touches no more entries than there are hits,
// and of each tier no more products than a page holds. Its time is BenchmarkSearch's.
func TestSearchReadsOnlyHits(t *testing.T) {
	t.Parallel()
	sent := &dbtest.Reads{}
	l := plenty(t, dbtest.Open(t, dbtest.DSN(t), database.Options{Tracer: sent}), 10_000)
	for name, r := range l.requests(t) {
		hits, err := strconv.Atoi(strings.TrimPrefix(strings.Split(name, "/")[0], "hits="))
		if err != nil || r.Filter.Available != nil {
			continue
		}
		read := sent.Of(l.ctx, t, l.db, func() error {
			_, err := l.Products(l.ctx, r)
			return err
		})
		pages := 4 * (paging.DefaultSize + 1)
		if got := read["search_entries"]; got > hits || got == 0 {
			t.Errorf("%s reads %d entries", name, got)
		}
		if got := read["products"]; got > pages {
			t.Errorf("%s reads %d products", name, got)
		}
	}
}
