package csvfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Errors of files that are no CSV.
var (
	ErrEmpty       = errors.New("the file is empty")
	ErrNotText     = errors.New("the file is not text; save it as CSV")
	ErrSpreadsheet = errors.New("the file is a zip archive or a spreadsheet; save it as CSV")
	ErrEncoding    = errors.New("unknown encoding; there are " + strings.Join(Encodings, ", "))
)

// Encodings are the names Options.Encoding takes.
var Encodings = []string{"utf-8", "utf-16", "windows-1252", "gb18030"}

// look is how many bytes are looked at before reading.
const look = 64 << 10

// input is a file's text in UTF-8.
type input struct {
	*bufio.Reader
	encoding string
	reread   int
}

func (in *input) head() []byte {
	head, _ := in.Peek(look)
	return head
}

func open(r io.Reader, name string) (*input, error) {
	b := bufio.NewReaderSize(r, look)
	if head, _ := b.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("read the gzip header: %w", err)
		}
		b = bufio.NewReaderSize(z, look)
	}
	head, err := b.Peek(look)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 0 {
		return nil, ErrEmpty
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return nil, ErrSpreadsheet
	}
	marked := bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff})
	name = strings.ToLower(name)
	if name == "" {
		if name = "utf-8"; marked {
			name = "utf-16"
		}
	}
	var from encoding.Encoding
	switch name {
	case "utf-8":
		if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
			_, _ = b.Discard(3)
		}
		if bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
			return nil, ErrNotText
		}
		return &input{Reader: b, encoding: "UTF-8"}, nil
	case "utf-16":
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		if !marked {
			from = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		}
	case "windows-1252":
		from = charmap.Windows1252
	case "gb18030":
		from = simplifiedchinese.GB18030
	default:
		return nil, fmt.Errorf("%q: %w", name, ErrEncoding)
	}
	text := bufio.NewReaderSize(from.NewDecoder().Reader(b), look)
	return &input{Reader: text, encoding: strings.ToUpper(name)}, nil
}

// separator is what stands most often, outside quotes, in the first line that
// has any separator at all; a comma where none has.
func separator(head []byte) byte {
	var seen [256]int
	var quoted bool
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',' || b == ';' || b == '\t' || b == '|':
			seen[b]++
		case b == '\n' || b == '\r':
			if best, ok := most(seen); ok {
				return best
			}
		}
	}
	best, _ := most(seen)
	return best
}

func most(seen [256]int) (byte, bool) {
	best := byte(',')
	for _, b := range []byte{';', '\t', '|'} {
		if seen[b] > seen[best] {
			best = b
		}
	}
	return best, seen[best] > 0
}
