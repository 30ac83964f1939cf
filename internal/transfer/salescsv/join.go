package salescsv

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// Join adds the columns of a file to every row: those of its one row whose
// column Right has the value of the column Left, which stands in the file
// that is imported or in one joined before.
type Join struct {
	Source
	Left, Right string
}

// ParseJoin reads "customers.csv:customer_id" and "orders.csv:order=order_id".
func ParseJoin(text string) (path, left, right string, err error) {
	i := strings.LastIndexByte(text, ':')
	if i < 1 || i == len(text)-1 {
		return "", "", "", fmt.Errorf("%s is not of the form FILE:COLUMN or FILE:COLUMN=ITS_COLUMN", cell.Show(text))
	}
	left, right, ok := strings.Cut(text[i+1:], "=")
	if !ok {
		right = left
	}
	return text[:i], strings.TrimSpace(left), strings.TrimSpace(right), nil
}

// maxJoined bounds the bytes of joined files that are kept in memory.
const maxJoined = 512 << 20

// lookup is a joined file in memory: the columns that are used, by key.
type lookup struct {
	source  Source
	name    string
	header  int // its line
	left    place
	right   int
	used    []int // columns of the file, in the order of a row's values
	rows    map[string][]string
	unknown int // rows of the imported file that have none here
}

// prepare finds every column and reads the joined files.
func (f *File) prepare(joins []Join) error {
	var names []string
	for _, name := range f.layout.Columns {
		names = append(names, name)
	}
	for _, j := range joins {
		names = append(names, j.Left)
	}
	header, err := findHeader(f.base, f.layout.CSV, names)
	if err != nil {
		return err
	}
	f.header = header.Line
	tables := []*table{{name: filepath.Base(f.base.Name), header: header.Cells, key: -1}}
	for _, j := range joins {
		header, err := findHeader(j.Source, f.layout.CSV, append([]string{j.Right}, names...))
		if err != nil {
			return err
		}
		t := &table{name: filepath.Base(j.Name), header: header.Cells, key: -1}
		l := &lookup{source: j.Source, name: t.name, header: header.Line, rows: map[string][]string{}}
		if l.left, err = find(tables, j.Left); err != nil {
			return fmt.Errorf("join %s: %w", j.Name, err)
		}
		right, err := find([]*table{t}, j.Right)
		if err != nil {
			return fmt.Errorf("join %s: %w", j.Name, err)
		}
		l.right, t.key = right.column, right.column
		f.joins, tables = append(f.joins, l), append(tables, t)
	}
	for _, field := range Fields {
		name := f.layout.Columns[field]
		if name == "" {
			continue
		}
		if f.columns[field], err = find(tables, name); err != nil {
			return fmt.Errorf("the column for %s: %w", field, err)
		}
	}
	f.use()
	for _, l := range f.joins {
		if err := f.load(l); err != nil {
			return err
		}
	}
	return nil
}

// use lists which columns of the joined files are needed.
func (f *File) use() {
	need := func(p place) {
		if p.file > 0 {
			l := f.joins[p.file-1]
			if !slices.Contains(l.used, p.column) {
				l.used = append(l.used, p.column)
			}
		}
	}
	for _, p := range f.columns {
		need(p)
	}
	for _, l := range f.joins {
		need(l.left)
	}
}

// load reads a joined file into memory.
func (f *File) load(l *lookup) error {
	lines := map[string]int{}
	kept := 0
	return each(l.source, f.layout.CSV, l.header, func(row csvfile.Row) error {
		if row.Damage != "" {
			f.Notes.Add(csvfile.Note{File: l.name, Line: row.Line, Text: row.Damage})
			return nil
		}
		key := strings.Clone(strings.TrimSpace(row.Cells[l.right]))
		values := make([]string, len(l.used))
		kept += len(key) + 64
		for i, at := range l.used {
			values[i] = strings.Clone(row.Cells[at])
			kept += len(values[i]) + 16
		}
		if before, ok := l.rows[key]; ok && !slices.Equal(before, values) {
			return fmt.Errorf("%s: %w: %s is in line %d and line %d", l.name, ErrTwoRows, cell.Show(key), lines[key], row.Line)
		}
		if l.rows[key], lines[key] = values, row.Line; kept > maxJoined {
			return fmt.Errorf("%s: %w", l.name, ErrJoinTooLarge)
		}
		return nil
	})
}

// values gives, in a map of the row before, what stands in each field of a row.
// What no joined file tells is empty.
func (f *File) values(values map[Field]string, cells []string) map[Field]string {
	var joined [][]string
	if len(f.joins) > 0 {
		joined = make([][]string, len(f.joins))
	}
	get := func(p place) string {
		if p.file == 0 {
			return cells[p.column]
		}
		l, row := f.joins[p.file-1], joined[p.file-1]
		if row == nil {
			return ""
		}
		return row[slices.Index(l.used, p.column)]
	}
	for i, l := range f.joins {
		if joined[i] = l.rows[strings.TrimSpace(get(l.left))]; joined[i] == nil {
			l.unknown++
		}
	}
	for field, p := range f.columns {
		values[field] = get(p)
	}
	return values
}
