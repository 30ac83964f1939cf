package problem_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/problem"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		check func(*problem.List) string
		want  string
		codes string
	}{
		{"a line is trimmed", func(l *problem.List) string { return l.Line("f", "  Prairie Gold \n", 2, 120) }, "Prairie Gold", ""},
		{"a line counts characters, not bytes", func(l *problem.List) string { return l.Line("f", "蜂蜜", 2, 2) }, "蜂蜜", ""},
		{"spaces alone are missing", func(l *problem.List) string { return l.Line("f", " \t ", 1, 9) }, "", "REQUIRED"},
		{"an optional line may be empty", func(l *problem.List) string { return l.Line("f", " ", 0, 9) }, "", ""},
		{"too short", func(l *problem.List) string { return l.Line("f", "A", 2, 9) }, "A", "INVALID"},
		{"too long", func(l *problem.List) string { return l.Line("f", "ABCDEFGHIJ", 2, 9) }, "ABCDEFGHIJ", "TOO_LONG"},
		{"a line has no line end", func(l *problem.List) string { return l.Line("f", "a\nb", 2, 9) }, "a\nb", "INVALID"},
		{"nothing is turned around", func(l *problem.List) string { return l.Line("f", "ab\u202ecd", 2, 9) }, "ab\u202ecd", "INVALID"},
		{"everything is told", func(l *problem.List) string { return l.Line("f", "\a\a\a", 1, 2) }, "\a\a\a", "TOO_LONG INVALID"},
		{"lines may end", func(l *problem.List) string { return l.Lines("f", "a\r\n\tb\n", 0, 9) }, "a\n\tb", ""},
		{"lines hold no bells", func(l *problem.List) string { return l.Lines("f", "a\ab", 0, 9) }, "a\ab", "INVALID"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var l problem.List
			if got := c.check(&l); got != c.want {
				t.Errorf("text: %q, want %q", got, c.want)
			}
			if got := codes(l); got != c.codes {
				t.Errorf("refused: %q, want %q", got, c.codes)
			}
		})
	}
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]string{
		"prairie-gold": "", "a1b": "", "": "REQUIRED", "ab": "INVALID", "-abc": "INVALID", "abc-": "INVALID",
		"a--b": "INVALID", "Abc": "INVALID", "a b": "INVALID", "蜂蜜园": "INVALID", "abc\n": "INVALID",
		strings.Repeat("a", 61): "TOO_LONG",
	} {
		var l problem.List
		l.Slug("input.slug", slug, 3, 60)
		if got := codes(l); got != want {
			t.Errorf("%q: %q, want %q", slug, got, want)
		}
	}
}

func TestNumbersSayTheirLimits(t *testing.T) {
	t.Parallel()
	var l problem.List
	l.Number("input.jobs", 0, 0, 1_000_000)
	l.Number("input.jobs", 1_000_000, 0, 1_000_000)
	l.Number("input.jobs", 1_000_001, 0, 1_000_000)
	l.Number("input.jobs", -5, -1000, -10)
	if got := l.Error(); got != "input.jobs: must be 0 to 1,000,000; input.jobs: must be -1,000 to -10" {
		t.Errorf("refused: %s", got)
	}
}

func codes(l problem.List) string {
	all := make([]string, len(l))
	for i, p := range l {
		all[i] = string(p.Code)
	}
	return strings.Join(all, " ")
}
