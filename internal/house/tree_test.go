package house

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Depguard knows imports and forbidigo calls; neither sees `&gqlerror.Error{…}`.
func TestOnlyErrorsGoMakesGraphQLErrors(t *testing.T) {
	t.Parallel()
	const gqlerror = "github.com/vektah/gqlparser/v2/gqlerror"
	for _, s := range goFiles(t, func(path string) bool {
		return path != "graph/errors.go" && !strings.HasSuffix(path, "_test.go")
	}) {
		name := s.imported(gqlerror)
		if name == "" || s.isGenerated() {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			var made ast.Expr
			switch n := node.(type) {
			case *ast.CompositeLit:
				made = n.Type
			case *ast.CallExpr:
				made = n.Fun
			default:
				return true
			}
			if selector, ok := made.(*ast.SelectorExpr); ok && isName(selector.X, name) {
				t.Errorf("%s makes a gqlerror.%s; return the domain's error and let graph/errors.go present it", s.at(node), selector.Sel.Name)
			}
			return true
		})
	}
}

func TestMoneyIsNeverFloat(t *testing.T) {
	t.Parallel()
	exact := []string{"models", "internal/money", "internal/order", "internal/report", "internal/reconcile"}
	for _, s := range goFiles(t, func(file string) bool { return slices.Contains(exact, path.Dir(file)) }) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			if expr, ok := node.(ast.Expr); ok && (isName(expr, "float64") || isName(expr, "float32")) {
				t.Errorf("%s: a floating point number where amounts are exact", s.at(node))
			}
			return true
		})
	}
}

func isName(expr ast.Expr, name string) bool {
	ident, ok := expr.(*ast.Ident)
	return ok && ident.Name == name
}

func TestToolsStayOutOfTheProduct(t *testing.T) {
	t.Parallel()
	product, tools := read(t, "go.mod"), read(t, ".ci/tools.mod")
	if got, want := directives(product, "tool"), []string{"github.com/99designs/gqlgen"}; !slices.Equal(got, want) {
		t.Errorf("go.mod has the tools %q, want %q", got, want)
	}
	const linter = "github.com/golangci/golangci-lint/v2"
	if !slices.Contains(directives(tools, "tool"), linter+"/cmd/golangci-lint") {
		t.Error(".ci/tools.mod does not list golangci-lint as a tool")
	}
	if !strings.Contains(tools, linter+" v") {
		t.Error(".ci/tools.mod does not pin golangci-lint")
	}
	if strings.Contains(product, "golangci") {
		t.Error("go.mod depends on the linters")
	}
}

// directives returns the arguments of a modfile's one-line and block directives.
func directives(modfile, verb string) []string {
	var found []string
	var inBlock bool
	for line := range strings.Lines(modfile) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
		case fields[0] == verb && fields[1] == "(":
			inBlock = true
		case fields[0] == ")":
			inBlock = false
		case inBlock:
			found = append(found, fields[0])
		case fields[0] == verb:
			found = append(found, fields[1])
		}
	}
	return found
}

func TestGeneratedCodeIsMarked(t *testing.T) {
	t.Parallel()
	var patterns []string
	for line := range strings.Lines(read(t, ".gitattributes")) {
		if fields := strings.Fields(line); len(fields) > 1 && slices.Contains(fields[1:], "linguist-generated=true") {
			patterns = append(patterns, fields[0])
		}
	}
	marked := func(file string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			if folder, ok := strings.CutSuffix(pattern, "**"); ok {
				return strings.HasPrefix(file, folder)
			}
			ok, err := path.Match(pattern, file)
			return ok && err == nil
		})
	}
	for _, s := range goFiles(t, func(string) bool { return true }) {
		if s.isGenerated() && !marked(s.path) {
			t.Errorf("%s is generated and .gitattributes does not say so", s.path)
		}
	}
}

func TestMakefileDocumentsItsTargets(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	documented := make(map[string]bool)
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):.*## \S`).FindAllStringSubmatch(makefile, -1) {
		documented[match[1]] = true
	}
	wanted := []string{"help", "generate", "verify", "lint", "test", "race", "bench"}
	for _, match := range regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(makefile, -1) {
		wanted = append(wanted, strings.Fields(match[1])...)
	}
	for _, target := range wanted {
		if !documented[target] {
			t.Errorf("make help does not list %s", target)
		}
	}
}

func TestContinuousIntegrationRunsEveryStep(t *testing.T) {
	t.Parallel()
	want := []string{"prepare", "verify", "lint", "vet", "test", "realdata", "browser", "race"}
	if got := ciSteps(t); !slices.Equal(got, want) {
		t.Errorf(".ci/run runs %q, want %q", got, want)
	}
	const command = "go test ./..."
	if !regexp.MustCompile(`(?m)^test_\(\).* ` + regexp.QuoteMeta(command) + `;`).MatchString(read(t, ".ci/run")) {
		t.Errorf(".ci/run does not test with %q alone", command)
	}
}
