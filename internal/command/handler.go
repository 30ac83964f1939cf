package command

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/problem"
)

// handler is everything that is served, on an open database.
func (s *Serve) handler(db *Database, log *slog.Logger) http.Handler {
	api := Wire(db.Gorm, func() time.Time { return time.Now().UTC() })
	return httpserver.New(httpserver.Options{
		GraphQL: graph.NewHandler(api, graph.Options{
			Limits:     graph.Limits{Depth: s.MaxDepth, Fields: s.MaxFields, Cost: s.MaxCost, Tokens: s.MaxTokens},
			QueryCache: s.QueryCache, MaxBody: s.MaxBody, NoIntrospection: !s.Introspection, Log: log,
		}),
		Schema: graph.SDL(),
		Authenticate: func(context.Context, string) (*auth.Actor, error) {
			return nil, &problem.Denied{} // nobody signs tokens yet
		},
		Ready:            db.Ready,
		Origins:          s.CorsOrigins,
		OperationTimeout: s.OperationTimeout,
		Log:              log,
	})
}
