package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// A marketplace of 100,000 products in English and Chinese: so many brands
// sell the same goods, and one of them something more.
const (
	plentyBrands = 50
	plentyGoods  = 2000
)

// In how many products a word is; in one of four, it is in the title.
var plentyWords = map[int]map[string]string{
	1:      {"en": "zephyrine", "zh": "鹤望"},
	1_000:  {"en": "saffron", "zh": "藏红"},
	20_000: {"en": "organic", "zh": "有机"},
}

// goods makes up products whose words are frequent and rare as in any language.
type goods struct {
	random  *rand.Rand
	english []string
	chinese []string
}

func newGoods() *goods {
	g := &goods{random: rand.New(rand.NewPCG(7, 7))}
	onsets, vowels := strings.Fields("b br c ch d f fl g gr h k l m n p pl r s st t th tr v w"), strings.Fields("a e i o u ai ea ou")
	for range 5000 {
		var word string
		for range 2 + g.random.IntN(2) {
			word += onsets[g.random.IntN(len(onsets))] + vowels[g.random.IntN(len(vowels))]
		}
		g.english = append(g.english, word)
		g.chinese = append(g.chinese, string([]rune{g.character(), g.character()}))
	}
	return g
}

func (g *goods) character() rune {
	for {
		f := g.random.Float64()
		if r := rune(0x4e00 + int(5000*f*f)); !strings.ContainsRune("鹤望藏红有机", r) {
			return r
		}
	}
}

func (g *goods) words(from []string, n int) []string {
	words := make([]string, n)
	for i := range words {
		f := g.random.Float64()
		words[i] = from[int(float64(len(from))*f*f*f)]
	}
	return words
}

func (g *goods) product(i int, brand uuid.UUID) models.Product {
	title, about := g.words(g.english, 6), g.words(g.english, 60)
	titleZH, aboutZH := g.words(g.chinese, 7), g.words(g.chinese, 40)
	plant := func(hits int) {
		if i%4 == 0 {
			title[1], titleZH[1] = plentyWords[hits]["en"], plentyWords[hits]["zh"]
			return
		}
		about[5], aboutZH[5] = plentyWords[hits]["en"], plentyWords[hits]["zh"]
	}
	switch {
	case i == plentyGoods:
		plant(1)
	case i < 20_000/plentyBrands:
		plant(20_000)
	case i < (20_000+1000)/plentyBrands:
		plant(1000)
	}
	p := models.Product{
		BrandID: brand, ID: fixture.ID(), Handle: fmt.Sprintf("goods-%d", i), Status: models.ProductActive, DefaultLanguage: "en",
		Texts: models.Texts[models.ProductText]{
			"en":    {Title: strings.Join(title, " "), Description: "<p>" + strings.Join(about, " ") + "</p>"},
			"zh-CN": {Title: strings.Join(titleZH, ""), Description: strings.Join(aboutZH, "，")},
		},
		Tags: g.words(g.english, 3), Options: []models.Option{}, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	sku := fmt.Sprintf("G-%04d", i)
	p.Tokens = search.Tokens(&p, []*models.Variant{{SKU: &sku}}, []string{"Goods", "商品"})
	return p
}

// fillPlenty gives what the first brand sells to all of them, lists it at
// prices and times of its own, and refills the index of words in one go.
const fillPlenty = `
insert into products (brand_id, id, handle, status, default_language, texts, tags, options, tokens, created_at, updated_at)
select b.id, gen_random_uuid(), p.handle, p.status, p.default_language, p.texts, p.tags, p.options, p.tokens, p.created_at, p.updated_at
from products p
join brands b on b.id <> p.brand_id
where p.handle <> 'goods-2000';

insert into variants (brand_id, id, product_id, position, options, option_key, track_stock, created_at, updated_at)
select brand_id, gen_random_uuid(), id, 1, '[]', '', true, created_at, updated_at
from products;

insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, updated_at)
select v.brand_id, v.id, w.id, abs(hashtext(v.id::text)) % 4, v.updated_at
from variants v
join warehouses w on w.brand_id = v.brand_id;

insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, visible_from, currency, min_price_minor, max_price_minor,
  created_at, updated_at)
select p.brand_id, gen_random_uuid(), s.id, p.id, 'PUBLISHED', at.it, at.it, s.currency, price.it, price.it * (1 + (p.handle like '%7')::integer), at.it, at.it
from products p
join storefronts s on s.brand_id = p.brand_id
cross join lateral (select p.created_at + make_interval(secs => abs(hashtext(p.id::text)) % 25000000) as it) at
cross join lateral (select 100 + abs(hashtext('price of ' || p.id::text)) % 100000 as it) price;

drop index search_entries_tokens_idx;
insert into search_entries (brand_id, listing_id, product_id, storefront_id, country, is_primary, visible_from, category_path, origin_country,
  currency, min_price_minor, max_price_minor, title, tokens)
select l.brand_id, l.id, l.product_id, l.storefront_id, 'CN', true, l.visible_from, 'goods/c' || abs(hashtext(l.id::text)) % 50, 'US',
  l.currency, l.min_price_minor, l.max_price_minor, p.texts -> 'en' ->> 'title', p.tokens
from listings l
join products p on p.brand_id = l.brand_id and p.id = l.product_id
order by l.id;
`

// plenty opens the marketplace and gives the search over it.
func plenty(t testing.TB) (*search.Service, context.Context) {
	t.Helper()
	started := time.Now()
	db := dbtest.New(t)
	ctx := database.AcrossBrands(market.With(t.Context(), market.Context{Country: "CN", Currency: "CNY"}), database.MarketplaceSearch)
	var first uuid.UUID
	for i := range plentyBrands {
		brand := fixture.Brand(t, db.Gorm, fmt.Sprintf("plenty-%d", i))
		fixture.Storefront(t, db.Gorm, brand, fmt.Sprintf("plenty-%d", i))
		fixture.Create(t, db.Gorm, &models.Warehouse{BrandID: brand.ID, ID: fixture.ID(), Code: "MAIN", Name: "Main",
			Kind: models.OriginWarehouse, Country: "US", Active: true, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start})
		first = brand.ID
	}
	made := newGoods()
	products := make([]models.Product, plentyGoods+1)
	for i := range products {
		products[i] = made.product(i, first)
	}
	if err := db.Gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return database.Copy(tx, products) }); err != nil {
		t.Fatal(err)
	}
	var index string
	if err := db.Pool.QueryRow(ctx, "select pg_get_indexdef('search_entries_tokens_idx'::regclass)").Scan(&index); err != nil {
		t.Fatal(err)
	}
	for _, statement := range append(strings.Split(strings.TrimSpace(fillPlenty), ";"), index, "vacuum analyze") {
		if _, err := db.Pool.Exec(ctx, statement); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
	t.Logf("filled in %s", time.Since(started))
	now := fixture.Start.AddDate(1, 0, 0)
	return search.NewService(db.Gorm, func() time.Time { return now }), ctx
}

// plentyRequests are what the marketplace must answer in time.
func plentyRequests(t testing.TB, s *search.Service, ctx context.Context) map[string]search.Request {
	t.Helper()
	requests := map[string]search.Request{}
	low, high := decimal.NewFromInt(200), decimal.NewFromInt(400)
	yes := true
	for hits, words := range plentyWords {
		for language, word := range words {
			name := fmt.Sprintf("hits=%d/%s", hits, language)
			r := search.Request{Query: word, Sort: search.ByRelevance}
			requests[name+"/first"] = r
			found, err := s.Products(ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			if total, err := found.TotalCount(ctx); err != nil || total != hits {
				t.Fatalf("%s is in %d products: %v", word, total, err)
			}
			r.Filter.Price = &search.Span{Min: &low, Max: &high}
			requests[name+"/price"] = r
			if hits == 1 {
				continue
			}
			r = search.Request{Query: word, Sort: search.ByRelevance}
			r.Page.Last = number(20)
			requests[name+"/last"] = r
			if found, err = s.Products(ctx, r); err != nil {
				t.Fatal(err)
			}
			r.Page.Before = found.PageInfo.StartCursor
			requests[name+"/deep"] = r
			for _, key := range []search.SortKey{search.Newest, search.ByPrice, search.ByTitle} {
				requests[name+"/by "+string(key)] = search.Request{Query: word, Sort: key}
			}
			requests[name+"/available"] = search.Request{Query: word, Sort: search.ByRelevance, Filter: search.Filter{Available: &yes}}
		}
	}
	for _, key := range []search.SortKey{search.Newest, search.ByPrice, search.ByTitle} {
		requests["all/by "+string(key)] = search.Request{Sort: key}
		requests["all/reverse by "+string(key)] = search.Request{Sort: key, Reverse: true}
		requests["all/available by "+string(key)] = search.Request{Sort: key, Filter: search.Filter{Available: &yes}}
		deep, err := s.Products(ctx, search.Request{Sort: key, Page: paging.Args{Last: number(100)}})
		if err != nil {
			t.Fatal(err)
		}
		requests["all/deep by "+string(key)] = search.Request{Sort: key, Page: paging.Args{Last: number(20), Before: deep.PageInfo.StartCursor}}
		requests["all/price by "+string(key)] = search.Request{Sort: key, Filter: search.Filter{Price: &search.Span{Min: &low, Max: &high}}}
	}
	requests["hits=20000/beginning"] = search.Request{Query: "orga", Sort: search.ByRelevance}
	requests["hits=20000/both"] = search.Request{Query: "有机 organic", Sort: search.ByRelevance}
	return requests
}

// median of some runs of a request.
func median(t testing.TB, s *search.Service, ctx context.Context, r search.Request, runs int) time.Duration {
	t.Helper()
	took := make([]time.Duration, runs)
	for i := range took {
		start := time.Now()
		if _, err := s.Products(ctx, r); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took[runs/2]
}

func BenchmarkSearch(b *testing.B) {
	s, ctx := plenty(b)
	requests := plentyRequests(b, s, ctx)
	names := make([]string, 0, len(requests))
	for name := range requests {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(float64(median(b, s, ctx, requests[name], max(b.N, 20)).Microseconds())/1000, "p50-ms")
		})
	}
}
