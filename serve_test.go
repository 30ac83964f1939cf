package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
	"github.com/tradewind-commerce/tradewind/internal/webhook"
)

func TestGraphQLOverHTTP(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{Database: dbtest.DSN(t)})
	const want = `{"data":{"viewer":{"permissions":[]}}}`
	if answer := s.As("").Post(t, `{ viewer { permissions } }`, nil); string(answer.Raw) != want || answer.Status != http.StatusOK {
		t.Errorf("POST: %d %s", answer.Status, answer.Raw)
	}
	if status, body := get(t, s.URL+"/graphql?query="+url.QueryEscape(`{ viewer { permissions } }`)); status != http.StatusOK || body != want {
		t.Errorf("GET: %d %s", status, body)
	}
	status, body := get(t, s.URL+"/graphql?query="+url.QueryEscape(
		`mutation { membershipRemove(input: {brandId: "x", accountId: "x"}) { userErrors { code } } }`))
	if status == http.StatusOK || strings.Contains(body, "userErrors") {
		t.Errorf("a mutation by GET: %d %s", status, body)
	}
	for name, request := range map[string]string{
		"nothing": "", "not JSON": "hello", "no query": "{}", "another type": `{"query": 7}`, "invalid UTF-8": "{\"query\":\"\xff\"}",
	} {
		answer := s.As("").Send(t, []byte(request))
		if answer.Status < 400 || answer.Status >= 500 || answer.Code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Raw)
		}
	}
}

// The server takes webhooks of the sandboxes, signed with the secret that it was given.
func TestWebhooksAreServed(t *testing.T) {
	t.Parallel()
	const secret = "a secret of the sandboxes"
	s := servertest.Start(t, servertest.Options{Database: dbtest.DSN(t), Env: []string{"SANDBOX_WEBHOOK_SECRET=" + secret}})
	body := []byte(`{"id":"1","trackingNumber":"SBXN1","type":"DELIVERED","at":"2026-11-20T08:00:00Z"}`)
	for _, c := range []struct {
		path, secret string
		want         int
	}{
		{"/webhooks/carriers/sandbox", secret, http.StatusNotFound}, {"/webhooks/carriers/sandbox", "another", http.StatusBadRequest},
		{"/webhooks/carriers/nobody", secret, http.StatusNotFound}, {"/webhooks/sandbox", secret, http.StatusOK},
		{"/webhooks/sandbox", "another", http.StatusBadRequest}, {"/webhooks/nobody", secret, http.StatusNotFound},
	} {
		r, _ := http.NewRequest(http.MethodPost, s.URL+c.path, bytes.NewReader(body))
		r.Header.Set(webhook.Header, webhook.Sign([]byte(c.secret), time.Now(), body))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s signed by %q: %d, want %d", c.path, c.secret, answer.StatusCode, c.want)
		}
	}
	s.Stop(t)
	if log := s.Log(); strings.Contains(log, secret) || strings.Contains(log, "SBXN1") || !strings.Contains(log, "webhook refused") {
		t.Errorf("logged\n%s", log)
	}
}

func TestLogIsJSONWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{Database: dbtest.EmptyDSN(t), Env: []string{"LOG_FORMAT=json"}})
	get(t, s.URL+"/schema.graphql")
	s.Stop(t)
	lines := 0
	for line := range strings.Lines(s.Log()) {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time == "" || entry.Level == "" || entry.Msg == "" {
			t.Errorf("%v: %s", err, line)
		}
		lines++
	}
	if lines < 3 { // migrated, a request, stopping
		t.Errorf("%d lines:\n%s", lines, s.Log())
	}
}

func TestLimitsAreConfigured(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{Database: dbtest.DSN(t), Env: []string{"MAX_FIELDS=12"}},
		"--max-depth=5", "--max-cost=200", "--max-tokens=300", "--max-body=4000", "--max-page=10", "--query-cache=2", "--operation-timeout=10s")
	for name, c := range map[string]struct {
		query, says string
		status      int
	}{
		"depth":  {query: `{ viewer { account { memberships { brand { storefronts { nodes { name } } } } } } }`, says: "5 deep"},
		"fields": {query: "{" + fields(13) + "}", says: "12 fields"},
		"cost":   {query: `{ brands(first: 10) { nodes { storefronts(first: 10) { nodes { id name } } } } }`, says: "200"},
		"page":   {query: `{ brands(first: 11) { nodes { id } } }`, says: "10"},
		"tokens": {query: "{" + strings.Repeat(" __typename", 301) + "}", says: "token"},
		"schema": {query: `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`, says: "introspection"},
		"body":   {query: "{ __typename }" + strings.Repeat(" ", 4000), says: "limit", status: http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := s.As("").Post(t, c.query, nil)
			if len(answer.Errors) != 1 || answer.Code() != "BAD_USER_INPUT" || !strings.Contains(answer.Errors[0].Message, c.says) {
				t.Errorf("%d %s", answer.Status, answer.Raw)
			}
			if c.status != 0 && answer.Status != c.status {
				t.Errorf("status %d", answer.Status)
			}
		})
	}
	t.Run("within them", func(t *testing.T) {
		t.Parallel()
		s.As("").Do(t, `{ brands(first: 10) { nodes { id } } __schema { types { name fields { name } } } }`, nil, nil)
	})
}

func fields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " f%d: viewer { __typename }", i)
	}
	return b.String()
}

func TestSlowOperationIsEnded(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	s := servertest.Start(t, servertest.Options{Database: dsn}, "--operation-timeout=300ms")
	conn := dial(t, dsn)
	_, err := conn.Exec(t.Context(), "begin; lock table categories") // which no work behind the API reads
	must(t, err)
	answer := s.As("").Post(t, `{ categories { id } }`, nil)
	if answer.Code() != "THROTTLED" {
		t.Errorf("%d %s", answer.Status, answer.Raw)
	}
	runs := "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
	if !servertest.Within(10*time.Second, func() bool { return count(t, dial(t, dsn), runs) == 0 }) {
		t.Error("its statement runs on")
	}
}

func TestIntrospectionCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.Options{Database: dbtest.DSN(t), Env: []string{"INTROSPECTION=false"}})
	for _, query := range []string{`{ __schema { types { name } } }`, `{ __type(name: "Query") { name } }`} {
		if answer := s.As("").Post(t, query, nil); len(answer.Errors) == 0 {
			t.Errorf("%s", answer.Raw)
		}
	}
	answer := s.As("").Post(t, `{ viewr { permissions } }`, nil)
	if strings.Contains(string(answer.Raw), "viewer") {
		t.Errorf("it hints at the schema: %s", answer.Raw)
	}
}

func TestMigrateCommand(t *testing.T) {
	t.Parallel()
	o := servertest.Options{Database: dbtest.EmptyDSN(t)}
	status := func(pending bool) {
		t.Helper()
		r := servertest.Run(t, o, "migrate", "status")
		if r.Code != 0 || r.Err != "" || !strings.Contains(r.Out, "00001_people_and_brands.sql") || strings.Contains(r.Out, "pending") != pending {
			t.Errorf("%+v", r)
		}
	}
	status(true)
	if r := servertest.Run(t, o, "migrate", "up"); r.Code != 0 || !strings.Contains(r.Out, "applied 00001_people_and_brands.sql\n") {
		t.Errorf("%+v", r)
	}
	status(false)
	if r := servertest.Run(t, o, "migrate", "up"); r.Code != 0 || r.Out != "nothing to apply\n" {
		t.Errorf("%+v", r)
	}
	servertest.Start(t, o, "--no-migrate").Stop(t)
}

func TestStoppedWhileItStarts(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	conn := dial(t, dsn)
	_, err := conn.Exec(t.Context(), "begin; lock table goose_db_version")
	must(t, err)
	watch := dial(t, dsn)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		s := servertest.Begin(t, servertest.Options{Database: dsn}, "--addr=127.0.0.1:0")
		waits := func() bool {
			return count(t, watch, "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())") > 0
		}
		if !servertest.Within(time.Minute, waits) {
			t.Fatal("it does not migrate")
		}
		s.Signal(t, signal)
		if code := s.Wait(t); code != 0 || strings.Contains(s.Log(), "tradewind: ") {
			t.Errorf("%v: exit code %d: %s", signal, code, s.Log())
		}
		// The next one must not be mistaken for this one: where it left before
		// it could cancel its statement, PostgreSQL waits on.
		_, err = watch.Exec(t.Context(), "select pg_terminate_backend(pid) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())")
		must(t, err)
		if !servertest.Within(time.Minute, func() bool { return !waits() }) {
			t.Fatal("its statement still waits")
		}
	}
}
