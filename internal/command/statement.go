package command

import (
	"context"
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/httpserver"
	"github.com/tradewind-commerce/tradewind/internal/ledger"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
	"github.com/tradewind-commerce/tradewind/resolvers"
)

// Statement writes what became of a brand's balance in a month.
type Statement struct {
	Brand  string `required:"" env:"STATEMENT_BRAND" placeholder:"SLUG" help:"Brand, by its slug."`
	Month  string `required:"" env:"STATEMENT_MONTH" placeholder:"YYYY-MM" help:"Month of UTC."`
	Format string `env:"STATEMENT_FORMAT" default:"csv" enum:"csv,html" help:"csv, or html: a page that prints (${default})."`
}

// Run writes it on standard output.
func (s *Statement) Run(ctx context.Context, c *Common) error {
	month, err := ledger.ParseMonth(s.Month)
	if err != nil {
		return err
	}
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := statementsOf(Wire(db.Gorm, utc))(auth.With(ctx, auth.System()), s.Brand, month)
	if refused := problem.From(err); len(refused) > 0 {
		return fmt.Errorf("there is no brand %q", s.Brand)
	}
	if err != nil {
		return err
	}
	write, _ := ledger.FormatOf(s.Format)
	return write(c.Out, all)
}

func statementsOf(api *resolvers.Resolver) httpserver.Statements {
	return func(ctx context.Context, slug string, day models.Date) ([]*ledger.Statement, error) {
		if err := auth.Require(ctx, auth.BalanceRead); err != nil {
			return nil, err
		}
		brand, err := api.Brands.BySlug(ctx, slug)
		if err != nil {
			return nil, err
		}
		return api.Ledger.WholeStatements(ctx, brand.ID, day)
	}
}
