package productcsv

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/models"
)

// reading is the reading of one row.
type reading struct {
	*parser
	line     int
	cells    []string
	refusals []string
	doubts   []string
}

func (r *reading) refuse(why string) { r.refusals = append(r.refusals, why) }
func (r *reading) doubt(why string)  { r.doubts = append(r.doubts, why) }

// settle notes what is to be told and reports whether the row is taken.
func (r *reading) settle() bool {
	if len(r.refusals) > 0 {
		r.file.Refused.Add(csvfile.Note{Line: r.line, Text: strings.Join(r.refusals, "; ")})
		return false
	}
	for _, text := range r.doubts {
		r.file.Doubts.Add(csvfile.Note{Line: r.line, Text: text})
	}
	return true
}

func (r *reading) get(c column) string {
	i, ok := r.header.at[c]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (r *reading) bounded(c column, s string, limit int) string {
	if n := utf8.RuneCountInString(s); n > limit {
		r.refuse(fmt.Sprintf("the %s has %d characters, more than %d", c, n, limit))
	}
	return s
}

func (r *reading) line1(c column, limit int) string { return r.bounded(c, cell.Line(r.get(c)), limit) }
func (r *reading) code(c column) string             { return cell.Code(r.get(c)) }

// product reads what stands on the first row of a handle.
func (r *reading) product(name, named, own string) *Product {
	p := &Product{
		Line: r.line, Handle: name, named: named, Title: own,
		Description: r.bounded(description, cell.Lines(r.get(description)), maxDescription),
		SEOTitle:    r.line1(seoTitle, maxTitle), SEODescription: r.line1(seoDescription, maxSEO),
		Vendor: r.line1(vendor, maxName), Type: r.line1(productType, maxName),
		Tags: r.tags(), Status: r.status(), keys: map[string]bool{}, images: map[string]bool{},
	}
	for i, c := range optionNames {
		option := r.line1(c, maxOptionName)
		switch {
		case option == "" && r.get(optionValues[i]) != "":
			r.refuse(fmt.Sprintf("option %d has a value and no name", i+1))
		case option != "" && len(p.names) < i:
			r.refuse(fmt.Sprintf("option %d has a name, the one before it has none", i+1))
		case slices.ContainsFunc(p.names, func(n string) bool { return strings.EqualFold(n, option) }):
			r.refuse(fmt.Sprintf("two options have the name %s", cell.Show(option)))
		case option != "":
			p.names = append(p.names, option)
		}
	}
	if len(p.names) == 0 {
		p.names = []string{noOption}
	}
	return p
}

func (r *reading) tags() []string {
	var list []string
	seen := map[string]bool{}
	for tag := range strings.SplitSeq(r.get(tags), ",") {
		tag = cell.Line(tag)
		switch {
		case tag == "" || seen[strings.ToLower(tag)]:
			continue
		case utf8.RuneCountInString(tag) > maxTag:
			r.doubt(fmt.Sprintf("the tag %s is longer than %d characters and left out", cell.Show(tag), maxTag))
			continue
		case len(list) == catalog.MaxTags:
			r.doubt(fmt.Sprintf("tags after the first %d are left out", catalog.MaxTags))
			return list
		}
		seen[strings.ToLower(tag)] = true
		list = append(list, tag)
	}
	return list
}

func (r *reading) status() models.ProductStatus {
	switch s := r.get(status); strings.ToLower(s) {
	case "", "active":
		return models.ProductActive
	case "draft":
		return models.ProductDraft
	case "archived":
		return models.ProductArchived
	default:
		r.doubt(fmt.Sprintf("the status %s is taken as draft", cell.Show(s)))
		return models.ProductDraft
	}
}

// variant reads the variant of a row, nil where it has no price.
func (r *reading) variant(p *Product) *Variant {
	if r.get(price) == "" {
		return nil
	}
	v := &Variant{
		Line: r.line, SKU: r.bounded(sku, r.code(sku), maxName), Barcode: r.barcode(),
		Options: r.options(p), Grams: r.grams(), NetContent: r.content(), Stock: r.stock(), Price: r.price(price),
		Tracked: r.tracked(),
	}
	if v.CompareAt = r.price(compareAt); v.CompareAt != nil && v.CompareAt.Minor == 0 {
		v.CompareAt = nil
	}
	if len(p.Variants) >= catalog.MaxVariants {
		r.refuse(fmt.Sprintf("%s has more than %d variants", p.Handle, catalog.MaxVariants))
	}
	return v
}

// tracked tells whether stock is counted: what no tracker counts can always
// be sold, as can what is sold when out of stock.
func (r *reading) tracked() bool {
	counted := r.get(tracker) != ""
	if _, ok := r.header.at[tracker]; !ok {
		counted = r.get(quantity) != ""
	}
	return counted && !strings.EqualFold(r.get(policy), "continue")
}

// options gives the row's values of the product's options. Where another
// variant has the same, the row is kept as one more, told apart by a number.
func (r *reading) options(p *Product) []models.SelectedOption {
	list := make([]models.SelectedOption, len(p.names))
	for i, c := range optionValues {
		named, value := r.line1(optionNames[i], maxOptionName), r.line1(c, maxName)
		if i >= len(p.names) {
			if value != "" {
				r.refuse(fmt.Sprintf("option %d has a value; %s has %d options", i+1, p.Handle, len(p.names)))
			}
			continue
		}
		if named != "" && !strings.EqualFold(named, p.names[i]) {
			r.refuse(fmt.Sprintf("option %d is %s here and %s in line %d", i+1, cell.Show(named), cell.Show(p.names[i]), p.Line))
		}
		if value == "" && strings.EqualFold(p.names[i], noOption) {
			value = noValue
		}
		if value == "" {
			r.refuse(fmt.Sprintf("there is no value of the option %s", cell.Show(p.names[i])))
		}
		list[i] = models.SelectedOption{Name: p.names[i], Value: value}
	}
	last := &list[len(list)-1]
	same := last.Value
	for n := 2; p.keys[keyOf(list)]; n++ {
		last.Value = fmt.Sprintf("%s (%d)", same, n)
	}
	if last.Value != same {
		r.doubt(fmt.Sprintf("%s has a variant %s already: this one is kept as %s", p.Handle, cell.Show(same), cell.Show(last.Value)))
	}
	return list
}

func keyOf(options []models.SelectedOption) string {
	values := make([]string, len(options))
	for i, o := range options {
		values[i] = o.Value
	}
	return catalog.OptionKey(values)
}

func (r *reading) barcode() string {
	s := r.bounded(barcode, r.code(barcode), maxBarcode)
	if mantissa, _, ok := strings.Cut(strings.ToUpper(s), "E+"); ok && strings.Trim(mantissa, "0123456789.") == "" {
		r.doubt(fmt.Sprintf("the barcode %s has lost its digits in a spreadsheet and is left out", cell.Show(s)))
		return ""
	}
	return s
}

func (r *reading) grams() *int32 {
	s := r.get(grams)
	if s == "" {
		return nil
	}
	d, err := cell.Numbers{}.Decimal(s)
	switch {
	case err != nil:
		r.doubt(fmt.Sprintf("the weight is left out: %v", err))
	case d.IsNegative() || d.GreaterThan(decimal.NewFromInt(catalog.MaxWeight)):
		r.doubt(fmt.Sprintf("the weight of %s grams is left out", d))
	case d.IsZero(): // what Shopify writes where nobody weighed
	default:
		// Half up to whole grams, and never to nothing.
		g := max(1, int32(d.Round(0).IntPart()))
		return &g
	}
	return nil
}

func (r *reading) stock() *int64 {
	s := r.get(quantity)
	if s == "" {
		return nil
	}
	n, err := cell.Numbers{}.Integer(s, -maxPieces, maxPieces)
	if err != nil {
		r.refuse(fmt.Sprintf("the inventory quantity %v", err))
		return nil
	}
	if n < 0 {
		r.doubt(fmt.Sprintf("the inventory of %d is taken as 0", n))
		n = 0
	}
	return &n
}

func (r *reading) price(c column) *money.Money {
	s := r.get(c)
	if s == "" {
		return nil
	}
	d, err := cell.Numbers{}.Decimal(s)
	if err == nil && (d.IsNegative() || d.GreaterThan(decimal.NewFromInt(catalog.MaxPrice))) {
		err = fmt.Errorf("%s is out of range", cell.Show(s))
	}
	if err != nil {
		r.refuse(fmt.Sprintf("the %s %v", c, err))
		return nil
	}
	m, err := money.FromDecimal(d, r.currency)
	if err != nil {
		r.refuse(fmt.Sprintf("the %s %s has more decimals than %s has", c, cell.Show(s), r.currency))
		return nil
	}
	return &m
}

// image reads the picture of a row, nil where it has none, the product has it
// already, or its address is none.
func (r *reading) image(p *Product) *Image {
	address := r.code(image)
	if address == "" || p.images[address] {
		return nil
	}
	switch {
	case !catalog.IsPictureURL(address):
		why := fmt.Sprintf("the picture %s is no https address", cell.Show(address))
		if r.get(price) == "" && r.get(title) == "" {
			r.refuse(why)
		} else {
			r.doubt(why + " and left out")
		}
		return nil
	case len(p.Images) >= catalog.MaxMedia:
		r.refuse(fmt.Sprintf("%s has more than %d pictures", p.Handle, catalog.MaxMedia))
		return nil
	}
	picture := &Image{URL: address, Alt: r.line1(imageAlt, maxAlt), position: decimal.NewFromInt(catalog.MaxMedia + 1)}
	if position, err := (cell.Numbers{}).Decimal(r.get(imagePosition)); err == nil {
		picture.position = position
	}
	return picture
}
