package catalog

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/slug"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a product.
const (
	MaxHandle       = 120
	MaxTags         = 50
	MaxMedia        = 250
	MaxTranslations = 50
	MaxWeight       = 1_000_000 // grams

	maxTitle          = 250
	maxDescription    = 50_000
	maxSEOTitle       = 250
	maxSEODescription = 500
	maxName           = 120 // vendor, product type, SKU
	maxTag            = 60
	maxBarcode        = 60
	maxAlt            = 500
	maxURL            = 2000
)

// ProductDraft is a product before it has rows.
type ProductDraft struct {
	// Handle is made from the title where empty.
	Handle string
	// Texts has at least one; the first is the default language.
	Texts         []Text
	CategoryID    *uuid.UUID
	Vendor        string
	ProductType   string
	Tags          []string
	HSCode        string
	OriginCountry string
	OriginRegion  string
	Options       []models.Option
	// Variants is one without options where empty.
	Variants []VariantDraft
	Media    []MediaDraft
}

// Text is what a product says in one language, a canonical BCP 47 tag.
type Text struct {
	Language string
	models.ProductText
}

// VariantDraft is a variant before it has a row.
type VariantDraft struct {
	// Values has one for each of the product's options, in their order.
	Values      []string
	SKU         string
	Barcode     string
	WeightGrams *int32
	Content     *models.NetContent
	// Untracked stock is not counted: the variant can always be had.
	Untracked bool

	chosen []models.SelectedOption
}

// MediaDraft is a picture before it has a row.
type MediaDraft struct {
	URL string
	Alt string
}

// Validate trims and completes a draft, and tells everything that is wrong
// with it. Paths begin with at, such as "input". What only rows can tell is
// left to the writer: whether the handle is free and the category there.
func (d *ProductDraft) Validate(at string) problem.List {
	var l problem.List
	d.checkTexts(&l, at+".translations")
	if d.Handle != "" {
		l.Slug(at+".handle", d.Handle, 1, MaxHandle)
	}
	d.Vendor = l.Line(at+".vendor", d.Vendor, 0, maxName)
	d.ProductType = l.Line(at+".productType", d.ProductType, 0, maxName)
	d.Tags = checkTags(&l, at+".tags", d.Tags)
	checkCustoms(&l, at, d.HSCode, d.OriginCountry, d.OriginRegion)
	checkOptions(&l, at+".options", d.Options)
	d.checkVariants(&l, at)
	checkMedia(&l, at+".media", d.Media)
	return l
}

// DerivedHandle is a handle made from the titles, English first; nothing
// where none has letters or digits that can stand in an address.
func (d *ProductDraft) DerivedHandle() string {
	for _, t := range d.Texts {
		if t.Language == "en" {
			if h := slug.Of(t.Title, MaxHandle); h != "" {
				return h
			}
		}
	}
	for _, t := range d.Texts {
		if h := slug.Of(t.Title, MaxHandle); h != "" {
			return h
		}
	}
	return ""
}

func (d *ProductDraft) checkTexts(l *problem.List, at string) {
	switch {
	case len(d.Texts) == 0:
		l.Add(at, problem.Required, "give a title in at least one language")
	case len(d.Texts) > MaxTranslations:
		l.Add(at, problem.TooLong, fmt.Sprintf("a product has texts in at most %d languages", MaxTranslations))
		return
	}
	for i := range d.Texts {
		path := fmt.Sprintf("%s.%d", at, i)
		checkText(l, path, &d.Texts[i])
		if slices.ContainsFunc(d.Texts[:i], func(t Text) bool { return t.Language == d.Texts[i].Language }) {
			l.Add(path+".language", problem.Taken, "there are texts in this language already")
		}
	}
}

func checkText(l *problem.List, at string, t *Text) {
	if t.Language == "" {
		l.Add(at+".language", problem.Required, "must not be empty")
	}
	t.Title = l.Line(at+".title", t.Title, 1, maxTitle)
	t.Description = l.Lines(at+".description", t.Description, 0, maxDescription)
	t.SEOTitle = l.Line(at+".seoTitle", t.SEOTitle, 0, maxSEOTitle)
	t.SEODescription = l.Lines(at+".seoDescription", t.SEODescription, 0, maxSEODescription)
}

// checkTags trims tags and drops those that come again.
func checkTags(l *problem.List, at string, tags []string) []string {
	kept, seen := make([]string, 0, len(tags)), map[string]bool{}
	if len(tags) > 10*MaxTags {
		tags = tags[:10*MaxTags]
	}
	for i, tag := range tags {
		tag = l.Line(fmt.Sprintf("%s.%d", at, i), tag, 1, maxTag)
		if !seen[fold(tag)] {
			seen[fold(tag)], kept = true, append(kept, tag)
		}
	}
	if len(kept) > MaxTags {
		l.Add(at, problem.TooLong, fmt.Sprintf("a product has at most %d tags", MaxTags))
	}
	return kept
}

var (
	hsForm      = regexp.MustCompile(`^[0-9]{6}([0-9]{2}){0,2}$`)
	countryForm = regexp.MustCompile(`^[A-Z]{2}$`)
	regionForm  = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)
)

// checkCustoms checks what customs will ask for; each may be empty.
func checkCustoms(l *problem.List, at, hsCode, country, region string) {
	if hsCode != "" && !hsForm.MatchString(hsCode) {
		l.Add(at+".hsCode", problem.Invalid, "must be a tariff code of 6, 8 or 10 digits")
	}
	if country != "" && !countryForm.MatchString(country) {
		l.Add(at+".originCountry", problem.Invalid, "must be a country's code of two capital letters")
	}
	switch {
	case region == "":
	case !regionForm.MatchString(region):
		l.Add(at+".originRegion", problem.Invalid, "must be 1 to 3 capital letters or digits")
	case country == "":
		l.Add(at+".originRegion", problem.Invalid, "give the country, too")
	}
}

func (d *ProductDraft) checkVariants(l *problem.List, at string) {
	path := at + ".variants"
	switch {
	case len(d.Variants) == 0 && len(d.Options) > 0:
		l.Add(path, problem.Required, "give a variant for each combination of options that is sold")
	case len(d.Variants) == 0:
		d.Variants = []VariantDraft{{}}
	case len(d.Variants) > MaxVariants:
		l.Add(path, problem.TooLong, fmt.Sprintf("a product has at most %d variants", MaxVariants))
		return
	}
	if len(d.Options) > MaxOptions {
		return
	}
	keys := map[string]bool{}
	for i := range d.Variants {
		v, path := &d.Variants[i], fmt.Sprintf("%s.%d", path, i)
		v.check(l, path)
		v.chosen = choose(l, path+".options", d.Options, v.Values)
		if len(v.chosen) < len(d.Options) {
			continue
		}
		if key := OptionKey(valuesOf(v.chosen)); keys[key] {
			l.Add(path+".options", problem.Taken, "another variant has these options")
		} else {
			keys[key] = true
		}
	}
}

// check trims and checks a variant apart from its option values.
func (v *VariantDraft) check(l *problem.List, at string) {
	v.SKU = l.Line(at+".sku", v.SKU, 0, maxName)
	v.Barcode = l.Line(at+".barcode", v.Barcode, 0, maxBarcode)
	if v.WeightGrams != nil {
		l.Number(at+".weightGrams", int64(*v.WeightGrams), 0, MaxWeight)
	}
	if c := v.Content; c != nil {
		checkContent(l, at+".netContent", c)
	}
}

var maxContent = decimal.New(1, 9)

func checkContent(l *problem.List, at string, c *models.NetContent) {
	switch q := c.Quantity; {
	case !q.IsPositive() || q.GreaterThanOrEqual(maxContent):
		l.Add(at+".quantity", problem.OutOfRange, "must be above 0 and below 1,000,000,000")
	case !q.Equal(q.Truncate(3)):
		l.Add(at+".quantity", problem.Invalid, "must have at most 3 decimals")
	}
	switch c.Unit {
	case models.Millilitre, models.Gram, models.Piece:
	default:
		l.Add(at+".unit", problem.Invalid, "must be MILLILITRE, GRAM or PIECE")
	}
}

func checkMedia(l *problem.List, at string, media []MediaDraft) {
	if len(media) > MaxMedia {
		l.Add(at, problem.TooLong, fmt.Sprintf("a product has at most %d pictures", MaxMedia))
		return
	}
	seen := map[string]bool{}
	for i := range media {
		m, path := &media[i], fmt.Sprintf("%s.%d", at, i)
		m.URL = strings.TrimSpace(m.URL)
		m.Alt = l.Line(path+".alt", m.Alt, 0, maxAlt)
		switch {
		case !IsPictureURL(m.URL):
			l.Add(path+".url", problem.Invalid, "must be an https address of at most 2,000 characters")
		case seen[m.URL]:
			l.Add(path+".url", problem.Taken, "the product has this picture already")
		}
		seen[m.URL] = true
	}
}

// IsPictureURL tells whether a picture may have this address.
func IsPictureURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && utf8.RuneCountInString(s) <= maxURL
}
