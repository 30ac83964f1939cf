package peers

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"
)

// Values as PostgreSQL sends them in binary, and as the API writes them.

func number(raw []byte) int64 {
	switch len(raw) {
	case 4:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	default:
		return int64(binary.BigEndian.Uint64(raw))
	}
}

// epoch is where PostgreSQL counts microseconds from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

func appendTime(b, raw []byte) []byte {
	b = append(b, '"')
	b = time.UnixMicro(epoch+number(raw)).UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z07:00")
	return append(b, '"')
}

// appendID writes the opaque id of a row, of a brand's where there are two parts.
func appendID(b []byte, prefix string, parts ...[]byte) []byte {
	var both [32]byte
	n := 0
	for _, part := range parts {
		n += copy(both[n:], part)
	}
	b = append(append(append(b, '"'), prefix...), '_')
	return append(encoding.AppendEncode(b, both[:n]), '"')
}

// appendUUID writes an id as PostgreSQL does.
func appendUUID(b, raw []byte) []byte {
	for i, at := range []int{0, 4, 6, 8, 10} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, raw[at:[]int{4, 6, 8, 10, 16}[i]])
	}
	return b
}

// appendMoney writes an amount of a currency of two decimals.
func appendMoney(b []byte, minor int64, currency []byte) []byte {
	b = strconv.AppendInt(append(b, `{"amount":"`...), minor/100, 10)
	b = append(b, '.', byte('0'+minor/10%10), byte('0'+minor%10))
	b = append(append(b, `","currency":"`...), currency...)
	return append(b, `"}`...)
}

const hexDigits = "0123456789abcdef"

func appendText(b, text []byte) []byte {
	b = append(b, '"')
	from := 0
	for i, c := range text {
		if c >= utf8.RuneSelf || c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, text[from:]...), '"')
}

// appendOptional writes null for an absent or empty text.
func appendOptional(b, text []byte) []byte {
	if len(text) == 0 {
		return append(b, "null"...)
	}
	return appendText(b, text)
}
