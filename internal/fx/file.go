package fx

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// missing is how a file writes that a currency has no rate of a day.
const missing = "N/A"

var (
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	figureForm   = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,12})?$`)
)

// file is what a file of rates says.
type file struct {
	columns []string
	rows    []models.ExchangeRate
	days    map[models.Date]int // their lines
	missing int
	wrong   csvfile.Notes
}

// read takes a whole file: a column Date, one for each currency with units for
// one euro, and a row for each day, in any order. Every line that is wrong is
// noted.
func read(in io.Reader, source string, latest models.Date, progress func(rows int)) (*file, error) {
	r, err := csvfile.NewReader(in, csvfile.Options{Separator: ','})
	if err != nil {
		return nil, err
	}
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, csvfile.ErrEmpty
	}
	if err != nil {
		return nil, err
	}
	f := &file{days: map[models.Date]int{}}
	if err := f.header(header); err != nil {
		return f, err
	}
	for n := 1; ; n++ {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return f, nil
		case err != nil:
			return f, err
		case row.Damage != "":
			f.note(row.Line, "%s", row.Damage)
		default:
			f.day(row, source, latest)
		}
		progress(n)
	}
}

// header reads the first line. The last column has no name where lines end
// with a comma.
func (f *file) header(row csvfile.Row) error {
	if row.Damage != "" {
		return fmt.Errorf("line %d: %s", row.Line, row.Damage)
	}
	cells := trimmed(row.Cells)
	if cells[0] != "Date" {
		return fmt.Errorf("line %d: the first column must be Date, not %s: is this a file of reference rates?", row.Line, cell.Show(cells[0]))
	}
	if f.columns = cells[1:]; len(f.columns) == 0 {
		return fmt.Errorf("line %d: there is no currency beside Date", row.Line)
	}
	for i, name := range f.columns {
		switch {
		case name == "":
			return fmt.Errorf("line %d: column %d has no name", row.Line, i+2)
		case !currencyForm.MatchString(name) || name == string(euro):
			return fmt.Errorf("line %d: column %d: %s is not the code of a currency other than the euro", row.Line, i+2, cell.Show(name))
		case slices.Contains(f.columns[:i], name):
			return fmt.Errorf("line %d: column %d: %s has a column already", row.Line, i+2, name)
		}
	}
	return nil
}

// trimmed drops the empty cell behind a comma at the end.
func trimmed(cells []string) []string {
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
	}
	if n := len(cells); n > 1 && cells[n-1] == "" {
		cells = cells[:n-1]
	}
	return cells
}

func (f *file) note(line int, format string, args ...any) {
	f.wrong.Add(csvfile.Note{Line: line, Text: fmt.Sprintf(format, args...)})
}

func (f *file) day(row csvfile.Row, source string, latest models.Date) {
	cells := trimmed(row.Cells)
	date, err := models.ParseDate(cells[0])
	switch before, twice := f.days[date]; {
	case err != nil || date.Year < 1900:
		f.note(row.Line, "%s is not a day such as 2017-01-10", cell.Show(cells[0]))
		return
	case date.After(latest):
		f.note(row.Line, "%s lies in the future", date)
		return
	case twice:
		f.note(row.Line, "%s stands in line %d already", date, before)
		return
	}
	f.days[date] = row.Line
	if len(cells) != len(f.columns)+1 {
		f.note(row.Line, "the row has %d cells, the header %d", len(cells), len(f.columns)+1)
		return
	}
	at := date.Time()
	for i, text := range cells[1:] {
		if text == missing {
			f.missing++
			continue
		}
		rate, err := figureOf(text)
		if err != nil {
			f.note(row.Line, "%s: %v", f.columns[i], err)
			continue
		}
		f.rows = append(f.rows, models.ExchangeRate{Currency: f.columns[i], Day: at, Rate: rate, Source: source})
	}
}

func figureOf(text string) (decimal.Decimal, error) {
	if text == "" {
		return decimal.Decimal{}, errors.New("there is no figure; a missing one is written " + missing)
	}
	if !figureForm.MatchString(text) {
		return decimal.Decimal{}, fmt.Errorf("%s is not a positive number of at most 12 digits and 12 decimals", cell.Show(text))
	}
	rate, err := decimal.NewFromString(text)
	if err == nil && rate.IsZero() {
		err = errors.New("a rate is more than 0")
	}
	return rate, err
}

// unknownCurrencies are columns that no amount can have: they are imported, and told.
func (f *file) unknownCurrencies() (names []string) {
	for _, c := range f.columns {
		if _, err := money.ParseCurrency(c); err != nil {
			names = append(names, c)
		}
	}
	return names
}
