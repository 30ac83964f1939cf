package house

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyPromiseHasATest makes a promise without a test a failure. It is set when
// the last row of docs/acceptance.md is filled.
const everyPromiseHasATest = true

var (
	quoted   = regexp.MustCompile("`([^`]+)`")
	testName = regexp.MustCompile(`^(?:(\w+)\.)?((?:Test|Fuzz|Benchmark)\w+)(?:/\S+)?$`)
)

// promise is a row of docs/acceptance.md.
type promise struct {
	heading, text string
	tests         []string
}

func TestAcceptance(t *testing.T) {
	t.Parallel()
	promises := readPromises(t)
	if len(promises) < 50 {
		t.Fatalf("read %d promises of docs/acceptance.md: the tables have another form now", len(promises))
	}
	declared := declaredTests(t)
	steps := ciSteps(t)

	t.Run("names_only_tests_that_exist", func(t *testing.T) {
		t.Parallel()
		for _, p := range promises {
			for _, name := range p.tests {
				if step, ok := strings.CutPrefix(name, ".ci/run "); ok {
					if !slices.Contains(steps, step) {
						t.Errorf("%s: %q: .ci/run has no step %q", p.heading, p.text, step)
					}
					continue
				}
				parts := testName.FindStringSubmatch(name)
				if parts == nil {
					t.Errorf("%s: %q: %q is not the name of a test", p.heading, p.text, name)
					continue
				}
				packages := declared[parts[2]]
				if len(packages) == 0 || parts[1] != "" && !slices.Contains(packages, parts[1]) {
					t.Errorf("%s: %q: there is no test %s", p.heading, p.text, name)
				}
			}
		}
	})

	t.Run("leaves_no_promise_without_a_test", func(t *testing.T) {
		t.Parallel()
		var open int
		for _, p := range promises {
			if len(p.tests) > 0 {
				continue
			}
			open++
			if everyPromiseHasATest {
				t.Errorf("%s: no test for %q", p.heading, p.text)
			}
		}
		t.Logf("%d promises, %d without a test", len(promises), open)
	})
}

// readPromises takes every two-column row below a second-level heading.
func readPromises(t *testing.T) []promise {
	t.Helper()
	var promises []promise
	var heading string
	for line := range strings.Lines(read(t, "docs/acceptance.md")) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			heading = title
			continue
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || line == "| promise | test |" {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if heading == "" || len(cells) != 2 {
			t.Fatalf("docs/acceptance.md: not a row of promise and test: %s", line)
		}
		p := promise{heading: heading, text: strings.TrimSpace(cells[0])}
		for _, match := range quoted.FindAllStringSubmatch(cells[1], -1) {
			p.tests = append(p.tests, match[1])
		}
		if len(p.tests) == 0 && strings.TrimSpace(cells[1]) != "" {
			t.Errorf("%s: %q: names no test in backticks: %s", heading, p.text, cells[1])
		}
		promises = append(promises, p)
	}
	return promises
}

// declaredTests maps each test function to the packages that declare it, tagged
// files included.
func declaredTests(t *testing.T) map[string][]string {
	t.Helper()
	declared := make(map[string][]string)
	for _, s := range goFiles(t, func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && testName.MatchString(fn.Name.Name) {
				declared[fn.Name.Name] = append(declared[fn.Name.Name], path.Base(path.Dir(s.path)))
			}
		}
	}
	return declared
}

// ciSteps are the steps that .ci/run runs when none is named.
func ciSteps(t *testing.T) []string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^all=\((.*)\)$`).FindStringSubmatch(read(t, ".ci/run"))
	if line == nil {
		t.Fatal(".ci/run does not list its steps")
	}
	return strings.Fields(line[1])
}
