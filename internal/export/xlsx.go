package export

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// sheetRows is how many rows a sheet can hold, its heading among them.
	sheetRows = 1_048_576
	// widthRows is how many rows the width of columns is judged by.
	widthRows = 200
	// flushAt is how many bytes of a sheet are gathered.
	flushAt = 64 << 10
)

// xlsxWriter writes a workbook from its first byte to its last: sheets are
// compressed as they come, and what describes them stands after them.
type xlsxWriter struct {
	zip     *zip.Writer
	table   *table.Table
	columns []string // letters
	widths  []int
	formats formats

	sheets []sheet
	part   io.Writer // of the sheet being written
	buf    []byte
	// limit is sheetRows, less in tests.
	limit int
}

type sheet struct {
	name string
	rows int
	// filtered sheets have a heading.
	filtered bool
}

func newXLSX(w io.Writer, t *table.Table, first []table.Row) (*xlsxWriter, error) {
	x := &xlsxWriter{zip: zip.NewWriter(w), table: t, widths: widths(t, first), limit: sheetRows}
	x.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	for i := range t.Columns {
		x.columns = append(x.columns, letters(i))
	}
	return x, x.open()
}

// open begins the next sheet.
func (x *xlsxWriter) open() error {
	name := sheetName(x.table.Title)
	if n := len(x.sheets) + 1; n > 1 {
		end := " (" + strconv.Itoa(n) + ")"
		name = cut(name, maxSheetName-len(end)) + end
	}
	if err := x.begin(name, x.widths, true); err != nil {
		return err
	}
	titles := make([]string, len(x.table.Columns))
	for i, c := range x.table.Columns {
		if titles[i] = c.Title; titles[i] == "" {
			titles[i] = c.Name
		}
	}
	return x.texts(styleHead, titles...)
}

// begin writes what stands before the rows of a sheet.
func (x *xlsxWriter) begin(name string, widths []int, filtered bool) error {
	x.sheets = append(x.sheets, sheet{name: name, filtered: filtered})
	part, err := x.zip.CreateHeader(&zip.FileHeader{
		Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", len(x.sheets)), Method: zip.Deflate,
	})
	if err != nil {
		return err
	}
	x.part = part
	x.buf = append(append(x.buf[:0], xmlHead...), sheetHead...)
	if len(x.sheets) == 1 {
		x.buf = append(x.buf, ` tabSelected="1"`...)
	}
	x.buf = append(x.buf, ` workbookViewId="0"`...)
	if filtered {
		x.buf = append(x.buf, frozen...)
	} else {
		x.buf = append(x.buf, `/>`...)
	}
	x.buf = append(x.buf, `</sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`...)
	for i, width := range widths {
		x.buf = fmt.Appendf(x.buf, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	x.buf = append(x.buf, `</cols><sheetData>`...)
	return nil
}

// close ends the sheet being written.
func (x *xlsxWriter) close() error {
	s := &x.sheets[len(x.sheets)-1]
	x.buf = append(x.buf, `</sheetData>`...)
	if s.filtered {
		x.buf = fmt.Appendf(x.buf, `<autoFilter ref="A1:%s%d"/>`, x.columns[len(x.columns)-1], s.rows)
	}
	x.buf = append(x.buf, `</worksheet>`...)
	return x.flush()
}

func (x *xlsxWriter) flush() error {
	_, err := x.part.Write(x.buf)
	x.buf = x.buf[:0]
	return err
}

func (x *xlsxWriter) row(r table.Row) error {
	if x.sheets[len(x.sheets)-1].rows == x.limit {
		if err := x.close(); err != nil {
			return err
		}
		if err := x.open(); err != nil {
			return err
		}
	}
	row := x.newRow()
	for i, v := range r {
		if v != nil {
			x.cell(i, row, v)
		}
	}
	return x.endRow()
}

func (x *xlsxWriter) newRow() int {
	s := &x.sheets[len(x.sheets)-1]
	s.rows++
	x.buf = append(strconv.AppendInt(append(x.buf, `<row r="`...), int64(s.rows), 10), `">`...)
	return s.rows
}

func (x *xlsxWriter) endRow() error {
	x.buf = append(x.buf, `</row>`...)
	if len(x.buf) < flushAt {
		return nil
	}
	return x.flush()
}

// texts writes a row of texts.
func (x *xlsxWriter) texts(style int, all ...string) error {
	row := x.newRow()
	for i, s := range all {
		x.text(letters(i), row, style, s)
	}
	return x.endRow()
}

func (x *xlsxWriter) text(column string, row, style int, s string) {
	x.reference(column, row, style)
	x.buf = append(x.buf, ` t="inlineStr"><is><t xml:space="preserve">`...)
	x.buf = append(appendText(x.buf, s), `</t></is></c>`...)
}

func (x *xlsxWriter) reference(column string, row, style int) {
	x.buf = append(append(x.buf, `<c r="`...), column...)
	x.buf = append(strconv.AppendInt(x.buf, int64(row), 10), `" s="`...)
	x.buf = append(strconv.AppendInt(x.buf, int64(style), 10), '"')
}

// number begins the value of a cell, for the digits to be appended.
func (x *xlsxWriter) number(column string, row, style int) {
	x.reference(column, row, style)
	x.buf = append(x.buf, `><v>`...)
}

// cell writes a value as what it is: amounts, decimals and counts with all
// their digits, of which spreadsheets keep the first 15.
func (x *xlsxWriter) cell(i, row int, v any) {
	column := x.columns[i]
	switch v := v.(type) {
	case string:
		style := styleText
		if Harmless(v) != v {
			style = styleQuoted
		}
		x.text(column, row, style, v)
		return
	case int64:
		x.number(column, row, styleInteger)
		x.buf = strconv.AppendInt(x.buf, v, 10)
	case money.Money:
		x.number(column, row, x.formats.of(v.Currency))
		x.buf = v.AppendAmount(x.buf)
	case decimal.Decimal:
		style := styleDecimal
		if x.table.Columns[i].Kind == table.Percent {
			style = stylePercent
		}
		x.number(column, row, style)
		x.buf = append(x.buf, v.String()...)
	case models.Date:
		x.day(column, row, styleDate, v.Time(), v.String())
		return
	case time.Time:
		zone := time.UTC
		if x.table.Zone != nil {
			zone = x.table.Zone
		}
		x.day(column, row, styleTime, v.In(zone), v.In(zone).Format(time.RFC3339))
		return
	case bool:
		x.reference(column, row, styleText)
		x.buf = append(x.buf, ` t="b"><v>`...)
		if v {
			x.buf = append(x.buf, '1')
		} else {
			x.buf = append(x.buf, '0')
		}
	}
	x.buf = append(x.buf, `</v></c>`...)
}

// firstDay is the first that all spreadsheets count alike.
var firstDay = time.Date(1900, time.March, 1, 0, 0, 0, 0, time.UTC)

// day writes a wall clock's time as the days since the end of 1899, or what it
// reads like where spreadsheets know no such day.
func (x *xlsxWriter) day(column string, row, style int, t time.Time, text string) {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	if wall.Before(firstDay) || wall.Year() > 9999 {
		x.text(column, row, styleText, text)
		return
	}
	const day = 24 * 60 * 60
	seconds := wall.Unix() - firstDay.Unix() + 61*day
	x.number(column, row, style)
	x.buf = strconv.AppendInt(x.buf, seconds/day, 10)
	if rest := seconds % day; rest != 0 {
		x.buf = append(x.buf, strconv.FormatFloat(float64(rest)/day, 'f', 10, 64)[1:]...)
	}
	x.buf = append(x.buf, `</v></c>`...)
}
