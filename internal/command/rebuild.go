package command

import (
	"context"
	"fmt"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/rollup"
)

// Rebuild makes the roll-ups of reports from the sales facts anew.
type Rebuild struct{}

// Run does it; servers may run, and orders come in, meanwhile.
func (*Rebuild) Run(ctx context.Context, c *Common) error {
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	began := time.Now()
	told := c.Progress()
	if err := rollup.NewService(d.Gorm, utc).Rebuild(ctx, rollup.Progress(told)); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "the roll-ups were built anew in %s\n", time.Since(began).Round(time.Millisecond))
	return nil
}
