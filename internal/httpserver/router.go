// Package httpserver is the frame the API is served in: routes, request ids,
// access log, timeouts, and an end that lets running requests finish.
package httpserver

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/playground"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/rs/cors"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/exportjob"
)

// Options of the routes.
type Options struct {
	// GraphQL answers /graphql.
	GraphQL http.Handler
	// Start answers / and what is below it that nothing else answers.
	Start http.Handler
	// Schema is served at /schema.graphql.
	Schema string
	// Authenticate tells who presents a token. It reports problem.Denied for
	// one that is not good.
	Authenticate func(ctx context.Context, token string) (*auth.Actor, error)
	// Webhook takes what payment providers send to /webhooks/{provider}, nil where none may.
	Webhook Receiver
	// Carriers takes what carriers send to /webhooks/carriers/{carrier}, nil where none may.
	Carriers Receiver
	// Statements are served at /statements/{brand}/{month}.csv and .html, nil for none.
	Statements Statements
	// Receipts are served at /receipts/{number}.html, nil for none.
	Receipts Receipts
	// Declarations are served at /declarations/{number}.xml and .json, nil for none.
	Declarations Declarations
	// Exports are reports, streamed at /exports/{report}.csv and in other formats, nil for none.
	Exports Tables
	// Downloads are files at signed links, /downloads/{token}, nil for none.
	Downloads Downloads
	// Charts are pictures at signed links, /charts/{token}.png and .svg, nil for none.
	Charts Charts
	// SandboxPage is served below SandboxPath, nil where the sandbox is off.
	SandboxPage http.Handler
	SandboxPath string
	// Ready fails while requests cannot be served.
	Ready func(context.Context) error
	// Origins of other sites whose pages may call the API; "*" is all.
	Origins []string
	// LocalHosts refuses requests that name another host than this machine: a
	// page elsewhere must not get at it by a name that it points here.
	LocalHosts bool
	// OperationTimeout ends a GraphQL request that takes longer. 0 is never.
	OperationTimeout time.Duration
	Log              *slog.Logger
}

// readyTimeout is how long the database may take to say that it is there.
const readyTimeout = 2 * time.Second

// New routes requests.
func New(o Options) http.Handler {
	r := chi.NewRouter()
	r.Use(identify, logged(o.Log), recovered(o.Log), harden, middleware.GetHead)
	if o.LocalHosts {
		r.Use(localHosts)
	}
	if len(o.Origins) > 0 { // else the library would allow all
		r.Use(cors.New(cors.Options{
			AllowedOrigins: o.Origins,
			AllowedMethods: []string{http.MethodGet, http.MethodPost},
			AllowedHeaders: []string{"Authorization", "Content-Type", requestIDHeader},
			ExposedHeaders: []string{requestIDHeader},
			MaxAge:         600,
		}).Handler)
	}
	callers := authenticated(o.OperationTimeout, o.Authenticate, o.Log)
	operations := callers(o.GraphQL)
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
		r.Method(method, "/graphql", operations)
	}
	if o.Statements != nil {
		r.Method(http.MethodGet, "/statements/{brand}/{file}", pages(callers(statement(o.Statements, o.Log))))
	}
	if o.Declarations != nil {
		r.Method(http.MethodGet, "/declarations/{file}", pages(callers(declared(o.Declarations, o.Log))))
	}
	if o.Receipts != nil {
		r.Method(http.MethodGet, "/receipts/{file}", pages(callers(receipt(o.Receipts, o.Log))))
	}
	if o.Exports != nil {
		streams := pages(authenticated(0, o.Authenticate, o.Log)(stream(o.Exports, o.Log)))
		r.Method(http.MethodGet, "/exports/{file}", streams)
		r.Method(http.MethodPost, "/exports/{file}", streams)
	}
	if o.Downloads != nil {
		r.Method(http.MethodGet, exportjob.DownloadPath+"{token}", pages(download(o.Downloads, o.Log)))
	}
	if o.Charts != nil {
		r.With(limited(o.OperationTimeout)).Method(http.MethodGet, exportjob.ChartPath+"{file}", pages(drawn(o.Charts, o.Log)))
	}
	if o.Webhook != nil {
		r.With(limited(o.OperationTimeout)).Post("/webhooks/{provider}", webhook(o.Webhook, o.Log))
	}
	if o.Carriers != nil {
		r.With(limited(o.OperationTimeout)).Post("/webhooks/carriers/{provider}", webhook(o.Carriers, o.Log))
	}
	r.Get("/healthz", text("text/plain; charset=utf-8", "ok\n"))
	r.Get("/readyz", ready(o.Ready, o.Log))
	r.Group(func(r chi.Router) {
		r.Use(pages)
		r.Get("/schema.graphql", text("text/plain; charset=utf-8", o.Schema))
		r.Get("/graphiql", playground.Handler("Tradewind", "/graphql"))
		if o.SandboxPage != nil {
			r.Method(http.MethodGet, o.SandboxPath+"*", o.SandboxPage)
			r.Method(http.MethodPost, o.SandboxPath+"*", o.SandboxPage)
		}
		if o.Start != nil {
			r.Method(http.MethodGet, "/", o.Start)
			r.Method(http.MethodGet, "/*", o.Start)
		}
	})
	return r
}

func text(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

func ready(check func(context.Context) error, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err := check(ctx); err != nil {
			log.WarnContext(ctx, "not ready", "error", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "not ready\n")
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	}
}
