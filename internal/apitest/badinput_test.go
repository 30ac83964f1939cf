package apitest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/graph"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
)

// leaf is one scalar of an input, with the way to put another value there.
type leaf struct {
	path []string
	kind *ast.Definition
	list bool
	put  func(any)
}

func (l leaf) name() string { return l.path[len(l.path)-1] }

// leaves walks an input along its type.
func leaves(s *ast.Schema, t *ast.Type, value any, path []string, put func(any), visit func(leaf)) {
	if t.Elem != nil {
		list, _ := value.([]any)
		visit(leaf{path: path, kind: s.Types[t.Name()], list: true, put: put})
		for i := range list {
			leaves(s, t.Elem, list[i], append(slices.Clip(path), strconv.Itoa(i)), func(v any) { list[i] = v }, visit)
		}
		return
	}
	definition := s.Types[t.Name()]
	object, ok := value.(map[string]any)
	if definition.Kind != ast.InputObject || !ok {
		visit(leaf{path: path, kind: definition, put: put})
		return
	}
	for _, f := range definition.Fields {
		if v, given := object[f.Name]; given {
			leaves(s, f.Type, v, append(slices.Clip(path), f.Name), func(v any) { object[f.Name] = v }, visit)
		}
	}
}

// badValues of a leaf, each with a name. Ids are tried by the caller.
func badValues(l leaf, old any) map[string]any {
	if l.list {
		many := make([]any, 1001)
		for i := range many {
			if many[i] = old.([]any)[0]; l.kind.Name == "String" {
				many[i] = fmt.Sprint("value ", i)
			}
		}
		return map[string]any{"a thousand and one": many}
	}
	values := map[string]any{"an object": map[string]any{"a": 1}}
	if l.kind.Kind == ast.Enum {
		values["no such value"] = "NOPE"
		return values
	}
	text := func() {
		values["a NUL"] = "a\x00b"
		values["a long text"] = strings.Repeat("x", 60_000)
		values["a huge text"] = strings.Repeat("x", 250_000)
	}
	switch l.kind.Name {
	case "String":
		text()
	case "ID":
		text()
		values["nonsense"] = "nonsense"
		values["nothing"] = ""
	case "Int":
		values["below all"], values["above all"] = -2147483648, 2147483647
		values["beyond 32 bits"] = 2147483648
		values["a half"] = 1.5
	case "BigInt":
		values["below all"], values["above all"] = "-9223372036854775808", "9223372036854775807"
		values["beyond 64 bits"] = "9223372036854775808"
		values["a text"] = "many"
	case "Decimal":
		values["negative"], values["enormous"] = "-1", strings.Repeat("9", 40)
		values["too long"], values["an exponent"] = strings.Repeat("9", 41), "1e999"
		values["not a number"], values["too precise"] = "NaN", "1.2345678901234"
	case "CountryCode":
		text()
		values["no country"], values["small"], values["too long"] = "XX", "us", "USA"
	case "RegionCode":
		text()
		values["a name"] = "Nebraska"
	case "CurrencyCode":
		text()
		values["unknown"], values["small"] = "ZZZ", "usd"
	case "LanguageCode":
		text()
		values["no language"] = "not a language"
	case "URL":
		text()
		values["not safe"], values["a script"], values["a file"] = "http://example.com", "javascript:alert(1)", "file:///etc/passwd"
	case "HSCode":
		text()
		values["short"], values["letters"] = "12", "abcdef"
	case "DateTime":
		values["a word"], values["too early"], values["no zone"] = "yesterday", "0001-01-01T00:00:00Z", "2026-01-01T00:00:00"
	}
	return values
}

// Every mutation and every part of its input: what is bad is refused with a
// code and the path of the field, tells nothing of the inside and changes no
// table. A mutation or a field that is not covered fails.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	for _, mutation := range s.Mutation.Fields {
		t.Run(mutation.Name, func(t *testing.T) {
			t.Parallel()
			cases, ok := goodInputs[mutation.Name]
			if !ok {
				t.Fatal("has no good input to spoil")
			}
			covered := map[string]bool{}
			for _, good := range cases {
				spoil(t, s, mutation, good, covered)
			}
			missing(t, s, mutation.Arguments[0].Type, nil, covered)
		})
	}
	for name := range goodInputs {
		if s.Mutation.Fields.ForName(name) == nil {
			t.Errorf("%s is not a mutation", name)
		}
	}
}

// spoil tries every bad value in a good input, and the good input at last: it
// must be taken, so that it was the bad value that was refused.
func spoil(t *testing.T, s *ast.Schema, mutation *ast.FieldDefinition, good goodInput, covered map[string]bool) {
	t.Helper()
	w := newShop(t)
	actor, input := good(w)
	client := w.api.As(actor)
	inputType := mutation.Arguments[0].Type
	query := fmt.Sprintf("mutation ($input: %s) { %s(input: $input) { userErrors { field message code } } }", inputType, mutation.Name)
	send := func(in any) apitest.Answer { return client.Post(t, query, map[string]any{"input": in}) }

	before := w.digest(t)
	leaves(s, inputType, input, nil, nil, func(l leaf) {
		for _, part := range l.path {
			if _, err := strconv.Atoi(part); err != nil {
				covered[part] = true
			}
		}
		at := func() (put func(any), copied any, old any) {
			copied = copyOf(t, input)
			leaves(s, inputType, copied, nil, nil, func(other leaf) {
				if other.list == l.list && slices.Equal(other.path, l.path) {
					put = other.put
				}
			})
			return put, copied, lookup(copied, l.path)
		}
		_, _, old := at()
		values := badValues(l, old)
		if l.kind.Name == "ID" && !l.list {
			maps.Copy(values, w.badIDs(l.name(), old.(string), actor))
		}
		for name, value := range values {
			put, spoiled, _ := at()
			put(value)
			if problem := refused(send(spoiled), mutation.Name, l); problem != "" {
				t.Errorf("%s, %s: %s", strings.Join(l.path, "."), name, problem)
			}
		}
	})
	if after := w.digest(t); after != before {
		t.Error("bad input changed tables")
	}
	if answer := send(input); len(answer.Errors) > 0 || strings.Contains(string(answer.Raw), `"code"`) {
		t.Errorf("the good input is refused: %s", answer.Raw)
	}
}

// refused says what is wrong with an answer to a bad value, nothing where it
// is the refusal it should be.
func refused(answer apitest.Answer, mutation string, l leaf) string {
	for _, inside := range []string{"SQLSTATE", "pgx", "gorm", "panic", "goroutine", ".go:", "INTERNAL"} {
		if strings.Contains(string(answer.Raw), inside) {
			return "tells of the inside: " + string(answer.Raw)
		}
	}
	name := l.name()
	if _, err := strconv.Atoi(name); err == nil {
		name = l.path[len(l.path)-2]
	}
	if len(answer.Errors) > 0 {
		if answer.Code() != "BAD_USER_INPUT" || !answer.NamesPath(name) {
			return "answer " + string(answer.Raw)
		}
		return ""
	}
	var data map[string]struct {
		UserErrors []struct {
			Field         []string
			Message, Code string
		}
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return err.Error()
	}
	for _, e := range data[mutation].UserErrors {
		if e.Code != "" && e.Message != "" && len(e.Field) > 0 && e.Field[0] == "input" && slices.Contains(e.Field, name) {
			return ""
		}
	}
	return "answer " + string(answer.Raw)
}

// missing fails for each field of an input that no good input gives.
func missing(t *testing.T, s *ast.Schema, of *ast.Type, seen []string, covered map[string]bool) {
	t.Helper()
	for _, f := range s.Types[of.Name()].Fields {
		if !covered[f.Name] {
			t.Errorf("%s.%s is in no good input", of.Name(), f.Name)
		}
		if s.Types[f.Type.Name()].Kind == ast.InputObject && !slices.Contains(seen, f.Type.Name()) {
			missing(t, s, f.Type, append(slices.Clip(seen), f.Type.Name()), covered)
		}
	}
}

func copyOf(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var copied any
	if err := json.Unmarshal(text, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

func lookup(v any, path []string) any {
	for _, part := range path {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			i, _ := strconv.Atoi(part)
			v = at[i]
		}
	}
	return v
}
