package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// journal is a log that is read while it is written.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

// serve starts the routes around an API that tells who calls it.
func serve(t *testing.T, change func(*httpserver.Options)) (url string, log *journal) {
	t.Helper()
	log = &journal{}
	o := httpserver.Options{
		GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("panic") {
				panic("a secret of the stack")
			}
			_, _ = fmt.Fprint(w, auth.From(r.Context()).SignedIn())
		}),
		Schema: "type Query { a: Int }",
		Authenticate: func(_ context.Context, token string) (*auth.Actor, error) {
			switch token {
			case "good":
				return auth.NewActor(&models.Account{}, nil, nil), nil
			case "broken":
				return nil, errors.New("the database is away")
			}
			return nil, fmt.Errorf("because of this: %w", &problem.Denied{})
		},
		Ready: func(context.Context) error { return nil },
		Log:   slog.New(httpserver.WithRequestID(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	}
	if change != nil {
		change(&o)
	}
	server := httptest.NewServer(httpserver.New(o))
	t.Cleanup(server.Close)
	return server.URL, log
}

type answer struct {
	status int
	header http.Header
	body   string
}

func call(t *testing.T, method, url string, header map[string]string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader("a secret of the body"))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func codeOf(t *testing.T, a answer) string {
	t.Helper()
	var got struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Errors) != 1 {
		t.Fatalf("not an error of the API: %+v", a)
	}
	return got.Errors[0].Extensions.Code
}

func TestTokensOfRequests(t *testing.T) {
	t.Parallel()
	url, log := serve(t, nil)
	for _, good := range []string{"Bearer good", "bearer good", "BEARER  good "} {
		if a := call(t, "POST", url+"/graphql", map[string]string{"Authorization": good}); a.status != 200 || a.body != "true" {
			t.Errorf("%q: %+v", good, a)
		}
	}
	for _, none := range []map[string]string{nil, {"Authorization": ""}} {
		if a := call(t, "POST", url+"/graphql", none); a.status != 200 || a.body != "false" {
			t.Errorf("without a token: %+v", a)
		}
	}
	for _, bad := range []string{"Bearer forged", "Bearer", "Bearer ", "Basic Z29vZA==", "good"} {
		a := call(t, "POST", url+"/graphql", map[string]string{"Authorization": bad})
		if a.status != 401 || codeOf(t, a) != "UNAUTHENTICATED" || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: %+v", bad, a)
		}
		if strings.Contains(a.body, "because") {
			t.Errorf("%q: the reason is told: %s", bad, a.body)
		}
	}
	a := call(t, "POST", url+"/graphql", map[string]string{"Authorization": "Bearer broken"})
	if a.status != 503 || codeOf(t, a) != "INTERNAL" || strings.Contains(a.body, "database") {
		t.Errorf("a token that could not be checked: %+v", a)
	}
	request, _ := http.NewRequest(http.MethodPost, url+"/graphql", nil)
	request.Header["Authorization"] = []string{"Bearer good", "Bearer forged"}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("two tokens: %d", response.StatusCode)
	}
	if strings.Contains(log.String(), "forged") || strings.Contains(log.String(), "good") {
		t.Errorf("tokens are logged:\n%s", log)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	url, log := serve(t, nil)
	call(t, "GET", url+"/graphql?query=secret&variables=secret", map[string]string{"Authorization": "Bearer secret", "Cookie": "secret", "X-Request-Id": "from-the-proxy"})
	call(t, "POST", url+"/graphql", nil)
	text := log.String()
	if strings.Contains(text, "secret") {
		t.Errorf("a secret is logged:\n%s", text)
	}
	var lines []map[string]any
	for line := range strings.Lines(text) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry["msg"] == "request" {
			lines = append(lines, entry)
		}
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines for two requests:\n%s", len(lines), text)
	}
	if l := lines[0]; l["method"] != "GET" || l["path"] != "/graphql" || l["status"] != 401.0 || l["request_id"] != "from-the-proxy" || l["level"] != "INFO" {
		t.Errorf("%v", l)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, nil)
	if id := call(t, "GET", url+"/healthz", map[string]string{"X-Request-Id": "abc-1"}).header.Get("X-Request-Id"); id != "abc-1" {
		t.Errorf("the proxy's id became %q", id)
	}
	seen := map[string]bool{}
	for _, bad := range []string{"", "a b", strings.Repeat("x", 65), "<script>", "é"} {
		id := call(t, "GET", url+"/healthz", map[string]string{"X-Request-Id": bad}).header.Get("X-Request-Id")
		if id == bad || len(id) != 36 || seen[id] {
			t.Errorf("%q became %q", bad, id)
		}
		seen[id] = true
	}
}

func TestPanicOfAHandler(t *testing.T) {
	t.Parallel()
	url, log := serve(t, nil)
	a := call(t, "GET", url+"/graphql?panic", nil)
	if a.status != 500 || codeOf(t, a) != "INTERNAL" || strings.Contains(a.body, "secret") || strings.Contains(a.body, ".go") {
		t.Errorf("%+v", a)
	}
	if id := a.header.Get("X-Request-Id"); id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "a secret of the stack") {
		t.Errorf("the log does not tell what request %s met:\n%s", id, log)
	}
}

func TestOtherSites(t *testing.T) {
	t.Parallel()
	preflight := func(t *testing.T, url, origin string) string {
		t.Helper()
		return call(t, "OPTIONS", url+"/graphql", map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type",
		}).header.Get("Access-Control-Allow-Origin")
	}
	for name, c := range map[string]struct {
		origins       []string
		origin, allow string
	}{
		"may not call by default":       {nil, "https://shop.example", ""},
		"may call where they are named": {[]string{"https://shop.example"}, "https://shop.example", "https://shop.example"},
		"are others where not":          {[]string{"https://shop.example"}, "https://evil.example", ""},
		"may all call where * says so":  {[]string{"*"}, "https://any.example", "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _ := serve(t, func(o *httpserver.Options) { o.Origins = c.origins })
			if got := preflight(t, url, c.origin); got != c.allow {
				t.Errorf("allowed: %q", got)
			}
			a := call(t, "POST", url+"/graphql", map[string]string{"Origin": c.origin})
			if got := a.header.Get("Access-Control-Allow-Origin"); got != c.allow || a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("allowed: %q", got)
			}
		})
	}
}

func TestLocalHosts(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, func(o *httpserver.Options) { o.LocalHosts = true })
	for host, status := range map[string]int{
		"localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200, "shop.localhost": 200,
		"evil.example": 421, "evil.example:8080": 421, "192.168.1.7:8080": 421, "localhost.evil.example": 421,
	} {
		if got := call(t, "GET", url+"/schema.graphql", map[string]string{"Host": host}).status; got != status {
			t.Errorf("%s: %d, want %d", host, got, status)
		}
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	var ready error
	url, _ := serve(t, func(o *httpserver.Options) {
		o.Ready = func(context.Context) error { return ready }
		o.Start = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "page "+r.URL.Path) })
	})
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/healthz", 200, "ok\n"}, {"HEAD", "/healthz", 200, ""}, {"GET", "/readyz", 200, "ready\n"},
		{"GET", "/schema.graphql", 200, "type Query { a: Int }"}, {"GET", "/graphiql", 200, "graphiql"},
		{"GET", "/", 200, "page /"}, {"GET", "/start/app.js", 200, "page /start/app.js"},
		{"POST", "/", 405, ""}, {"PUT", "/graphql", 405, ""}, {"DELETE", "/schema.graphql", 405, ""},
	} {
		a := call(t, c.method, url+c.path, nil)
		if a.status != c.status || !strings.Contains(a.body, c.body) || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %+v", c.method, c.path, a)
		}
	}
	for path, frames := range map[string]string{"/": "DENY", "/graphiql": "DENY", "/graphql": ""} {
		if a := call(t, "GET", url+path, nil); a.header.Get("X-Frame-Options") != frames {
			t.Errorf("%s in a frame: %q, want %q", path, a.header.Get("X-Frame-Options"), frames)
		}
	}
	ready = errors.New("no database")
	if a := call(t, "GET", url+"/readyz", nil); a.status != 503 || strings.Contains(a.body, "database") {
		t.Errorf("not ready: %+v", a)
	}
}

func TestSlowSendersAreCutOff(t *testing.T) {
	t.Parallel()
	s, err := httpserver.Listen(t.Context(), "127.0.0.1:0", httpserver.Timeouts{
		Header: 100 * time.Millisecond, Read: 200 * time.Millisecond, Write: time.Minute, Idle: 100 * time.Millisecond,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	s.Open(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}))
	for name, sent := range map[string]string{
		"nothing":          "",
		"half the headers": "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow",
		"half the body":    "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
		"one request":      "GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run("after "+name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, sent)
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			if _, err := io.ReadAll(conn); err != nil {
				t.Errorf("the connection stays open: %v", err)
			}
		})
	}
	t.Run("after headers without end", func(t *testing.T) {
		t.Parallel()
		request, _ := http.NewRequest(http.MethodGet, "http://"+s.Addr().String(), nil)
		request.Header.Set("X-Long", strings.Repeat("x", 1<<20))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return // cut off while sending
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%d", response.StatusCode)
		}
	})
}
