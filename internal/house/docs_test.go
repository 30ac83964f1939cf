package house

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link      = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fence     = regexp.MustCompile("(?ms)^```.*?^```$")
	namedPath = regexp.MustCompile("`((?:docs|graph|internal|models|resolvers|\\.ci)/[\\w./-]+)`")
	unlinked  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	decision  = regexp.MustCompile(`^docs/decisions/(\d{4})-[a-z0-9-]+\.md$`)
)

func TestDecisionsAreIndexed(t *testing.T) {
	t.Parallel()
	index := read(t, "docs/decisions/README.md")
	var count int
	walk(t, func(file string) {
		if path.Dir(file) != "docs/decisions" || path.Base(file) == "README.md" {
			return
		}
		number := decision.FindStringSubmatch(file)
		if number == nil {
			t.Errorf("%s: want NNNN-the-choice.md", file)
			return
		}
		count++
		if want := fmt.Sprintf("%04d", count); number[1] != want {
			t.Errorf("%s: the next number is %s", file, want)
		}
		if !strings.Contains(index, fmt.Sprintf("[%s](%s)", number[1], path.Base(file))) {
			t.Errorf("%s is not in the index", file)
		}
		text := read(t, file)
		if !strings.HasPrefix(text, "# "+number[1]+". ") {
			t.Errorf("%s: the title does not begin with its number", file)
		}
		for _, part := range []string{"\nStatus: ", "\n## Context\n", "\n## Decision\n", "\n## Consequences\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no %q", file, strings.TrimSpace(part))
			}
		}
	})
	if count == 0 {
		t.Error("there are no decisions")
	}
}

// Links are followed in every document, paths in backticks in those that guide
// somebody: decisions may speak of what is planned.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	walk(t, func(file string) {
		if !strings.HasSuffix(file, ".md") {
			return
		}
		text := fence.ReplaceAllString(read(t, file), "")
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], "://") || strings.HasPrefix(match[1], "mailto:") {
				continue
			}
			name, heading, _ := strings.Cut(match[1], "#")
			target := file
			if name != "" {
				target = path.Join(path.Dir(file), name)
			}
			if !exists(target) || heading != "" && !slices.Contains(headings(t, target), heading) {
				t.Errorf("%s links to %s, which does not exist", file, match[1])
			}
		}
		if file != "README.md" && path.Dir(file) != "docs/guides" {
			return
		}
		for _, match := range namedPath.FindAllStringSubmatch(text, -1) {
			if !exists(match[1]) {
				t.Errorf("%s names %s, which does not exist", file, match[1])
			}
		}
	})
}

// headings are a document's headings as links name them.
func headings(t *testing.T, file string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(fence.ReplaceAllString(read(t, file), "")) {
		if title := strings.TrimLeft(line, "#"); title != line {
			title = unlinked.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(title, " ", "-"))
		}
	}
	return all
}

func exists(file string) bool {
	_, err := os.Stat(filepath.Join(root, file))
	return err == nil
}
