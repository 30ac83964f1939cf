package search_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// walk reads all pages of a size from one end and gives the handles in order.
func walk(t *rapid.T, size int32, backward bool, read func(paging.Args) (*paging.Connection[models.Product], error)) []string {
	t.Helper()
	var all []string
	args := paging.Args{First: &size}
	if backward {
		args = paging.Args{Last: &size}
	}
	for pages := 0; ; pages++ {
		c, err := read(args)
		if err != nil {
			t.Fatal(err)
		}
		list := handles(c)
		if c.PageInfo.HasNextPage && !backward && len(list) != int(size) || pages > 100 {
			t.Fatalf("page %d of %d holds %v and says there are more", pages, size, list)
		}
		if backward {
			all = append(list, all...)
			if !c.PageInfo.HasPreviousPage {
				return all
			}
			args.Before = c.PageInfo.StartCursor
			continue
		}
		all = append(all, list...)
		if !c.PageInfo.HasNextPage {
			return all
		}
		args.After = c.PageInfo.EndCursor
	}
}

func TestPagesGiveEachProductOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	_, dollars := s.open(t, func(shop *models.Storefront) { shop.Currency = "USD" })
	titles := []string{"Honey", "honey jar", "Honeycomb", "Ähre honey", "蜂蜜", "Tea", "Honey"}
	sold := map[string]item{}
	currency := map[string]string{}
	for i := range 40 {
		shop := s.shop
		if i%5 == 0 {
			shop = dollars
		}
		handle := fmt.Sprintf("p%02d", i)
		sold[handle] = item{title: titles[i%len(titles)], about: []string{"sweet honey", "tea"}[i%2], chinese: []string{"", "蜂蜜茶"}[i%3/2],
			prices: []int64{int64(100 * (i % 4))}, listed: fixture.Start.AddDate(0, 0, i%6)}
		currency[handle] = shop.Currency
		s.put(t, shop, handle, sold[handle])
	}
	ordered := map[search.SortKey]func(a, b string) int{
		search.Newest:  func(a, b string) int { return sold[b].listed.Compare(sold[a].listed) },
		search.ByTitle: func(a, b string) int { return cmp.Compare(sold[a].title, sold[b].title) },
		search.ByPrice: func(a, b string) int {
			return cmp.Or(cmp.Compare(currency[a], currency[b]), cmp.Compare(sold[a].prices[0], sold[b].prices[0]))
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		r := search.Request{
			Query:   rapid.SampledFrom([]string{"", "honey", "hon", "蜂蜜", "honey tea", "nothing"}).Draw(t, "query"),
			Sort:    rapid.SampledFrom([]search.SortKey{search.ByRelevance, search.Newest, search.ByPrice, search.ByTitle}).Draw(t, "sort"),
			Reverse: rapid.Bool().Draw(t, "reverse"),
			Page:    paging.Args{First: new(int32(100))},
		}
		read := func(args paging.Args) (*paging.Connection[models.Product], error) {
			r.Page = args
			return s.service.Products(s.ctx, r)
		}
		whole, err := read(r.Page)
		if err != nil {
			t.Fatal(err)
		}
		want := handles(whole)
		if r.Query == "" && len(want) != len(sold) || r.Query == "honey" && len(want) < 20 {
			t.Fatalf("%q finds %d of %d", r.Query, len(want), len(sold))
		}
		if less, ok := ordered[r.Sort]; ok && !slices.IsSortedFunc(want, func(a, b string) int {
			if r.Reverse {
				return less(b, a)
			}
			return less(a, b)
		}) {
			t.Fatalf("not by %s, reverse %t: %v", r.Sort, r.Reverse, want)
		}
		size, backward := rapid.Int32Range(1, 15).Draw(t, "size"), rapid.Bool().Draw(t, "backward")
		if got := walk(t, size, backward, read); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("pages of %d, backward %t:\n%v, all at once\n%v", size, backward, got, want)
		}
		if len(want) > 2 {
			// What lies between two cursors.
			from, to := &whole.Edges[0].Cursor, &whole.Edges[len(want)-1].Cursor
			c, err := read(paging.Args{First: new(int32(100)), After: from, Before: to})
			if err != nil || fmt.Sprint(handles(c)) != fmt.Sprint(want[1:len(want)-1]) {
				t.Fatalf("between the ends: %v, %v, want %v", handles(c), err, want)
			}
		}
	})
}

func TestProductsOfABrand(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	category := func(path string) *models.Category {
		c := &models.Category{ID: fixture.ID(), Slug: path, Path: path, Texts: models.Texts[models.CategoryText]{"en": {Name: path}},
			Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
		fixture.Create(t, s.db, c)
		return c
	}
	home, lamps := category("home"), category("home/lamps")
	s.put(t, s.shop, "b-lamp", item{title: "Oak lamps", chinese: "橡木台灯", tags: []string{"oak", "light"}, skus: []string{"LMP-7"}, category: lamps})
	s.put(t, s.shop, "a-table", item{title: "Oak table", category: home})
	draft := s.put(t, s.shop, "c-draft", item{title: "Draft lamp"})
	s.set(t, &models.Product{}, s.brand.ID, draft.Product.ID, map[string]any{"status": models.ProductDraft})
	s.refresh(t, draft)
	other, otherShop := s.open(t)
	s.put(t, otherShop, "other", item{title: "Oak lamp of another brand"})

	staff := auth.With(s.ctx, fixture.Member(t, s.db, s.brand.ID, models.RoleStaff))
	oak, long := "oak", string(make([]byte, 61))
	find := func(t *testing.T, staffed bool, r search.BrandRequest) []string {
		t.Helper()
		ctx := s.ctx
		if staffed {
			ctx = staff
		}
		if r.Sort == "" {
			r.Sort = search.ByHandle
		}
		pages, err := s.service.OfBrands(ctx, []uuid.UUID{s.brand.ID, other.ID}, r)
		if err != nil {
			t.Fatal(err)
		}
		if theirs := handles(pages(other.ID)); len(theirs) > 1 || len(theirs) == 1 && theirs[0] != "other" {
			t.Errorf("the other brand has %v", theirs)
		}
		c := pages(s.brand.ID)
		list := handles(c)
		if total, err := c.TotalCount(ctx); err != nil || total != len(list) {
			t.Errorf("%d in total, %v: found %v", total, err, list)
		}
		return list
	}
	for what, c := range map[string]struct {
		staff   bool
		request search.BrandRequest
		want    []string
	}{
		"everybody":           {false, search.BrandRequest{}, []string{"a-table", "b-lamp"}},
		"drafts to everybody": {false, search.BrandRequest{Filter: search.BrandFilter{Statuses: []models.ProductStatus{models.ProductDraft}}}, nil},
		"staff":               {true, search.BrandRequest{}, []string{"a-table", "b-lamp", "c-draft"}},
		"staff, reverse":      {true, search.BrandRequest{Reverse: true}, []string{"c-draft", "b-lamp", "a-table"}},
		"drafts":              {true, search.BrandRequest{Filter: search.BrandFilter{Statuses: []models.ProductStatus{models.ProductDraft}}}, []string{"c-draft"}},
		"no status":           {true, search.BrandRequest{Filter: search.BrandFilter{Statuses: []models.ProductStatus{}}}, nil},
		"words":               {true, search.BrandRequest{Query: "lamp"}, []string{"b-lamp", "c-draft"}},
		"words of everybody":  {false, search.BrandRequest{Query: "lamp"}, []string{"b-lamp"}},
		"Chinese":             {false, search.BrandRequest{Query: "台灯"}, []string{"b-lamp"}},
		"SKU":                 {false, search.BrandRequest{Query: "lmp"}, []string{"b-lamp"}},
		"signs":               {false, search.BrandRequest{Query: "&"}, nil},
		"tag":                 {false, search.BrandRequest{Filter: search.BrandFilter{Tag: &oak}}, []string{"b-lamp"}},
		"category":            {false, search.BrandRequest{Filter: search.BrandFilter{Category: &home.ID}}, []string{"a-table", "b-lamp"}},
		"category below":      {false, search.BrandRequest{Filter: search.BrandFilter{Category: &lamps.ID}}, []string{"b-lamp"}},
		"created":             {true, search.BrandRequest{Sort: search.ByCreated}, []string{"b-lamp", "a-table", "c-draft"}},
	} {
		if got := find(t, c.staff, c.request); fmt.Sprint(got) != fmt.Sprint(append([]string{}, c.want...)) {
			t.Errorf("%s: found %v, want %v", what, got, c.want)
		}
	}
	if _, err := s.service.OfBrands(s.ctx, []uuid.UUID{s.brand.ID}, search.BrandRequest{Sort: search.ByUpdated}); err == nil {
		t.Error("everybody learns when products changed")
	}
	for _, r := range []search.BrandRequest{{Sort: "BEST"}, {Sort: search.ByHandle, Filter: search.BrandFilter{Tag: &long}},
		{Sort: search.ByHandle, Query: string(make([]byte, 201))}} {
		if _, err := s.service.OfBrands(staff, []uuid.UUID{s.brand.ID}, r); err == nil {
			t.Errorf("answered %+v", r)
		}
	}
}

func TestPagesOfABrandGiveEachProductOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for i := range 20 {
		g := s.put(t, s.shop, fmt.Sprintf("p%02d", i), item{title: "Honey"})
		at := fixture.Start.Add(time.Duration(i%3) * time.Microsecond)
		s.set(t, &models.Product{}, s.brand.ID, g.Product.ID, map[string]any{"created_at": at, "updated_at": at})
	}
	staff := auth.With(s.ctx, fixture.Member(t, s.db, s.brand.ID, models.RoleStaff))
	rapid.Check(t, func(t *rapid.T) {
		r := search.BrandRequest{
			Query:   rapid.SampledFrom([]string{"", "honey"}).Draw(t, "query"),
			Sort:    rapid.SampledFrom([]search.BrandSortKey{search.ByCreated, search.ByUpdated, search.ByHandle}).Draw(t, "sort"),
			Reverse: rapid.Bool().Draw(t, "reverse"),
		}
		read := func(args paging.Args) (*paging.Connection[models.Product], error) {
			r.Page = args
			pages, err := s.service.OfBrands(staff, []uuid.UUID{s.brand.ID}, r)
			if err != nil {
				return nil, err
			}
			return pages(s.brand.ID), nil
		}
		whole, err := read(paging.Args{First: new(int32(100))})
		if err != nil || len(whole.Edges) != 20 {
			t.Fatalf("%d of 20: %v", len(whole.Edges), err)
		}
		got := walk(t, rapid.Int32Range(1, 7).Draw(t, "size"), rapid.Bool().Draw(t, "backward"), read)
		if fmt.Sprint(got) != fmt.Sprint(handles(whole)) {
			t.Fatalf("pages %v, all at once %v", got, handles(whole))
		}
	})
}
