// Package export writes tables as files: CSV, XLSX, Parquet and JSON Lines. It
// streams: a file needs the same little memory however many rows it has.
package export

import (
	"context"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/table"
)

// Format is a kind of file.
type Format string

// Formats.
const (
	// CSV is RFC 4180 in UTF-8. Texts that spreadsheets would run begin with '.
	CSV Format = "CSV"
	// XLSX has typed cells, and more sheets where one cannot hold all rows.
	XLSX Format = "XLSX"
	// Parquet has amounts in minor units, as 64-bit integers.
	Parquet Format = "PARQUET"
	// JSONL has an object on each line. Amounts and decimals are strings, as in the API.
	JSONL Format = "JSONL"
)

// Formats are all of them.
var Formats = []Format{CSV, XLSX, Parquet, JSONL}

// FormatOf tells the format of a file by the end of its name, or of that end alone.
func FormatOf(name string) (Format, bool) {
	end := strings.ToUpper(strings.TrimPrefix(filepath.Ext("x."+name), "."))
	for _, f := range Formats {
		if string(f) == end {
			return f, true
		}
	}
	return "", false
}

// Extension is how the names of its files end: ".csv".
func (f Format) Extension() string { return "." + strings.ToLower(string(f)) }

// ContentType is its media type.
func (f Format) ContentType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case Parquet:
		return "application/vnd.apache.parquet"
	case JSONL:
		return "application/jsonl"
	default:
		return "application/octet-stream"
	}
}

// Options of a file.
type Options struct {
	// BOM begins a CSV file with a byte order mark, by which Excel tells UTF-8.
	BOM bool
	// Progress is told now and then how many rows are written, and at the end.
	Progress func(rows int64)
}

// writer writes rows that fit the table.
type writer interface {
	row(table.Row) error
	// end completes the file. Without it the file is not to be used.
	end() error
}

// tellEvery is how many rows are written between looks at what else happens.
const tellEvery = 1000

// Write writes a whole table and tells how many rows it had; none makes a file
// of headings. When it fails, what was written is no file.
func Write(ctx context.Context, w io.Writer, f Format, t *table.Table, o Options) (int64, error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	if len(t.Columns) == 0 {
		return 0, fmt.Errorf("table %q has no columns", t.Title)
	}
	out, rows, err := open(w, f, t, o)
	if err != nil {
		return 0, err
	}
	var n int64
	for row, err := range rows {
		if err == nil {
			err = t.CheckRow(row)
		}
		if err == nil {
			err = out.row(row)
		}
		if err == nil && n%tellEvery == 0 {
			if o.Progress != nil {
				o.Progress(n)
			}
			err = context.Cause(ctx)
		}
		if err != nil {
			return n, fmt.Errorf("write row %d of %q: %w", n+1, t.Title, err)
		}
		n++
	}
	if err := out.end(); err != nil {
		return n, fmt.Errorf("end %q: %w", t.Title, err)
	}
	if o.Progress != nil {
		o.Progress(n)
	}
	return n, nil
}

func open(w io.Writer, f Format, t *table.Table, o Options) (writer, iter.Seq2[table.Row, error], error) {
	switch f {
	case CSV:
		return newCSV(w, t, o.BOM), t.Rows, nil
	case XLSX:
		first, rows := peek(t.Rows, widthRows)
		out, err := newXLSX(w, t, first)
		if err != nil {
			rows(func(table.Row, error) bool { return false }) // what was begun is to end
		}
		return out, rows, err
	case Parquet:
		return newParquet(w, t), t.Rows, nil
	case JSONL:
		return newJSONL(w, t), t.Rows, nil
	default:
		return nil, nil, fmt.Errorf("there is no format %q", f)
	}
}
