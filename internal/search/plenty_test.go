package search_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/bench"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/market"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// A brand's share of a marketplace of many: a small one, and so many brands
// that sell the same, at prices and times of their own.
const plentyShare = 2_000

// fillPlenty does in one go what would take each product a few statements. The
// word that one product has stays its own.
const fillPlenty = `
create table shared as
select b.id as brand_id, gen_random_uuid() as id, p.id as original,
  p.created_at + make_interval(secs => abs(hashtext(b.id::text || p.id::text)) % 5000000) as at,
  100 + abs(hashtext(p.id::text || b.id::text)) % 100000 as price
from products p
join brands b on b.slug like 'plenty-%';

insert into products (brand_id, id, handle, status, default_language, texts, tags, options, tokens, created_at, updated_at)
select s.brand_id, s.id, s.id::text, p.status, p.default_language, p.texts #- '{en,description}' #- '{zh-CN,description}', p.tags, p.options, '',
  p.created_at, p.updated_at
from shared s
join products p on p.id = s.original;

insert into listings (brand_id, id, storefront_id, product_id, status, publish_at, visible_from, currency, min_price_minor, max_price_minor,
  created_at, updated_at)
select s.brand_id, s.id, f.id, s.id, 'PUBLISHED', s.at, s.at, f.currency, s.price, s.price * (1 + s.price % 7 / 6), s.at, s.at
from shared s
join storefronts f on f.brand_id = s.brand_id;

drop index search_entries_tokens_idx;

insert into search_entries (brand_id, listing_id, product_id, storefront_id, country, is_primary, visible_from, category_path, origin_country,
  currency, min_price_minor, max_price_minor, title, tokens)
select l.brand_id, l.id, l.product_id, l.storefront_id, 'CN', true, l.visible_from, 'range-' || s.price % 50, 'US',
  l.currency, l.min_price_minor, l.max_price_minor, p.texts -> 'en' ->> 'title',
  case when p.tokens @@ '''zephyrin''' then '' else p.tokens end
from shared s
join products p on p.id = s.original
join listings l on l.brand_id = s.brand_id and l.id = s.id
order by l.id`

// stockPlenty gives every other product stock.
const stockPlenty = `
insert into variants (brand_id, id, product_id, position, options, option_key, track_stock, created_at, updated_at)
select brand_id, id, id, 1, '[]', '', true, at, at
from shared;

insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, updated_at)
select s.brand_id, s.id, w.id, s.price % 2, s.at
from shared s
join warehouses w on w.brand_id = s.brand_id`

// large is the marketplace, and the situation of its shopper.
type large struct {
	*search.Service

	db       *database.DB
	ctx      context.Context
	products int
}

// plenty opens the marketplace and gives the search over it.
func plenty(t testing.TB, db *database.DB, products int, more ...string) *large {
	t.Helper()
	ctx := database.AcrossBrands(market.With(t.Context(), market.Context{Country: "CN", Currency: "CNY"}), database.MarketplaceSearch)
	if err := (bench.Catalogue{Products: plentyShare}).Fill(ctx, db, nil); err != nil {
		t.Fatal(err)
	}
	for i := range products/plentyShare - 1 {
		brand := fixture.Brand(t, db.Gorm, fmt.Sprintf("plenty-%d", i))
		fixture.Storefront(t, db.Gorm, brand, fmt.Sprintf("plenty-%d", i))
		fixture.Create(t, db.Gorm, &models.Warehouse{BrandID: brand.ID, ID: fixture.ID(), Code: "MAIN", Name: "Main",
			Kind: models.OriginWarehouse, Country: "US", Active: true, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start})
	}
	var index string
	if err := db.Pool.QueryRow(ctx, "select pg_get_indexdef('search_entries_tokens_idx'::regclass)").Scan(&index); err != nil {
		t.Fatal(err)
	}
	for _, statement := range slices.Concat(strings.Split(fillPlenty, ";"), more, []string{index, "vacuum analyze"}) {
		if _, err := db.Pool.Exec(ctx, statement); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
	now := fixture.Start.AddDate(1, 0, 0)
	return &large{search.NewService(db.Gorm, func() time.Time { return now }), db, ctx, products}
}

// requests are what the marketplace must answer in time.
func (l *large) requests(t testing.TB) map[string]search.Request {
	t.Helper()
	requests := map[string]search.Request{}
	low, high := decimal.NewFromInt(200), decimal.NewFromInt(400)
	yes := true
	for _, word := range (bench.Catalogue{Products: l.products}).Words() {
		hits := word.Hits
		for language, text := range map[string]string{"en": word.English, "zh": word.Chinese} {
			name := fmt.Sprintf("hits=%d/%s", hits, language)
			r := search.Request{Query: text, Sort: search.ByRelevance}
			requests[name+"/first"] = r
			found, err := l.Products(l.ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			if total, err := found.TotalCount(l.ctx); err != nil || total != hits {
				t.Fatalf("%s is in %d products, %v, not in %d", text, total, err, hits)
			}
			r.Filter.Price = &search.Span{Min: &low, Max: &high}
			requests[name+"/price"] = r
			if hits == 1 {
				continue
			}
			r = search.Request{Query: text, Sort: search.ByRelevance}
			r.Page.Last = new(int32(20))
			requests[name+"/last"] = r
			if found, err = l.Products(l.ctx, r); err != nil {
				t.Fatal(err)
			}
			r.Page.Before = found.PageInfo.StartCursor
			requests[name+"/deep"] = r
			for _, key := range []search.SortKey{search.Newest, search.ByPrice, search.ByTitle} {
				requests[name+"/by "+string(key)] = search.Request{Query: text, Sort: key}
			}
			requests[name+"/available"] = search.Request{Query: text, Sort: search.ByRelevance, Filter: search.Filter{Available: &yes}}
		}
	}
	for _, key := range []search.SortKey{search.Newest, search.ByPrice, search.ByTitle} {
		requests["all/by "+string(key)] = search.Request{Sort: key}
		requests["all/reverse by "+string(key)] = search.Request{Sort: key, Reverse: true}
		requests["all/available by "+string(key)] = search.Request{Sort: key, Filter: search.Filter{Available: &yes}}
		deep, err := l.Products(l.ctx, search.Request{Sort: key, Page: paging.Args{Last: new(int32(100))}})
		if err != nil {
			t.Fatal(err)
		}
		requests["all/deep by "+string(key)] = search.Request{Sort: key, Page: paging.Args{Last: new(int32(20)), Before: deep.PageInfo.StartCursor}}
		requests["all/price by "+string(key)] = search.Request{Sort: key, Filter: search.Filter{Price: &search.Span{Min: &low, Max: &high}}}
	}
	most := fmt.Sprintf("hits=%d/", l.products/5)
	requests[most+"beginning"] = search.Request{Query: "orga", Sort: search.ByRelevance}
	requests[most+"both"] = search.Request{Query: "有机 organic", Sort: search.ByRelevance}
	return requests
}

// median of some runs of a request.
func (l *large) median(t testing.TB, r search.Request, runs int) time.Duration {
	t.Helper()
	took := make([]time.Duration, runs)
	for i := range took {
		start := time.Now()
		if _, err := l.Products(l.ctx, r); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took[runs/2]
}

func BenchmarkSearch(b *testing.B) {
	l := plenty(b, dbtest.New(b), 100_000, strings.Split(stockPlenty, ";")...)
	requests := l.requests(b)
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(float64(l.median(b, requests[name], max(b.N, 20)).Microseconds())/1000, "p50-ms")
		})
	}
}
