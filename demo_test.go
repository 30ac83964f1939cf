package main

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

var shown = regexp.MustCompile(`(?m)^  (operator|merchant|shopper|reporting) .*\n  (eyJ\S+)$`)

func tokensShown(s *servertest.Server) map[string]string {
	tokens := map[string]string{}
	for _, match := range shown.FindAllStringSubmatch(s.Out(), -1) {
		tokens[match[1]] = match[2]
	}
	return tokens
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{})
	says(t, s.Out(), s.URL+"/\n", s.URL+"/graphiql", s.URL+"/schema.graphql", "README.md", "docs/guides", "Authorization: Bearer")
	conn := private(t, s.Dir)
	brands, orders := count(t, conn, "select count(*) from brands"), count(t, conn, "select count(*) from orders")
	if brands == 0 || orders == 0 {
		t.Errorf("%d brands, %d orders", brands, orders)
	}

	tokens := tokensShown(s)
	for role, holds := range map[string]string{"operator": "BRAND_REVIEW", "merchant": "BRAND_OWN", "shopper": "ORDER_PLACE", "reporting": "REPORT_READ"} {
		if tokens[role] == "" || !slices.Contains(permissions(t, s.As(tokens[role])), holds) {
			t.Errorf("the %s's token %q", role, tokens[role])
		}
	}
	for path, want := range map[string]string{"/": "<html", "/graphiql": "graphiql", "/schema.graphql": "type Query", "/start/start.json": tokens["operator"]} {
		if status, body := get(t, s.URL+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d", path, status)
		}
	}
	request, _ := http.NewRequest(http.MethodGet, s.URL+"/start/start.json", nil)
	request.Host = "evil.example"
	if status, body := do(t, request); status != http.StatusMisdirectedRequest || strings.Contains(body, "eyJ") {
		t.Errorf("a page of another site reads the tokens: %d", status)
	}
	frugal := func(s *servertest.Server) {
		t.Helper()
		if got := s.Resident(t); got > 100<<20 {
			t.Errorf("%d MiB are resident after a start", got>>20)
		}
	}
	// Others may share the machine: processor time is what does not depend on them.
	quick := func(s *servertest.Server, limit time.Duration) {
		t.Helper()
		s.Stop(t)
		if got := s.Busy(); got > limit {
			t.Errorf("a start took %s, at most %s", got, limit)
		}
	}
	frugal(s)
	quick(s, 15*time.Second)

	again := servertest.Start(t, servertest.Options{Dir: s.Dir})
	frugal(again)
	if n := count(t, private(t, s.Dir), "select count(*) from orders"); n != orders {
		t.Errorf("the second start made %d orders of %d", n, orders)
	}
	if len(permissions(t, again.As(tokens["operator"]))) == 0 {
		t.Error("a token of the first start is not good after the second")
	}
	quick(again, 2*time.Second)
}

func TestDemonstrationIsForDevelopment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		private bool
		args    []string
		demo    bool
	}{
		{name: "not on all addresses", private: true, args: []string{"--addr=0.0.0.0:0"}},
		{name: "not with a database URL"},
		{name: "not where it is refused", private: true, args: []string{"--no-demo"}},
		{name: "with a database URL where it is asked for", args: []string{"--demo"}, demo: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var o servertest.Options
			if !c.private {
				o.Database = dbtest.DSN(t)
			}
			s := servertest.Start(t, o, c.args...)
			var brands int64
			if c.private {
				brands = count(t, private(t, s.Dir), "select count(*) from brands")
			} else {
				brands = count(t, dial(t, o.Database), "select count(*) from brands")
			}
			if (brands > 0) != c.demo || (len(tokensShown(s)) > 0) != c.demo || strings.Contains(s.Out(), "eyJ") != c.demo {
				t.Errorf("%d brands, it says:\n%s", brands, s.Out())
			}
			if _, body := get(t, strings.Replace(s.URL, "localhost", "127.0.0.1", 1)+"/start/start.json"); strings.Contains(body, "eyJ") != c.demo {
				t.Error("the tokens on the start page are not as they should be")
			}
		})
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	must(t, err)
	return do(t, request)
}

func do(t *testing.T, request *http.Request) (status int, body string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(text)
}
