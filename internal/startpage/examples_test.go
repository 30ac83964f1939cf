package startpage_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/demo"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/startpage"
	"github.com/tradewind-commerce/tradewind/models"
)

var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// actors are whom the tests' tokens stand for: the token is the role.
func actors(t *testing.T, db *gorm.DB) map[string]*auth.Actor {
	t.Helper()
	var brand models.Brand
	var shopper models.Account
	if err := db.Take(&brand, "slug = 'platte-valley-honey'").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Take(&shopper, "subject = 'shopper'").Error; err != nil {
		t.Fatal(err)
	}
	return map[string]*auth.Actor{
		"visitor": auth.Anonymous(), "shopper": auth.NewActor(&shopper, nil, nil),
		"merchant": fixture.Member(t, db, brand.ID, models.RoleOwner),
		"operator": fixture.Operator(t, db), "reporting": fixture.Reporter(t, db),
	}
}

// serve runs page and API on the demonstration data.
func serve(t *testing.T) string {
	t.Helper()
	db := dbtest.New(t).Gorm
	if _, err := demo.Load(t.Context(), db, demo.Options{Today: today, Orders: 400}); err != nil {
		t.Fatal(err)
	}
	roles := []startpage.Role{}
	people := actors(t, db)
	for _, name := range []string{"visitor", "shopper", "merchant", "operator", "reporting"} {
		roles = append(roles, startpage.Role{Role: name, About: "is a " + name, Token: name})
	}
	start, err := startpage.New(roles, fstest.MapFS{"guides/clients.md": {Data: []byte("# For clients\n\nRead *this*.\n")}})
	if err != nil {
		t.Fatal(err)
	}
	api := graph.NewHandler(command.Wire(db, func() time.Time { return today }), graph.Options{})
	mux := http.NewServeMux()
	mux.Handle("/", start)
	mux.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		actor := people[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		if actor == nil {
			actor = auth.Anonymous()
		}
		api.ServeHTTP(w, r.WithContext(auth.With(r.Context(), actor)))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// Every example answers its role without an error and with something to see.
func TestExamplesRunAsTheirRole(t *testing.T) {
	t.Parallel()
	url := serve(t)
	examples, err := startpage.Examples()
	if err != nil || len(examples) < 10 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, e := range examples {
		t.Run(e.Title, func(t *testing.T) {
			variables := json.RawMessage(e.Variables)
			if e.Variables == "" {
				variables = json.RawMessage(`{}`)
			}
			body, err := json.Marshal(map[string]any{"query": e.Query, "variables": variables})
			if err != nil {
				t.Fatal(err)
			}
			request, _ := http.NewRequest(http.MethodPost, url+"/graphql", strings.NewReader(string(body)))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+e.Role)
			request.Header.Set("Tradewind-Cost", "include")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var answer struct {
				Data       map[string]json.RawMessage
				Errors     []any
				Extensions struct{ Cost graph.Cost }
			}
			if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
			if len(answer.Errors) > 0 {
				t.Fatalf("errors: %v", answer.Errors)
			}
			for field, value := range answer.Data {
				if text := string(value); text == "null" || strings.Contains(text, `"nodes":[]`) && e.Role != "operator" ||
					strings.Contains(text, `"rows":[]`) || strings.Contains(text, `"userErrors":[{`) {
					t.Errorf("%s shows nothing: %s", field, text)
				}
			}
			if answer.Extensions.Cost.Requested == 0 || answer.Extensions.Cost.Limit == 0 {
				t.Errorf("cost %+v", answer.Extensions.Cost)
			}
		})
	}
}

func TestGuidesAreServedAsPages(t *testing.T) {
	t.Parallel()
	start, err := startpage.New(nil, fstest.MapFS{"guides/clients.md": {Data: []byte("# For clients\n\nRead *this*.\n\n## Ids and node\n")}})
	if err != nil {
		t.Fatal(err)
	}
	// Guides link each other by their files, and to their headings.
	for _, path := range []string{"/guides/clients", "/guides/clients.md"} {
		w := httptest.NewRecorder()
		start.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		for _, want := range []string{"<em>this</em>", "<title>For clients", `id="ids-and-node"`} {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d without %s: %s", path, w.Code, want, w.Body)
			}
		}
	}
}
