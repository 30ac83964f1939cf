package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// block is a fenced part of a document. Its info string is a language and,
// behind it, what is said about running it: "sh serve", "json 422".
type block struct {
	at             string
	language, note string
	text           string
}

// blocks reads the fenced parts of a document, as they follow each other.
func blocks(t *testing.T, file string) []block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	for n, line := range strings.Split(string(text), "\n") {
		switch {
		case open != nil && line == "```":
			all, open = append(all, *open), nil
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "```"):
			language, note, _ := strings.Cut(strings.TrimPrefix(line, "```"), " ")
			open = &block{at: fmt.Sprintf("%s:%d", file, n+1), language: language, note: note}
		}
	}
	if open != nil {
		t.Fatalf("%s: the block has no end", open.at)
	}
	return all
}

// comments takes the leading comments "# mark value" off a block. A value goes
// on in lines that are indented: "#   more".
func (b block) comments(marks ...string) (values map[string]string, rest string) {
	values = map[string]string{}
	rest = b.text
	for _, mark := range marks {
		tail, ok := strings.CutPrefix(rest, "# "+mark+" ")
		if !ok {
			continue
		}
		values[mark], rest, _ = strings.Cut(tail, "\n")
		for strings.HasPrefix(rest, "#   ") {
			var more string
			more, rest, _ = strings.Cut(rest, "\n")
			values[mark] += strings.TrimPrefix(more, "# ")
		}
	}
	return values, rest
}

func (b block) is(language, note string) bool { return b.language == language && b.note == note }
