package command

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints what was asked for. Without a command it is the list of
// commands and, since that is what happens then, all about serve.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if ctx.Selected() != nil {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	w, app := ctx.Stdout, ctx.Model
	fmt.Fprintf(w, "%s\n\nCommands, each with its own --help:\n", app.Help)
	for _, command := range app.Leaves(true) {
		name := strings.TrimPrefix(command.FullPath(), app.Name+" ")
		about, _, _ := strings.Cut(command.Help, ".")
		fmt.Fprintf(w, "  %-16s %s\n", name, about)
	}
	fmt.Fprintln(w)
	serve, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	return kong.DefaultHelpPrinter(options, serve)
}
