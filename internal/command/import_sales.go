package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

// ImportSales brings in sales history.
type ImportSales struct {
	File string `arg:"" help:"CSV with one row for each sold or returned position, gzip or not."`
	Into
	Columns      []string `required:"" env:"IMPORT_COLUMNS" placeholder:"FIELD=COLUMN" help:"Names of the columns: order, time and unit-price are needed, sku or title, too; quantity (without it 1), customer, country, region, shipping and category are taken where named; brand, storefront and currency where each row has its own, and need no flag then."`
	Join         []string `sep:"none" env:"IMPORT_JOIN" placeholder:"FILE:COLUMN" help:"Adds the columns of another file to each row: of its one row with the same value of the column. FILE:COLUMN=ITS_COLUMN where it has another name there. May be repeated; later files may be joined by columns of earlier ones."`
	TimeZone     string   `default:"UTC" env:"IMPORT_TIME_ZONE" placeholder:"ZONE" help:"IANA zone of times that name none, such as Europe/London (${default})."`
	TimeForm     string   `env:"IMPORT_TIME_FORM" placeholder:"FORM" help:"Form of the times, such as DD/MM/YYYY hh:mm. Without it: forms that begin with the year, or name the month."`
	DecimalComma bool     `env:"IMPORT_DECIMAL_COMMA" help:"Numbers are written 1.234,50 and not 1,234.50."`
	Report       string   `type:"path" env:"IMPORT_REPORT" placeholder:"FILE" help:"Write what is wrong with rows to a CSV file: line, column, code and message."`
	Country      string   `env:"IMPORT_COUNTRY" placeholder:"CODE" help:"Country of the buyers where the file names none."`
}

// Validate fails where flags are missing. What is wrong with columns is told later.
func (i *ImportSales) Validate() error {
	columns, _ := salescsv.ParseColumns(i.Columns)
	return i.needs(columns)
}

// Run does it.
func (i *ImportSales) Run(ctx context.Context, c *Common) (failed error) {
	in, err := i.input()
	if err != nil {
		return err
	}
	d, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	in.Progress = c.Progress()
	if i.Report != "" {
		faults, err := newFaultFile(i.Report)
		if err != nil {
			return err
		}
		in.Refused = faults.add
		defer func() { failed = errors.Join(failed, faults.close()) }()
	}
	report, err := transfers(d.Gorm).Sales(auth.With(ctx, auth.System()), in)
	i.tell(c, report, err)
	if errors.Is(err, transfer.ErrNothing) {
		return fmt.Errorf("%s: %w", i.File, err)
	}
	return err
}

func (i *ImportSales) input() (in transfer.SalesImport, err error) {
	in = transfer.SalesImport{File: fileSource(i.File), DryRun: i.DryRun, Layout: salescsv.Layout{
		Numbers: cell.Numbers{DecimalComma: i.DecimalComma}, CSV: i.csv(),
	}}
	if in.Target, err = i.target(); err != nil {
		return in, err
	}
	if in.Layout.Columns, err = salescsv.ParseColumns(i.Columns); err != nil {
		return in, fmt.Errorf("--columns: %w", err)
	}
	zone, err := time.LoadLocation(i.TimeZone)
	if err != nil || i.TimeZone == "Local" {
		return in, fmt.Errorf("--time-zone %s: unknown zone; give an IANA name such as Europe/London", i.TimeZone)
	}
	if in.Layout.Times, err = cell.NewTimes(i.TimeForm, zone); err != nil {
		return in, fmt.Errorf("--time-form: %w", err)
	}
	if i.Country != "" {
		if in.Layout.Country, err = country("--country", i.Country); err != nil {
			return in, err
		}
	}
	for _, text := range i.Join {
		path, left, right, err := salescsv.ParseJoin(text)
		if err != nil {
			return in, fmt.Errorf("--join: %w", err)
		}
		in.Joins = append(in.Joins, salescsv.Join{Source: fileSource(path), Left: left, Right: right})
	}
	return in, nil
}

func (i *ImportSales) tell(c *Common, r *transfer.SalesReport, err error) {
	if r.Lines == 0 && r.Refused.Count == 0 {
		return
	}
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", i.File)
	if i.DryRun {
		fmt.Fprintln(w, "dry run: nothing was written")
	}
	if len(r.Made) > 10 {
		r.Made = append(r.Made[:10:10], fmt.Sprintf("%d more", len(r.Made)-10))
	}
	made(w, i.DryRun, r.Made)
	fmt.Fprintf(w, "lines\t%d\tof %d orders; %d rows refused\n", r.Lines, r.Orders, r.Refused.Count)
	for _, sum := range r.Sums {
		currency := sum.Rounded.Currency
		fmt.Fprintf(w, "unrounded sum\t%s\t%s, quantity times price as the file says\n", exact(sum.Unrounded, currency), currency)
		fmt.Fprintf(w, "rounded sum\t%s\t%s, each line rounded half up\n", sum.Rounded.Amount(), currency)
		if sum.Shipping.Minor != 0 {
			fmt.Fprintf(w, "shipping\t%s\t%s\n", sum.Shipping.Amount(), currency)
		}
		if len(r.Sums) > 1 {
			fmt.Fprintf(w, "booked\t%s\t%s\n", sum.Booked.Amount(), currency)
			continue
		}
		fmt.Fprintf(w, "booked\t%s\t%s in %d lines, %d of them refunds; %d new orders\n",
			sum.Booked.Amount(), currency, r.BookedLines, r.BookedRefunds, r.BookedOrders)
	}
	if len(r.Sums) > 1 {
		fmt.Fprintf(w, "booked\t%d\tlines, %d of them refunds; %d new orders\n", r.BookedLines, r.BookedRefunds, r.BookedOrders)
	}
	if err == nil {
		fmt.Fprintf(w, "there already\t%d\tlines, left as they are\n", r.There())
	}
	if r.Linked > 0 {
		fmt.Fprintf(w, "of the catalogue\t%d\tlines, by their SKU\n", r.Linked)
	}
	_ = w.Flush()
	i.notes(c.Out, "refused", r.Refused)
	i.notes(c.Out, "rows of joined files left out", r.Notes)
	for _, name := range slices.Sorted(maps.Keys(r.Unjoined)) {
		fmt.Fprintf(c.Out, "rows without one in %s: %d\n", name, r.Unjoined[name])
	}
	countries(c, r.Countries)
}

// exact shows a sum with all its decimals, and no fewer than its currency has.
func exact(sum decimal.Decimal, currency money.Currency) string {
	return sum.StringFixed(max(-sum.Exponent(), currency.Digits()))
}

// countries tells which names meant no country, the most frequent first.
func countries(c *Common, names map[string]int) {
	if len(names) == 0 {
		return
	}
	list := slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(names[b]-names[a], strings.Compare(a, b))
	})
	lines := 0
	for i, name := range list {
		lines += names[name]
		list[i] = fmt.Sprintf("%s (%d)", cell.Show(name), names[name])
	}
	if len(list) > 10 {
		list = append(list[:10], "…")
	}
	fmt.Fprintf(c.Out, "lines without a country that is known: %d: %s\n", lines, strings.Join(list, ", "))
}
