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
	for _, node := range parser.Model.Leaves(true) {
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
				// Commands with many flags put their name before those of common words.
				variable := strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
				if len(flag.Envs) != 1 || flag.Envs[0] != variable && !strings.HasSuffix(flag.Envs[0], "_"+variable) {
					t.Errorf("--%s is the environment variable %q, want %s", flag.Name, flag.Envs, variable)
				} else if !strings.Contains(text, "($"+flag.Envs[0]+")") {
					t.Errorf("%s --help does not tell of %s", node.FullPath(), flag.Envs[0])
				}
				if value := flag.Default; flag.HasDefault && value != "" && value != "true" && flag.Name != "data-dir" && !strings.Contains(text, value) {
					t.Errorf("%s --help does not tell that --%s is %s", node.FullPath(), flag.Name, value)
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
