package export

import (
	"iter"
	"slices"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
)

// field is a column of a file: a column of the table, or the currency of one.
type field struct {
	name string
	// at is the place of its value in a row.
	at   int
	kind table.Kind
	// currency says that it is the currency of the amount at its place.
	currency bool
}

// fields are the columns of a table with those for currencies that have none.
func fields(t *table.Table) []field {
	var all []field
	for i, c := range t.Columns {
		all = append(all, field{name: c.Name, at: i, kind: c.Kind})
		if c.Kind == table.Money && c.Currency == "" {
			all = append(all, field{name: c.Name + "_currency", at: i, kind: table.Text, currency: true})
		}
	}
	return all
}

// value is what the field has of a row.
func (f *field) value(r table.Row) any {
	v := r[f.at]
	if !f.currency || v == nil {
		return v
	}
	m, _ := v.(money.Money)
	return string(m.Currency)
}

// appendTime writes an instant as the API does.
func appendTime(b []byte, t time.Time) []byte { return t.UTC().AppendFormat(b, time.RFC3339Nano) }

// peek reads up to n rows ahead, and gives all rows anew.
func peek(rows iter.Seq2[table.Row, error], n int) ([]table.Row, iter.Seq2[table.Row, error]) {
	var first []table.Row
	var failed error
	next, stop := iter.Pull2(rows)
	for len(first) < n {
		row, err, ok := next()
		if !ok || err != nil {
			failed = err
			break
		}
		first = append(first, slices.Clone(row))
	}
	return first, func(yield func(table.Row, error) bool) {
		defer stop()
		for _, row := range first {
			if !yield(row, nil) {
				return
			}
		}
		if failed != nil {
			yield(nil, failed)
			return
		}
		for row, err, ok := next(); ok; row, err, ok = next() {
			if !yield(row, err) {
				return
			}
		}
	}
}
