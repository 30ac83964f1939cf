package peers

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// recorded is a peer that keeps what it is asked and answers with two rows.
type recorded struct {
	mutex sync.Mutex
	asked []asking
}

type asking struct {
	Query         string
	Variables     map[string]any
	Authorization string `json:"-"`
}

func (r *recorded) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	a := asking{Authorization: request.Header.Get("Authorization")}
	if err := json.NewDecoder(request.Body).Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.asked = append(r.asked, a)
	if strings.HasPrefix(a.Query, "mutation") {
		w.Header().Set("Vendure-Auth-Token", "given")
	}
	_, _ = w.Write([]byte(`{"data":[{"id":1},{"id":2}]}`))
}

func TestPeersAreAskedInTheirOwnWords(t *testing.T) {
	t.Parallel()
	peer := &recorded{}
	server := httptest.NewServer(peer)
	defer server.Close()
	data := &Data{
		products: []models.Key{{BrandID: uuid.New(), ID: uuid.New()}}, shops: []models.Key{{BrandID: uuid.New(), ID: uuid.New()}},
		readers: []person{{id: uuid.New()}},
	}
	file := filepath.Join(t.TempDir(), "operations.json")
	text := `{"other": {"ops": {"a": {"setup": [{"query": "mutation { signIn }"}], "steps": [{"query": "{ \"rows\" }", "marker": "\"id\":", "min": 2, "max": 2,
		"vars": ["{${product},\"n\":${int:3:5},\"w\":${w}}", "{\"shop\":{${storefront}},\"who\":\"${shopper}\",\"word\":\"${pick:Silk|Sport}\"}"]}]}}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := data.Peer("other="+server.URL+"/graphql,17,4", file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "other" || s.Pid != 17 || s.Postmaster != 4 || s.url.Path != "/graphql" {
		t.Errorf("%+v", s)
	}
	s.Pid, s.Postmaster = 0, 0
	rows, err := Run(t.Context(), Options{Servers: []*Server{s}, Data: data, Rounds: 2, Slice: 50 * time.Millisecond, Progress: func(string, int, int) {}})
	if err != nil || len(rows) != 1 || rows[0].Operation != "a" || rows[0].Ratio != 1 || rows[0].Requests < Crowd || rows[0].ServerCPU != 0 {
		t.Fatalf("%+v %v", rows, err)
	}

	seen := map[string]bool{}
	for _, a := range peer.asked {
		if a.Query == "mutation { signIn }" {
			continue
		}
		if a.Authorization != "Bearer given" {
			t.Fatalf("the token is forgotten: %+v", a)
		}
		v := a.Variables
		if v["id"] != nil {
			n, _ := v["n"].(float64)
			seen["product"] = v["id"] == data.products[0].ID.String() && v["brand"] == data.products[0].BrandID.String() && n >= 3 && n <= 5
			continue
		}
		shop, _ := v["shop"].(map[string]any)
		seen["shop"] = shop["id"] == data.shops[0].ID.String() && v["who"] == data.readers[0].id.String()
		seen[v["word"].(string)] = true
	}
	for _, what := range []string{"product", "shop", "Silk", "Sport"} {
		if !seen[what] {
			t.Errorf("%s is never asked for: %v", what, seen)
		}
	}
}

func TestPeersAreRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "operations.json")
	text := `{"odd": {"ops": {"a": {"steps": [{"query": "{ a }", "vars": ["${what}"]}]}}}, "none": {}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, peer := range []string{"odd=http://127.0.0.1:1", "none=http://127.0.0.1:1", "unknown=http://127.0.0.1:1", "http://127.0.0.1:1", "odd=http://127.0.0.1:1,x"} {
		if s, err := (&Data{}).Peer(peer, file); err == nil {
			t.Errorf("%s became %+v", peer, s)
		}
	}
}

func TestTold(t *testing.T) {
	t.Parallel()
	answer := `{"data":{"rows":[{"dimensions":[{"key":"b","label":"Brand \"1\""}],"units":"3","gross":{"amount":"1.50","currency":"CNY"}},{"label":null,"units":4}]}}`
	if got, want := string(told([]byte(answer), []string{"label", "units", "amount"})), "Brand \"1\"\n3\n1.50\n<nil>\n4\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// An answer that is wrong ends the measurement.
func TestAnswersAreChecked(t *testing.T) {
	t.Parallel()
	s := step{marker: `"id":`, low: 1, high: 2}
	for body, ok := range map[string]bool{
		`{"data":[{"id":1}]}`: true, `{"data":[]}`: false, `{"data":[{"id":1},{"id":2},{"id":3}]}`: false, `{"errors":[],"data":{"id":1}}`: false,
	} {
		if err := s.check(http.StatusOK, []byte(body)); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
	if s.check(http.StatusBadGateway, []byte(`{"data":[{"id":1}]}`)) == nil {
		t.Error("a status of 502 passes")
	}
}
