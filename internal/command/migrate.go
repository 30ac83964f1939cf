package command

import (
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// Migrate holds the commands about the database's schema.
type Migrate struct {
	Up     MigrateUp     `cmd:"" help:"Apply every pending migration."`
	Status MigrateStatus `cmd:"" help:"List the migrations and when each was applied. Changes nothing."`
}

// MigrateUp applies every pending migration.
type MigrateUp struct{}

// Run does it.
func (*MigrateUp) Run(ctx context.Context, c *Common) error {
	d, err := c.reach(ctx, c.Logger(slog.LevelWarn), postgres.Join)
	if err != nil {
		return err
	}
	defer d.Close()
	applied, err := database.Migrate(ctx, d.DSN, database.Migrations())
	if err != nil {
		return err
	}
	for _, name := range applied {
		fmt.Fprintln(c.Out, "applied", name)
	}
	if len(applied) == 0 {
		fmt.Fprintln(c.Out, "nothing to apply")
	}
	return nil
}

// MigrateStatus lists the migrations.
type MigrateStatus struct{}

// Run does it.
func (*MigrateStatus) Run(ctx context.Context, c *Common) error {
	d, err := c.reach(ctx, c.Logger(slog.LevelWarn), postgres.Join)
	if err != nil {
		return err
	}
	defer d.Close()
	states, err := database.MigrationStatus(ctx, d.DSN, database.Migrations())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	for _, s := range states {
		applied := "pending"
		if !s.Pending() {
			applied = s.AppliedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\n", s.Name, applied)
	}
	return w.Flush()
}
