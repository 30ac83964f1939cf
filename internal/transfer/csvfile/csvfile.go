// Package csvfile reads CSV as a spreadsheet would: RFC 4180 where the file
// keeps to it, and beyond it whatever people's programs write. A row that
// cannot be read is given with its line and the reason, and reading goes on.
package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxRow bounds the bytes of one row, so that no file fills the memory.
const MaxRow = 1 << 20

// maxAgain bounds the bytes read a second time after damaged rows: a file
// damaged on every line would otherwise cost its length squared.
const maxAgain = 16 << 20

// ErrTooDamaged ends the reading of a file whose quotes make no sense.
var ErrTooDamaged = errors.New("too many rows with quotes that are never closed")

// Row is one row of a file.
type Row struct {
	// Line is the physical line the row begins on, from 1.
	Line int
	// Cells are the row's values; line breaks inside them are "\n".
	Cells []string
	// Damage says why the row could not be read, empty where it could.
	Damage string
}

// Reader gives the rows of a file one by one; blank rows are left out.
type Reader struct {
	in      *input
	comma   byte
	columns int

	again []byte // given back, to be read before in
	taken int
	raw   []byte // the current row as it stands in the file
	first int    // where its second line begins in raw, 0 on a single line
	line  int    // the line of the next byte
	text  []byte // the cells' bytes, joined
	ends  []int  // where each cell ends in text
}

// Options say what a file does not tell of itself; the zero value asks the file.
type Options struct {
	// Encoding is one of Encodings. Default: UTF-16 where a byte order mark
	// says so, else UTF-8.
	Encoding string
	// Separator stands between cells: a comma, semicolon, tab or bar.
	// Default: the one found most often in the first line that has any.
	Separator byte
}

// NewReader looks at the beginning of a file, gzip or not, and prepares to
// read it. What is no text at all is an error here.
func NewReader(r io.Reader, o Options) (*Reader, error) {
	in, err := open(r, o.Encoding)
	if err != nil {
		return nil, err
	}
	comma := o.Separator
	if comma == 0 {
		comma = separator(in.head())
	}
	return &Reader{in: in, comma: comma, line: 1}, nil
}

// Expect tells how many columns the header has. A row that spans lines and
// has more, or goes on after a closing quote, has lost its own quote and
// swallowed others: it is reported, and reading goes on with its second line.
func (r *Reader) Expect(columns int) { r.columns = columns }

// Read gives the next row that is not blank, or io.EOF.
func (r *Reader) Read() (Row, error) {
	for {
		row, err := r.row()
		if err != nil || row.Damage != "" || !blank(row.Cells) {
			return row, err
		}
	}
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// row reads up to the end of a line outside quotes.
func (r *Reader) row() (Row, error) {
	row := Row{Line: r.line}
	r.raw, r.text, r.ends, r.first = r.raw[:0], r.text[:0], r.ends[:0], 0
	end, odd, err := r.scan()
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return row, fmt.Errorf("line %d: %w", r.line, err)
	case err != nil && len(r.raw) == 0:
		return row, io.EOF
	case end == tooLong:
		return r.tooLong(row)
	case end == unclosed && r.first > 0:
		return r.rewind(row, "a quote opened in this row is never closed")
	}
	cells := r.cells()
	if r.first > 0 && r.columns > 0 && (odd || len(cells) > r.columns) {
		return r.rewind(row, fmt.Sprintf("a quote opened in this row is closed in line %d, in the midst of other cells", r.line-1))
	}
	row.Cells, row.Damage = r.checked(cells)
	return row, nil
}

// How a row ended.
type ending int

const (
	closed ending = iota
	unclosed
	tooLong
)

// scan splits one row into cells. odd tells that a cell went on after its
// closing quote, which a spreadsheet reads as part of the cell.
func (r *Reader) scan() (end ending, odd bool, err error) {
	quoted, fresh := false, true
	for {
		if len(r.raw) >= MaxRow {
			return tooLong, odd, nil
		}
		b, err := r.next()
		if err != nil {
			r.endCell()
			if quoted {
				return unclosed, odd, err
			}
			return closed, odd, err
		}
		switch {
		case quoted && b == '"':
			switch p, ok := r.peek(); {
			case ok && p == '"':
				_, _ = r.next()
				r.text = append(r.text, '"')
			default:
				quoted = false
				odd = odd || ok && p != r.comma && p != '\n' && p != '\r'
			}
		case b == '\n' || b == '\r':
			if p, ok := r.peek(); b == '\r' && ok && p == '\n' {
				_, _ = r.next()
			}
			r.line++
			if !quoted {
				r.endCell()
				return closed, odd, nil
			}
			if r.first == 0 {
				r.first = len(r.raw)
			}
			r.text = append(r.text, '\n')
		case quoted:
			r.text = append(r.text, b)
		case b == r.comma:
			r.endCell()
			fresh = true
			continue
		case b == '"' && fresh:
			quoted = true
		default:
			r.text = append(r.text, b)
		}
		fresh = false
	}
}

func (r *Reader) endCell() { r.ends = append(r.ends, len(r.text)) }

func (r *Reader) cells() []string {
	all := string(r.text)
	cells := make([]string, len(r.ends))
	begin := 0
	for i, end := range r.ends {
		cells[i], begin = all[begin:end], end
	}
	return cells
}

// checked refuses what no text has, and cells without a column.
func (r *Reader) checked(cells []string) ([]string, string) {
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return nil, fmt.Sprintf("cell %d is not %s text; was the file saved in another encoding?", i+1, r.in.encoding)
		}
		if strings.IndexByte(cell, 0) >= 0 {
			return nil, fmt.Sprintf("cell %d holds a NUL byte", i+1)
		}
	}
	if r.columns == 0 {
		return cells, ""
	}
	for i := r.columns; i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			return nil, fmt.Sprintf("the row has %d cells, the header %d", len(cells), r.columns)
		}
	}
	for len(cells) < r.columns {
		cells = append(cells, "")
	}
	return cells[:r.columns], ""
}

// rewind gives a row up and goes on with the line after its first.
func (r *Reader) rewind(row Row, why string) (Row, error) {
	back := r.raw[r.first:]
	r.in.reread += len(back)
	if r.in.reread > maxAgain {
		return row, fmt.Errorf("line %d: %w", row.Line, ErrTooDamaged)
	}
	r.again, r.taken = append(bytes.Clone(back), r.again[r.taken:]...), 0
	r.line = row.Line + 1
	row.Damage = why
	return row, nil
}

func (r *Reader) tooLong(row Row) (Row, error) {
	if r.first > 0 {
		return r.rewind(row, fmt.Sprintf("a quote opened in this row is not closed within %d bytes", MaxRow))
	}
	row.Damage = fmt.Sprintf("the row is longer than %d bytes", MaxRow)
	r.line++
	if i := bytes.IndexByte(r.again[r.taken:], '\n'); i >= 0 {
		r.taken += i + 1
		return row, nil
	}
	r.taken = len(r.again)
	for {
		_, err := r.in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil || errors.Is(err, io.EOF):
			return row, nil
		default:
			return row, fmt.Errorf("line %d: %w", row.Line, err)
		}
	}
}

func (r *Reader) next() (byte, error) {
	if r.taken < len(r.again) {
		b := r.again[r.taken]
		r.taken++
		r.raw = append(r.raw, b)
		return b, nil
	}
	b, err := r.in.ReadByte()
	if err == nil {
		r.raw = append(r.raw, b)
	}
	return b, err
}

func (r *Reader) peek() (byte, bool) {
	if r.taken < len(r.again) {
		return r.again[r.taken], true
	}
	p, err := r.in.Peek(1)
	if err != nil {
		return 0, false
	}
	return p[0], true
}
