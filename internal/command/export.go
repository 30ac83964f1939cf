package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/graph/plan"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/brand"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/internal/tariff"
)

var schema = sync.OnceValue(graph.Schema)

// Sources are the reports that leave the house as files and charts. Each takes
// the arguments of the query of its name, those of programmes the arguments of
// programmeProgress, and their series its own with them.
func Sources(reports *report.Service, insights *insight.Service, programmes *programme.Service, tariffs *tariff.Service) table.Sources {
	beside := func(query string, open func(context.Context, insight.Query) (*table.Table, error)) table.Source {
		return func(ctx context.Context, arguments json.RawMessage) (*table.Table, error) {
			q, err := plan.InsightQuery(schema(), query, arguments)
			if err != nil {
				return nil, err
			}
			return open(ctx, q)
		}
	}
	sources := table.Sources{
		"funnel":     beside("funnelReport", insights.FunnelTable),
		"cohorts":    beside("cohortReport", insights.CohortTable),
		"geography":  beside("geographyReport", insights.GeographyTable),
		"payments":   beside("paymentReport", insights.PaymentTable),
		"regimes":    beside("regimeReport", insights.RegimeTable),
		"turnover":   beside("turnoverReport", insights.TurnoverTable),
		"statements": beside("statementReport", insights.StatementTable),
		"sales": func(ctx context.Context, arguments json.RawMessage) (*table.Table, error) {
			q, err := plan.SalesQuery(schema(), arguments)
			if err != nil {
				return nil, err
			}
			return reports.Table(ctx, q)
		},
		"tariff_scenario": func(ctx context.Context, arguments json.RawMessage) (*table.Table, error) {
			q, err := plan.TariffQuery(schema(), arguments)
			if err != nil {
				return nil, err
			}
			return tariffs.Table(ctx, q)
		},
	}
	for _, name := range programme.Tables() {
		sources[name] = func(ctx context.Context, arguments json.RawMessage) (*table.Table, error) {
			q, err := plan.ProgrammeQuery(schema(), name == programme.SeriesTable, arguments)
			if err != nil {
				return nil, err
			}
			return programmes.Table(ctx, name, q)
		}
	}
	return sources
}

// tables are the reports of a command.
func tables(db *gorm.DB) table.Sources {
	rules := customs.NewService(db, utc)
	return Sources(report.NewService(db, utc), insight.NewService(db, utc), programme.NewService(db, utc),
		tariff.NewService(db, doorprice.NewService(db, rules, utc), rules, utc))
}

// Export holds the commands that write reports.
type Export struct {
	Sales  ExportSales  `cmd:"" help:"Write the sales report."`
	Report ExportReport `cmd:"" help:"Write any report by its name, with its arguments as JSON."`
}

// ToFile are the flags of every export: where it goes, and how it is written.
type ToFile struct {
	Output    string `short:"o" env:"EXPORT_OUTPUT" type:"path" placeholder:"FILE" help:"File to write, whole or not at all. Default: standard output."`
	Format    string `env:"EXPORT_FORMAT" enum:",csv,xlsx,parquet,jsonl" default:"" placeholder:"NAME" help:"csv, xlsx, parquet or jsonl. Default: what the file's name ends with, else csv."`
	BOM       bool   `name:"bom" env:"EXPORT_BOM" help:"Begin CSV with a byte order mark, by which Excel tells UTF-8."`
	Language  string `env:"EXPORT_LANGUAGE" default:"en" placeholder:"TAG" help:"Language of names (${default})."`
	Arguments string `env:"EXPORT_ARGUMENTS" placeholder:"JSON" help:"Arguments of the report's query as JSON; what other flags say goes before them."`
}

// ExportSales writes the sales report.
type ExportSales struct {
	ToFile

	From     string   `env:"EXPORT_FROM" group:"Which sales" placeholder:"YYYY-MM-DD" help:"First day."`
	To       string   `env:"EXPORT_TO" group:"Which sales" placeholder:"YYYY-MM-DD" help:"Last day, included."`
	Brand    []string `env:"EXPORT_BRAND" group:"Which sales" placeholder:"SLUG" help:"Of these brands; all without."`
	GroupBy  []string `env:"EXPORT_GROUP_BY" group:"How they are summed" placeholder:"NAME" help:"Dimensions, such as period,brand,market."`
	Period   string   `env:"EXPORT_PERIOD" group:"How they are summed" placeholder:"NAME" help:"Length of periods: day, week, month, quarter or year."`
	TimeZone string   `env:"EXPORT_TIME_ZONE" group:"How they are summed" placeholder:"ZONE" help:"Where days begin, such as Asia/Shanghai."`
	Shoppers bool     `env:"EXPORT_SHOPPERS" group:"How they are summed" help:"Count distinct shoppers, new and returning ones, too: slower, from the sales themselves."`
	SortKey  string   `env:"EXPORT_SORT_KEY" group:"How they are summed" placeholder:"NAME" help:"What rows are sorted by: dimensions, gross, net, units or orders."`
	Reverse  bool     `env:"EXPORT_REVERSE" group:"How they are summed" help:"Turn the order around."`
	First    int      `env:"EXPORT_FIRST" group:"How they are summed" placeholder:"N" help:"Only the first rows, at most 1,000; all without."`
}

// ExportReport writes any report.
type ExportReport struct {
	ToFile

	Name string `arg:"" env:"-" help:"Name of the report, such as sales."`
}

// Run writes it.
func (e *ExportReport) Run(ctx context.Context, c *Common) error {
	return e.run(ctx, c, e.Name, func(context.Context, *brand.Service, map[string]any) error { return nil })
}

// Run writes it.
func (e *ExportSales) Run(ctx context.Context, c *Common) error { return e.run(ctx, c, "sales", e.add) }

// add puts what the flags say among the arguments.
func (e *ExportSales) add(ctx context.Context, brands *brand.Service, arguments map[string]any) error {
	where, _ := arguments["where"].(map[string]any)
	if where == nil {
		where = map[string]any{}
	}
	set := func(to map[string]any, name string, value any, given bool) {
		if given {
			to[name] = value
		}
	}
	set(where, "from", e.From, e.From != "")
	set(where, "to", e.To, e.To != "")
	var ids []string
	for _, slug := range e.Brand {
		found, err := brands.BySlug(ctx, slug)
		if len(problem.From(err)) > 0 {
			return fmt.Errorf("there is no brand %q", slug)
		}
		if err != nil {
			return err
		}
		ids = append(ids, globalid.Encode(globalid.Brand, found.ID))
	}
	set(where, "brandId", ids, len(ids) > 0)
	set(arguments, "where", where, len(where) > 0)
	dimensions := make([]string, len(e.GroupBy))
	for i, d := range e.GroupBy {
		dimensions[i] = enum(d)
	}
	set(arguments, "groupBy", dimensions, len(dimensions) > 0)
	set(arguments, "period", enum(e.Period), e.Period != "")
	set(arguments, "timeZone", e.TimeZone, e.TimeZone != "")
	set(arguments, "sortKey", enum(e.SortKey), e.SortKey != "")
	set(arguments, "reverse", true, e.Reverse)
	set(arguments, "shoppers", true, e.Shoppers)
	set(arguments, "first", e.First, e.First != 0)
	return nil
}

// enum is how the API writes a name: ORIGIN_COUNTRY for origin-country.
func enum(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func (e *ToFile) run(
	ctx context.Context, c *Common, name string, add func(context.Context, *brand.Service, map[string]any) error,
) error {
	format, err := e.format()
	if err != nil {
		return err
	}
	arguments := map[string]any{}
	if e.Arguments != "" {
		if err := json.Unmarshal([]byte(e.Arguments), &arguments); err != nil {
			return fmt.Errorf("--arguments must be a JSON object: %w", err)
		}
	}
	db, err := c.Open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx = auth.With(ctx, auth.System())
	ctx = market.With(ctx, market.Context{Country: market.DefaultCountry, Languages: []string{e.Language}})
	if err := add(ctx, brand.NewService(db.Gorm, utc), arguments); err != nil {
		return err
	}
	text, err := json.Marshal(arguments)
	if err != nil {
		return err
	}
	t, err := tables(db.Gorm).Open(ctx, name, text)
	if err != nil {
		return err
	}
	tell := c.Progress()
	o := export.Options{BOM: e.BOM, Progress: func(rows int64) {
		if e.Output != "" {
			tell("rows", int(rows), 0)
		}
	}}
	return e.write(c.Out, func(w io.Writer) error {
		_, err := export.Write(ctx, w, format, t, o)
		return err
	})
}

func (e *ToFile) format() (export.Format, error) {
	name := e.Format
	if name == "" {
		if name = e.Output; name == "" {
			name = "csv"
		}
	}
	format, ok := export.FormatOf(name)
	if !ok {
		return "", fmt.Errorf("--output %s: its name must end with .csv, .xlsx, .parquet or .jsonl, or --format say what it is", e.Output)
	}
	return format, nil
}

// write makes a whole file or none.
func (e *ToFile) write(out io.Writer, write func(io.Writer) error) error {
	if e.Output == "" {
		return write(out)
	}
	f, err := os.CreateTemp(filepath.Dir(e.Output), "."+filepath.Base(e.Output)+".")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), e.Output)
}
