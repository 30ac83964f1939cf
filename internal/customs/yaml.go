package customs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// value is a part of a file of rules: a text, a list, or a map. Everything that
// is no list and no map is a text as it is written, so that 0409 stays 0409.
type value struct {
	line   int
	text   string
	list   []*value
	fields []field
	kind   kind
}

type kind int

const (
	isText kind = iota
	isList
	isMap
)

type field struct {
	name  string
	line  int
	value *value
}

// maxFile bounds the bytes of a file of rules.
const maxFile = 16 << 20

// parse reads YAML without its tricks: no anchors, tags or second documents.
func parse(data []byte) (*value, *csvfile.Note) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, &csvfile.Note{Line: lineOf(err), Text: plain(err)}
	}
	bodies := slices.DeleteFunc(slices.Clone(file.Docs), func(d *ast.DocumentNode) bool { return d.Body == nil })
	switch len(bodies) {
	case 0:
		return nil, &csvfile.Note{Line: 1, Text: "the file is empty"}
	case 1:
		return valueOf(bodies[0].Body)
	}
	return nil, &csvfile.Note{Line: bodies[1].Body.GetToken().Position.Line, Text: "a file has one document"}
}

func lineOf(err error) int {
	if at, ok := errors.AsType[yaml.Error](err); ok && at.GetToken() != nil {
		return at.GetToken().Position.Line
	}
	return 1
}

// plain is the first line of an error, without the place that it names.
func plain(err error) string {
	if at, ok := errors.AsType[yaml.Error](err); ok {
		return at.GetMessage()
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

func valueOf(n ast.Node) (*value, *csvfile.Note) {
	line := n.GetToken().Position.Line
	switch n := n.(type) {
	case *ast.MappingNode:
		return mapOf(line, n.Values)
	case *ast.MappingValueNode:
		return mapOf(line, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		v := &value{line: line, kind: isList}
		for _, each := range n.Values {
			item, wrong := valueOf(each)
			if wrong != nil {
				return nil, wrong
			}
			v.list = append(v.list, item)
		}
		return v, nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return nil, &csvfile.Note{Line: line, Text: "files of rules have no anchors, aliases and tags"}
	case *ast.NullNode:
		return &value{line: line}, nil
	case *ast.LiteralNode:
		return &value{line: line, text: strings.TrimSpace(n.Value.Value)}, nil
	case *ast.StringNode:
		return &value{line: line, text: n.Value}, nil
	case ast.ScalarNode:
		return &value{line: line, text: n.GetToken().Value}, nil
	}
	return nil, &csvfile.Note{Line: line, Text: "here stands what no file of rules has"}
}

func mapOf(line int, pairs []*ast.MappingValueNode) (*value, *csvfile.Note) {
	v := &value{line: line, kind: isMap}
	for i, pair := range pairs {
		at := pair.Key.GetToken().Position.Line
		if i == 0 {
			v.line = at
		}
		key, ok := pair.Key.(ast.ScalarNode)
		if !ok {
			return nil, &csvfile.Note{Line: at, Text: "a name is a plain text"}
		}
		child, wrong := valueOf(pair.Value)
		if wrong != nil {
			return nil, wrong
		}
		v.fields = append(v.fields, field{key.GetToken().Value, at, child})
	}
	return v, nil
}

// reader takes the fields of a map one by one, and notes what is wrong with them.
type reader struct {
	*value

	wrong *csvfile.Notes
	taken map[string]bool
}

func read(v *value, wrong *csvfile.Notes) *reader {
	r := &reader{v, wrong, map[string]bool{}}
	if v.kind != isMap {
		r.note(v.line, "here stand names with values, such as \"rate: 13%%\"")
		r.wrong = &csvfile.Notes{} // that was all there is to say
	}
	return r
}

func (r *reader) note(line int, format string, args ...any) {
	r.wrong.Add(csvfile.Note{Line: line, Text: fmt.Sprintf(format, args...)})
}

// get gives a field, nil where it is not there.
func (r *reader) get(name string) *field {
	r.taken[name] = true
	at := slices.IndexFunc(r.fields, func(f field) bool { return f.name == name })
	if at < 0 {
		return nil
	}
	return &r.fields[at]
}

// end notes the fields that nobody took.
func (r *reader) end() {
	known := make([]string, 0, len(r.taken))
	for name := range r.taken {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, f := range r.fields {
		if !r.taken[f.name] {
			r.note(f.line, "%s is unknown here; there are %s", cell.Show(f.name), strings.Join(known, ", "))
		}
	}
}

// text gives a field of one line, empty where it is not there.
func (r *reader) text(name string, most int) (string, int) {
	f := r.get(name)
	if f == nil {
		return "", r.line
	}
	if f.value.kind != isText {
		r.note(f.line, "%s is a text", name)
		return "", f.line
	}
	text := cell.Line(f.value.text)
	if len([]rune(text)) > most {
		r.note(f.line, "%s has more than %d characters", name, most)
	}
	return text, f.line
}

// needed is a text that must be there.
func (r *reader) needed(name string, most int) (string, int) {
	text, line := r.text(name, most)
	if text == "" {
		r.note(line, "%s is missing", name)
	}
	return text, line
}

// texts gives a list of texts, or the one text that stands in its place.
func (r *reader) texts(name string) (texts []string, line int) {
	f := r.get(name)
	if f == nil {
		return nil, r.line
	}
	items := f.value.list
	if f.value.kind == isText {
		items = []*value{f.value}
	}
	for _, item := range items {
		if item.kind != isText || item.text == "" {
			r.note(cmp.Or(item.line, f.line), "%s is a text or a list of texts", name)
			continue
		}
		texts = append(texts, cell.Code(item.text))
	}
	return texts, f.line
}

// items gives the maps of a list.
func (r *reader) items(name string) []*reader {
	f := r.get(name)
	if f == nil {
		return nil
	}
	if f.value.kind != isList {
		r.note(f.line, "%s is a list", name)
	}
	readers := make([]*reader, len(f.value.list))
	for i, item := range f.value.list {
		readers[i] = read(item, r.wrong)
	}
	return readers
}

// flag is false where it is not there.
func (r *reader) flag(name string) bool {
	text, line := r.text(name, 10)
	switch text {
	case "", "false":
		return false
	case "true":
		return true
	}
	r.note(line, "%s is true or false", name)
	return false
}
