package salescsv

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// Bounds of a line.
const (
	maxOrder    = 60
	maxSlug     = 100
	maxSKU      = 120
	maxTitle    = 250
	maxCustomer = 120
	maxPieces   = 1_000_000_000
	maxAmount   = 1_000_000_000
)

// earliest is the earliest time that is believed.
var earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)

// line reads a row's values, or tells why it is refused.
func (f *File) line(row int, values map[Field]string) (*Line, []csvfile.Fault) {
	r := lineReader{file: f, layout: &f.layout, values: values}
	l := &Line{
		Row: row, Brand: r.slug(Brand, r.layout.Brand), Storefront: r.slug(Storefront, r.layout.Storefront), Category: cell.Line(values[Category]),
		Order: r.code(Order, maxOrder), SKU: r.code(SKU, maxSKU), Title: r.title(),
		Customer: r.customer(), Quantity: r.quantity(), UnitPrice: r.amount(UnitPrice), Time: r.time(),
	}
	if l.Order == "" {
		r.refuse(Order, "MISSING", "there is no order")
	}
	if l.Title == "" {
		l.Title = l.SKU
	}
	if l.Title == "" {
		r.refuse(SKU, "MISSING", "there is neither a sku nor a title")
	}
	if l.Quantity < 0 && l.UnitPrice.IsNegative() {
		r.refuse(Quantity, "NEGATIVE", "quantity and price are both negative")
	}
	l.Country, l.Region, l.Unknown = r.place()
	r.total(l)
	return l, r.faults
}

type lineReader struct {
	file   *File
	layout *Layout
	values map[Field]string
	faults []csvfile.Fault
}

// refuse tells what is wrong with the column of a field.
func (r *lineReader) refuse(field Field, code, why string) {
	r.faults = append(r.faults, csvfile.Fault{Column: r.layout.Columns[field], Code: code, Message: why})
}

// slug is that of all rows where this one names none.
func (r *lineReader) slug(field Field, usual string) string {
	s := cell.Code(r.values[field])
	if s == "" {
		s = usual
	}
	if s == "" && r.layout.Columns[field] != "" {
		r.refuse(field, "MISSING", fmt.Sprintf("there is no %s", field))
	}
	return r.bounded(field, s, maxSlug)
}

// currency is that of all rows where this one names none.
func (r *lineReader) currency() money.Currency {
	s := cell.Code(r.values[Currency])
	if s == "" {
		if r.layout.Currency == "" {
			r.refuse(Currency, "MISSING", "there is no currency")
		}
		return r.layout.Currency
	}
	c, err := money.ParseCurrency(strings.ToUpper(s))
	if err != nil {
		r.refuse(Currency, "UNKNOWN", fmt.Sprintf("the currency %s is unknown", cell.Show(s)))
	}
	return c
}

func (r *lineReader) bounded(field Field, s string, limit int) string {
	if n := utf8.RuneCountInString(s); n > limit {
		r.refuse(field, "TOO_LONG", fmt.Sprintf("the %s has %d characters, more than %d", field, n, limit))
	}
	return s
}

func (r *lineReader) code(field Field, limit int) string {
	return r.bounded(field, cell.Code(r.values[field]), limit)
}

func (r *lineReader) title() string { return r.bounded(Title, cell.Line(r.values[Title]), maxTitle) }

// Programs that keep numbers as floats write the customer 17850 as 17850.0.
var float = regexp.MustCompile(`^[0-9]+\.0$`)

func (r *lineReader) customer() string {
	s := r.code(Customer, maxCustomer)
	if float.MatchString(s) {
		s = strings.TrimSuffix(s, ".0")
	}
	return s
}

// quantity is 1 where the file has no column for it: one row, one piece.
func (r *lineReader) quantity() int64 {
	if r.layout.Columns[Quantity] == "" {
		return 1
	}
	n, err := r.layout.Numbers.Integer(r.values[Quantity], -maxPieces, maxPieces)
	switch {
	case err != nil:
		r.refuse(Quantity, "INVALID", fmt.Sprintf("the quantity %v", err))
	case n == 0:
		r.refuse(Quantity, "INVALID", "the quantity is 0")
	}
	return n
}

func (r *lineReader) amount(field Field) decimal.Decimal {
	d, err := r.layout.Numbers.Decimal(r.values[field])
	if err == nil && d.Abs().GreaterThan(decimal.NewFromInt(maxAmount)) {
		err = fmt.Errorf("%s is out of range", cell.Show(r.values[field]))
	}
	if err != nil {
		r.refuse(field, "INVALID", fmt.Sprintf("the %s %v", field, err))
	}
	return d
}

func (r *lineReader) time() time.Time {
	at, err := r.layout.Times.Time(r.values[Time])
	switch {
	case err != nil:
		r.refuse(Time, "INVALID", fmt.Sprintf("the time %v", err))
	case at.Before(earliest) || at.After(r.layout.Latest):
		r.refuse(Time, "OUT_OF_RANGE", fmt.Sprintf("the time %s is out of range", cell.Show(r.values[Time])))
	}
	return at
}

var regionForm = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// place gives country and region as codes. A name that means no country is
// given back; the region is kept only as a code below a known country.
func (r *lineReader) place() (country, region, unknown string) {
	country = r.layout.Country
	if name := cell.Line(r.values[Country]); name != "" {
		code, ok := r.file.country(name)
		if !ok {
			return "", "", name
		}
		country = code
	}
	region = strings.TrimPrefix(strings.ToUpper(r.code(Region, maxCustomer)), country+"-")
	if country == "" || !regionForm.MatchString(region) {
		region = ""
	}
	return country, region, ""
}

// country is CountryCode, which takes long for what most rows repeat.
func (f *File) country(name string) (string, bool) {
	code, seen := f.codes[name]
	if !seen {
		code, _ = CountryCode(name)
		if len(f.codes) < 1000 {
			f.codes[strings.Clone(name)] = code
		}
	}
	return code, code != ""
}

// total multiplies, and rounds half up to the currency: once per line.
func (r *lineReader) total(l *Line) {
	currency := r.currency()
	if len(r.faults) > 0 {
		return
	}
	l.Total = l.UnitPrice.Mul(decimal.NewFromInt(l.Quantity))
	var err error
	if l.Goods, err = money.RoundHalfUp(l.Total, currency); err == nil && l.Total.Abs().GreaterThan(decimal.NewFromInt(maxAmount)) {
		err = errors.New("is too large")
	}
	if err != nil {
		r.refuse(UnitPrice, "OUT_OF_RANGE", fmt.Sprintf("the total %s is out of range", l.Total))
	}
	l.Shipping = money.New(0, currency)
	if strings.TrimSpace(r.values[Shipping]) == "" {
		return
	}
	if l.Shipping, err = money.RoundHalfUp(r.amount(Shipping), currency); err != nil {
		r.refuse(Shipping, "OUT_OF_RANGE", fmt.Sprintf("the shipping %s is out of range", cell.Show(r.values[Shipping])))
	}
}
