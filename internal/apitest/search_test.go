package apitest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// searched is what tests read of a page of products.
type searched struct {
	Products struct {
		TotalCount int
		PageInfo   struct {
			HasNextPage bool
			EndCursor   *string
		}
		Nodes []struct {
			Title      string
			Brand      struct{ Name string }
			PriceRange struct {
				Min struct{ Amount, Currency string }
			}
		}
	}
}

func (s searched) titles() string {
	var titles []string
	for _, n := range s.Products.Nodes {
		titles = append(titles, n.Title)
	}
	return strings.Join(titles, ", ")
}

func TestSearchProducts(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	honey := c.create(t, "Wildflower honey", map[string]any{
		"translations": append(english("Wildflower honey"), map[string]any{"language": "zh-CN", "title": "野花蜂蜜"}),
		"variants":     []map[string]any{{"sku": "HNY-500"}}, "originCountry": "US", "originRegion": "NE", "hsCode": "040900",
	})
	spoon := c.create(t, "Honey spoon", map[string]any{"originCountry": "US", "hsCode": "441919"})
	const ask = `query($query: String, $where: ProductWhere, $sortKey: ProductSortKey, $first: Int, $after: String) {
		products(query: $query, where: $where, sortKey: $sortKey, first: $first, after: $after) {
			totalCount pageInfo { hasNextPage endCursor } nodes { title } } }`
	find := func(variables map[string]any) (found searched) {
		c.public.Do(t, ask, variables, &found)
		return found
	}
	if got := find(map[string]any{"query": "honey"}); got.titles() != "" || got.Products.TotalCount != 0 {
		t.Errorf("found %s before it is published", got.titles())
	}
	c.api.Now = c.api.Now.Add(time.Minute)
	c.publish(t, honey, "88.00")
	c.api.Now = c.api.Now.Add(time.Minute)
	c.publish(t, spoon, "12.00")
	for _, q := range []struct {
		variables map[string]any
		want      string
	}{
		{map[string]any{"query": "honeys"}, "Honey spoon, Wildflower honey"},
		{map[string]any{"query": "蜂蜜"}, "Wildflower honey"},
		{map[string]any{"query": "hny-5"}, "Wildflower honey"},
		{map[string]any{}, "Honey spoon, Wildflower honey"},
		{map[string]any{"sortKey": "TITLE"}, "Honey spoon, Wildflower honey"},
		{map[string]any{"sortKey": "PRICE"}, "Honey spoon, Wildflower honey"},
		{map[string]any{"where": map[string]any{"originRegion": []string{"NE"}}}, "Wildflower honey"},
		{map[string]any{"where": map[string]any{"storefrontId": c.shop.GlobalID(), "price": map[string]any{"min": "50", "max": "88.00"}}}, "Wildflower honey"},
		{map[string]any{"where": map[string]any{"brandId": []string{c.other.GlobalID()}}}, ""},
		{map[string]any{"where": map[string]any{"storefrontId": c.theirs.GlobalID()}}, ""},
	} {
		if got := find(q.variables); got.titles() != q.want || got.Products.TotalCount != len(got.Products.Nodes) {
			t.Errorf("%v: found %s, %d in total, want %s", q.variables, got.titles(), got.Products.TotalCount, q.want)
		}
	}
	first := find(map[string]any{"query": "honey", "first": 1})
	if !first.Products.PageInfo.HasNextPage {
		t.Error("two products fit on a page of one")
	}
	second := find(map[string]any{"query": "honey", "first": 1, "after": first.Products.PageInfo.EndCursor})
	if got := first.titles() + ", " + second.titles(); got != "Honey spoon, Wildflower honey" {
		t.Errorf("pages of one: %s", got)
	}

	t.Run("finds a new title at once", func(t *testing.T) {
		refused := c.staff.Mutate(t, "productTranslationSet", "product { id }", map[string]any{
			"productId": spoon.ID, "translation": map[string]any{"language": "en", "title": "Maple ladle"}}, nil)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		if got := find(map[string]any{"query": "ladle"}); got.titles() != "Maple ladle" {
			t.Errorf("found %q", got.titles())
		}
	})

	t.Run("refuses bad arguments with their path", func(t *testing.T) {
		for path, variables := range map[string]map[string]any{
			"query":                 {"query": strings.Repeat("蜂", 201)},
			"after":                 {"after": first.Products.PageInfo.EndCursor},
			"first":                 {"first": 101},
			"where.price":           {"where": map[string]any{"price": map[string]any{"min": "1"}}},
			"where.storefrontId":    {"where": map[string]any{"storefrontId": c.brand.GlobalID()}},
			"where.categoryId":      {"where": map[string]any{"categoryId": "x"}},
			"where.brandId.1":       {"where": map[string]any{"brandId": []string{c.brand.GlobalID(), honey.ID}}},
			"where.price.max":       {"where": map[string]any{"storefrontId": c.shop.GlobalID(), "price": map[string]any{"max": "1e30"}}},
			"where.price.min":       {"where": map[string]any{"storefrontId": c.shop.GlobalID(), "price": map[string]any{"min": "-99999999999999999999"}}},
			"where.originCountry.0": {"where": map[string]any{"originCountry": []string{"XYZ"}}},
		} {
			answer := c.public.Post(t, ask, variables)
			var got []string
			for _, e := range answer.Errors {
				for _, part := range e.Path {
					got = append(got, fmt.Sprint(part))
				}
			}
			if answer.Code() != "BAD_USER_INPUT" || strings.Join(got, ".") != "products."+path {
				t.Errorf("%s: %s", path, answer.Raw)
			}
		}
	})
}

func TestBrandProducts(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	c.create(t, "Raw honey", nil)
	c.publish(t, c.create(t, "Honey jar", map[string]any{"originCountry": "US", "hsCode": "040900"}), "10.00")
	const ask = `query($id: ID!, $query: String, $sortKey: BrandProductSortKey) { brand(id: $id) {
		products(query: $query, sortKey: $sortKey) { totalCount nodes { title status } } } }`
	for who, want := range map[*apitest.Client]string{c.staff: "Raw honey, Honey jar", c.public: "Honey jar", c.stranger: "Honey jar"} {
		var found struct {
			Brand searched
		}
		who.Do(t, ask, map[string]any{"id": c.brand.GlobalID(), "query": "honey"}, &found)
		if got := found.Brand; got.titles() != want || got.Products.TotalCount != len(got.Products.Nodes) {
			t.Errorf("found %s, %d in total, want %s", got.titles(), got.Products.TotalCount, want)
		}
	}
	late := map[string]any{"id": c.brand.GlobalID(), "sortKey": "UPDATED_AT"}
	if answer := c.stranger.Post(t, ask, late); answer.Code() != "FORBIDDEN" {
		t.Errorf("a stranger learns when products changed: %s", answer.Raw)
	}
	c.staff.Do(t, ask, late, nil)
}

func TestSearchCosts(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start.AddDate(0, 1, 0))
	for b := range 3 {
		brand := fixture.Brand(t, api.DB.Gorm, fmt.Sprintf("brand-%d", b))
		shop := fixture.Storefront(t, api.DB.Gorm, brand, fmt.Sprintf("shop-%d", b))
		for i := range 20 {
			g := fixture.Sell(t, api.DB.Gorm, shop, fmt.Sprintf("p-%d-%d", b, i), 1, int64(100+i))
			err := api.DB.Gorm.Exec("update search_entries set tokens = '''honey'' ''t:honey''' where brand_id = ? and product_id = ?",
				brand.ID, g.Product.ID).Error
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, size := range []int{1, 20, 60} {
		for _, arguments := range []string{"", `query: "honey", `, `query: "honey", sortKey: PRICE, `} {
			api.Sent.Reset()
			var found searched
			api.As(nil).Do(t, fmt.Sprintf(`{ products(%sfirst: %d) { nodes { title brand { name } priceRange { min { amount currency } } } } }`,
				arguments, size), nil, &found)
			if got := len(found.Products.Nodes); got != size {
				t.Errorf("%s%d: %d products", arguments, size, got)
			}
			for _, n := range found.Products.Nodes {
				if n.Brand.Name == "" || n.PriceRange.Min.Currency != "CNY" {
					t.Fatalf("%+v", n)
				}
			}
			api.Sent.AtMost(t, 3)
		}
	}
	api.Sent.Reset()
	api.As(nil).Do(t, `{ brands(first: 3) { nodes { products(first: 5, query: "product") { totalCount nodes { title } } } } }`, nil, nil)
	api.Sent.AtMost(t, 3)
}
