package command

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tradewind-commerce/tradewind/docs"
	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/startpage"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// parts are what a server is put together from.
type parts struct {
	db  *Database
	api *resolvers.Resolver
	// plans answer reads before the resolvers do; nil leaves all to these.
	plans  *plan.Planner
	tokens *identity.Verifier
	// sandbox is nil where payments are real.
	sandbox *play.Gateway
	// observe may be nil.
	observe observer
	start   http.Handler
	// localHosts keeps a server that gives tokens away to its own machine.
	localHosts bool
	log        *slog.Logger
}

// observer is told of each operation, and whether it was planned.
type observer func(ctx context.Context, op *graphql.OperationContext, planned bool)

// planner is nil where the flags turn it off.
func (s *Serve) planner(db *database.DB, api *resolvers.Resolver, log *slog.Logger) (*plan.Planner, error) {
	if !s.Plan {
		return nil, nil //nolint:nilnil // the handler answers without one
	}
	return Plan(api, plan.Options{
		DB: db, Now: utc, Documents: s.QueryCache,
		Fault: func(ctx context.Context, op *graphql.OperationContext, err error) {
			log.ErrorContext(ctx, "plan failed, the resolvers answered", "operation", op.OperationName, "error", err)
		},
	})
}

// handler is everything that is served.
func (s *Serve) handler(p parts) http.Handler {
	o := httpserver.Options{
		GraphQL: graph.NewHandler(p.api, graph.Options{
			Limits:     graph.Limits{Depth: s.MaxDepth, Fields: s.MaxFields, Cost: s.MaxCost, Tokens: s.MaxTokens, Page: s.MaxPage},
			QueryCache: s.QueryCache, MaxBody: s.MaxBody, NoIntrospection: !s.Introspection, Planner: p.plans, Observe: p.observe, Log: p.log,
		}),
		Start:  p.start,
		Schema: graph.SDL(),
		Authenticate: func(ctx context.Context, token string) (*auth.Actor, error) {
			claims, err := p.tokens.Verify(ctx, token)
			if err != nil {
				return nil, err
			}
			return p.api.Identity.Actor(ctx, claims)
		},
		Ready:            p.db.Ready,
		Origins:          s.CorsOrigins,
		OperationTimeout: s.OperationTimeout,
		LocalHosts:       p.localHosts,
		Log:              p.log,
		Webhook:          p.api.Payments.Receive,
		Statements:       statementsOf(p.api),
		Receipts:         p.api.Orders.Receipt,
		Declarations:     p.api.Declarations.Export,
		Exports:          Sources(p.api.Reports, p.api.Insights, p.api.Programmes, p.api.Tariffs).Open,
		Downloads:        p.api.Exports.Open,
		Charts:           p.api.Exports.Draw,
		Carriers:         p.api.Fulfilment.Receive,
	}
	if p.sandbox != nil {
		o.SandboxPage, o.SandboxPath = p.sandbox.Page(), play.PagePath
	}
	return httpserver.New(o)
}

// startPage offers to run its examples as a visitor, and as each role there is
// a token for.
func startPage(tokens []RoleToken) (http.Handler, error) {
	roles := []startpage.Role{{Role: "visitor", About: "has not signed in"}}
	for _, t := range tokens {
		roles = append(roles, startpage.Role{Role: t.Role, About: t.About, Token: strings.TrimSpace(t.Token)})
	}
	return startpage.New(roles, docs.Guides)
}
