package plan

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
// follows "from" up to the joins, and ordered what follows those.
func (r *record) array(s *statement, from, ordered part) error {
	s.text("array(select row(")
	if err := r.selected(s, ", "); err != nil {
		return err
	}
	s.text(") from ")
	if err := from(s); err != nil {
		return err
	}
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
	s.text(")")
	return nil
}
