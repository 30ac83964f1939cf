// Package graph is the GraphQL surface: schema, limits, errors and transport.
package graph

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/graph/plan"
)

// Options of the GraphQL handler. Zero values are the defaults.
type Options struct {
	Limits Limits
	// QueryCache is how many parsed documents are kept. Default 1,000.
	QueryCache int
	// MaxBody is the largest request body in bytes. Default 1 MiB.
	MaxBody int64
	// NoIntrospection hides the schema from introspection.
	NoIntrospection bool
	// Planner answers what it can; nil leaves all to the resolvers.
	Planner *plan.Planner
	// Observe is told of each operation that is executed, and whether it was planned.
	Observe func(ctx context.Context, op *graphql.OperationContext, planned bool)
	// Use are further extensions. One that stands around fields needs them
	// resolved one by one: then nothing is planned.
	Use []graphql.HandlerExtension
	Log *slog.Logger
}

// NewHandler serves the schema over POST and GET.
func NewHandler(root generated.ResolverRoot, o Options) http.Handler {
	if o.QueryCache <= 0 {
		o.QueryCache = 1000
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 1 << 20
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	limits := o.Limits.withDefaults()
	limits.noIntrospection = o.NoIntrospection
	config := generated.Config{Resolvers: root}
	config.Directives.Requires = requires

	if slices.ContainsFunc(o.Use, aroundFields) {
		o.Planner = nil
	}
	s := handler.New(planned{generated.NewExecutableSchema(config), o.Planner, o.Observe})
	s.AddTransport(transport.Options{})
	s.AddTransport(post{o.MaxBody})
	s.AddTransport(transport.GET{})
	s.SetQueryCache(lru.New[*ast.QueryDocument](o.QueryCache))
	s.SetParserTokenLimit(limits.Tokens)
	s.SetErrorPresenter(present(o.Log))
	s.SetRecoverFunc(recoverPanic(o.Log))
	s.SetDisableSuggestion(o.NoIntrospection)
	if !o.NoIntrospection {
		s.Use(extension.Introspection{})
	}
	s.Use(limits)
	s.AroundOperations(prepare)
	for _, extension := range o.Use {
		s.Use(extension)
	}
	return s
}

func aroundFields(e graphql.HandlerExtension) bool {
	_, field := e.(graphql.FieldInterceptor)
	_, root := e.(graphql.RootFieldInterceptor)
	return field || root
}
