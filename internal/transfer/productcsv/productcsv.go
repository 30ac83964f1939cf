// Package productcsv understands the product files that Shopify exports, in
// every header generation. It is pure: a file goes in, drafts of products come
// out, with a note for every row that is refused or read with a doubt.
package productcsv

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/slug"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// Bounds of a product, as the API has them. They are told here of the row
// that breaks them; what the catalogue alone knows it tells of the product.
const (
	maxTitle       = 250
	maxDescription = 50_000
	maxName        = 120 // vendor, type, SKU, option values
	maxOptionName  = 60
	maxBarcode     = 60
	maxTag         = 60
	maxSEO         = 500
	maxAlt         = 500
	maxPieces      = 1_000_000_000
)

// Bounds of one file, whose products are kept in memory.
const (
	MaxProducts = 100_000
	MaxBytes    = 128 << 20
)

// File is what a file says.
type File struct {
	Products []*Product
	// Rows counts those below the header that are not blank.
	Rows int
	// Refused rows have brought nothing; Doubts are about rows that have.
	Refused, Doubts csvfile.Notes
	// Ignored are columns that hold something and are not imported.
	Ignored []string
	// Has tells which optional parts of a product the file has columns for:
	// what it has none for stays as it is.
	Has Columns
}

// Columns tells which optional columns a file has.
type Columns struct {
	Description, Vendor, Type, Tags, SEOTitle, SEODescription, SKU, Barcode, Grams, NetContent, Tracker, CompareAt bool
}

// Product is a product as the file describes it.
type Product struct {
	Line           int
	Handle         string
	Title          string
	Description    string
	SEOTitle       string
	SEODescription string
	Vendor         string
	Type           string
	Tags           []string
	// Status is DRAFT, ACTIVE or ARCHIVED; ACTIVE where the file has none.
	Status   models.ProductStatus
	Options  []models.Option
	Variants []*Variant
	Images   []Image

	named  string // the handle as written
	names  []string
	keys   map[string]bool
	images map[string]bool
}

// Variant is a row with a price, or the only variant of a product without any.
type Variant struct {
	Line    int
	SKU     string
	Barcode string
	Options []models.SelectedOption
	Grams   *int32
	// NetContent is nil where the file has none.
	NetContent *models.NetContent
	Tracked    bool
	// Stock is nil where the file has none.
	Stock     *int64
	Price     *money.Money
	CompareAt *money.Money
}

// Image is a picture by its address.
type Image struct {
	URL, Alt string
	position decimal.Decimal
}

// ErrTooLarge ends the reading of a file that is too large.
var ErrTooLarge = fmt.Errorf("the file has more than %d products or %d MiB; split it", MaxProducts, MaxBytes>>20)

// Read reads a whole file whose prices are in the currency, which the file
// does not tell. Its errors are about the file as a whole.
func Read(r *csvfile.Reader, currency money.Currency) (*File, error) {
	h, err := findHeader(r)
	if err != nil {
		return nil, err
	}
	p := &parser{header: h, file: &File{Has: h.columns()}, currency: currency,
		products: map[string]*Product{}, refused: map[string]int{}}
	size := 0
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		p.row(row)
		for _, cell := range row.Cells {
			size += len(cell)
		}
		if len(p.file.Products) > MaxProducts || size > MaxBytes {
			return nil, ErrTooLarge
		}
	}
	for _, product := range p.file.Products {
		p.finish(product)
	}
	p.file.Ignored = h.ignored()
	return p.file, nil
}

func (h *header) columns() Columns {
	has := func(c column) bool { _, ok := h.at[c]; return ok }
	return Columns{
		Description: has(description), Vendor: has(vendor), Type: has(productType), Tags: has(tags), SEOTitle: has(seoTitle),
		SEODescription: has(seoDescription), SKU: has(sku), Barcode: has(barcode), Grams: has(grams), NetContent: has(netContent), Tracker: has(tracker),
		CompareAt: has(compareAt),
	}
}

type parser struct {
	header   *header
	file     *File
	currency money.Currency
	products map[string]*Product // by handle
	refused  map[string]int      // line of a product's own row that was refused
}

// row takes a row in whole or refuses it in whole: it carries the product's
// own fields where it has a title, a variant where it has a price, and a
// picture where it has one.
func (p *parser) row(row csvfile.Row) {
	p.file.Rows++
	r := &reading{parser: p, line: row.Line, cells: row.Cells}
	if row.Damage != "" {
		r.refuse(row.Damage)
		r.settle()
		return
	}
	for i, o := range p.header.others {
		p.header.others[i].used = o.used || strings.TrimSpace(row.Cells[o.at]) != ""
	}
	named := r.code(handle)
	name := r.handle(named)
	product, fresh := p.products[name], false
	switch own := r.line1(title, maxTitle); {
	case name == "":
	case product == nil && own != "":
		product, fresh = r.product(name, named, own), true
	case product == nil && p.refused[name] > 0:
		r.refuse(fmt.Sprintf("the first row of %s, in line %d, is refused", name, p.refused[name]))
	case product == nil:
		r.refuse(fmt.Sprintf("the first row of %s has no title", name))
	case product.named != named && !strings.EqualFold(product.named, named):
		r.refuse(fmt.Sprintf("the handle becomes %s, as that of line %d", name, product.Line))
	case own != "":
		r.doubt(fmt.Sprintf("%s begins again: what line %d says of the product stays, variants and pictures are added", name, product.Line))
	}
	var variant *Variant
	var picture *Image
	if product != nil {
		variant, picture = r.variant(product), r.image(product)
		if !fresh && variant == nil && picture == nil && len(r.refusals) == 0 && r.get(title) == "" && r.get(image) == "" {
			r.refuse("the row has neither a title nor a price nor a picture")
		}
	}
	if !r.settle() {
		if product == nil || fresh {
			if _, ok := p.refused[name]; !ok && name != "" && r.get(title) != "" {
				p.refused[name] = row.Line
			}
		}
		return
	}
	if fresh {
		p.products[name] = product
		p.file.Products = append(p.file.Products, product)
	}
	if variant != nil {
		product.keys[keyOf(variant.Options)] = true
		product.Variants = append(product.Variants, variant)
	}
	if picture != nil {
		product.images[picture.URL] = true
		product.Images = append(product.Images, *picture)
	}
}

// handle gives a product's name in addresses. One that cannot stand there is
// made into one that can, always the same.
func (r *reading) handle(named string) string {
	if named == "" {
		r.refuse("the row has no handle")
		return ""
	}
	name := slug.Of(named, catalog.MaxHandle)
	if name == "" {
		sum := sha256.Sum256([]byte(strings.ToLower(named)))
		name = "product-" + hex.EncodeToString(sum[:5])
	}
	if !strings.EqualFold(name, named) && r.parser.products[name] == nil {
		r.doubt(fmt.Sprintf("the handle %s becomes %s", cell.Show(named), name))
	}
	return name
}

// Shopify's way to say that there are no options.
const (
	noOption = "Title"
	noValue  = "Default Title"
)

// finish settles what only the whole file tells.
func (p *parser) finish(product *Product) {
	switch v := product.Variants; {
	case len(v) == 0:
		p.file.Doubts.Add(csvfile.Note{Line: product.Line, Text: product.Handle + " has no row with a price"})
		product.Variants = []*Variant{{Line: product.Line, Options: []models.SelectedOption{}}}
	case len(v) == 1 && len(v[0].Options) == 1 && strings.EqualFold(v[0].Options[0].Name, noOption) && strings.EqualFold(v[0].Options[0].Value, noValue):
		v[0].Options = []models.SelectedOption{}
	default:
		for i, name := range product.names {
			option := models.Option{Name: name}
			seen := map[string]bool{}
			for _, variant := range v {
				value := variant.Options[i]
				if key := catalog.OptionKey([]string{value.Value}); !seen[key] {
					seen[key] = true
					option.Values = append(option.Values, value.Value)
				}
			}
			product.Options = append(product.Options, option)
		}
	}
	slices.SortStableFunc(product.Images, func(a, b Image) int { return a.position.Cmp(b.position) })
}
