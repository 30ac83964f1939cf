package export

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

type csvWriter struct {
	out    *bufio.Writer
	fields []field
	line   []byte
}

func newCSV(w io.Writer, t *table.Table, bom bool) *csvWriter {
	c := &csvWriter{out: bufio.NewWriterSize(w, 64<<10), fields: fields(t)}
	if bom {
		_, _ = c.out.WriteString("\ufeff")
	}
	for i := range c.fields {
		c.line = appendQuoted(c.separate(i), c.fields[i].name)
	}
	_ = c.write() // kept by the buffer, and told of later
	return c
}

func (c *csvWriter) separate(i int) []byte {
	if i > 0 {
		return append(c.line, ',')
	}
	return c.line
}

func (c *csvWriter) row(r table.Row) error {
	for i := range c.fields {
		c.line = c.separate(i)
		switch v := c.fields[i].value(r).(type) {
		case string:
			c.line = appendQuoted(c.line, Harmless(v))
		case int64:
			c.line = strconv.AppendInt(c.line, v, 10)
		case decimal.Decimal:
			c.line = append(c.line, v.String()...)
		case money.Money:
			c.line = v.AppendAmount(c.line)
		case models.Date:
			c.line = append(c.line, v.String()...)
		case time.Time:
			c.line = appendTime(c.line, v)
		case bool:
			c.line = strconv.AppendBool(c.line, v)
		}
	}
	return c.write()
}

func (c *csvWriter) write() error {
	_, err := c.out.Write(append(c.line, '\r', '\n'))
	c.line = c.line[:0]
	return err
}

func (c *csvWriter) end() error { return c.out.Flush() }

// appendQuoted quotes what would end a field, here or where a spreadsheet
// splits at another separator.
func appendQuoted(b []byte, s string) []byte {
	if s == "" || !strings.ContainsAny(s, ",;\t|\"\r\n") && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(b, s...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i+1]...), '"')
		s = s[i+1:]
	}
}

// Harmless gives a text that no spreadsheet takes for a formula: with a ' before
// =, +, -, @, a tab or a line break at its beginning, after spaces, too, and
// before =, +, - and @ where a spreadsheet that splits at semicolons, tabs or
// bars would begin a cell. All other texts stay as they are.
func Harmless(s string) string {
	if !strings.ContainsAny(s, "=+-@\t\r\n＝＋－＠") {
		return s
	}
	var b strings.Builder
	begins := true // a cell could begin here
	for i, r := range s {
		switch {
		case begins && runs(r):
			b.WriteByte('\'')
			begins = false
		case i == 0 && (r == '\t' || r == '\r' || r == '\n'):
			b.WriteByte('\'')
		case r == ';' || r == '\t' || r == '\r' || r == '\n' || r == '|':
			begins = true
		case !blank(r):
			begins = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func runs(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// blank is what may stand before a formula, seen or not.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '"'
}
