package apitest_test

import (
	"fmt"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestProductArguments(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	goods := fixture.Sell(t, c.api.DB.Gorm, c.shop, "honey", 5, 100, 200)
	product := goods.Product.GlobalID()
	var data struct {
		Product struct {
			Variants struct{ PageInfo struct{ EndCursor string } }
		}
	}
	c.public.Do(t, `query($id: ID!) { product(id: $id) { variants { pageInfo { endCursor } } } }`, map[string]any{"id": product}, &data)
	cursor := data.Product.Variants.PageInfo.EndCursor

	for query, want := range map[string]string{
		`{ product { id } }`:                                                                                            "BAD_USER_INPUT [product id]",
		`{ product(brandSlug: "prairie") { id } }`:                                                                      "BAD_USER_INPUT [product id]",
		`{ product(id: "x", handle: "honey") { id } }`:                                                                  "BAD_USER_INPUT [product id]",
		`{ product(id: "prd_nonsense") { id } }`:                                                                        "BAD_USER_INPUT [product id]",
		fmt.Sprintf(`{ product(id: %q) { id } }`, c.shop.GlobalID()):                                                    "BAD_USER_INPUT [product id]",
		fmt.Sprintf(`{ product(id: %q) { listing(storefrontId: %[1]q) { id } } }`, product):                             "BAD_USER_INPUT [product listing storefrontId]",
		fmt.Sprintf(`{ product(id: %q) { priceRange(storefrontId: "") { min { amount } } } }`, product):                 "BAD_USER_INPUT [product priceRange storefrontId]",
		fmt.Sprintf(`{ product(id: %q) { variants(first: 101) { totalCount } } }`, product):                             "BAD_USER_INPUT [product variants first]",
		fmt.Sprintf(`{ product(id: %q) { variants(first: -1) { totalCount } } }`, product):                              "BAD_USER_INPUT [product variants first]",
		fmt.Sprintf(`{ product(id: %q) { variants(first: 1, last: 1) { totalCount } } }`, product):                      "BAD_USER_INPUT [product variants last]",
		fmt.Sprintf(`{ product(id: %q) { variants(after: "x") { totalCount } } }`, product):                             "BAD_USER_INPUT [product variants after]",
		fmt.Sprintf(`{ storefront(id: %q) { listings(after: %q) { totalCount } } }`, c.shop.GlobalID(), cursor):         "BAD_USER_INPUT [storefront listings after]",
		fmt.Sprintf(`{ product(id: %q) { title } }`, globalid.EncodeOf(globalid.Product, c.other.ID, goods.Product.ID)): " []",
		`{ product(brandSlug: "denim", handle: "honey") { id } }`:                                                       " []",
		`{ product(brandSlug: "", handle: "") { id } }`:                                                                 " []",
	} {
		answer := c.public.Post(t, query, nil)
		var path []any
		if len(answer.Errors) > 0 {
			path = answer.Errors[0].Path
		}
		if got := fmt.Sprint(answer.Code(), " ", path); got != want {
			t.Errorf("%s: %s, want %s: %s", query, got, want, answer.Raw)
		}
	}
}

// TestAPageIsItsArgumentsAlone: what is wrong with one page says nothing of
// another of the same rows.
func TestAPageIsItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	goods := fixture.Sell(t, c.api.DB.Gorm, c.shop, "honey", 5, 100, 200)
	for _, arguments := range []string{`first: 7, after: ""`, `first: 7, before: ""`, `first: 7, last: -1`} {
		query := fmt.Sprintf(`{ product(id: %q) { good: variants(first: 7) { totalCount } bad: variants(%s) { totalCount } } }`,
			goods.Product.GlobalID(), arguments)
		answer := c.public.Post(t, query, nil)
		if len(answer.Errors) != 1 || answer.Code() != "BAD_USER_INPUT" || fmt.Sprint(answer.Errors[0].Path[:2]) != "[product bad]" {
			t.Errorf("%s: %s", arguments, answer.Raw)
		}
	}
}

func TestPricesInContext(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	goods := fixture.Sell(t, db, c.shop, "honey", 5, 1250)
	shop := func(slug, country, currency string, primary bool, minor int64) *models.Storefront {
		s := fixture.Storefront(t, db, c.brand, slug, func(s *models.Storefront) {
			s.Country, s.Currency, s.IsPrimary = country, currency, primary
		})
		fixture.Create(t, db,
			&models.Listing{BrandID: c.brand.ID, ID: fixture.ID(), StorefrontID: s.ID, ProductID: goods.Product.ID, Status: models.ListingPublished,
				PublishAt: &fixture.Start, Currency: currency, MinPriceMinor: &minor, MaxPriceMinor: &minor, Version: 1,
				CreatedAt: fixture.Start, UpdatedAt: fixture.Start},
			&models.Price{BrandID: c.brand.ID, StorefrontID: s.ID, VariantID: goods.Variants[0].ID, ProductID: goods.Product.ID,
				AmountMinor: minor, Currency: currency, UpdatedAt: fixture.Start})
		return s
	}
	outlet := shop("prairie-outlet", "CN", "CNY", false, 900)
	shop("prairie-jp", "JP", "JPY", true, 300)
	if err := visibility.BrandTx(db, c.brand.ID); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ context, argument, want string }{
		{"", "", "12.50 CNY"},
		{`@inContext(country: "CN")`, "", "12.50 CNY"},
		{`@inContext(currency: "CNY")`, "", "12.50 CNY"},
		{`@inContext(country: "JP")`, "", "300 JPY"},
		{`@inContext(country: "JP", currency: "CNY")`, "", ""},
		{`@inContext(country: "US")`, "", ""},
		{`@inContext(country: "JP")`, fmt.Sprintf("(storefrontId: %q)", outlet.GlobalID()), "9.00 CNY"},
		{"", fmt.Sprintf("(storefrontId: %q)", c.theirs.GlobalID()), ""},
	} {
		type amount struct{ Amount, Currency string }
		var data struct {
			Product struct {
				PriceRange *struct{ Min, Max amount }
				Listing    *struct{ PriceRange struct{ Min amount } }
				Variants   struct {
					Nodes []struct{ Price *struct{ Amount amount } }
				}
			}
		}
		c.public.Do(t, `query($id: ID!) `+s.context+` { product(id: $id) {
			priceRange`+s.argument+` { min { amount currency } max { amount currency } }
			listing`+s.argument+` { priceRange { min { amount currency } } }
			variants { nodes { price`+s.argument+` { amount { amount currency } } } } } }`, map[string]any{"id": goods.Product.GlobalID()}, &data)
		p, got := data.Product, []string{"", "", ""}
		if p.PriceRange != nil {
			got[0] = p.PriceRange.Max.Amount + " " + p.PriceRange.Max.Currency
		}
		if p.Listing != nil {
			got[1] = p.Listing.PriceRange.Min.Amount + " " + p.Listing.PriceRange.Min.Currency
		}
		if price := p.Variants.Nodes[0].Price; price != nil {
			got[2] = price.Amount.Amount + " " + price.Amount.Currency
		}
		for _, g := range got {
			if g != s.want {
				t.Errorf("%s %s: %q, want %q", s.context, s.argument, got, s.want)
			}
		}
	}
}

func TestAvailability(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	goods := fixture.Sell(t, db, c.shop, "honey", 1, 100, 200)
	read := func() string {
		var data struct {
			Product struct {
				Available bool
				Variants  struct{ Nodes []struct{ Available bool } }
			}
		}
		c.public.Do(t, `query($id: ID!) { product(id: $id) { available variants { nodes { available } } } }`, map[string]any{"id": goods.Product.GlobalID()}, &data)
		text := fmt.Sprint(data.Product.Available)
		for _, v := range data.Product.Variants.Nodes {
			text += fmt.Sprint(" ", v.Available)
		}
		return text
	}
	first, second := goods.Variants[0].ID, goods.Variants[1].ID
	for _, step := range []struct {
		change string
		args   []any
		want   string
	}{
		{"select 1", nil, "true true true"},
		{"update stock_levels set reserved = 1 where brand_id = ? and variant_id = ?", []any{c.brand.ID, first}, "true false true"},
		{"update stock_levels set on_hand = 0 where brand_id = ? and variant_id = ?", []any{c.brand.ID, second}, "false false false"},
		{"update variants set track_stock = false where brand_id = ? and id = ?", []any{c.brand.ID, second}, "true false true"},
		{"update variants set archived_at = created_at where brand_id = ? and id = ?", []any{c.brand.ID, second}, "false false"},
		{"update stock_levels set reserved = 0 where brand_id = ?", []any{c.brand.ID}, "true true"},
		{"update warehouses set active = false where brand_id = ?", []any{c.brand.ID}, "false false"},
		{"delete from stock_levels where brand_id = ?", []any{c.brand.ID}, "false false"},
	} {
		if err := db.Exec(step.change, step.args...).Error; err != nil {
			t.Fatal(err)
		}
		if got := read(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.change, got, step.want)
		}
	}
}
