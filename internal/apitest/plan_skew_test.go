package apitest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// Most brands sell little and one sells a lot: PostgreSQL's plan for all of
// them must not read a whole shelf where one product or page is shown.
func TestPlansReadWhatTheyShow(t *testing.T) {
	t.Parallel()
	db := dbtest.Open(t, dbtest.DSN(t), database.Options{MaxConns: 1, Params: map[string]string{"plan_cache_mode": "force_generic_plan"}})
	large := fixture.Storefront(t, db.Gorm, fixture.Brand(t, db.Gorm, "large"), "large-cn")
	var last fixture.Goods
	for i := range 150 {
		last = fixture.Sell(t, db.Gorm, large, fmt.Sprint("item-", i), 10, 100, 200, 300)
		small := fixture.Storefront(t, db.Gorm, fixture.Brand(t, db.Gorm, fmt.Sprint("small-", i)), fmt.Sprint("small-", i))
		fixture.Sell(t, db.Gorm, small, "item", 10, 100, 200)
	}
	if _, err := db.Pool.Exec(t.Context(), "analyze"); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return fixture.Start.AddDate(0, 1, 0) }
	api := command.Wire(db.Gorm, now)
	plans, err := command.Plan(api, plan.Options{DB: db, Now: now, Fault: func(_ context.Context, _ *graphql.OperationContext, err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	handler := graph.NewHandler(api, graph.Options{Planner: plans})
	for name, c := range map[string]struct {
		query string
		most  int
	}{
		"a product with the prices of its 3 variants": {`{ product(id: \"` + last.Product.GlobalID() +
			`\") { variants { nodes { price { amount { amount } } } } priceRange { min { amount } } } }`, 6},
		"10 products of a storefront with their prices": {`{ products(where: {storefrontId: \"` + large.GlobalID() +
			`\"}, first: 10) { nodes { title priceRange(storefrontId: \"` + large.GlobalID() + `\") { min { amount } } } } }`, 20},
		"10 listings with their products": {`{ storefront(id: \"` + large.GlobalID() +
			`\") { listings(first: 10) { nodes { product { title } } } } }`, 20},
	} {
		before := fetched(t, db)
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+c.query+`"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "errors") || !strings.Contains(w.Body.String(), "[{") {
			t.Errorf("%s: %s", name, w.Body)
		}
		for table, n := range fetched(t, db) {
			if read := n - before[table]; read > int64(c.most) {
				t.Errorf("%s reads %d rows of %s", name, read, table)
			}
		}
	}
}

// fetched counts the rows of each table that were read so far, through an
// index or not.
func fetched(t *testing.T, db *database.DB) map[string]int64 {
	t.Helper()
	if _, err := db.Pool.Exec(t.Context(), "select pg_stat_force_next_flush()"); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Pool.Query(t.Context(), `select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables
		where relname in ('prices', 'listings', 'products', 'variants')`)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for rows.Next() {
		var table string
		var n int64
		if err := rows.Scan(&table, &n); err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return counts
}
