package command

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// handler is everything that is served, on an open database.
func (s *Serve) handler(db *Database, api *resolvers.Resolver, tokens *identity.Verifier, log *slog.Logger) http.Handler {
	return httpserver.New(httpserver.Options{
		GraphQL: graph.NewHandler(api, graph.Options{
			Limits:     graph.Limits{Depth: s.MaxDepth, Fields: s.MaxFields, Cost: s.MaxCost, Tokens: s.MaxTokens},
			QueryCache: s.QueryCache, MaxBody: s.MaxBody, NoIntrospection: !s.Introspection, Log: log,
		}),
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
