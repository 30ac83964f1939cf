package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/servertest"
)

func TestEveryFlagIsDocumentedAndAnEnvironmentVariable(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&line{}, append(command.Language(), kong.Name("tradewind"))...)
	must(t, err)
	asked := func(args ...string) string {
		r := servertest.Run(t, servertest.Options{}, append(args, "--help")...)
		if r.Code != 0 || r.Err != "" {
			t.Fatalf("%q: %+v", args, r)
		}
		return strings.Join(strings.Fields(r.Out), " ") // lines are wrapped
	}
	whole := asked()
	for _, node := range parser.Model.Leaves(false) {
		text := asked(strings.Fields(node.FullPath())[1:]...)
		says(t, whole, strings.TrimPrefix(node.FullPath(), "tradewind "))
		for _, group := range node.AllFlags(false) {
			for _, flag := range group {
				if flag.Name == "help" || flag.Name == "version" {
					continue
				}
				name := regexp.MustCompile(`--(\[no-\])?` + flag.Name + `\b`)
				if !name.MatchString(text) || flag.Help == "" {
					t.Errorf("%s --help does not tell of --%s", node.FullPath(), flag.Name)
				}
				if want := strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")); len(flag.Envs) != 1 || flag.Envs[0] != want {
					t.Errorf("--%s is the environment variable %q, want %s", flag.Name, flag.Envs, want)
				} else if !strings.Contains(text, "($"+want+")") {
					t.Errorf("%s --help does not tell of %s", node.FullPath(), want)
				}
				if flag.HasDefault && flag.Default != "" && flag.Default != "true" && !strings.Contains(text, "("+flag.Default+")") && flag.Name != "data-dir" {
					t.Errorf("%s --help does not tell that --%s is %s", node.FullPath(), flag.Name, flag.Default)
				}
				if node.Name == "serve" && !name.MatchString(whole) {
					t.Errorf("--help does not tell of --%s, which serves", flag.Name)
				}
			}
		}
	}
}

func TestFlagsComeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	r := servertest.Run(t, servertest.Options{Env: []string{"MAX_DEPTH=deep"}})
	if r.Code != 2 {
		t.Errorf("%+v", r)
	}
	says(t, r.Err, "MAX_DEPTH", "deep")
}
