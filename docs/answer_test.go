package docs_test

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rest stands in a printed answer for what differs from day to day: in or as a
// text, as the last element of a list, as a field of an object.
const rest = "…"

// differs tells where an answer is not as printed, "" where it is.
func differs(at string, want, got any) string {
	switch want := want.(type) {
	case string:
		text, ok := got.(string)
		if ok && alike(want, text) || want == rest && got != nil {
			return ""
		}
	case []any:
		if list, ok := got.([]any); ok {
			return listDiffers(at, want, list)
		}
	case map[string]any:
		if object, ok := got.(map[string]any); ok {
			return objectDiffers(at, want, object)
		}
	default:
		if reflect.DeepEqual(want, got) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %s, printed is %s", at, written(got), written(want))
}

func listDiffers(at string, want, got []any) string {
	if n := len(want); n > 0 && want[n-1] == rest {
		want, got = want[:n-1], got[:min(n-1, len(got))]
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%s has %d elements, printed are %d", at, len(got), len(want))
	}
	for i := range want {
		if d := differs(fmt.Sprintf("%s.%d", at, i), want[i], got[i]); d != "" {
			return d
		}
	}
	return ""
}

func objectDiffers(at string, want, got map[string]any) string {
	_, open := want[rest]
	for name := range got {
		if _, printed := want[name]; !printed && !open {
			return fmt.Sprintf("%s.%s is not printed", at, name)
		}
	}
	for name := range want {
		if name == rest {
			continue
		}
		value, ok := got[name]
		if !ok {
			return fmt.Sprintf("%s.%s is printed, and not in the answer", at, name)
		}
		if d := differs(at+"."+name, want[name], value); d != "" {
			return d
		}
	}
	return ""
}

// alike compares texts of which … may be any part.
func alike(want, got string) bool {
	parts := strings.Split(want, rest)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`).MatchString(got)
}

func written(v any) string {
	text, _ := json.MarshalIndent(v, "", "  ")
	return string(text)
}

// answers are what was answered so far; <path> in a later example stands for
// the latest value at that path.
type answers []any

var placeholder = regexp.MustCompile(`<([a-zA-Z]+(?:\.\w+)+)>`)

func (a answers) fill(t *testing.T, text string) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(mark string) string {
		steps := strings.Split(strings.Trim(mark, "<>"), ".")
		for _, answer := range slices.Backward(a) {
			if text, ok := find(answer, steps).(string); ok {
				return text
			}
		}
		t.Fatalf("no answer so far has %s", path.Join(steps...))
		return ""
	})
}

func find(value any, steps []string) any {
	for _, step := range steps {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func TestPrintedAnswersAreCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":1}`, `{"a":1}`, true},
		{`{"a":1}`, `{"a":2}`, false},
		{`{"a":1}`, `{"a":1,"b":null}`, false},
		{`{"a":1,"…":"…"}`, `{"a":1,"b":2}`, true},
		{`{"a":1,"b":null}`, `{"a":1}`, false},
		{`["…"]`, `[]`, true},
		{`[1,"…"]`, `[1,2,3]`, true},
		{`[1,2,"…"]`, `[1]`, false},
		{`[1]`, `[1,2]`, false},
		{`"…"`, `null`, false},
		{`"…"`, `7`, true},
		{`"2026-…Z"`, `"2026-11-11T16:00:00Z"`, true},
		{`"2026-…Z"`, `"2025-11-11T16:00:00Z"`, false},
		{`"(…"`, `"(x"`, true},
		{`null`, `"x"`, false},
	} {
		d := differs("answer", parse(t, c.want), parse(t, c.got))
		if (d == "") != c.same {
			t.Errorf("%s and %s: %q", c.want, c.got, d)
		}
	}
}

// parse reads JSON, keeping its numbers as they are written.
func parse(t *testing.T, text string) (value any) {
	t.Helper()
	read := json.NewDecoder(strings.NewReader(text))
	read.UseNumber()
	if err := read.Decode(&value); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, text)
	}
	return value
}
