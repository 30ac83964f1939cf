// Package apitest talks to the API over real HTTP in tests, as any actor.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	parcels "github.com/tradewind-commerce/tradewind/internal/fulfilment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/link"
	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
)

// API is a server on a database of its own. Its callers are told apart by
// tokens that stand for actors, so that no identity provider is needed.
type API struct {
	DB *database.DB
	// Sent are the statements sent to the database, by the server and by the test.
	Sent *dbtest.Statements
	URL  string
	// Now is the server's clock.
	Now time.Time
	// Carrier is the sandbox, whose webhooks come to this server, as what signs
	// them with CarrierSecret does. Log is what the server logs of webhooks.
	Carrier *parcels.Carrier
	Log     *Journal
	// Bank is the payment sandbox, whose page and webhooks come to this server.
	Bank *bank.Gateway
	// Exports makes what callers ask for, where the test has it work.
	Exports *exportjob.Service
	// AuthoriseFirst has payments authorised only; it is called before any is begun.
	AuthoriseFirst func()

	mutex  sync.Mutex
	actors []*auth.Actor
}

// New starts a server on a clone of the migrated database. Its clock stands.
func New(t testing.TB, now time.Time) *API {
	t.Helper()
	a := &API{Now: now}
	a.DB, a.Sent = dbtest.Counted(t)
	clock := func() time.Time { return a.Now }
	server := httptest.NewUnstartedServer(nil)
	a.URL, a.Log = "http://"+server.Listener.Addr().String(), &Journal{}
	a.Carrier = parcels.New(a.DB.Gorm, clock, parcels.Options{HookURL: a.URL, Secret: []byte(CarrierSecret)})
	a.Bank = bank.New(a.DB.Gorm, clock, bank.Options{PageURL: a.URL, HookURL: a.URL, Secret: []byte(BankSecret)})
	api := command.WireCarried(a.DB.Gorm, clock, a.Carrier, a.Bank)
	a.AuthoriseFirst, a.Exports = api.Payments.AuthoriseFirst, api.Exports
	signer, err := link.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	api.Exports.Use(exportjob.Place{
		Dir: t.TempDir(), Links: signer, URL: a.URL, Keep: 7 * 24 * time.Hour, LinkFor: 24 * time.Hour, Folder: t.TempDir(),
		Client: exportjob.Client(true), Inside: true,
	})
	if err := api.Consumers.Use(t.Context(), fixture.IdentityKeys(t)); err != nil {
		t.Fatal(err)
	}
	planner, err := command.Plan(api, plan.Options{DB: a.DB, Now: clock, Fault: func(_ context.Context, op *graphql.OperationContext, err error) {
		t.Errorf("a plan failed: %v\n%s", err, op.RawQuery)
	}})
	if err != nil {
		t.Fatal(err)
	}
	handler := graph.NewHandler(api, graph.Options{Planner: planner})
	hooks := httpserver.New(httpserver.Options{
		Webhook: api.Payments.Receive, Carriers: api.Fulfilment.Receive, Downloads: api.Exports.Open, Charts: api.Exports.Draw,
		Log: slog.New(slog.NewTextHandler(a.Log, nil)),
	})
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/webhooks/"), strings.HasPrefix(r.URL.Path, exportjob.DownloadPath), strings.HasPrefix(r.URL.Path, exportjob.ChartPath):
			hooks.ServeHTTP(w, r)
			return
		case strings.HasPrefix(r.URL.Path, bank.PagePath):
			a.Bank.Page().ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r.WithContext(auth.With(r.Context(), a.actor(r))))
	})
	server.Start()
	t.Cleanup(server.Close)
	return a
}

// Secrets sign what the sandbox carrier and the sandbox bank send.
const (
	CarrierSecret = "a secret of the carrier"
	BankSecret    = "a secret of the bank"
)

// Journal is a log that is read while it is written.
type Journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *Journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(p)
}

func (j *Journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

func (a *API) actor(r *http.Request) *auth.Actor {
	n, err := strconv.Atoi(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		return auth.Anonymous()
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.actors[n]
}

// Client calls the API as one actor.
type Client struct {
	api   *API
	token string
}

// As gives a client of an actor; nil is an anonymous visitor.
func (a *API) As(actor *auth.Actor) *Client {
	if actor == nil {
		return &Client{api: a}
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.actors = append(a.actors, actor)
	return &Client{api: a, token: strconv.Itoa(len(a.actors) - 1)}
}

// At gives a client of a server that runs elsewhere, with a real token; an
// empty one is an anonymous visitor.
func At(url, token string) *Client { return &Client{api: &API{URL: url}, token: token} }

// Answer is what came back.
type Answer struct {
	Status int             `json:"-"`
	Raw    []byte          `json:"-"`
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// Code is the code of the first error, empty where there is none.
func (a Answer) Code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}

// Post sends an operation and gives whatever comes back.
func (c *Client) Post(t testing.TB, query string, variables map[string]any) Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return c.Send(t, body)
}

// Send posts a body as it is.
func (c *Client) Send(t testing.TB, body []byte) Answer {
	t.Helper()
	request, _ := http.NewRequest(http.MethodPost, c.api.URL, bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode}
	if answer.Raw, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer.Raw, &answer); err != nil {
		t.Fatalf("not JSON (%d): %s", response.StatusCode, answer.Raw)
	}
	return answer
}

// Do sends an operation that must succeed and reads its data into out.
func (c *Client) Do(t testing.TB, query string, variables map[string]any, out any) {
	t.Helper()
	answer := c.Post(t, query, variables)
	if len(answer.Errors) > 0 {
		t.Fatalf("errors: %s", answer.Raw)
	}
	if out != nil {
		if err := json.Unmarshal(answer.Data, out); err != nil {
			t.Fatalf("read data: %v\n%s", err, answer.Raw)
		}
	}
}
