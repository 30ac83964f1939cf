package plan

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
)

// values are a record's columns as PostgreSQL sends them in binary form; nil
// is null.
type values [][]byte

// emitter appends the JSON of something that a record's values hold.
type emitter interface {
	emit(o *output, row values) error
}

// output is an answer on its way: its statement, then its JSON.
type output struct {
	run

	statement statement
	json      []byte
	// stack holds the values of the records that are being written, shown the
	// records of pages.
	stack values
	shown []values
	// value of Go that is being written.
	value any
	// cursor is the text of the one that is being written.
	cursor []byte
	// records is the array that the statement's rows make.
	records []byte
}

// outputs are used again, for what they have grown to.
var outputs = sync.Pool{New: func() any {
	o := &output{json: make([]byte, 0, 8<<10), stack: make(values, 0, 256), shown: make([]values, 0, 128)}
	o.statement = statement{run: &o.run, sql: make([]byte, 0, 4<<10), args: append(make([]any, 0, 32), inBinary)}
	return o
}}

// tooLarge is a buffer that a rare answer left behind.
const tooLarge = 256 << 10

// release gives the output back. What values are left in its stacks are bytes
// of a few messages of PostgreSQL, which later answers write over.
func (o *output) release() {
	if cap(o.json) > tooLarge || cap(o.records) > tooLarge || cap(o.stack) > tooLarge/16 {
		return
	}
	s := &o.statement
	clear(s.args)
	clear(o.pages)
	clear(o.nodes)
	o.value = nil
	o.run = run{pages: o.pages[:0], nodes: o.nodes[:0]}
	s.sql, s.args = s.sql[:0], append(s.args[:0], inBinary)
	o.json, o.stack, o.shown = o.json[:0], o.stack[:0], o.shown[:0]
	outputs.Put(o)
}

// grown has n empty elements.
func grown[T any](list []T, n int) []T { return slices.Grow(list[:0], n)[:n] }

// errNotPlanned leaves an operation to the resolvers.
var errNotPlanned = errors.New("this is for the resolvers to answer")

// errForm is of values that are not what the plan asked for.
var errForm = errors.New("the database sent values of another form")

func (o *output) text(s string) { o.json = append(o.json, s...) }

// record reads a composite value. The values are good until release.
func (o *output) record(data []byte) (values, error) {
	if len(data) < 4 {
		return nil, errForm
	}
	n := int(binary.BigEndian.Uint32(data))
	data = data[4:]
	from := len(o.stack)
	for range n {
		if len(data) < 8 { // the column's type and length
			return nil, errForm
		}
		size := int32(binary.BigEndian.Uint32(data[4:]))
		data = data[8:]
		if size < 0 {
			o.stack = append(o.stack, nil)
			continue
		}
		if int(size) > len(data) {
			return nil, errForm
		}
		o.stack = append(o.stack, data[:size:size])
		data = data[size:]
	}
	return o.stack[from:len(o.stack):len(o.stack)], nil
}

// gathered gives rows as the only value of a row: the array that they would
// have been sent in as records.
func (o *output) gathered(rows pgx.Rows) values {
	all, n := o.records[:0], 0
	all = append(all, make([]byte, 20)...)
	for ; rows.Next(); n++ {
		from, row := len(all), rows.RawValues()
		all = binary.BigEndian.AppendUint32(append(all, 0, 0, 0, 0), uint32(len(row)))
		for _, v := range row {
			all = append(all, 0, 0, 0, 0) // the type
			if v == nil {
				all = append(all, 0xff, 0xff, 0xff, 0xff)
				continue
			}
			all = append(binary.BigEndian.AppendUint32(all, uint32(len(v))), v...)
		}
		binary.BigEndian.PutUint32(all[from:], uint32(len(all)-from-4))
	}
	if n > 0 {
		binary.BigEndian.PutUint32(all, 1)
		binary.BigEndian.PutUint32(all[12:], uint32(n))
	}
	o.records = all
	o.stack = append(o.stack, all)
	return o.stack[len(o.stack)-1:]
}

// array is what is left of an array value.
type array struct {
	left int
	data []byte
}

func arrayOf(data []byte) (array, error) {
	if len(data) < 12 {
		return array{}, errForm
	}
	switch dimensions := binary.BigEndian.Uint32(data); {
	case dimensions == 0:
		return array{}, nil
	case dimensions > 1 || len(data) < 20:
		return array{}, errForm
	}
	return array{int(binary.BigEndian.Uint32(data[12:])), data[20:]}, nil
}

// next gives the next element.
func (a *array) next() ([]byte, error) {
	if len(a.data) < 4 {
		return nil, errForm
	}
	size := int32(binary.BigEndian.Uint32(a.data))
	if size < 0 || int(size) > len(a.data)-4 {
		return nil, errForm
	}
	element := a.data[4 : 4+size]
	a.left, a.data = a.left-1, a.data[4+size:]
	return element, nil
}

// literal writes what is known beforehand.
type literal string

func (l literal) emit(o *output, _ values) error {
	o.text(string(l))
	return nil
}

// member is a field of an object, with its key as JSON.
type member struct {
	key   string
	value emitter
}

// object writes fields of one row.
type object []member

func (f object) emit(o *output, row values) error {
	o.json = append(o.json, '{')
	for i, m := range f {
		if i > 0 {
			o.json = append(o.json, ',')
		}
		o.text(m.key)
		if err := m.value.emit(o, row); err != nil {
			return err
		}
	}
	o.json = append(o.json, '}')
	return nil
}

// present writes null where a column is null, as those of a row that is not there.
type present struct {
	columns []int
	value   emitter
}

func (p present) emit(o *output, row values) error {
	for _, c := range p.columns {
		if row[c] == nil {
			o.text("null")
			return nil
		}
	}
	return p.value.emit(o, row)
}

// list writes an array of records.
type list struct {
	column int
	item   emitter
}

func (l list) emit(o *output, row values) error {
	return o.list(row[l.column], func(element []byte) error { return o.item(element, l.item) })
}

// list writes an array, element by element.
func (o *output) list(data []byte, write func(element []byte) error) error {
	all, err := arrayOf(data)
	if err != nil {
		return err
	}
	o.json = append(o.json, '[')
	for first := true; all.left > 0; first = false {
		if !first {
			o.json = append(o.json, ',')
		}
		element, err := all.next()
		if err != nil {
			return err
		}
		if err := write(element); err != nil {
			return err
		}
	}
	o.json = append(o.json, ']')
	return nil
}

// item writes one record.
func (o *output) item(data []byte, item emitter) error {
	from := len(o.stack)
	row, err := o.record(data)
	if err != nil {
		return err
	}
	err = item.emit(o, row)
	o.stack = o.stack[:from]
	return err
}

// first writes the only record of an array, null where there is none.
type first struct {
	column int
	item   emitter
}

func (f first) emit(o *output, row values) error {
	all, err := arrayOf(row[f.column])
	if err != nil {
		return err
	}
	if all.left == 0 {
		o.text("null")
		return nil
	}
	data, err := all.next()
	if err != nil {
		return err
	}
	return o.item(data, f.item)
}
