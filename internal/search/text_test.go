package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/models"
)

func product(title string, change ...func(*models.Product)) *models.Product {
	p := &models.Product{Texts: models.Texts[models.ProductText]{"en": {Title: title}}}
	for _, f := range change {
		f(p)
	}
	return p
}

func describe(language, title, description string) func(*models.Product) {
	return func(p *models.Product) {
		p.Texts[language] = models.ProductText{Title: title, Description: description}
	}
}

func skus(list ...string) []*models.Variant {
	variants := make([]*models.Variant, len(list))
	for i := range list {
		variants[i] = &models.Variant{SKU: &list[i]}
	}
	return variants
}

func TestQueryFinds(t *testing.T) {
	t.Parallel()
	vendor, kind := "Platte River", "Pantry"
	honey := product("Farmer’s Raw Wildflower Honeys", describe("zh-CN", "农场野花蜂蜜 500ml", "来自内布拉斯加的纯净蜂蜜，没有添加"),
		func(p *models.Product) {
			p.Vendor, p.ProductType, p.Tags = &vendor, &kind, models.StringList{"gift box", "礼品"}
			p.Texts["en"] = models.ProductText{Title: p.Texts["en"].Title,
				Description: "<style>hidden</style><p>Café-style jars &amp; lids, the <b>run</b>ning favourite.</p><p>Smørrebrød</p>"}
		})
	db := dbtest.Tx(t)
	variants := skus("HNY-500/A", "ＨＮＹ　７５０")
	for query, want := range map[string]bool{
		"honey": true, "honeys": true, "HONEY": true, "Ｈｏｎｅｙ": true, "farmer": true, "farmers": true, "farmer's honey": true,
		"hon": true, "wildfl": true, "jar": true, "cafe": true, "café": true, "running": true, "run": true, "smorrebrod": true,
		"the honey": true, "honey the": true, "lids": true, "hidden": false, "style": true, "raw bread": false, "amp": false,
		"蜂蜜": true, "蜜蜂": false, "蜂": true, "野花蜂蜜": true, "纯净": true, "净": false, "honey 蜂蜜": true, "蜂蜜 bread": false,
		"500 ml": true, "500ML": true, "农场honey": true, "礼品": true, "礼": true, "gift": true, "platte river": true,
		"食品": true, "pantry": true,
		"hny-500/a": true, "hny500a": true, "HNY-5": true, "hn": true, "hny 750": true, "hny750": true, "hny-501": false,
		"500/a": true, "honey hny-50": true,
	} {
		tsquery, ok := Query(query)
		if !ok {
			t.Errorf("%q is no query", query)
			continue
		}
		var found bool
		err := db.Raw("select cast(? as tsvector) @@ cast(? as tsquery)",
			Tokens(honey, variants, []string{"Food", "食品"}), tsquery).Scan(&found).Error
		if err != nil {
			t.Fatalf("%q as %s: %v", query, tsquery, err)
		}
		if found != want {
			t.Errorf("%q found: %t, as %s", query, found, tsquery)
		}
	}
}

func TestQueryOfNothingIsNotOK(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  ", "!!!", "'", `\`, ":*", "& | !", "\x00", "\xff\xfe", "😀"} {
		if q, ok := Query(text); ok {
			t.Errorf("%q became %s", text, q)
		}
	}
	if _, ok := Query("the"); !ok {
		t.Error("a stop word alone is looked for")
	}
}

func TestTokensStayBounded(t *testing.T) {
	t.Parallel()
	var english, chinese strings.Builder
	for i := range 5000 {
		english.WriteString(strings.Repeat(string(rune('a'+i%26)), 1+i/26) + " ")
		chinese.WriteRune(rune(0x4e00 + i))
	}
	list := make([]string, 250)
	for i := range list {
		list[i] = strings.Repeat("x", 100) + "-" + string(rune(0x4e00+i))
	}
	p := product("Honey", describe("zh-CN", "蜂蜜", chinese.String()), describe("en", "Honey", english.String()))
	tokens := string(Tokens(p, skus(list...), nil))
	if n := strings.Count(tokens, " ") + 1; n > maxWords+len(list)+10 || n < maxWords {
		t.Errorf("%d lexemes", n)
	}
	for _, lexeme := range []string{"'honey'", "'t:蜂蜜'", "'aaa'", "'丁丂'", quote(isSKU + code(list[249]))} {
		if !strings.Contains(tokens, lexeme) {
			t.Errorf("%s is missing", lexeme)
		}
	}
}

// Whatever is in texts and queries, PostgreSQL reads what is made of them, and
// a product is found by its own title.
func TestAnyTextIsAValidQuery(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	hostile := rapid.SampledFrom([]rune(`':*&|!()<>\"%_$?- ` + "aAéß蜂蜜がﾊﾟ한９\u0301\u200b\x01\n"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringOfN(hostile, 0, 40, -1), rapid.String()).Draw(t, "text")
		if utf8.RuneCountInString(text) > 200 {
			return
		}
		w := parse(text)
		tokens := Tokens(product(text), skus(text), nil)
		for _, q := range append(w.tiers, w.all) {
			var found bool
			if err := db.Raw("select cast(? as tsvector) @@ cast(? as tsquery)", tokens, q).Scan(&found).Error; err != nil {
				t.Fatalf("%q as %q in %q: %v", text, q, tokens, err)
			}
			if q == w.all && q != "" && !found {
				t.Fatalf("%q as %q is not in %q", text, q, tokens)
			}
		}
	})
}

// The tiers of a query share no hit and miss none.
func TestTiersPartTheHits(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	words := rapid.SampledFrom([]string{"raw", "honey", "honeycomb", "hon", "蜂蜜", "蜂", "jar", "hny-5", "hny-50", "the"})
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			return strings.Join(rapid.SliceOfN(words, 0, 3).Draw(t, name), " ")
		}
		w := parse(text("query"))
		if w.all == "" {
			return
		}
		tokens := Tokens(product(text("title"), describe("zh-CN", "", text("description"))), skus(text("sku")), nil)
		var all bool
		var tiers int
		count := func(q string) (found bool) {
			if err := db.Raw("select cast(? as tsvector) @@ cast(? as tsquery)", tokens, q).Scan(&found).Error; err != nil {
				t.Fatal(err)
			}
			return found
		}
		all = count(w.all)
		for _, q := range w.tiers {
			if count(q) {
				tiers++
			}
		}
		if all != (tiers == 1) || tiers > 1 {
			t.Fatalf("%v in %s: all %t, in %d tiers", w, tokens, all, tiers)
		}
	})
}
