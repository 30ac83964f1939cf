// Package salescsv understands sales history in any CSV, by the names of its
// columns and, where one file does not tell all, joined with others. It is
// pure: files go in, lines come out, with a note for every row refused.
package salescsv

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// Field is a meaning that a column can be given.
type Field string

// Fields of a line. Order, time and unit price are needed, and SKU or title.
const (
	Order     Field = "order"
	Time      Field = "time"
	UnitPrice Field = "unit-price"
	SKU       Field = "sku"
	Title     Field = "title"
	Quantity  Field = "quantity"
	Customer  Field = "customer"
	Country   Field = "country"
	Region    Field = "region"
	Shipping  Field = "shipping"

	// Brand and Storefront are slugs; Category is a path, such as food/honey.
	Brand      Field = "brand"
	Storefront Field = "storefront"
	Currency   Field = "currency"
	Category   Field = "category"
)

// Fields lists them in the order in which they are explained.
var Fields = []Field{Order, Time, UnitPrice, SKU, Title, Quantity, Customer, Country, Region, Shipping, Brand, Storefront, Currency, Category}

// Columns gives fields the names of columns.
type Columns map[Field]string

// ErrColumns is the fault of columns that do not say what a line needs.
var ErrColumns = errors.New("the columns do not say enough")

// ParseColumns reads "order=InvoiceNo" and the like, one for each field.
func ParseColumns(pairs []string) (Columns, error) {
	columns := Columns{}
	for _, pair := range pairs {
		field, name, ok := strings.Cut(pair, "=")
		field, name = strings.TrimSpace(field), strings.TrimSpace(name)
		switch {
		case !ok || name == "":
			return nil, fmt.Errorf("%w: %s is not of the form field=Column", ErrColumns, cell.Show(pair))
		case !slices.Contains(Fields, Field(field)):
			return nil, fmt.Errorf("%w: there is no field %s; there are %s", ErrColumns, cell.Show(field), list(Fields))
		case columns[Field(field)] != "":
			return nil, fmt.Errorf("%w: the field %s is given twice", ErrColumns, field)
		}
		columns[Field(field)] = name
	}
	for _, field := range []Field{Order, Time, UnitPrice} {
		if columns[field] == "" {
			return nil, fmt.Errorf("%w: no column is named for %s", ErrColumns, field)
		}
	}
	if columns[SKU] == "" && columns[Title] == "" {
		return nil, fmt.Errorf("%w: no column is named for sku or title", ErrColumns)
	}
	return columns, nil
}

func list(fields []Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// Layout says how to read a file.
type Layout struct {
	Columns Columns
	Numbers cell.Numbers
	Times   cell.Times
	// Brand, Storefront, Currency and the buyers' Country are those of rows that
	// name none.
	Brand, Storefront string
	Currency          money.Currency
	Country           string
	// Latest is the latest time that is believed.
	Latest time.Time
	CSV    csvfile.Options
}

// Source is a file that can be read more than once.
type Source struct {
	// Name is shown in messages.
	Name string
	Open func() (io.ReadCloser, error)
}

// Line is one sold or returned position.
type Line struct {
	// Row is the line of the file.
	Row int
	// Brand and Storefront are slugs, Category is a path or empty.
	Brand, Storefront, Category string

	Order     string
	Time      time.Time
	SKU       string
	Title     string
	Quantity  int64
	UnitPrice decimal.Decimal
	Customer  string
	// Country and Region are ISO codes, empty where the file tells none that is known.
	Country, Region string
	// Unknown is a country's name that means none.
	Unknown  string
	Shipping money.Money
	// Total is quantity times unit price as the file says, Goods the same
	// rounded half up to the currency.
	Total decimal.Decimal
	Goods money.Money
}

// Returned tells whether the line gives money or pieces back.
func (l *Line) Returned() bool { return l.Quantity < 0 || l.Total.IsNegative() }

// Key is the same for identical lines of an order: the same thing, as many,
// at the same price. Texts, times and buyers may be read anew with other
// columns, in another zone, and leave the line the same.
func (l *Line) Key() string {
	what := l.SKU
	if what == "" {
		what = "\x00" + l.Title
	}
	text := make([]byte, 0, 200)
	text = append(append(text, what...), 0)
	text = append(strconv.AppendInt(text, l.Quantity, 10), 0)
	sum := sha256.Sum256(append(text, l.UnitPrice.String()...))
	return hex.EncodeToString(sum[:12])
}

// File is a sales file whose columns have been found.
type File struct {
	// Notes are about rows of joined files.
	Notes csvfile.Notes

	base    Source
	layout  Layout
	header  int // its line
	columns map[Field]place
	joins   []*lookup
	codes   map[string]string // of countries, by names of the file
}

// Open finds the columns of a file and reads those that are joined to it.
// Its errors are about the files as a whole.
func Open(base Source, joins []Join, layout Layout) (*File, error) {
	f := &File{base: base, layout: layout, columns: map[Field]place{}, codes: map[string]string{}}
	return f, f.prepare(joins)
}

// Each reads the file from its beginning: every row becomes a line, or a note
// why it is refused. It ends at the first error of take.
func (f *File) Each(take func(*Line) error, refused func(csvfile.Note)) error {
	for _, l := range f.joins {
		l.unknown = 0
	}
	values := make(map[Field]string, len(f.columns))
	return each(f.base, f.layout.CSV, f.header, func(row csvfile.Row) error {
		if row.Damage != "" {
			refused(csvfile.Note{Line: row.Line, Text: row.Damage, Faults: []csvfile.Fault{{Code: "DAMAGED", Message: row.Damage}}})
			return nil
		}
		line, faults := f.line(row.Line, f.values(values, row.Cells))
		if len(faults) > 0 {
			refused(Refusal(row.Line, faults...))
			return nil
		}
		return take(line)
	})
}

// Refusal is the note of a row that is refused.
func Refusal(row int, faults ...csvfile.Fault) csvfile.Note {
	texts := make([]string, len(faults))
	for i, f := range faults {
		texts[i] = f.Message
	}
	return csvfile.Note{Line: row, Text: strings.Join(texts, "; "), Faults: faults}
}

// Unjoined counts, for each joined file, the rows of the last reading that
// have no row in it.
func (f *File) Unjoined() map[string]int {
	counts := map[string]int{}
	for _, l := range f.joins {
		if l.unknown > 0 {
			counts[l.name] += l.unknown
		}
	}
	return counts
}
