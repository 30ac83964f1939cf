package command

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fx"
)

// ImportRates brings in reference rates of currencies.
type ImportRates struct {
	File   string `arg:"" help:"eurofxref-hist.csv of the European Central Bank, or the zip that it comes in: a column Date, and one for each currency with units for one euro."`
	Source string `env:"IMPORT_SOURCE" placeholder:"TEXT" help:"Who publishes the rates. Default: the European Central Bank."`
	Notes  int    `default:"20" env:"IMPORT_NOTES" help:"Most lines to report one by one (${default}, at most 10,000); the others are counted."`
}

// Run does it: the whole file, or nothing of it.
func (i *ImportRates) Run(ctx context.Context, c *Common) error {
	in, err := openRates(i.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	report, err := fx.NewService(d.Gorm, utc).Import(auth.With(ctx, auth.System()),
		fx.Import{File: in, Source: strings.TrimSpace(i.Source), Progress: c.Progress()})
	i.tell(c, report, err)
	if err != nil {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	return nil
}

func (i *ImportRates) tell(c *Common, r *fx.Report, err error) {
	tellNotes(c.Out, "lines that are wrong", r.Wrong, i.Notes)
	if err != nil {
		return
	}
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", i.File)
	fmt.Fprintf(w, "days\t%d\tfrom %s to %s\n", r.Days, r.First, r.Last)
	fmt.Fprintf(w, "currencies\t%d\n", r.Currencies)
	fmt.Fprintf(w, "rates\t%d\t%d cells say that there is none\n", r.Figures, r.Missing)
	fmt.Fprintf(w, "new\t%d\n", r.New)
	fmt.Fprintf(w, "changed\t%d\n", r.Changed)
	_ = w.Flush()
	if len(r.Unknown) > 0 {
		fmt.Fprintf(c.Out, "currencies that no amount here can have: %s\n", strings.Join(r.Unknown, ", "))
	}
}

// openRates opens a file, or the one file of a zip.
func openRates(path string) (io.ReadCloser, error) {
	archive, err := zip.OpenReader(path)
	switch {
	case errors.Is(err, zip.ErrFormat):
		return fileSource(path).Open()
	case err != nil:
		return nil, err
	case len(archive.File) != 1:
		_ = archive.Close()
		return nil, fmt.Errorf("%s holds %d files: name the one of rates", path, len(archive.File))
	}
	in, err := archive.File[0].Open()
	if err != nil {
		_ = archive.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return zipped{in, archive}, nil
}

// zipped closes its archive, too.
type zipped struct {
	io.ReadCloser

	archive *zip.ReadCloser
}

func (z zipped) Close() error { return errors.Join(z.ReadCloser.Close(), z.archive.Close()) }
