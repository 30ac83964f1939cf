// Tradewind is the GraphQL backend of a cross-border marketplace.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // reports take any IANA time zone, on machines without a list of them, too

	"github.com/alecthomas/kong"

	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/postgres"
)

// line is the command line: flags of every command, then one field per command.
type line struct {
	command.Common

	Serve   command.Serve   `cmd:"" default:"withargs" help:"Serve the API (what is done without a command)."`
	Migrate command.Migrate `cmd:"" help:"Bring the database's schema up to date, or tell how it stands."`

	Import command.Import `cmd:"" help:"Bring in products or sales history from files."`

	Export command.Export `cmd:"" help:"Write reports to files, or on standard output."`

	Reporting command.Reporting `cmd:"" help:"Open the views that BI tools read, or tell where they are."`

	Statement command.Statement `cmd:"" help:"Write a brand's statement of a month."`

	Declaration command.Declaration `cmd:"" help:"Write what customs are told of an order."`

	Token   command.Token   `cmd:"" help:"Print a signed token for development."`
	Recover command.Recover `cmd:"" help:"Settle what a crash or an outage has left open: ask providers for all open payments, give up what was not paid in time. Servers do the same little by little."`
	Check   command.Check   `cmd:"" help:"Prove that orders, payments, stock, sales facts and what the public sees agree; tell the rows that do not, and exit 1."`

	Rebuild command.Rebuild `cmd:"" help:"Make the roll-ups of reports from the sales facts anew, while servers run."`

	RetryRefund command.RetryRefund `cmd:"" help:"Have a refund tried again that failed and belongs to no order."`

	RotateKeys command.RotateKeys `cmd:"" help:"Seal identity numbers anew with the first of IDENTITY_KEYS, so that those before it can be thrown away."`

	Bench command.Bench `cmd:"" help:"Measure the operations that people wait for, on a database of its own that is removed afterwards."`
	Limit command.Limit `cmd:"" hidden:"" help:"Serve what bench --profile peers compares the API with."`

	Version kong.VersionFlag `env:"-" help:"Print the version and exit."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run gives the exit code: 0 done, 1 failed, 2 misused.
func run(args []string, out, errs io.Writer) int {
	l := line{Common: command.Common{Out: out, Err: errs}}
	parser, err := kong.New(&l, append(command.Language(),
		kong.Name("tradewind"),
		kong.Description("The GraphQL backend of a cross-border marketplace."),
		kong.Writers(out, errs),
	)...)
	if err != nil {
		return failed(errs, err, 2)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return failed(errs, fmt.Errorf("%w (--help lists what there is)", err), 2)
	}
	// The second signal kills: only the first is caught.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()
	ctx, cancel := postgres.WithGoTool(ctx)
	defer cancel()
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(&l.Common); err != nil {
		return failed(errs, err, 1)
	}
	return 0
}

func failed(errs io.Writer, err error, code int) int {
	// Failures to connect list every address they tried, indented.
	fmt.Fprintf(errs, "tradewind: %s\n", strings.ReplaceAll(err.Error(), "\n\t", " "))
	return code
}
