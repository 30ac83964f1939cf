package apitest_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestListings(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	mutate := func(t *testing.T, client *apitest.Client, mutation string, p made, more map[string]any) (l madeListing, refused string) {
		t.Helper()
		input := map[string]any{"productId": p.ID, "storefrontId": c.shop.GlobalID()}
		maps.Copy(input, more)
		refused = apitest.Refused(client.Mutate(t, mutation, "listing { "+listingFields+" }", input, &l))
		return l, refused
	}
	price := func(v madeVariant, amount string, compareAt ...string) map[string]any {
		p := map[string]any{"variantId": v.ID, "amount": amount}
		if len(compareAt) > 0 {
			p["compareAt"] = compareAt[0]
		}
		return p
	}
	two := map[string]any{
		"options":  []map[string]any{{"name": "Size", "values": []string{"S", "M"}}},
		"variants": []map[string]any{{"options": []string{"S"}}, {"options": []string{"M"}}},
	}
	blockers := func(l madeListing) string {
		var codes []string
		for _, b := range l.PublicationBlockers {
			codes = append(codes, b.Code)
		}
		return strings.Join(codes, " ")
	}

	t.Run("begin as drafts with prices, and tell what is missing", func(t *testing.T) {
		p := c.create(t, "Pricing", two)
		s, m := p.Variants.Nodes[0], p.Variants.Nodes[1]
		l, refused := mutate(t, c.staff, "listingPricesSet", p, map[string]any{"prices": []any{price(s, "12.5", "15")}})
		if refused != "" || l.Status != "DRAFT" || l.PriceRange.Min.Amount != "12.50" || l.PriceRange.Min.Currency != "CNY" ||
			l.Version != 1 || l.PublishAt != nil || blockers(l) != "PRICE_MISSING" {
			t.Errorf("%+v %s", l, refused)
		}
		l, refused = mutate(t, c.staff, "listingPricesSet", p, map[string]any{"prices": []any{price(m, "0")}})
		if refused != "" || l.PriceRange.Min.Amount != "0.00" || l.PriceRange.Max.Amount != "12.50" || l.Version != 2 || blockers(l) != "" {
			t.Errorf("%+v %s", l, refused)
		}
		var data struct {
			Product struct {
				Listing struct {
					Prices []struct {
						Variant   struct{ Title string }
						Amount    struct{ MinorUnits string }
						CompareAt *struct{ Amount string }
					}
				}
			}
		}
		c.staff.Do(t, `query($id: ID!) { product(id: $id) { listing { prices { variant { title } amount { minorUnits } compareAt { amount } } } } }`,
			map[string]any{"id": p.ID}, &data)
		if prices := data.Product.Listing.Prices; len(prices) != 2 || prices[0].Variant.Title != "S" || prices[0].Amount.MinorUnits != "1250" ||
			prices[0].CompareAt.Amount != "15.00" || prices[1].CompareAt != nil {
			t.Errorf("%+v", prices)
		}
	})

	t.Run("refuse prices that are none", func(t *testing.T) {
		p, other := c.create(t, "Refusing", two), c.create(t, "Another", nil)
		s := p.Variants.Nodes[0]
		theirs := fixture.Sell(t, db, c.theirs, "jeans", 1, 100)
		for _, r := range []struct {
			want   string
			change map[string]any
		}{
			{"REQUIRED input.prices", map[string]any{"prices": []any{}}},
			{"OUT_OF_RANGE input.prices.0.amount", map[string]any{"prices": []any{price(s, "-0.01")}}},
			{"OUT_OF_RANGE input.prices.0.amount", map[string]any{"prices": []any{price(s, "1000000000.01")}}},
			{"OUT_OF_RANGE input.prices.0.amount", map[string]any{"prices": []any{price(s, strings.Repeat("9", 40))}}},
			{"INVALID input.prices.0.amount", map[string]any{"prices": []any{price(s, "1.005")}}},
			{"OUT_OF_RANGE input.prices.0.compareAt", map[string]any{"prices": []any{price(s, "1", "-1")}}},
			{"TAKEN input.prices.1.variantId", map[string]any{"prices": []any{price(s, "1"), price(s, "2")}}},
			{"NOT_FOUND input.prices.0.variantId", map[string]any{"prices": []any{price(other.Variants.Nodes[0], "1")}}},
			{"NOT_FOUND input.prices.0.variantId", map[string]any{"prices": []any{price(madeVariant{ID: theirs.Variants[0].GlobalID()}, "1")}}},
			{"INVALID input.prices.0.variantId", map[string]any{"prices": []any{price(madeVariant{ID: p.ID}, "1")}}},
			{"NOT_FOUND input.storefrontId", map[string]any{"storefrontId": c.theirs.GlobalID(), "prices": []any{price(s, "1")}}},
		} {
			if _, refused := mutate(t, c.staff, "listingPricesSet", p, r.change); refused != r.want {
				t.Errorf("%v: %q, want %q", r.change, refused, r.want)
			}
		}
		var count int64
		if db.Model(&models.Listing{}).Where("brand_id = ? and product_id <> ?", c.brand.ID, fixture.ID()).Where("created_at >= ?", c.api.Now).
			Where("min_price_minor is null").Count(&count); count != 0 {
			t.Errorf("%d listings were left behind", count)
		}
	})

	t.Run("appear at once when everything is there, and the product becomes active", func(t *testing.T) {
		p := c.create(t, "Publishing", two)
		if _, refused := mutate(t, c.staff, "listingPublish", p, nil); refused != "INCOMPLETE input.prices" {
			t.Error(refused)
		}
		l := c.publish(t, p, "10")
		if l.Status != "PUBLISHED" || !l.Visible || !l.PublishAt.Equal(c.api.Now) {
			t.Errorf("%+v", l)
		}
		var data struct{ Product *made }
		c.public.Do(t, "query($id: ID!) { product(id: $id) { status listings { id visible } } }", map[string]any{"id": p.ID}, &data)
		if data.Product == nil || data.Product.Status != "ACTIVE" || len(data.Product.Listings) != 1 {
			t.Errorf("%+v", data.Product)
		}
		// Published again it keeps the time from which it appears.
		again, refused := mutate(t, c.staff, "listingPublish", p, nil)
		if refused != "" || !again.PublishAt.Equal(*l.PublishAt) {
			t.Errorf("%+v %s", again, refused)
		}
	})

	t.Run("tell all at once what keeps them back", func(t *testing.T) {
		closed := fixture.Storefront(t, db, c.brand, "prairie-old", func(s *models.Storefront) {
			s.Status, s.Visible, s.IsPrimary, s.Languages = models.StorefrontClosed, false, false, models.StringList{"zh-CN"}
		})
		var p made
		refused := c.staff.Mutate(t, "productCreate", "product { "+productFields+" }", map[string]any{
			"brandId": c.brand.GlobalID(), "translations": []map[string]any{{"language": "fr", "title": "Miel"}}}, &p)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		_, list := mutate(t, c.staff, "listingPublish", p, map[string]any{"storefrontId": closed.GlobalID()})
		if list != "INCOMPLETE input.productId; INCOMPLETE input.prices; INCOMPLETE input.storefrontId" {
			t.Error(list)
		}
		if _, refused := c.change(t, "productArchive", map[string]any{"productId": p.ID}); refused != "" {
			t.Fatal(refused)
		}
		l, list := mutate(t, c.staff, "listingPricesSet", p, map[string]any{"prices": []any{price(p.Variants.Nodes[0], "9")}})
		if list != "" || blockers(l) != "PRODUCT_ARCHIVED TITLE_MISSING" {
			t.Errorf("%+v %s", l, list)
		}
	})

	t.Run("appear at the time they are scheduled for", func(t *testing.T) {
		p := c.create(t, "Scheduling", nil)
		at := c.api.Now.Add(48 * time.Hour)
		l, refused := mutate(t, c.staff, "listingPublish", p, map[string]any{"publishAt": at, "prices": []any{price(p.Variants.Nodes[0], "5")}})
		if refused != "" || l.Visible || !l.PublishAt.Equal(at) {
			t.Errorf("%+v %s", l, refused)
		}
		seen := func() bool {
			var data struct{ Product *made }
			c.public.Do(t, "query($id: ID!) { product(id: $id) { id } }", map[string]any{"id": p.ID}, &data)
			return data.Product != nil
		}
		if seen() {
			t.Error("it appears too early")
		}
		// Without a time it appears now.
		if l, refused = mutate(t, c.staff, "listingPublish", p, nil); refused != "" || !l.Visible || !seen() {
			t.Errorf("%+v %s", l, refused)
		}
	})

	t.Run("leave and come back", func(t *testing.T) {
		p := c.create(t, "Leaving", nil)
		l := c.publish(t, p, "5")
		unpublish := func(client *apitest.Client, version int) (l2 madeListing, refused string) {
			refused = apitest.Refused(client.Mutate(t, "listingUnpublish", "listing { "+listingFields+" }",
				map[string]any{"listingId": l.ID, "expectedVersion": version}, &l2))
			return l2, refused
		}
		if _, refused := unpublish(c.staff, l.Version+1); refused != "VERSION_CONFLICT input.expectedVersion" {
			t.Error(refused)
		}
		if _, refused := unpublish(c.stranger, l.Version); refused != "NOT_FOUND input.listingId" {
			t.Error(refused)
		}
		gone, refused := unpublish(c.staff, l.Version)
		if refused != "" || gone.Status != "DRAFT" || gone.Visible || gone.PublishAt != nil || gone.ID != l.ID || gone.PriceRange.Min.Amount != "5.00" {
			t.Errorf("%+v %s", gone, refused)
		}
		if _, refused = unpublish(c.staff, gone.Version); refused != "CONFLICT input.listingId" {
			t.Error(refused)
		}
		if l = c.publish(t, p, "6"); !l.Visible {
			t.Errorf("%+v", l)
		}
	})

	t.Run("of an archived product disappear, and come back with it", func(t *testing.T) {
		p := c.create(t, "Archiving", nil)
		c.publish(t, p, "5")
		seen := func() string {
			return string(c.public.Post(t, "query($id: ID!) { product(id: $id) { status } }", map[string]any{"id": p.ID}).Data)
		}
		step := func(mutation, want string, visible bool) {
			t.Helper()
			if _, refused := c.change(t, mutation, map[string]any{"productId": p.ID}); refused != want {
				t.Errorf("%s: %q", mutation, refused)
			}
			if got := seen() != `{"product":null}`; got != visible {
				t.Errorf("after %s the public reads %s", mutation, seen())
			}
		}
		step("productRestore", "CONFLICT input.productId", true)
		step("productArchive", "", false)
		step("productArchive", "CONFLICT input.productId", false)
		if _, refused := c.change(t, "productUpdate", map[string]any{"productId": p.ID, "status": "ACTIVE"}); refused != "CONFLICT input.status" {
			t.Error(refused)
		}
		step("productRestore", "", true)
		// What was a draft comes back as one, whatever its listings say.
		if _, refused := c.change(t, "productUpdate", map[string]any{"productId": p.ID, "status": "DRAFT"}); refused != "" || seen() != `{"product":null}` {
			t.Errorf("%s %s", refused, seen())
		}
		step("productArchive", "", false)
		step("productRestore", "", false)
	})
}

// TestVisibility holds what everybody reads to one rule, over every state of
// brand, storefront, product and listing, and every way to it.
func TestVisibility(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm
	goods := fixture.Sell(t, db, c.shop, "honey", 5, 100)
	fixture.Create(t, db, &models.Media{BrandID: c.brand.ID, ID: fixture.ID(), ProductID: goods.Product.ID, Position: 1,
		URL: "https://example.com/1.jpg", CreatedAt: fixture.Start})
	var picture models.Media
	db.Where("brand_id = ?", c.brand.ID).Take(&picture)
	past, future := c.api.Now.Add(-time.Hour), c.api.Now.Add(time.Hour)
	variables := map[string]any{
		"p": goods.Product.GlobalID(), "v": goods.Variants[0].GlobalID(), "l": goods.Listing.GlobalID(), "m": picture.GlobalID(),
		"s": c.shop.GlobalID(), "ids": []string{goods.Product.GlobalID(), goods.Listing.GlobalID()},
	}
	const query = `query($p: ID!, $v: ID!, $l: ID!, $m: ID!, $s: ID!, $ids: [ID!]!) {
		byId: product(id: $p) { id }
		byHandle: product(brandSlug: "prairie", handle: "honey") { id }
		product: node(id: $p) { id ... on Product { listings { id } listing { id } priceRange { min { amount } } } }
		variant: node(id: $v) { id ... on Variant { product { id } price { amount { amount } } } }
		listing: node(id: $l) { id ... on Listing { product { id } prices { amount { amount } } } }
		media: node(id: $m) { id }
		nodes(ids: $ids) { id }
		storefront(id: $s) { listings { totalCount nodes { id } } }
	}`
	hidden := `{"byId":null,"byHandle":null,"product":null,"variant":null,"listing":null,"media":null,"nodes":[null,null],`
	shown := strings.NewReplacer("$p", goods.Product.GlobalID(), "$v", goods.Variants[0].GlobalID(), "$l", goods.Listing.GlobalID(), "$m", picture.GlobalID()).
		Replace(`{"byId":{"id":"$p"},"byHandle":{"id":"$p"},` +
			`"product":{"id":"$p","listings":[{"id":"$l"}],"listing":{"id":"$l"},"priceRange":{"min":{"amount":"1.00"}}},` +
			`"variant":{"id":"$v","product":{"id":"$p"},"price":{"amount":{"amount":"1.00"}}},` +
			`"listing":{"id":"$l","product":{"id":"$p"},"prices":[{"amount":{"amount":"1.00"}}]},` +
			`"media":{"id":"$m"},"nodes":[{"id":"$p"},{"id":"$l"}],`)
	emptyShop := `"storefront":{"listings":{"totalCount":0,"nodes":[]}}}`
	fullShop := `"storefront":{"listings":{"totalCount":1,"nodes":[{"id":"` + goods.Listing.GlobalID() + `"}]}}}`

	for _, brand := range []models.BrandStatus{models.BrandApplied, models.BrandInReview, models.BrandActive, models.BrandSuspended, models.BrandClosed, models.BrandRejected} {
		for _, shop := range []models.StorefrontStatus{models.StorefrontDraft, models.StorefrontOpen, models.StorefrontPaused, models.StorefrontClosed} {
			for _, product := range []models.ProductStatus{models.ProductDraft, models.ProductActive, models.ProductArchived} {
				for listing, at := range map[string]*time.Time{"unpublished": nil, "published": &past, "scheduled": &future} {
					c.put(t, goods, brand, shop, product, at)
					name := fmt.Sprint(brand, " brand, ", shop, " storefront, ", product, " product, ", listing)
					shopSeen := brand == models.BrandActive && (shop == models.StorefrontOpen || shop == models.StorefrontPaused)
					want := hidden + `"storefront":null}`
					switch {
					case shopSeen && product == models.ProductActive && listing == "published":
						want = shown + fullShop
					case shopSeen:
						want = hidden + emptyShop
					}
					for _, client := range []*apitest.Client{c.public, c.stranger} {
						if got := string(client.Post(t, query, variables).Data); got != want {
							t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
						}
					}
					if got := string(c.staff.Post(t, query, variables).Data); got != shown+fullShop {
						t.Errorf("%s: staff read %s", name, got)
					}
					var entries int64
					db.Raw("select count(*) from search_entries where brand_id = ? and visible_from <= ?", c.brand.ID, c.api.Now).Scan(&entries)
					if (entries == 1) != strings.HasPrefix(want, shown) {
						t.Errorf("%s: %d entries of the search", name, entries)
					}
				}
			}
		}
	}

	t.Run("comes with time alone", func(t *testing.T) {
		c.put(t, goods, models.BrandActive, models.StorefrontOpen, models.ProductActive, &future)
		c.api.Now = future
		if got := string(c.public.Post(t, query, variables).Data); got != shown+fullShop {
			t.Errorf("got %s", got)
		}
	})
}
