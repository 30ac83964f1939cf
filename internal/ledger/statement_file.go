package ledger

import (
	_ "embed"
	"encoding/csv"
	"html/template"
	"io"
	"strings"
	"time"
)

// WriteCSV writes a statement as a table: a line for each movement, between
// one for what the month began with and one for what it ended with. Amounts
// have the decimals of their currency.
func (s *Statement) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{
		{"date", "kind", "order", "currency", "gross", "commission", "change"},
		{s.Month.String(), "OPENING", "", string(s.Currency), "", "", s.Opening.Amount()},
	}
	for _, l := range s.Lines {
		rows = append(rows, []string{
			l.RecordedAt.UTC().Format(time.RFC3339), string(l.Kind), l.OrderNumber, string(s.Currency), l.Gross.Amount(), l.Commission.Amount(), l.Change.Amount(),
		})
	}
	rows = append(rows, []string{s.end().Format(time.DateOnly), "CLOSING", "", string(s.Currency), "", "", s.Closing.Amount()})
	return out.WriteAll(rows)
}

// end is the last day of the month.
func (s *Statement) end() time.Time {
	return time.Date(s.Month.Year, s.Month.Month+1, 0, 0, 0, 0, 0, time.UTC)
}

//go:embed statement.html
var page string

var pages = template.Must(template.New("statement").Funcs(template.FuncMap{
	"day":   func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
	"words": func(kind any) string { return words.Replace(strings.ToLower(template.HTMLEscaper(kind))) },
}).Parse(page))

var words = strings.NewReplacer("_", " ")

// WriteHTML writes a statement as a page that prints: A4, its table's heading
// on every sheet, and nothing that is fetched.
func (s *Statement) WriteHTML(w io.Writer) error { return pages.Execute(w, s) }
