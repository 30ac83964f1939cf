package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// Reporting holds the commands about what BI tools read.
type Reporting struct {
	Grant ReportingGrant `cmd:"" help:"Let the database role reporting read the views of schema reporting, and nothing else. Makes the role where there is none. Again changes nothing."`
	URL   ReportingURL   `cmd:"" name:"url" help:"Print where the views are read, for psql and other programs on this machine: sessions begin as the role reporting."`
}

// ReportingGrant opens the views to the role that reads them.
type ReportingGrant struct {
	To string `env:"REPORTING_TO" placeholder:"NAME" help:"A role that signs in, and shall read the views, too."`
}

// Run does it.
func (r *ReportingGrant) Run(ctx context.Context, c *Common) error {
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	var done string
	if err := d.Gorm.WithContext(ctx).Raw("select reporting.open_to_role()").Row().Scan(&done); err != nil {
		return fmt.Errorf("grant the views: %w", err)
	}
	if done != "granted" {
		return fmt.Errorf("%s.\nHave an administrator of the database run this once, then this command again:\n"+
			"  create role reporting nologin;", done)
	}
	fmt.Fprintln(c.Out, "the role reporting reads the views of schema reporting")
	if r.To == "" {
		return nil
	}
	if err := d.Gorm.WithContext(ctx).Exec("grant reporting to " + pgx.Identifier{r.To}.Sanitize()).Error; err != nil {
		return fmt.Errorf("make %s read them, too: %w", r.To, err)
	}
	fmt.Fprintln(c.Out, r.To, "reads them, too")
	return nil
}

// ReportingURL tells where the views are read.
type ReportingURL struct{}

// Run does it.
func (*ReportingURL) Run(ctx context.Context, c *Common) error {
	if c.DatabaseURL != "" {
		return errors.New("there is a database URL: give BI tools a role of their own there, as docs/guides/reporting.md shows")
	}
	d, err := c.reach(ctx, c.Logger(slog.LevelWarn), postgres.Attach)
	if err != nil {
		return err
	}
	defer d.Close()
	u, err := viewsURL(d.DSN)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.Out, u)
	return nil
}

// viewsURL is a database's whose sessions begin as the role reporting.
func viewsURL(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("options", "-crole=reporting -csearch_path=reporting")
	// To psql and all else that uses libpq a plus is not a space.
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String(), nil
}
