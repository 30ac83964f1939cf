package export

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

const (
	// rowGroup is how many rows are held until they are written.
	rowGroup = 64 << 10
	// batch is how many rows are handed over at once.
	batch = 256
	// decimals that are kept, of the 38 digits that readers agree on.
	decimalScale, decimalDigits, decimalBytes = 12, 38, 16
)

type parquetWriter struct {
	out    *parquet.GenericWriter[any]
	fields []field
	rows   []parquet.Row
	n      int
}

// inOrder is a group that keeps the order of its columns.
type inOrder struct {
	parquet.Group
	place map[string]int
}

func (g inOrder) Fields() []parquet.Field {
	all := g.Group.Fields()
	slices.SortFunc(all, func(a, b parquet.Field) int { return g.place[a.Name()] - g.place[b.Name()] })
	return all
}

func newParquet(w io.Writer, t *table.Table) *parquetWriter {
	p := &parquetWriter{fields: fields(t), rows: make([]parquet.Row, batch)}
	schema := inOrder{Group: parquet.Group{}, place: map[string]int{}}
	for i := range p.fields {
		f := &p.fields[i]
		if f.kind == table.Money {
			f.name += "_minor"
		}
		schema.Group[f.name], schema.place[f.name] = parquet.Optional(leaf(f.kind)), i
	}
	options := []parquet.WriterOption{
		parquet.NewSchema("rows", schema), parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(rowGroup), parquet.CreatedBy("tradewind", "1", ""),
		parquet.KeyValueMetadata("title", t.Title),
	}
	if t.Zone != nil {
		options = append(options, parquet.KeyValueMetadata("time_zone", t.Zone.String()))
	}
	for _, note := range t.About {
		options = append(options, parquet.KeyValueMetadata(note.Name, note.Text))
	}
	p.out = parquet.NewGenericWriter[any](w, options...)
	return p
}

func leaf(k table.Kind) parquet.Node {
	switch k {
	case table.Integer, table.Money:
		return parquet.Int(64)
	case table.Decimal, table.Percent:
		return parquet.Decimal(decimalScale, decimalDigits, parquet.FixedLenByteArrayType(decimalBytes))
	case table.Date:
		return parquet.Date()
	case table.Time:
		return parquet.Timestamp(parquet.Microsecond)
	case table.Boolean:
		return parquet.Leaf(parquet.BooleanType)
	default:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
}

func (p *parquetWriter) row(r table.Row) error {
	row := p.rows[p.n][:0]
	for i := range p.fields {
		v, err := cell(p.fields[i].value(r))
		if err != nil {
			return fmt.Errorf("%s: %w", p.fields[i].name, err)
		}
		level := 1
		if v.IsNull() {
			level = 0
		}
		row = append(row, v.Level(0, level, i))
	}
	p.rows[p.n] = row
	if p.n++; p.n < batch {
		return nil
	}
	return p.flush()
}

func (p *parquetWriter) flush() error {
	_, err := p.out.WriteRows(p.rows[:p.n])
	p.n = 0
	return err
}

func (p *parquetWriter) end() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.out.Close()
}

func cell(v any) (parquet.Value, error) {
	switch v := v.(type) {
	case string:
		return parquet.ValueOf(v), nil
	case int64:
		return parquet.Int64Value(v), nil
	case money.Money:
		return parquet.Int64Value(v.Minor), nil
	case decimal.Decimal:
		return fixed(v)
	case models.Date:
		return parquet.Int32Value(int32(v.Time().Unix() / (24 * 60 * 60))), nil
	case time.Time:
		return parquet.Int64Value(v.UnixMicro()), nil
	case bool:
		return parquet.BooleanValue(v), nil
	default:
		return parquet.NullValue(), nil
	}
}

var decimalLimit = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimalDigits), nil)

// fixed is a decimal in two's complement, rounded half up where it has more decimals.
func fixed(d decimal.Decimal) (parquet.Value, error) {
	n := d.Shift(decimalScale).Round(0).BigInt()
	if n.CmpAbs(decimalLimit) >= 0 {
		return parquet.Value{}, fmt.Errorf("%s has more than %d digits before the point", d, decimalDigits-decimalScale)
	}
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes))
	}
	return parquet.FixedLenByteArrayValue(n.FillBytes(make([]byte, decimalBytes))), nil
}
