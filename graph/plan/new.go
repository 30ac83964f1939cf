package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/search"
)

// Options of a planner.
type Options struct {
	DB      *database.DB
	Now     func() time.Time
	Schema  *ast.Schema
	Search  *search.Service
	Reports *report.Service
	Customs *customs.Service
	// Documents is how many operations' plans are kept. Default 1,000.
	Documents int
	// Fault is told where a plan failed that should not have: the resolvers
	// answered instead.
	Fault func(context.Context, *graphql.OperationContext, error)
}

// New checks all that is declared against the schema, the models and the
// policies.
func New(o Options) (*Planner, error) {
	if o.Documents <= 0 {
		o.Documents = 1000
	}
	p := &Planner{db: o.DB, now: o.Now, schema: o.Schema, search: o.Search, reports: o.Reports, customs: o.Customs, types: map[string]*Type{},
		cache: newCache(o.Documents), fault: o.Fault}
	for _, t := range declared() {
		if err := t.bind(o.Schema, o.DB.Gorm); err != nil {
			return nil, err
		}
		for name := range t.Fields {
			if _, known := auth.RuleOf(t.Name, name); !known {
				return nil, fmt.Errorf("no policy is known of %s.%s", t.Name, name)
			}
		}
		p.types[t.Name] = t
	}
	return p, nil
}
