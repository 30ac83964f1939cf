package plan

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
)

// form appends a value that is not null as JSON, the way graph/scalar does.
type form func(dst, value []byte) ([]byte, error)

// formOf gives the form of a scalar or enum of the schema, and how its column
// must be cast to be read.
func formOf(def *ast.Definition) (f form, cast string) {
	switch {
	case def.Kind == ast.Enum:
		return appendString, ""
	case def.Kind != ast.Scalar:
		return nil, ""
	}
	switch def.Name {
	case "Int":
		return appendInt, ""
	case "BigInt":
		return appendBigInt, ""
	case "Boolean":
		return appendBool, ""
	case "DateTime":
		return appendTime, ""
	case "Decimal":
		return appendDecimal, "::text"
	case "Date":
		return appendString, "::text"
	case "JSON":
		return appendJSON, "::text"
	case "String", "ID", "CountryCode", "RegionCode", "LanguageCode", "CurrencyCode", "URL", "HSCode", "TimeZone":
		return appendString, ""
	default:
		return nil, ""
	}
}

// leaf writes a column.
type leaf struct {
	column   int
	form     form
	nullable bool
}

func (s leaf) emit(o *output, row values) (err error) {
	if row[s.column] == nil {
		if !s.nullable {
			return errForm
		}
		o.text("null")
		return nil
	}
	o.json, err = s.form(o.json, row[s.column])
	return err
}

// textList writes a column of text[].
type textList struct{ column int }

func (s textList) emit(o *output, row values) error {
	return o.list(row[s.column], func(text []byte) (err error) {
		o.json, err = appendString(o.json, text)
		return err
	})
}

// globalID writes the id of a row whose uuids stand in the columns.
type globalID struct {
	prefix  string // with the quote before it
	columns []int
}

func idOf(t globalid.Type, columns ...int) globalID {
	return globalID{`"` + globalid.Prefix(t) + "_", columns}
}

func (id globalID) emit(o *output, row values) error {
	var raw [32]byte
	n := 0
	for _, c := range id.columns {
		if len(row[c]) != 16 {
			return errForm
		}
		n += copy(raw[n:], row[c])
	}
	o.text(id.prefix)
	o.json = append(base64.RawURLEncoding.AppendEncode(o.json, raw[:n]), '"')
	return nil
}

const hexDigits = "0123456789ABCDEF"

func appendString(dst, s []byte) ([]byte, error) {
	dst = append(dst, '"')
	start := 0
	for i, c := range s {
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\\', '"':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return append(append(dst, s[start:]...), '"'), nil
}

func integer(v []byte) (int64, error) {
	switch len(v) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(v))), nil
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v))), nil
	case 8:
		return int64(binary.BigEndian.Uint64(v)), nil
	}
	return 0, errForm
}

func appendInt(dst, v []byte) ([]byte, error) {
	n, err := integer(v)
	return strconv.AppendInt(dst, n, 10), err
}

func appendBigInt(dst, v []byte) ([]byte, error) {
	n, err := integer(v)
	return append(strconv.AppendInt(append(dst, '"'), n, 10), '"'), err
}

func appendBool(dst, v []byte) ([]byte, error) {
	if len(v) != 1 {
		return dst, errForm
	}
	return strconv.AppendBool(dst, v[0] != 0), nil
}

// instant reads a timestamptz; ok is false for infinity.
func instant(v []byte) (t time.Time, ok bool, err error) {
	const since1970 = 946684800 * 1_000_000 // PostgreSQL counts from the year 2000
	n, err := integer(v)
	if err != nil || n == math.MaxInt64 || n == math.MinInt64 {
		return t, false, err
	}
	return time.UnixMicro(n + since1970).UTC(), true, nil
}

func appendTime(dst, v []byte) ([]byte, error) {
	t, ok, err := instant(v)
	if !ok {
		return dst, errForm
	}
	return appendInstant(dst, t), err
}

func appendInstant(dst []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(dst, '"'), paging.TimeFormat), '"')
}

// appendDecimal drops zeros behind the point, as decimals are written everywhere.
func appendDecimal(dst, v []byte) ([]byte, error) {
	point := false
	for _, c := range v {
		point = point || c == '.'
	}
	for point && v[len(v)-1] == '0' {
		v = v[:len(v)-1]
	}
	if point && v[len(v)-1] == '.' {
		v = v[:len(v)-1]
	}
	return append(append(append(dst, '"'), v...), '"'), nil
}

// amount writes a field of a sum of money.
type amount struct {
	part            string
	minor, currency int
}

func (a amount) emit(o *output, row values) error {
	minor, err := integer(row[a.minor])
	if err != nil {
		return err
	}
	m := money.New(minor, money.Currency(row[a.currency]))
	o.json = append(o.json, '"')
	switch a.part {
	case "amount":
		o.json = m.AppendAmount(o.json)
	case "minorUnits":
		o.json = strconv.AppendInt(o.json, minor, 10)
	default:
		o.json = append(o.json, m.Currency...)
	}
	o.json = append(o.json, '"')
	return nil
}

// appendKey appends a value as cursors write it, but for texts, which stand as
// they are.
func appendKey(dst, v []byte, sqlType string) ([]byte, error) {
	switch sqlType {
	case "uuid":
		if len(v) != 16 {
			return dst, errForm
		}
		for i, part := range [][]byte{v[:4], v[4:6], v[6:8], v[8:10], v[10:]} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst = hex.AppendEncode(dst, part)
		}
		return dst, nil
	case "timestamptz":
		t, ok, err := instant(v)
		if err == nil && !ok {
			return append(dst, "infinity"...), nil
		}
		return t.AppendFormat(dst, paging.TimeFormat), err
	case "integer", "bigint":
		n, err := integer(v)
		return strconv.AppendInt(dst, n, 10), err
	}
	return dst, errForm
}
