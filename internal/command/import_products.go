package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/models"
)

// ImportProducts brings in product files.
type ImportProducts struct {
	Files []string `arg:"" name:"file" help:"Shopify product CSVs, gzip or not."`
	Into
	Stock bool `env:"IMPORT_STOCK" help:"Set the stock of variants that are there already, too. Without it only new ones get the file's number."`
}

// Validate fails where flags are missing.
func (i *ImportProducts) Validate() error { return i.needs(nil) }

// Run does it, a file after the other. What could be read of each is kept.
func (i *ImportProducts) Run(ctx context.Context, c *Common) error {
	target, err := i.target()
	if err != nil {
		return err
	}
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	ctx = auth.With(ctx, auth.System())
	service := transfers(d.Gorm)
	var failed []error
	for _, path := range i.Files {
		report, err := service.Products(ctx, transfer.ProductImport{
			Target: target, File: fileSource(path), CSV: i.csv(), SetStock: i.Stock, DryRun: i.DryRun,
			Progress: c.Progress(),
		})
		i.tell(c, path, report)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", path, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

func (i *ImportProducts) tell(c *Common, path string, r *transfer.ProductReport) {
	if r.Rows == 0 {
		return
	}
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", path)
	if i.DryRun {
		fmt.Fprintln(w, "dry run: nothing was written")
	}
	made(w, i.DryRun, r.Made)
	total := r.Created + r.Changed + r.Unchanged
	fmt.Fprintf(w, "rows\t%d\t%d refused\n", r.Rows, r.Refused.Count)
	fmt.Fprintf(w, "products\t%d\t%d new, %d changed, %d unchanged\n", total, r.Created, r.Changed, r.Unchanged)
	fmt.Fprintf(w, "variants\t%d\t%d new, %d without counted stock\n", r.Variants, r.NewVariants, r.Untracked)
	fmt.Fprintf(w, "pictures\t%d\t%d new\n", r.Pictures, r.NewPictures)
	fmt.Fprintf(w, "prices\t%s\t%s in sum\n", r.Prices.StringFixed(money.Currency(i.Currency).Digits()), i.Currency)
	fmt.Fprintf(w, "stock\t%d\tpieces in sum\n", r.Stock)
	_ = w.Flush()
	i.notes(c.Out, "refused", r.Refused)
	i.notes(c.Out, "read with a doubt", r.Doubts)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(c.Out, "columns not imported: %s\n", strings.Join(r.Ignored, ", "))
	}
	publication(c, r, total)
}

// publication tells what still keeps the products from being seen.
func publication(c *Common, r *transfer.ProductReport, total int) {
	if total == 0 {
		return
	}
	fmt.Fprintf(c.Out, "listed as drafts: %d of %d have all they need to be published\n", r.Ready, total)
	for _, code := range slices.Sorted(maps.Keys(r.Blockers)) {
		b := r.Blockers[code]
		fmt.Fprintf(c.Out, "  %s: %d products, such as %s: %s\n", code, b.Products, b.First, b.Message)
	}
	if r.Brand != models.BrandActive {
		fmt.Fprintf(c.Out, "  the brand is %s: nothing is shown before it is ACTIVE\n", r.Brand)
	}
	if r.Storefront != models.StorefrontOpen {
		fmt.Fprintf(c.Out, "  the storefront is %s: nothing is sold before it is OPEN\n", r.Storefront)
	}
}
