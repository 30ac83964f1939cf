package peers_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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

const itsOperations = `{"other": {"ops": {"e": {"told": ["brand", "units", "revenue"], "steps": [{
	"query": "query($from: Date!, $to: Date!) { revenue(fromDay: $from, toDay: $to) }", "vars": ["{${month}}"]}]}}}}`

// The API, the limit and a function of the database, which servers of other
// words call, tell the same revenue: of roll-ups, of sales, and of sales.
func TestRevenueIsTheSame(t *testing.T) {
	t.Parallel()
	db, dsn, data := peers.Filled(t)
	limit, err := peers.OpenLimit(t.Context(), dsn, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer limit.Close()
	api := graph.NewHandler(command.Wire(db.Gorm, func() time.Time { return time.Now().UTC() }), graph.Options{})
	analyst := func(w http.ResponseWriter, r *http.Request) {
		actor := auth.NewActor(&models.Account{ID: uuid.MustParse(r.Header.Get(peers.ShopperHeader))}, []models.PlatformRole{models.RoleReporting}, nil)
		api.ServeHTTP(w, r.WithContext(auth.With(r.Context(), actor)))
	}
	for i, r := range data.Requests(t.Context(), "e", 24) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		want, got := httptest.NewRecorder(), httptest.NewRecorder()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		limit.ServeHTTP(want, r)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		analyst(got, r)
		if want.Code != http.StatusOK || want.Body.String() != got.Body.String() || strings.Count(want.Body.String(), `"label":`) != min(20, data.Brands) {
			t.Fatalf("%d: %s\nthe limit answers %s\nthe API %s", i, body, want.Body, got.Body)
		}
	}

	file := filepath.Join(t.TempDir(), "operations.json")
	if err := os.WriteFile(file, []byte(itsOperations), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]struct {
		function string
		agrees   bool
	}{
		"the function": {"bench_revenue_by_brand($1, $2)", true},
		"another":      {"(select brand, units, revenue + 0.01 as revenue from bench_revenue_by_brand($1, $2)) x", false},
	} {
		first, other := httptest.NewServer(limit), httptest.NewServer(revenue(t, db, of.function))
		defer first.Close()
		defer other.Close()
		its, err := data.Of("other", other.URL, file)
		if err != nil {
			t.Fatal(err)
		}
		to, err := data.Of("limit", first.URL, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := peers.Compare(t.Context(), []*peers.Server{to, its}, data, 5); (err == nil) != of.agrees {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// revenue answers as a server that makes its API of the tables.
func revenue(t *testing.T, db *database.DB, from string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Variables struct{ From, To string }
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		ctx := database.AcrossBrands(r.Context(), database.Reconciliation)
		var answer string
		err := db.Pool.QueryRow(ctx, `
select json_build_object('data', json_agg(json_build_object('brand', brand, 'units', cast(units as text), 'revenue', cast(revenue as text))))
from `+strings.NewReplacer("$1", "cast($1 as date)", "$2", "cast($2 as date)").Replace(from), in.Variables.From, in.Variables.To).Scan(&answer)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte(answer))
	}
}
