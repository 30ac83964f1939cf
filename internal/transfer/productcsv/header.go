package productcsv

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
)

// column is a meaning that a column of the file can have.
type column string

const (
	handle         column = "handle"
	title          column = "title"
	description    column = "description"
	vendor         column = "vendor"
	productType    column = "type"
	tags           column = "tags"
	status         column = "status"
	seoTitle       column = "seo title"
	seoDescription column = "seo description"
	sku            column = "sku"
	barcode        column = "barcode"
	grams          column = "grams"
	netContent     column = "net content"
	netUnit        column = "unit of the net content"
	tracker        column = "inventory tracker"
	quantity       column = "inventory quantity"
	policy         column = "inventory policy"
	price          column = "price"
	compareAt      column = "compare at price"
	image          column = "image"
	imagePosition  column = "image position"
	imageAlt       column = "image alt text"
)

var (
	optionNames  = [3]column{"option1 name", "option2 name", "option3 name"}
	optionValues = [3]column{"option1 value", "option2 value", "option3 value"}
)

// names are what each header generation calls a column, folded: small
// letters and digits with single spaces. The oldest has "Variant SKU" and
// "Body (HTML)", that of 2021 "Custom Product Type", that since 2024 "URL
// handle" and "SKU".
var names = map[string]column{
	"handle": handle, "url handle": handle,
	"title":     title,
	"body html": description, "body": description, "description": description,
	"vendor": vendor,
	"type":   productType, "custom product type": productType,
	"tags": tags, "status": status,
	"seo title": seoTitle, "seo description": seoDescription,
	"variant sku": sku, "sku": sku,
	"variant barcode": barcode, "barcode": barcode,
	"variant grams": grams, "weight value grams": grams,
	"net content": netContent, "variant net content": netContent, "net content amount": netContent, "unit price total measure": netContent,
	"net content unit": netUnit, "variant net content unit": netUnit, "unit price total measure unit": netUnit,
	"variant inventory tracker": tracker, "inventory tracker": tracker,
	"variant inventory qty": quantity, "variant inventory quantity": quantity, "inventory quantity": quantity,
	"variant inventory policy": policy, "continue selling when out of stock": policy,
	"variant price": price, "price": price,
	"variant compare at price": compareAt, "compare at price": compareAt,
	"image src": image, "product image url": image,
	"image position": imagePosition, "image alt text": imageAlt,
	"option1 name": optionNames[0], "option1 value": optionValues[0],
	"option2 name": optionNames[1], "option2 value": optionValues[1],
	"option3 name": optionNames[2], "option3 value": optionValues[2],
}

// header says where each column stands.
type header struct {
	at map[column]int
	// others are the columns without a meaning to us, and whether any row uses them.
	others []other
}

type other struct {
	name string
	at   int
	used bool
}

// searched is how many rows at most stand above the header.
const searched = 10

// ErrNoHeader is the fault of files of another kind.
var ErrNoHeader = errors.New("this is no Shopify product CSV")

// findHeader reads up to the header, which need not be the first row: some
// programs write the name of the sheet above it.
func findHeader(r *csvfile.Reader) (*header, error) {
	var first *csvfile.Row
	var best *header
	for range searched {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.Damage != "" {
			continue
		}
		if first == nil {
			first = &row
		}
		h, err := understand(row)
		if err != nil {
			return nil, err
		}
		if len(h.missing()) == 0 {
			r.Expect(len(row.Cells))
			return h, nil
		}
		if best == nil || len(h.at) > len(best.at) {
			best = h
		}
	}
	if best == nil || len(best.at) == 0 {
		found := "nothing"
		if first != nil {
			found = cell.Show(strings.Join(first.Cells, ","))
		}
		return nil, fmt.Errorf("%w: no header with Handle, Title and a price in the first %d rows; it begins with %s", ErrNoHeader, searched, found)
	}
	return nil, fmt.Errorf("%w: its header has no column for %s", ErrNoHeader, strings.Join(best.missing(), " and for "))
}

func (h *header) missing() []string {
	var missing []string
	for _, c := range []column{handle, title, price} {
		if _, ok := h.at[c]; !ok {
			missing = append(missing, string(c))
		}
	}
	return missing
}

func understand(row csvfile.Row) (*header, error) {
	h := &header{at: map[column]int{}}
	for i, text := range row.Cells {
		c, ok := names[fold(text)]
		if !ok {
			if text = cell.Line(text); text != "" {
				h.others = append(h.others, other{name: text, at: i})
			}
			continue
		}
		if before, ok := h.at[c]; ok {
			return nil, fmt.Errorf("line %d: columns %d (%s) and %d (%s) are both the %s",
				row.Line, before+1, cell.Show(row.Cells[before]), i+1, cell.Show(text), c)
		}
		h.at[c] = i
	}
	return h, nil
}

// fold makes header names of different spelling equal.
func fold(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}

// ignored are the columns that hold something and are not imported.
func (h *header) ignored() []string {
	var list []string
	for _, o := range h.others {
		if o.used {
			list = append(list, o.name)
		}
	}
	return list
}
