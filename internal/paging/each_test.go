package paging_test

import (
	"fmt"
	"testing"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/models"
)

var byPosition = paging.Sort[models.Variant]{Name: "variants", Columns: []paging.Column[models.Variant]{
	{Expr: "variants.position", Type: "integer", Value: func(v *models.Variant) any { return v.Position }},
	{Expr: "variants.id", Type: "uuid", Value: func(v *models.Variant) any { return v.ID }},
}}

func productOf(v *models.Variant) models.Key { return models.Key{BrandID: v.BrandID, ID: v.ProductID} }

// TestEach holds it to Find: every parent's page is what Find gives for it alone.
func TestEach(t *testing.T) {
	t.Parallel()
	db, sent := dbtest.Counted(t)
	brand := fixture.Brand(t, db.Gorm, "pages")
	shop := fixture.Storefront(t, db.Gorm, brand, "pages")
	var products []models.Key
	for i, prices := range [][]int64{{1, 2, 3, 4, 5, 6, 7}, {1}, {1, 2, 3}} {
		goods := fixture.Sell(t, db.Gorm, shop, fmt.Sprintf("p-%d", i), 1, prices...)
		products = append(products, models.Key{BrandID: brand.ID, ID: goods.Product.ID})
	}
	products = append(products, models.Key{BrandID: brand.ID, ID: fixture.ID()})
	of := func(keys ...models.Key) *gorm.DB {
		return db.Gorm.WithContext(t.Context()).Where("(variants.brand_id, variants.product_id) in ?", models.Pairs(keys))
	}
	number := func(n int32) *int32 { return &n }

	all, err := paging.Find(of(products[0]), paging.Args{First: number(10)}, byPosition)
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string]paging.Args{
		"default":       {},
		"first":         {First: number(2)},
		"last":          {Last: number(2)},
		"none":          {First: number(0)},
		"after":         {First: number(3), After: &all.Edges[2].Cursor},
		"before":        {Last: number(3), Before: &all.Edges[4].Cursor},
		"in the middle": {First: number(1), After: &all.Edges[1].Cursor, Before: &all.Edges[5].Cursor},
	} {
		sent.Reset()
		pages, err := paging.Each(db.Gorm.WithContext(t.Context()), args, byPosition, "variants", paging.OfKeys(products, "product_id", productOf))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sent.AtMost(t, 1)
		totals := map[models.Key]int{}
		for _, key := range products {
			if totals[key], err = pages(key).TotalCount(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		sent.AtMost(t, 2)
		for _, key := range products {
			want, err := paging.Find(of(key).Model(&models.Variant{}), args, byPosition)
			if err != nil {
				t.Fatal(err)
			}
			if got := pages(key); shown(got) != shown(want) {
				t.Errorf("%s: got %s, want %s", name, shown(got), shown(want))
			}
			if n, err := want.TotalCount(t.Context()); err != nil || n != totals[key] {
				t.Errorf("%s: total %d, want %d (%v)", name, totals[key], n, err)
			}
		}
	}

	t.Run("refuses what Find refuses", func(t *testing.T) {
		foreign := "e30"
		for _, args := range []paging.Args{{First: number(101)}, {First: number(-1)}, {After: &foreign}, {First: number(1), Last: number(1)}} {
			_, err := paging.Each(db.Gorm.WithContext(t.Context()), args, byPosition, "variants", paging.OfKeys(products, "product_id", productOf))
			if err == nil {
				t.Errorf("%+v is taken", args)
			}
		}
	})
}

func shown(c *paging.Connection[models.Variant]) string {
	text := fmt.Sprint(c.PageInfo.HasNextPage, c.PageInfo.HasPreviousPage)
	for _, e := range c.Edges {
		text += fmt.Sprint(" ", *e.Node.SKU, e.Cursor)
	}
	return text
}
