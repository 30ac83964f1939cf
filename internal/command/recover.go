package command

import (
	"context"
	"fmt"
	"log/slog"
)

// Recover settles what a crash or an outage has left open.
type Recover struct {
	Portals
}

// Run does it: the rounds that a server makes now and then, at once and for
// all that is open, and tells how much that was. It may run beside servers.
func (r *Recover) Run(ctx context.Context, c *Common) error {
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	slog.SetDefault(c.Logger(slog.LevelWarn))
	out, err := r.outside(db, "http://127.0.0.1:8080")
	if err != nil {
		return err
	}
	api := WireCarried(db.Gorm, utc, out.carrier, out.gateways...)
	for _, work := range []struct {
		what string
		do   func(context.Context) (int, error)
	}{
		{"payments asked for", api.Payments.RecoverAll},
		{"purchases given up", api.Checkout.Expire},
		{"parcels labelled", api.Fulfilment.Recover},
	} {
		n, err := work.do(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Out, "%6d %s\n", n, work.what)
	}
	return nil
}
