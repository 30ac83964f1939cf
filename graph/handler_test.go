package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

type answer struct {
	Status int
	Raw    string
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

func (a answer) code() any {
	if len(a.Errors) == 0 {
		return nil
	}
	return a.Errors[0].Extensions["code"]
}

// ask sends a body to a handler without a domain behind it: whatever gets as
// far as a service panics.
func ask(t *testing.T, o graph.Options, body []byte) answer {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return answerOf(t, graph.NewHandler(&resolvers.Resolver{}, o), r)
}

func answerOf(t *testing.T, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{Status: w.Code, Raw: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("not JSON: %s", a.Raw)
	}
	return a
}

func operation(query string) []byte {
	body, _ := json.Marshal(map[string]any{"query": query})
	return body
}

// nested makes a query of products of brands of products…
func nested(depth int) string {
	return strings.Repeat("{ brand { products { nodes ", depth) + "{ id }" + strings.Repeat(" } } }", depth)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("v: viewer { permissions } ", 1)
	for i := range 600 {
		many += fmt.Sprintf("v%d: viewer { permissions } ", i)
	}
	for name, c := range map[string]struct {
		body   []byte
		status int
		says   string
	}{
		"a deep operation":          {operation("{ products { nodes " + nested(5) + " } }"), 200, "nested more than 15 deep"},
		"too many fields":           {operation("{ " + many + "}"), 200, "more than 1000 fields"},
		"large pages of large ones": {operation(`{ brands(first: 100) { nodes { products(first: 100) { nodes { variants(first: 100) { nodes { id } } } } } } }`), 200, "costs"},
		"fragments that multiply": {operation(`{ ...a ...a } fragment a on Query { ...b ...b ...b ...b } fragment b on Query { ...c ...c ...c ...c }
			fragment c on Query { ...d ...d ...d ...d } fragment d on Query { ...e ...e ...e ...e } fragment e on Query { viewer { permissions } }`), 200, "more than 1000 fields"},
		"too many tokens":         {operation("{ " + strings.Repeat("viewer { permissions } ", 4000) + "}"), 422, "token"},
		"a body beyond the limit": {bytes.Repeat([]byte(" "), 1<<20+1), 413, "larger than the limit"},
		"invalid UTF-8":           {[]byte("{\"query\": \"{ brand(slug: \\\"\xff\\\") { id } }\"}"), 400, "not valid UTF-8"},
		"no JSON":                 {[]byte("{ viewer }"), 400, ""},
		"no query":                {[]byte("{}"), 422, ""},
		"an unknown field":        {operation("{ nothing }"), 422, "nothing"},
		"a bad context":           {operation(`query @inContext(country: "XX") { viewer { permissions } }`), 200, "ISO 3166"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, graph.Options{}, c.body)
			if a.Status != c.status || a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Raw, c.says) {
				t.Errorf("%d: %.300s", a.Status, a.Raw)
			}
		})
	}

	t.Run("are configurable", func(t *testing.T) {
		t.Parallel()
		if a := ask(t, graph.Options{Limits: graph.Limits{Depth: 1}}, operation("{ viewer { permissions } }")); a.code() != "BAD_USER_INPUT" {
			t.Errorf("depth: %s", a.Raw)
		}
		if a := ask(t, graph.Options{MaxBody: 10}, operation("{ viewer { permissions } }")); a.Status != 413 {
			t.Errorf("body: %s", a.Raw)
		}
		if a := ask(t, graph.Options{NoIntrospection: true}, operation("{ __schema { types { name } } }")); a.code() != "BAD_USER_INPUT" {
			t.Errorf("introspection: %s", a.Raw)
		}
	})

	t.Run("let real clients through", func(t *testing.T) {
		t.Parallel()
		if a := ask(t, graph.Options{}, operation(introspection)); len(a.Errors) > 0 {
			t.Errorf("introspection: %.300s", a.Raw)
		}
	})
}

const introspection = `{ __schema { queryType { name } types { kind name description fields(includeDeprecated: true) { name args { name type {
	kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }
	type { kind name ofType { kind name } } } enumValues { name } } directives { name locations args { name } } } }`

// A resolver that panics is a fault with an id: no stack, no cause in the
// answer, both in the log under that id.
func TestPanicsBecomeFaults(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	a := ask(t, graph.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, operation(`{ brand(slug: "acme") { id } }`))
	id, _ := a.Errors[0].Extensions["id"].(string)
	if a.code() != "INTERNAL" || a.Errors[0].Message != "internal error" || id == "" {
		t.Fatalf("answer %s", a.Raw)
	}
	for _, inside := range []string{"nil pointer", "goroutine", ".go"} {
		if strings.Contains(a.Raw, inside) {
			t.Errorf("the answer tells %q: %s", inside, a.Raw)
		}
		if !strings.Contains(log.String(), inside) {
			t.Errorf("the log does not tell %q", inside)
		}
	}
	if !strings.Contains(log.String(), id) {
		t.Errorf("the log does not have the id %s", id)
	}
}

func TestGETReadsAndNeverWrites(t *testing.T) {
	t.Parallel()
	h := graph.NewHandler(&resolvers.Resolver{}, graph.Options{Log: slog.New(slog.DiscardHandler)})
	get := func(query string) answer {
		r := httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(query), nil)
		return answerOf(t, h, r)
	}
	if a := get("{ viewer { permissions } }"); len(a.Errors) > 0 || string(a.Data) != `{"viewer":{"permissions":[]}}` {
		t.Errorf("a query: %s", a.Raw)
	}
	if a := get(`mutation { brandReviewStart(input: {brandId: "x"}) { userErrors { code } } }`); len(a.Errors) == 0 {
		t.Errorf("a mutation: %s", a.Raw)
	}
}

func TestSDLIsServedAsItIsWritten(t *testing.T) {
	t.Parallel()
	sdl := graph.SDL()
	for _, part := range []string{"type Query", "directive @requires", "each is one action in one transaction"} {
		if !strings.Contains(sdl, part) {
			t.Errorf("the schema lacks %s", part)
		}
	}
}
