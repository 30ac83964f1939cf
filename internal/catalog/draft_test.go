package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestOptionKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][2][]string{
		{{"Red", "XL"}, {" red ", "xl"}},
		{{"Straße"}, {"STRASSE"}},
		{{"ＸＬ"}, {"XL"}},
		{{"Light  Blue"}, {"light blue"}},
		{{"Cafe\u0301"}, {"Café"}},
	} {
		if catalog.OptionKey(same[0]) != catalog.OptionKey(same[1]) {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
	for _, other := range [][2][]string{
		{{"a", "b"}, {"b", "a"}},
		{{"a b"}, {"a", "b"}},
		{{"a/b", "c"}, {"a", "b/c"}},
		{{"a", ""}, {"", "a"}},
		{{"红色"}, {"蓝色"}},
	} {
		if catalog.OptionKey(other[0]) == catalog.OptionKey(other[1]) {
			t.Errorf("%q and %q are the same", other[0], other[1])
		}
	}
}

// value draws an option value in one of the ways people spell it.
func value(t *rapid.T, name string) string {
	v := rapid.SampledFrom([]string{"Red", "Blue", "Light Blue", "XL", "红色", "7½", "a/b"}).Draw(t, name)
	spelling := rapid.SampledFrom([]func(string) string{
		func(s string) string { return s }, strings.ToUpper, strings.ToLower, func(s string) string { return " " + s + "\t" },
	}).Draw(t, name+" spelling")
	return spelling(v)
}

// Whatever variants are asked for, those that are taken differ in their
// options, and each value is spelled as its option spells it.
func TestVariantsOfADraftDiffer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := catalog.ProductDraft{Texts: []catalog.Text{{Language: "en", ProductText: models.ProductText{Title: "Shirt"}}}}
		for i := range rapid.IntRange(0, 3).Draw(t, "options") {
			d.Options = append(d.Options, models.Option{Name: string(rune('A' + i)), Values: []string{"Red"}})
		}
		wanted := rapid.IntRange(1, 6).Draw(t, "variants")
		for range wanted {
			var v catalog.VariantDraft
			for range d.Options {
				v.Values = append(v.Values, value(t, "value"))
			}
			d.Variants = append(d.Variants, v)
		}
		distinct := map[string]bool{}
		for _, v := range d.Variants {
			distinct[catalog.OptionKey(v.Values)] = true
		}
		refused := d.Validate("input")
		if taken := wanted - len(distinct); len(refused) != taken {
			t.Fatalf("%d variants repeat another, but: %v", taken, refused)
		}
		if refused.Err() != nil {
			return
		}
		rows, err := d.Rows(fixture.ID(), fixture.Start)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, v := range rows.Variants {
			if seen[v.OptionKey] {
				t.Fatalf("two variants are %q", v.OptionKey)
			}
			seen[v.OptionKey] = true
			for i, chosen := range v.Options {
				if o := rows.Product.Options[i]; chosen.Name != o.Name || !slices.Contains(o.Values, chosen.Value) {
					t.Fatalf("%+v is not a value of %+v", chosen, o)
				}
			}
		}
	})
}

func TestValidateNamesEveryFault(t *testing.T) {
	t.Parallel()
	heavy := int32(1_000_001)
	good := func() catalog.ProductDraft {
		return catalog.ProductDraft{
			Texts:    []catalog.Text{{Language: "en", ProductText: models.ProductText{Title: " Honey "}}},
			Options:  []models.Option{{Name: "Size", Values: []string{"S", "M"}}},
			Variants: []catalog.VariantDraft{{Values: []string{"s"}}, {Values: []string{"L"}}},
		}
	}
	d := good()
	if refused := d.Validate("input"); refused.Err() != nil {
		t.Fatal(refused)
	}
	if d.Texts[0].Title != "Honey" || !slices.Equal(d.Options[0].Values, []string{"S", "M", "L"}) {
		t.Errorf("completed to %+v", d)
	}
	for field, spoil := range map[string]func(*catalog.ProductDraft){
		"input.translations":         func(d *catalog.ProductDraft) { d.Texts = nil },
		"input.translations.0.title": func(d *catalog.ProductDraft) { d.Texts[0].Title = strings.Repeat("长", 251) },
		"input.translations.1.language": func(d *catalog.ProductDraft) {
			d.Texts = append(d.Texts, d.Texts[0])
		},
		"input.translations.0.description":    func(d *catalog.ProductDraft) { d.Texts[0].Description = strings.Repeat("x", 50_001) },
		"input.translations.0.seoTitle":       func(d *catalog.ProductDraft) { d.Texts[0].SEOTitle = "a\u202eb" },
		"input.translations.0.seoDescription": func(d *catalog.ProductDraft) { d.Texts[0].SEODescription = "a\x00b" },
		"input.handle":                        func(d *catalog.ProductDraft) { d.Handle = "Not A Handle" },
		"input.vendor":                        func(d *catalog.ProductDraft) { d.Vendor = strings.Repeat("v", 121) },
		"input.productType":                   func(d *catalog.ProductDraft) { d.ProductType = "a\nb" },
		"input.tags.0":                        func(d *catalog.ProductDraft) { d.Tags = []string{" "} },
		"input.tags": func(d *catalog.ProductDraft) {
			for i := range 51 {
				d.Tags = append(d.Tags, strings.Repeat("t", i+1))
			}
		},
		"input.hsCode":                 func(d *catalog.ProductDraft) { d.HSCode = "12345" },
		"input.originCountry":          func(d *catalog.ProductDraft) { d.OriginCountry = "usa" },
		"input.originRegion":           func(d *catalog.ProductDraft) { d.OriginRegion = "NE" },
		"input.options":                func(d *catalog.ProductDraft) { d.Options = make([]models.Option, 4) },
		"input.options.0.name":         func(d *catalog.ProductDraft) { d.Options[0].Name = "" },
		"input.options.0.values.1":     func(d *catalog.ProductDraft) { d.Options[0].Values = []string{"S", "s"} },
		"input.options.0.values":       func(d *catalog.ProductDraft) { d.Options[0].Values = nil },
		"input.variants":               func(d *catalog.ProductDraft) { d.Variants = nil },
		"input.variants.1.options":     func(d *catalog.ProductDraft) { d.Variants[1].Values = []string{"S"} },
		"input.variants.0.options":     func(d *catalog.ProductDraft) { d.Variants[0].Values = nil },
		"input.variants.0.options.0":   func(d *catalog.ProductDraft) { d.Variants[0].Values = []string{""} },
		"input.variants.0.sku":         func(d *catalog.ProductDraft) { d.Variants[0].SKU = strings.Repeat("s", 121) },
		"input.variants.0.barcode":     func(d *catalog.ProductDraft) { d.Variants[0].Barcode = strings.Repeat("b", 61) },
		"input.variants.1.weightGrams": func(d *catalog.ProductDraft) { d.Variants[1].WeightGrams = &heavy },
		"input.variants.0.netContent.quantity": func(d *catalog.ProductDraft) {
			d.Variants[0].Content = &models.NetContent{Quantity: decimal.RequireFromString("1.0001"), Unit: models.Gram}
		},
		"input.variants.0.netContent.unit": func(d *catalog.ProductDraft) {
			d.Variants[0].Content = &models.NetContent{Quantity: decimal.New(1, 0), Unit: "POUND"}
		},
		"input.media.0.url": func(d *catalog.ProductDraft) { d.Media = []catalog.MediaDraft{{URL: "http://example.com/a.jpg"}} },
		"input.media.1.url": func(d *catalog.ProductDraft) {
			d.Media = []catalog.MediaDraft{{URL: "https://example.com/a.jpg"}, {URL: "https://example.com/a.jpg"}}
		},
		"input.media.0.alt": func(d *catalog.ProductDraft) {
			d.Media = []catalog.MediaDraft{{URL: "https://example.com/a.jpg", Alt: strings.Repeat("a", 501)}}
		},
		"input.media": func(d *catalog.ProductDraft) { d.Media = make([]catalog.MediaDraft, 251) },
	} {
		d := good()
		spoil(&d)
		refused := d.Validate("input")
		if !slices.ContainsFunc(refused, func(p *problem.Problem) bool { return strings.Join(p.Field, ".") == field }) {
			t.Errorf("%s: %v", field, refused)
		}
	}
}

func TestHandlesAreMadeFromTitles(t *testing.T) {
	t.Parallel()
	text := func(language, title string) catalog.Text {
		return catalog.Text{Language: language, ProductText: models.ProductText{Title: title}}
	}
	for want, texts := range map[string][]catalog.Text{
		"prairie-gold-honey": {text("zh-CN", "草原金蜂蜜"), text("en", "Prairie Gold Honey")},
		"miel-de-prairie":    {text("fr", "Miel de Prairie")},
		"":                   {text("zh-CN", "草原金蜂蜜")},
	} {
		d := catalog.ProductDraft{Texts: texts}
		if got := d.DerivedHandle(); got != want {
			t.Errorf("%+v: %q, want %q", texts, got, want)
		}
		if refused := d.Validate("input"); refused.Err() != nil {
			t.Fatal(refused)
		}
		rows, err := d.Rows(fixture.ID(), fixture.Start)
		if err != nil {
			t.Fatal(err)
		}
		again := catalog.ProductDraft{Texts: texts, Handle: rows.Product.Handle}
		if refused := again.Validate("input"); refused.Err() != nil {
			t.Errorf("the handle %q is refused: %v", rows.Product.Handle, refused)
		}
	}
}
