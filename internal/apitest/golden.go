package apitest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Golden compares an answer with testdata/NAME.json; -update rewrites it.
func (c *Client) Golden(t testing.TB, name, query string, variables map[string]any) {
	t.Helper()
	answer := c.Post(t, query, variables)
	var got bytes.Buffer
	if err := json.Indent(&got, answer.Raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs (run with -update to accept):\n%s", file, got.String())
	}
}

// NamesPath tells whether the first error's path holds the name.
func (a Answer) NamesPath(name string) bool {
	return len(a.Errors) > 0 && slices.ContainsFunc(a.Errors[0].Path, func(part any) bool { return fmt.Sprint(part) == name })
}
