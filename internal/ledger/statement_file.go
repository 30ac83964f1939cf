package ledger

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/tradewind-commerce/tradewind/models"
)

// Forms in which statements are written.
const (
	CSV  = "csv"
	HTML = "html"
)

// FormatOf gives what writes a form, and the form's media type; nil for none that there is.
func FormatOf(form string) (write func(io.Writer, []*Statement) error, kind string) {
	switch form {
	case CSV:
		return WriteCSV, "text/csv; charset=utf-8"
	case HTML:
		return WriteHTML, "text/html; charset=utf-8"
	}
	return nil, ""
}

// ParseMonth reads 2026-02 as its first day, years 1900 to 9999.
func ParseMonth(text string) (models.Date, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil || t.Year() < 1900 {
		return models.Date{}, fmt.Errorf("%q is not a month: write it as 2026-02", text)
	}
	return models.DateOf(t), nil
}

// WriteCSV writes statements as a table: for each a line for every movement,
// between one for what the month began with and one for what it ended with.
// Amounts have the decimals of their currency.
func WriteCSV(w io.Writer, all []*Statement) error {
	rows := [][]string{{"date", "kind", "order", "currency", "gross", "commission", "change"}}
	for _, s := range all {
		rows = append(rows, []string{s.Month.String(), "OPENING", "", string(s.Currency), "", "", s.Opening.Amount()})
		for _, l := range s.Lines {
			rows = append(rows, []string{
				l.RecordedAt.UTC().Format(time.RFC3339), string(l.Kind), l.OrderNumber(), l.Currency, l.Gross().Amount(), l.Commission().Amount(),
				l.Change().Amount(),
			})
		}
		rows = append(rows, []string{s.end().Format(time.DateOnly), "CLOSING", "", string(s.Currency), "", "", s.Closing.Amount()})
	}
	return csv.NewWriter(w).WriteAll(rows)
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

// WriteHTML writes statements as a page that prints: A4, each on sheets of its
// own with its table's heading on every one, and nothing that is fetched.
func WriteHTML(w io.Writer, all []*Statement) error { return pages.Execute(w, all) }
