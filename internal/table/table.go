// Package table is a report as rows of typed values. It knows neither reports
// nor the forms they are written in.
package table

import (
	"fmt"
	"iter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Kind says what the values of a column are; every one may be nil, for none.
type Kind int

// Kinds of values.
const (
	Text    Kind = iota // string
	Integer             // int64
	Decimal             // decimal.Decimal
	Money               // money.Money; currencies may differ from row to row
	Percent             // decimal.Decimal, of one: 0.125 is 12.5 %
	Date                // models.Date
	Time                // time.Time
	Boolean             // bool
)

func (k Kind) String() string {
	if k < Text || k > Boolean {
		return fmt.Sprintf("kind %d", int(k))
	}
	return [...]string{"text", "integer", "decimal", "money", "percent", "date", "time", "boolean"}[k]
}

// Accepts tells whether a value is of the kind, or nil.
func (k Kind) Accepts(value any) bool {
	ok := value == nil
	switch value.(type) {
	case string:
		ok = k == Text
	case int64:
		ok = k == Integer
	case decimal.Decimal:
		ok = k == Decimal || k == Percent
	case money.Money:
		ok = k == Money
	case models.Date:
		ok = k == Date
	case time.Time:
		ok = k == Time
	case bool:
		ok = k == Boolean
	}
	return ok
}

// Column is what stands at one place of every row.
type Column struct {
	// Name is for programs: snake_case, unique in its table, and kept over time.
	Name string
	// Title is for people.
	Title string
	Kind  Kind
	// Dimension marks what rows are about; all others measure it.
	Dimension bool
	// Sums says that the values of rows may be added: amounts and pieces, never
	// averages, shares or distinct orders.
	Sums bool
	// Currency names the Text column that has the currency of a Money column's
	// amounts. Without it, files get one named as the column and _currency.
	Currency string
}

// Row has a value for each column. It is good until the next row is asked for:
// whoever keeps rows clones them.
type Row []any

// Table is a report. Its rows may be far more than memory holds, and may be
// read once.
type Table struct {
	// Title is for people.
	Title   string
	Columns []Column
	Rows    iter.Seq2[Row, error]
	// Zone is where days begin, nil where that says nothing.
	Zone *time.Location
	// About is what readers should know of it, in order: its period, the rates
	// it was converted by and their source. It is complete before the first row.
	About []Note
}

// Note is one thing to know of a table.
type Note struct{ Name, Text string }

// Column gives the place of a column by its name, -1 where there is none.
func (t *Table) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Of streams rows that are at hand.
func Of(rows ...Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Failed is what rows are where they could not be read.
func Failed(err error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) { yield(nil, err) }
}

// Check reports a mistake of whoever made the table: names twice or missing,
// a currency column that is none.
func (t *Table) Check() error {
	seen := make(map[string]bool, len(t.Columns))
	for _, c := range t.Columns {
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("table %q: the column name %q is empty or used twice", t.Title, c.Name)
		}
		seen[c.Name] = true
		if c.Currency == "" {
			continue
		}
		if i := t.Column(c.Currency); c.Kind != Money || i < 0 || t.Columns[i].Kind != Text {
			return fmt.Errorf("table %q: %s cannot have its currency in %q", t.Title, c.Name, c.Currency)
		}
	}
	return nil
}

// CheckRow reports a row that does not fit the columns.
func (t *Table) CheckRow(r Row) error {
	if len(r) != len(t.Columns) {
		return fmt.Errorf("table %q: a row of %d values for %d columns", t.Title, len(r), len(t.Columns))
	}
	for i, v := range r {
		if c := &t.Columns[i]; !c.Kind.Accepts(v) {
			return fmt.Errorf("table %q: %s is %s, not %T", t.Title, c.Name, c.Kind, v)
		}
	}
	return nil
}
