package command

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/tradewind-commerce/tradewind/docs"
	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/startpage"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// handler is everything that is served, on an open database.
func (s *Serve) handler(db *Database, api *resolvers.Resolver, tokens *identity.Verifier, start http.Handler, log *slog.Logger) http.Handler {
	return httpserver.New(httpserver.Options{
		GraphQL: graph.NewHandler(api, graph.Options{
			Limits:     graph.Limits{Depth: s.MaxDepth, Fields: s.MaxFields, Cost: s.MaxCost, Tokens: s.MaxTokens},
			QueryCache: s.QueryCache, MaxBody: s.MaxBody, NoIntrospection: !s.Introspection, Log: log,
		}),
		Start:  start,
		Schema: graph.SDL(),
		Authenticate: func(ctx context.Context, token string) (*auth.Actor, error) {
			claims, err := tokens.Verify(ctx, token)
			if err != nil {
				return nil, err
			}
			return api.Identity.Actor(ctx, claims)
		},
		Ready:            db.Ready,
		Origins:          s.CorsOrigins,
		OperationTimeout: s.OperationTimeout,
		Log:              log,
	})
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
