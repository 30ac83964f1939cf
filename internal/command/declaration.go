package command

import (
	"context"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/declaration"
)

// Declaration writes what customs are told of an order.
type Declaration struct {
	Order  string `required:"" env:"DECLARATION_ORDER" placeholder:"NUMBER" help:"Order, by its number."`
	Format string `env:"DECLARATION_FORMAT" default:"xml" enum:"xml,json" help:"xml: the order message CEB311 with what is known of it, or json: all records (${default})."`
	Reason string `env:"DECLARATION_REASON" placeholder:"TEXT" help:"Why the buyer's name and number are needed in plain; it is kept. Without one they are masked."`
}

// Run writes it on standard output.
func (d *Declaration) Run(ctx context.Context, c *Common) error {
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	api := Wire(db.Gorm, utc)
	if d.Reason != "" {
		keys, err := c.identityKeys(c.DatabaseURL == "")
		if err != nil {
			return err
		}
		if err := api.Consumers.Use(ctx, keys); err != nil {
			return err
		}
	}
	file, err := api.Declarations.Export(auth.With(ctx, auth.System()), d.Order, d.Reason)
	if err != nil {
		return err
	}
	write, _ := declaration.FormatOf(d.Format)
	return write(c.Out, file)
}
