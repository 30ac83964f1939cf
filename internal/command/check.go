package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/tradewind-commerce/tradewind/internal/reconcile"
)

// Check proves that what is stored twice agrees.
type Check struct{}

// ErrDisagreement is the outcome of a check that found differing rows, which it has told.
var ErrDisagreement = errors.New("the figures above disagree")

// Run does it: a line for each invariant, then the rows that break it.
func (*Check) Run(ctx context.Context, c *Common) error {
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	agree, err := reconcile.Check(ctx, d.Gorm, func(f reconcile.Finding) {
		if f.Count == 0 {
			fmt.Fprintf(c.Out, "ok        %-37s %s\n", f.Name, f.Promise)
			return
		}
		fmt.Fprintf(c.Out, "DISAGREES %-37s %s\n", f.Name, f.Promise)
		for _, row := range f.Differences {
			brand := "no brand"
			if row.BrandID != nil {
				brand = "brand " + row.BrandID.String()
			}
			fmt.Fprintf(c.Out, "          %s, %s: %s\n", brand, row.Subject, row.Detail)
		}
		if more := f.Count - int64(len(f.Differences)); more > 0 {
			fmt.Fprintf(c.Out, "          and %d more\n", more)
		}
	})
	if err != nil {
		return err
	}
	if !agree {
		return ErrDisagreement
	}
	return nil
}
