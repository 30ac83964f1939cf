package apitest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// change sends a mutation of a product and reads it.
func (c *catalogue) change(t *testing.T, mutation string, input map[string]any) (p made, refused string) {
	t.Helper()
	refused = apitest.Refused(c.staff.Mutate(t, mutation, "product { "+productFields+" }", input, &p))
	return p, refused
}

func TestProductUpdate(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	full := map[string]any{
		"vendor": "Prairie Gold", "tags": []string{"raw"}, "hsCode": "040900", "originCountry": "US", "originRegion": "NE",
		"media": []map[string]any{{"url": "https://example.com/1.jpg", "alt": "One"}, {"url": "https://example.com/2.jpg"}},
	}

	t.Run("leaves absent fields, empties null ones", func(t *testing.T) {
		p := c.create(t, "Honey", full)
		var got struct {
			Vendor, HSCode, OriginRegion *string
			Tags                         []string
			Version                      int
		}
		refused := c.staff.Mutate(t, "productUpdate", "product { vendor HSCode: hsCode originRegion tags version }", map[string]any{
			"productId": p.ID, "vendor": nil, "tags": nil, "expectedVersion": 1}, &got)
		if len(refused) > 0 || got.Vendor != nil || len(got.Tags) != 0 || *got.HSCode != "040900" || *got.OriginRegion != "NE" || got.Version != 2 {
			t.Errorf("%+v %v", got, refused)
		}
	})

	t.Run("keeps the id of a picture whose address stays", func(t *testing.T) {
		p := c.create(t, "Pictures", full)
		got, refused := c.change(t, "productUpdate", map[string]any{"productId": p.ID, "media": []map[string]any{
			{"url": "https://example.com/3.jpg"}, {"url": "https://example.com/1.jpg", "alt": "Still one"}}})
		if refused != "" || len(got.Media) != 2 || got.Media[1].ID != p.Media[0].ID || got.Media[1].Alt != "Still one" ||
			got.Media[0].URL != "https://example.com/3.jpg" {
			t.Errorf("%+v %s", got.Media, refused)
		}
		if got, refused = c.change(t, "productUpdate", map[string]any{"productId": p.ID, "media": nil}); refused != "" || len(got.Media) != 0 {
			t.Errorf("%+v %s", got.Media, refused)
		}
	})

	t.Run("refuses, and then changes nothing", func(t *testing.T) {
		c.create(t, "Other", map[string]any{"handle": "other"})
		p := c.create(t, "Mine", full)
		for _, r := range []struct {
			want   string
			change map[string]any
		}{
			{"VERSION_CONFLICT input.expectedVersion", map[string]any{"expectedVersion": 7, "vendor": "X"}},
			{"TAKEN input.handle", map[string]any{"handle": "other"}},
			{"INVALID input.handle", map[string]any{"handle": "Mine!"}},
			{"REQUIRED input.handle", map[string]any{"handle": nil}},
			{"INVALID input.status", map[string]any{"status": "ARCHIVED"}},
			{"REQUIRED input.status", map[string]any{"status": nil}},
			{"INVALID input.originRegion", map[string]any{"originCountry": nil}},
			{"NOT_FOUND input.categoryId", map[string]any{"categoryId": globalid.Encode(globalid.Category, fixture.ID())}},
			{"TOO_LONG input.vendor", map[string]any{"vendor": strings.Repeat("v", 121)}},
			{"TAKEN input.media.1.url", map[string]any{"media": []map[string]any{
				{"url": "https://example.com/1.jpg"}, {"url": "https://example.com/1.jpg"}}}},
		} {
			input := map[string]any{"productId": p.ID}
			maps.Copy(input, r.change)
			if _, refused := c.change(t, "productUpdate", input); refused != r.want {
				t.Errorf("%v: %q, want %q", r.change, refused, r.want)
			}
		}
		same, refused := c.change(t, "productUpdate", map[string]any{"productId": p.ID})
		if p.Version++; refused != "" || fmt.Sprint(same) != fmt.Sprint(p) {
			t.Errorf("%+v, was %+v", same, p)
		}
	})
}

func TestProductTranslations(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	p := c.create(t, "Honey", nil)
	set := func(language, title string) (made, string) {
		return c.change(t, "productTranslationSet", map[string]any{"productId": p.ID, "translation": map[string]any{"language": language, "title": title}})
	}
	for language, title := range map[string]string{"zh-CN": "蜂蜜", "fr": "Miel", "zh-TW": "蜂蜜（繁體）"} {
		if _, refused := set(language, title); refused != "" {
			t.Fatal(refused)
		}
	}
	c.publish(t, p, "10")

	t.Run("are chosen by the context and fall back", func(t *testing.T) {
		for context, want := range map[string]string{
			``:                                     "Honey en",
			`@inContext(language: "zh-CN")`:        "蜂蜜 zh-CN",
			`@inContext(language: "zh")`:           "蜂蜜 zh-CN",
			`@inContext(language: "zh-Hans-CN")`:   "蜂蜜 zh-CN",
			`@inContext(language: "zh-TW")`:        "蜂蜜（繁體） zh-TW",
			`@inContext(language: "fr-CA")`:        "Miel fr",
			`@inContext(language: "de")`:           "Honey en",
			`@inContext(language: "en-US-x-test")`: "Honey en",
		} {
			var data struct {
				Product struct{ Title, Language string }
			}
			c.public.Do(t, `query($id: ID!) `+context+` { product(id: $id) { title language } }`, map[string]any{"id": p.ID}, &data)
			if got := data.Product.Title + " " + data.Product.Language; got != want {
				t.Errorf("%s: %s, want %s", context, got, want)
			}
		}
	})

	t.Run("leave, all but the default", func(t *testing.T) {
		remove := func(language string) string {
			_, refused := c.change(t, "productTranslationRemove", map[string]any{"productId": p.ID, "language": language})
			return refused
		}
		for language, want := range map[string]string{"fr": "", "en": "NOT_ALLOWED input.language", "ja": "NOT_FOUND input.language"} {
			if got := remove(language); got != want {
				t.Errorf("%s: %q", language, got)
			}
		}
		if got := remove("fr"); got != "NOT_FOUND input.language" {
			t.Error(got)
		}
	})

	t.Run("are bounded", func(t *testing.T) {
		if _, refused := set("en", strings.Repeat("蜜", 251)); refused != "TOO_LONG input.translation.title" {
			t.Error(refused)
		}
		var got struct{ Description string }
		text := strings.Repeat("蜜", 50_000)
		refused := c.staff.Mutate(t, "productTranslationSet", "product { description }", map[string]any{"productId": p.ID,
			"translation": map[string]any{"language": "en", "title": "Honey", "description": text}}, &got)
		if len(refused) > 0 || got.Description != text {
			t.Errorf("%d characters: %v", len([]rune(got.Description)), refused)
		}
		_, conflict := c.change(t, "productTranslationSet", map[string]any{"productId": p.ID, "expectedVersion": 1,
			"translation": map[string]any{"language": "en", "title": "Late"}})
		if conflict != "VERSION_CONFLICT input.expectedVersion" {
			t.Error(conflict)
		}
	})
}

func TestVariants(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	shirt := func(t *testing.T, title string) made {
		t.Helper()
		return c.create(t, title, map[string]any{
			"options":  []map[string]any{{"name": "Size", "values": []string{"S", "M"}}, {"name": "Colour", "values": []string{"Red"}}},
			"variants": []map[string]any{{"options": []string{"S", "Red"}}, {"options": []string{"M", "Red"}}},
		})
	}
	mutate := func(t *testing.T, mutation string, input map[string]any) (v madeVariant, refused string) {
		t.Helper()
		refused = apitest.Refused(c.staff.Mutate(t, mutation, "variant { "+variantFields+" }", input, &v))
		return v, refused
	}
	read := func(t *testing.T, id string) (p made) {
		t.Helper()
		var data struct{ Product made }
		c.staff.Do(t, "query($id: ID!) { product(id: $id) { "+productFields+" } }", map[string]any{"id": id}, &data)
		return data.Product
	}

	t.Run("are added with new values, never twice the same", func(t *testing.T) {
		p := shirt(t, "Adding")
		for _, r := range []struct {
			options []string
			want    string
		}{
			{[]string{"xl", " Blue "}, ""},
			{[]string{"XL", "blue"}, "TAKEN input.variant.options"},
			{[]string{"s", "RED"}, "TAKEN input.variant.options"},
			{[]string{"S"}, "INVALID input.variant.options"},
			{[]string{"S", "Red", "Long"}, "INVALID input.variant.options"},
			{[]string{"S", ""}, "REQUIRED input.variant.options.1"},
			{[]string{"m", "BLUE"}, ""},
		} {
			_, refused := mutate(t, "variantCreate", map[string]any{"productId": p.ID, "variant": map[string]any{"options": r.options}})
			if refused != r.want {
				t.Errorf("%q: %q, want %q", r.options, refused, r.want)
			}
		}
		got := read(t, p.ID)
		if fmt.Sprint(got.Options) != "[{Size [S M xl]} {Colour [Red Blue]}]" {
			t.Errorf("options %v", got.Options)
		}
		var titles []string
		for _, v := range got.Variants.Nodes {
			titles = append(titles, v.Title)
		}
		if !slices.Equal(titles, []string{"S / Red", "M / Red", "xl / Blue", "M / Blue"}) {
			t.Errorf("variants %q", titles)
		}
	})

	t.Run("change by version, without their options", func(t *testing.T) {
		v := shirt(t, "Changing").Variants.Nodes[0]
		got, refused := mutate(t, "variantUpdate", map[string]any{"variantId": v.ID, "expectedVersion": 1, "sku": " S-1 ",
			"netContent": map[string]any{"quantity": "0.125", "unit": "PIECE"}, "trackStock": false})
		if refused != "" || *got.SKU != "S-1" || got.NetContent.Quantity != "0.125" || got.TrackStock || got.Version != 2 {
			t.Errorf("%+v %s", got, refused)
		}
		got, refused = mutate(t, "variantUpdate", map[string]any{"variantId": v.ID, "sku": nil, "netContent": nil})
		if refused != "" || got.SKU != nil || got.NetContent != nil || got.TrackStock || got.Version != 3 {
			t.Errorf("%+v %s", got, refused)
		}
		for want, change := range map[string]map[string]any{
			"VERSION_CONFLICT input.expectedVersion": {"expectedVersion": 2},
			"REQUIRED input.trackStock":              {"trackStock": nil},
			"OUT_OF_RANGE input.weightGrams":         {"weightGrams": 1_000_001},
			"OUT_OF_RANGE input.netContent.quantity": {"netContent": map[string]any{"quantity": strings.Repeat("9", 40), "unit": "GRAM"}},
			"INVALID input.netContent.quantity":      {"netContent": map[string]any{"quantity": "0.0001", "unit": "GRAM"}},
			"TOO_LONG input.sku":                     {"sku": strings.Repeat("s", 121)},
		} {
			change["variantId"] = v.ID
			if _, refused := mutate(t, "variantUpdate", change); refused != want {
				t.Errorf("%q, want %q", refused, want)
			}
		}
	})

	t.Run("are put away and brought back, but the last one stays", func(t *testing.T) {
		p := shirt(t, "Archiving")
		c.publish(t, p, "10")
		s, m := p.Variants.Nodes[0], p.Variants.Nodes[1]
		c.price(t, p, m, "30")
		if l := read(t, p.ID).Listings[0]; l.PriceRange.Max.Amount != "30.00" {
			t.Errorf("%+v", l)
		}
		got, refused := mutate(t, "variantArchive", map[string]any{"variantId": m.ID})
		if refused != "" || got.ArchivedAt == nil {
			t.Errorf("%+v %s", got, refused)
		}
		if l := read(t, p.ID).Listings[0]; l.PriceRange.Max.Amount != "10.00" {
			t.Errorf("an archived variant is priced: %+v", l)
		}
		for _, r := range []struct {
			mutation, id, want string
		}{
			{"variantArchive", m.ID, "CONFLICT input.variantId"},
			{"variantArchive", s.ID, "NOT_ALLOWED input.variantId"},
			{"variantRestore", s.ID, "CONFLICT input.variantId"},
		} {
			if _, refused := mutate(t, r.mutation, map[string]any{"variantId": r.id}); refused != r.want {
				t.Errorf("%+v: %q", r, refused)
			}
		}
		var data struct{ Product made }
		c.public.Do(t, "query($id: ID!) { product(id: $id) { variants { nodes { id title } } } }", map[string]any{"id": p.ID}, &data)
		if v := data.Product.Variants.Nodes; len(v) != 1 || v[0].ID != s.ID {
			t.Errorf("the public reads %+v", v)
		}
		if _, refused = mutate(t, "variantCreate", map[string]any{"productId": p.ID, "variant": map[string]any{"options": []string{"M", "Red"}}}); refused != "TAKEN input.variant.options" {
			t.Error(refused)
		}
		if _, refused = mutate(t, "variantRestore", map[string]any{"variantId": m.ID}); refused != "" {
			t.Error(refused)
		}
		if l := read(t, p.ID).Listings[0]; l.PriceRange.Max.Amount != "30.00" {
			t.Errorf("%+v", l)
		}
	})

	t.Run("are 250 at most", func(t *testing.T) {
		var variants []map[string]any
		for i := range 250 {
			variants = append(variants, map[string]any{"options": []string{fmt.Sprint(i)}})
		}
		p := c.create(t, "Many", map[string]any{"options": []map[string]any{{"name": "No.", "values": []string{"0"}}}, "variants": variants})
		if _, refused := mutate(t, "variantCreate", map[string]any{"productId": p.ID, "variant": map[string]any{"options": []string{"250"}}}); refused != "TOO_LONG input.variant" {
			t.Error(refused)
		}
		var data struct {
			Product struct {
				Variants struct {
					TotalCount int
					Nodes      []madeVariant
					PageInfo   struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		after, seen := "", 0
		for range 4 {
			variables := map[string]any{"id": p.ID}
			if after != "" {
				variables["after"] = after
			}
			c.staff.Do(t, "query($id: ID!, $after: String) { product(id: $id) { variants(first: 100, after: $after) { totalCount nodes { title } pageInfo { hasNextPage endCursor } } } }",
				variables, &data)
			page := data.Product.Variants
			for _, v := range page.Nodes {
				if v.Title != fmt.Sprint(seen) {
					t.Fatalf("variant %d is %s", seen, v.Title)
				}
				seen++
			}
			if after = page.PageInfo.EndCursor; !page.PageInfo.HasNextPage {
				break
			}
		}
		if seen != 250 || data.Product.Variants.TotalCount != 250 {
			t.Errorf("%d of %d", seen, data.Product.Variants.TotalCount)
		}
	})
}

// price sets the price of one variant in the storefront.
func (c *catalogue) price(t *testing.T, p made, v madeVariant, amount string) madeListing {
	t.Helper()
	var l madeListing
	refused := c.staff.Mutate(t, "listingPricesSet", "listing { "+listingFields+" }", map[string]any{
		"productId": p.ID, "storefrontId": c.shop.GlobalID(), "prices": []map[string]any{{"variantId": v.ID, "amount": amount}}}, &l)
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	return l
}
