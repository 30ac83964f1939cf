package plan

import (
	"bytes"
	"slices"
)

// record is a row of the answer that carries columns of its table and of the
// rows that belong to it. Lists within it are columns, too.
type record struct {
	columns []part
	known   map[string]int
	joins   []part
	// others are rows that several fields of a row read, by name.
	others map[string]row
}

func newRecord() *record { return &record{known: map[string]int{}, others: map[string]row{}} }

// sql adds a column, once.
func (r *record) sql(text string) int {
	if i, ok := r.known[text]; ok {
		return i
	}
	r.known[text] = r.add(func(s *statement) error {
		s.text(text)
		return nil
	})
	return r.known[text]
}

func (r *record) add(p part) int {
	r.columns = append(r.columns, p)
	return len(r.columns) - 1
}

// row is a place in a record where a type's fields are read: a table's row
// under an alias.
type row struct {
	*record

	typ   *Type
	alias string
	// of is the row whose list this one stands in, nil where it is none.
	of *row
}

// column adds a column of the row's table.
func (at row) column(name string) int { return at.sql(at.alias + "." + name) }

// selected writes the columns as they follow "select".
func (r *record) selected(s *statement, between string) error {
	if len(r.columns) == 0 {
		s.text("null")
	}
	for i, column := range r.columns {
		if i > 0 {
			s.text(between)
		}
		if err := column(s); err != nil {
			return err
		}
	}
	return nil
}

// array writes an array of the records that from gives; it writes what
// follows "from" up to the joins, and ordered what follows those. Where the
// statement has no other column, its rows are the records.
func (r *record) array(s *statement, from source, ordered part) error {
	before, after := "array(select row(", ")"
	if s.alone {
		before, after, s.alone, s.rows = "", "", false, true
	}
	s.text(before)
	start := len(s.sql)
	if err := r.selected(s, ", "); err != nil {
		return err
	}
	// What stands behind from is written before it, which selects no more
	// columns than are read of it.
	s.text(after)
	end := len(s.sql)
	for _, join := range r.joins {
		if err := join(s); err != nil {
			return err
		}
	}
	if ordered != nil {
		if err := ordered(s); err != nil {
			return err
		}
	}
	joined := len(s.sql)
	s.text(" from ")
	if err := from(s, s.sql[start:joined]); err != nil {
		return err
	}
	s.moved = append(s.moved[:0], s.sql[end:joined]...)
	s.sql = append(append(s.sql[:end], s.sql[joined:]...), s.moved...)
	s.text(after)
	return nil
}

// source writes what follows "from"; read is all of a select that reads it.
type source func(s *statement, read []byte) error

// columns lists, behind others, those columns of a table that are read under
// an alias, s1, s2 … excepted.
func (s *statement) columns(table, alias string, read []byte) {
	var known [32][]byte
	listed := known[:0]
	for {
		i := bytes.Index(read, []byte(alias))
		if i < 0 {
			return
		}
		whole := i == 0 || !isName(read[i-1])
		read = read[i+len(alias):]
		if !whole || len(read) == 0 || read[0] != '.' {
			continue
		}
		n := 1
		for n < len(read) && isName(read[n]) {
			n++
		}
		name := read[1:n]
		if slices.Contains(sortNames[:], string(name)) || slices.ContainsFunc(listed, func(known []byte) bool { return bytes.Equal(known, name) }) {
			continue
		}
		listed = append(listed, name)
		s.text(", ")
		s.text(table)
		s.text(".")
		s.sql = append(s.sql, name...)
	}
}

func isName(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}
