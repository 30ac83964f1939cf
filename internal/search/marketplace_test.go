package search_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

func query(text string) search.Request { return search.Request{Query: text} }

func TestProductsAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.put(t, s.shop, "honey", item{title: "Raw Honey", chinese: "野生蜂蜜", about: "From the prairie", skus: []string{"HNY-500"}})
	s.put(t, s.shop, "jam", item{title: "Café Strawberry Jams", chinese: "草莓果酱", about: "Goes well with honey", tags: []string{"gift"}})
	s.put(t, s.shop, "denim", item{title: "Denim jacket", chinese: "牛仔外套", skus: []string{"DNM-1"}})
	for text, want := range map[string][]string{
		"honey": {"honey", "jam"}, "honeys": {"honey", "jam"}, "jam": {"jam"}, "JACKETS": {"denim"}, "cafe": {"jam"}, "Cafés": {"jam"},
		"蜂蜜": {"honey"}, "果酱": {"jam"}, "蜂": {"honey"}, "蜜蜂": {}, "牛仔 jacket": {"denim"}, "蜂蜜 raw": {"honey"},
		"hny-5": {"honey"}, "HNY500": {"honey"}, "dnm": {"denim"}, "gifts": {"jam"}, "honey jam": {"jam"}, "honey jacket": {},
		"prairie honey": {"honey"}, "straw": {"jam"}, "!!!": {},
	} {
		s.finds(t, text, query(text), want...)
	}
}

func TestBestMatchesComeFirst(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	day := func(n int) time.Time { return fixture.Start.AddDate(0, 0, n) }
	s.put(t, s.shop, "newest, in the description", item{title: "Tea", about: "sweet as honey", listed: day(9)})
	s.put(t, s.shop, "begun in the title", item{title: "Honeycomb", listed: day(8)})
	s.put(t, s.shop, "title", item{title: "Honey", listed: day(2)})
	s.put(t, s.shop, "newer title", item{title: "Honey jar", listed: day(3)})
	s.put(t, s.shop, "SKU", item{title: "Spoon", skus: []string{"honey"}, listed: day(1)})
	s.put(t, s.shop, "nothing", item{title: "Fork", listed: day(4)})
	ranked := []string{"SKU", "newer title", "title", "begun in the title", "newest, in the description"}
	s.ranks(t, "best first", query("honey"), ranked...)
	s.ranks(t, "worst first", search.Request{Query: "honey", Reverse: true}, ranked[4], ranked[3], ranked[2], ranked[1], ranked[0])
	s.ranks(t, "without words", search.Request{}, ranked[4], ranked[3], "nothing", ranked[1], ranked[2], ranked[0])
	s.ranks(t, "only spaces", query("  "), ranked[4], ranked[3], "nothing", ranked[1], ranked[2], ranked[0])
}

func TestWhatIsNotPublicIsNotFound(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	put := func(handle string) fixture.Goods { return s.put(t, s.shop, handle, item{title: "Honey " + handle}) }
	put("shown")
	draft := put("draft")
	s.set(t, &models.Product{}, s.brand.ID, draft.Product.ID, map[string]any{"status": models.ProductDraft})
	s.refresh(t, draft)
	unlisted := put("unlisted")
	s.set(t, &models.Listing{}, s.brand.ID, unlisted.Listing.ID, map[string]any{"status": models.ListingDraft})
	s.refresh(t, unlisted)
	s.put(t, s.shop, "scheduled", item{title: "Honey scheduled", listed: s.now.Add(time.Second)})
	paused, pausedShop := s.open(t)
	s.put(t, pausedShop, "paused", item{title: "Honey paused"})
	suspended, suspendedShop := s.open(t)
	s.put(t, suspendedShop, "suspended", item{title: "Honey suspended"})
	_, second := s.open(t, func(shop *models.Storefront) { shop.IsPrimary = false })
	s.put(t, second, "in a second storefront", item{title: "Honey there"})
	abroad, abroadShop := s.open(t, func(shop *models.Storefront) { shop.Country, shop.Currency = "JP", "JPY" })
	s.put(t, abroadShop, "abroad", item{title: "Honey abroad"})
	for brand, sql := range map[*models.Brand]string{
		paused:    "update storefronts set status = 'PAUSED' where brand_id = ?",
		suspended: "update brands set status = 'SUSPENDED' where id = ?",
		abroad:    "update storefronts set name = 'Abroad' where brand_id = ?",
	} {
		if err := s.db.Exec(sql, brand.ID).Error; err != nil {
			t.Fatal(err)
		}
		if err := visibility.BrandTx(s.db, brand.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []search.SortKey{search.ByRelevance, search.Newest, search.ByPrice, search.ByTitle} {
		s.finds(t, "words by "+string(key), search.Request{Query: "honey", Sort: key}, "shown", "paused")
		s.finds(t, "all by "+string(key), search.Request{Sort: key}, "shown", "paused")
	}
	s.within("JP", "").finds(t, "the market of the context", query("honey"), "abroad")
	s.within("CN", "CNY").finds(t, "the currency of the context", query("honey"), "shown", "paused")
	s.within("CN", "USD").finds(t, "another currency", query("honey"))
	s.finds(t, "a storefront that is not the first of its market",
		search.Request{Filter: search.Filter{Storefront: &models.Key{BrandID: second.BrandID, ID: second.ID}}}, "in a second storefront")
	s.now = s.now.Add(time.Second)
	s.finds(t, "a second later", query("honey"), "shown", "paused", "scheduled")
}

func TestFiltersNarrow(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	category := func(slug, path string) *models.Category {
		c := &models.Category{ID: fixture.ID(), Slug: slug, Path: path, Texts: models.Texts[models.CategoryText]{"en": {Name: slug}},
			Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
		fixture.Create(t, s.db, c)
		return c
	}
	food, sweets, foods, empty := category("food", "food"), category("sweets", "food/sweets"), category("food-2", "food-2"), category("none", "none")
	other, otherShop := s.open(t)
	s.put(t, s.shop, "honey", item{title: "Honey", category: sweets, origin: "US", region: "NE", prices: []int64{1000}, stock: 5})
	s.put(t, s.shop, "salt", item{title: "Salt", category: food, origin: "US", region: "OR", prices: []int64{500, 9000}})
	s.put(t, otherShop, "bowl", item{title: "Bowl", category: foods, origin: "CA", prices: []int64{2000, 3000}, stock: 1})
	s.put(t, otherShop, "spoon", item{title: "Spoon", prices: []int64{700}})
	amount := func(text string) *decimal.Decimal { d := decimal.RequireFromString(text); return &d }
	yes, no, nowhere := true, false, uuid.New()
	cny := s.within("CN", "CNY")
	for what, c := range map[string]struct {
		filter search.Filter
		want   []string
	}{
		"nothing":                    {search.Filter{}, []string{"honey", "salt", "bowl", "spoon"}},
		"brand":                      {search.Filter{Brands: []uuid.UUID{other.ID}}, []string{"bowl", "spoon"}},
		"two brands":                 {search.Filter{Brands: []uuid.UUID{other.ID, s.brand.ID}}, []string{"honey", "salt", "bowl", "spoon"}},
		"no brand":                   {search.Filter{Brands: []uuid.UUID{}}, nil},
		"category and below":         {search.Filter{Category: &food.ID}, []string{"honey", "salt"}},
		"category":                   {search.Filter{Category: &sweets.ID}, []string{"honey"}},
		"empty category":             {search.Filter{Category: &empty.ID}, nil},
		"unknown category":           {search.Filter{Category: &nowhere}, nil},
		"country":                    {search.Filter{OriginCountries: []string{"US"}}, []string{"honey", "salt"}},
		"countries":                  {search.Filter{OriginCountries: []string{"CA", "MX"}}, []string{"bowl"}},
		"region":                     {search.Filter{OriginRegions: []string{"NE", "MI"}}, []string{"honey"}},
		"at least":                   {search.Filter{Price: &search.Span{Min: amount("10")}}, []string{"honey", "salt", "bowl"}},
		"at most":                    {search.Filter{Price: &search.Span{Max: amount("9.999")}}, []string{"salt", "spoon"}},
		"exactly":                    {search.Filter{Price: &search.Span{Min: amount("10"), Max: amount("10.00")}}, []string{"honey"}},
		"one of the variants":        {search.Filter{Price: &search.Span{Min: amount("25"), Max: amount("95")}}, []string{"salt", "bowl"}},
		"between the variants":       {search.Filter{Price: &search.Span{Min: amount("21"), Max: amount("29")}}, nil},
		"no span":                    {search.Filter{Price: &search.Span{}}, []string{"honey", "salt", "bowl", "spoon"}},
		"from above to below":        {search.Filter{Price: &search.Span{Min: amount("20"), Max: amount("10")}}, nil},
		"available":                  {search.Filter{Available: &yes}, []string{"honey", "bowl"}},
		"not available":              {search.Filter{Available: &no}, []string{"salt", "spoon"}},
		"price, origin and category": {search.Filter{Category: &food.ID, OriginRegions: []string{"OR"}, Price: &search.Span{Max: amount("5")}}, []string{"salt"}},
		"storefront":                 {search.Filter{Storefront: &models.Key{BrandID: other.ID, ID: otherShop.ID}}, []string{"bowl", "spoon"}},
		"a storefront of another":    {search.Filter{Storefront: &models.Key{BrandID: s.brand.ID, ID: otherShop.ID}}, nil},
	} {
		cny.finds(t, what, search.Request{Filter: c.filter}, c.want...)
		for _, key := range []search.SortKey{search.Newest, search.ByPrice, search.ByTitle} {
			cny.finds(t, what+" by "+string(key), search.Request{Filter: c.filter, Sort: key}, c.want...)
		}
		if len(c.want) > 0 {
			cny.finds(t, what+" with a word", search.Request{Filter: c.filter, Query: c.want[0]}, c.want[0])
		}
	}
	span := &search.Span{Min: amount("20"), Max: amount("20")}
	s.finds(t, "price in the currency of the storefront",
		search.Request{Filter: search.Filter{Storefront: &models.Key{BrandID: other.ID, ID: otherShop.ID}, Price: span}}, "bowl")
	s.finds(t, "price in no storefront",
		search.Request{Filter: search.Filter{Storefront: &models.Key{BrandID: other.ID, ID: nowhere}, Price: span}})
}

// Nothing that anybody types is a fault, nor finds what it should not.
func TestAnyQueryIsAnswered(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.put(t, s.shop, "honey", item{title: "Honey's"})
	for _, text := range []string{
		"'", "''", `\`, `\'`, "honey'", "'honey' | 'x'", ":*", "honey:*", "a:*", "*", "& | !", "!honey", "(", ")", "((((", "<->", "%", "_",
		"honey & !honey", "honey\x00", "\x00", "\xff\xfe", "蜂:A", "t:honey", "s:", "?", "$1", "@low", "@@", "--", "/*", strings.Repeat("蜂", 200),
		strings.Repeat("a ", 100), strings.Repeat("!", 200), strings.Repeat("a", 200),
	} {
		for _, key := range []search.SortKey{search.ByRelevance, search.ByTitle} {
			if _, err := s.service.Products(s.ctx, search.Request{Query: text, Sort: key}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
	for _, text := range []string{"honey'", "honey:*", "(honey)", "!honey", "honey's", "HONEY"} {
		s.finds(t, text, query(text), "honey")
	}
	s.finds(t, "signs alone", query("& | !"))
}

func TestBadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for range 2 {
		s.put(t, s.shop, uuid.NewString(), item{title: "Honey"})
	}
	amount := decimal.RequireFromString("1e99")
	brands := make([]uuid.UUID, 101)
	page, err := s.service.Products(s.ctx, search.Request{Query: "honey", Sort: search.ByRelevance, Page: paging.Args{First: new(int32(1))}})
	if err != nil {
		t.Fatal(err)
	}
	cursor := paging.Args{After: page.PageInfo.EndCursor}
	garbage := "!"
	for argument, requests := range map[string][]search.Request{
		"query":           {{Query: strings.Repeat("蜂", 201)}},
		"where.price":     {{Filter: search.Filter{Price: &search.Span{Min: &decimal.Decimal{}}}}},
		"where.brandId":   {{Filter: search.Filter{Brands: brands}}},
		"sortKey":         {{Sort: "BEST"}},
		"where.price.max": {{Filter: search.Filter{Price: &search.Span{Max: &amount}, Storefront: &models.Key{BrandID: s.shop.BrandID, ID: s.shop.ID}}}},
		"first":           {{Page: paging.Args{First: new(int32(101))}}, {Page: paging.Args{First: new(int32(-1))}}},
		"last":            {{Page: paging.Args{First: new(int32(1)), Last: new(int32(1))}}},
		"before":          {{Page: paging.Args{Before: &garbage}}},
		"after":           {{Query: "jam", Page: cursor}, {Page: cursor}, {Query: "honey", Page: cursor, Reverse: true}, {Query: "honey", Page: cursor, Sort: search.Newest}, {Query: "honey", Page: cursor, Filter: search.Filter{OriginCountries: []string{"US"}}}},
	} {
		for _, r := range requests {
			if r.Sort == "" {
				r.Sort = search.ByRelevance
			}
			var bad *problem.BadInput
			if _, err := s.service.Products(s.ctx, r); !errors.As(err, &bad) || bad.Argument != argument {
				t.Errorf("%s: %v", argument, err)
			}
		}
	}
	var bad *problem.BadInput
	if _, err := s.within("JP", "").service.Products(s.within("JP", "").ctx, search.Request{Query: "honey", Sort: search.ByRelevance, Page: cursor}); !errors.As(err, &bad) {
		t.Errorf("a cursor of another market: %v", err)
	}
}
