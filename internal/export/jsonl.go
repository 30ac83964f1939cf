package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

type jsonlWriter struct {
	out    *bufio.Writer
	fields []field
	// keys are the names as they stand in a line.
	keys []string
	line []byte
}

func newJSONL(w io.Writer, t *table.Table) *jsonlWriter {
	j := &jsonlWriter{out: bufio.NewWriterSize(w, 64<<10), fields: fields(t)}
	for i, f := range j.fields {
		before := ","
		if i == 0 {
			before = "{"
		}
		key, _ := jsontext.AppendQuote(nil, f.name)
		j.keys = append(j.keys, before+string(key)+":")
	}
	return j
}

func (j *jsonlWriter) row(r table.Row) error {
	var err error
	b := j.line[:0]
	for i := range j.fields {
		b = append(b, j.keys[i]...)
		switch v := j.fields[i].value(r).(type) {
		case nil:
			b = append(b, "null"...)
		case string:
			if b, err = jsontext.AppendQuote(b, v); err != nil {
				return fmt.Errorf("%s: %w", j.fields[i].name, err)
			}
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case decimal.Decimal:
			b = append(append(append(b, '"'), v.String()...), '"')
		case money.Money:
			b = append(v.AppendAmount(append(b, '"')), '"')
		case models.Date:
			b = append(append(append(b, '"'), v.String()...), '"')
		case time.Time:
			b = append(appendTime(append(b, '"'), v), '"')
		case bool:
			b = strconv.AppendBool(b, v)
		}
	}
	b = append(b, '}', '\n')
	j.line = b
	_, err = j.out.Write(j.line)
	return err
}

func (j *jsonlWriter) end() error { return j.out.Flush() }
