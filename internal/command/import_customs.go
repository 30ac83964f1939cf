package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
)

// ImportHSCodes brings in the nomenclature of the Harmonized System.
type ImportHSCodes struct {
	File     string `arg:"" help:"CSV with the columns section, hscode, description, parent and level."`
	Sections string `env:"IMPORT_SECTIONS" placeholder:"FILE" help:"CSV with the columns section and name."`
	Notes    int    `default:"20" env:"IMPORT_NOTES" help:"Most lines to report one by one (${default}, at most 10,000); the others are counted."`
}

// Run does it: the whole file, or nothing of it.
func (i *ImportHSCodes) Run(ctx context.Context, c *Common) error {
	in := customs.HSImport{Progress: c.Progress()}
	codes, err := fileSource(i.File).Open()
	if err != nil {
		return err
	}
	defer func() { _ = codes.Close() }()
	in.Codes = codes
	if i.Sections != "" {
		sections, err := fileSource(i.Sections).Open()
		if err != nil {
			return err
		}
		defer func() { _ = sections.Close() }()
		in.Sections = sections
	}
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	r, err := customs.NewService(d.Gorm, utc).ImportHSCodes(auth.With(ctx, auth.System()), in)
	tellNotes(c.Out, "lines that are wrong", r.Wrong, i.Notes)
	if err != nil {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", i.File)
	fmt.Fprintf(w, "codes\t%d\t%d chapters, %d headings, %d subheadings\n", r.Chapters+r.Headings+r.Subheadings, r.Chapters, r.Headings, r.Subheadings)
	fmt.Fprintf(w, "new\t%d\n", r.New)
	fmt.Fprintf(w, "changed\t%d\n", r.Changed)
	fmt.Fprintf(w, "left out\t%d\tthat were there\n", r.Left)
	return w.Flush()
}

// ImportCustomsRules brings in rules of customs.
type ImportCustomsRules struct {
	Files   []string `arg:"" optional:"" name:"file" help:"Files of rules in YAML; the guide of customs describes their form."`
	Shipped []string `enum:"china,demonstration-china" env:"IMPORT_SHIPPED" placeholder:"NAME" help:"Bring in rules that come with the software: china, which has what is known with its sources, or demonstration-china, which is made up."`
	Notes   int      `default:"20" env:"IMPORT_NOTES" help:"Most lines to report one by one (${default}, at most 10,000); the others are counted."`
}

// Run does it, a file after the other: each in whole or not at all.
func (i *ImportCustomsRules) Run(ctx context.Context, c *Common) error {
	if len(i.Files)+len(i.Shipped) == 0 {
		return errors.New("name a file, or --shipped")
	}
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	ctx = auth.With(ctx, auth.System())
	service := customs.NewService(d.Gorm, utc)
	load := func(name string, open func() (io.ReadCloser, error)) error {
		in, err := open()
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		r, err := service.ImportRules(ctx, in)
		i.tell(c, name, r, err)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for _, name := range i.Shipped {
		err := load(name, func() (io.ReadCloser, error) {
			data, err := customs.Shipped(name)
			return io.NopCloser(bytes.NewReader(data)), err
		})
		if err != nil {
			return err
		}
	}
	for _, path := range i.Files {
		if err := load(path, func() (io.ReadCloser, error) { return os.Open(path) }); err != nil {
			return err
		}
	}
	return review(ctx, c, catalog.NewService(d.Gorm, service, utc))
}

// review tells how many goods that are on sale the rules no longer let be
// published, so that somebody looks at them.
func review(ctx context.Context, c *Common, goods *catalog.Service) error {
	count, err := goods.CountReview(ctx)
	if err != nil || count.Listings == 0 {
		return err
	}
	fmt.Fprintf(c.Out, "to review: %d published listings of %d storefronts; they stay visible, listingsToReview names them\n", count.Listings, count.Storefronts)
	for _, code := range slices.Sorted(maps.Keys(count.Reasons)) {
		fmt.Fprintf(c.Out, "  %s: %d\n", code, count.Reasons[code])
	}
	return nil
}

func (i *ImportCustomsRules) tell(c *Common, name string, r *customs.RulesReport, err error) {
	tellNotes(c.Out, name+": lines that are wrong", r.Wrong, i.Notes)
	switch {
	case err != nil:
	case r.There:
		fmt.Fprintf(c.Out, "%s: version %d of %s is there already, with %d rules\n", name, r.Version, r.Set, r.Rules)
	default:
		fmt.Fprintf(c.Out, "%s: version %d of %s: %d rules, %d of them new; %d left out that were there\n", name, r.Version, r.Set, r.Rules, r.New, r.Left)
	}
}
