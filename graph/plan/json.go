package plan

import (
	"bytes"
	"encoding/json"
)

// objects reads a column of jsonb that holds a list of objects, whose members
// are texts or lists of texts: an array of records would cost PostgreSQL more
// than the rest of the row.
func objects(typeName, columnName string) Field {
	return func(c *compiler, at row, f *call) (emitter, error) {
		calls, err := c.collect(typeName, f.sets, nil)
		if err != nil {
			return nil, err
		}
		o := jsonObjects{column: at.column(columnName)}
		for _, part := range calls {
			m := jsonMember{key: key(part), name: []byte(part.Name)}
			if part.Name == "__typename" {
				m.literal = []byte(`"` + typeName + `"`)
			}
			o.members = append(o.members, m)
		}
		return o, nil
	}
}

type jsonObjects struct {
	column  int
	members []jsonMember
}

type jsonMember struct {
	key     string
	name    []byte
	literal []byte
}

func (j jsonObjects) emit(o *output, row values) error {
	data := row[j.column]
	if len(data) == 0 {
		return errForm
	}
	r := jsonReader{data: data[1:]} // behind the version of jsonb
	o.json = append(o.json, '[')
	for first := true; r.next('[', first); first = false {
		if !first {
			o.json = append(o.json, ',')
		}
		if err := j.object(o, &r); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return r.err
}

// object writes the members of one object, in the order asked for.
func (j jsonObjects) object(o *output, r *jsonReader) error {
	var names, given [4][]byte
	n := 0
	for first := true; r.next('{', first); first = false {
		name := r.value()
		r.skip(':')
		if n == len(names) || len(name) < 2 {
			return errForm
		}
		names[n], given[n] = name[1:len(name)-1], r.value()
		n++
	}
	if r.err != nil {
		return r.err
	}
	o.json = append(o.json, '{')
	for i, m := range j.members {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(m.key)
		value := m.literal
		for k := range n {
			if bytes.Equal(names[k], m.name) {
				value = given[k]
			}
		}
		if err := o.jsonValue(value); err != nil {
			return err
		}
	}
	o.json = append(o.json, '}')
	return nil
}

// jsonValue writes a text, or a list of texts, without the spaces between them.
func (o *output) jsonValue(value []byte) (err error) {
	switch {
	case len(value) == 0:
		return errForm
	case value[0] == '"':
		return o.jsonText(value)
	case value[0] != '[':
		return errForm
	}
	r := jsonReader{data: value}
	o.json = append(o.json, '[')
	for first := true; r.next('[', first); first = false {
		if !first {
			o.json = append(o.json, ',')
		}
		if err := o.jsonText(r.value()); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return r.err
}

func (o *output) jsonText(quoted []byte) error {
	if bytes.IndexByte(quoted, '\\') < 0 {
		o.json = append(o.json, quoted...)
		return nil
	}
	var text string
	err := json.Unmarshal(quoted, &text)
	if err == nil {
		o.json, err = appendString(o.json, []byte(text))
	}
	return err
}

// jsonReader reads JSON as PostgreSQL writes it, which is well formed.
type jsonReader struct {
	data []byte
	at   int
	err  error
}

// next opens a list or object before its first element, and tells whether
// there is another one.
func (r *jsonReader) next(open byte, first bool) bool {
	if first {
		r.skip(open)
	} else if r.err == nil && r.at < len(r.data) && r.data[r.at] == ',' {
		r.at++
	}
	r.spaces()
	if r.err != nil || r.at >= len(r.data) {
		r.err = errForm
		return false
	}
	if closing := open + 2; r.data[r.at] == closing { // ] and } follow [ and { so
		r.at++
		r.spaces()
		return false
	}
	return true
}

func (r *jsonReader) skip(c byte) {
	r.spaces()
	if r.at >= len(r.data) || r.data[r.at] != c {
		r.err = errForm
		return
	}
	r.at++
	r.spaces()
}

func (r *jsonReader) spaces() {
	for r.at < len(r.data) && r.data[r.at] == ' ' {
		r.at++
	}
}

// value gives the next text or list as it is written.
func (r *jsonReader) value() []byte {
	from, depth := r.at, 0
	for ; r.at < len(r.data); r.at++ {
		switch r.data[r.at] {
		case '"':
			for r.at++; r.at < len(r.data) && r.data[r.at] != '"'; r.at++ {
				if r.data[r.at] == '\\' {
					r.at++
				}
			}
		case '[':
			depth++
			continue
		case ']':
			depth--
		default:
			continue
		}
		if depth == 0 {
			r.at = min(r.at+1, len(r.data))
			value := r.data[from:r.at]
			r.spaces()
			return value
		}
	}
	r.err = errForm
	return nil
}
