package apitest_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// catalogue is a brand with an open storefront, its staff, and a stranger's brand.
type catalogue struct {
	api      *apitest.API
	brand    *models.Brand
	shop     *models.Storefront
	staff    *apitest.Client
	public   *apitest.Client
	stranger *apitest.Client
	other    *models.Brand
	theirs   *models.Storefront
}

func newCatalogue(t *testing.T) *catalogue {
	t.Helper()
	api := apitest.New(t, fixture.Start.AddDate(0, 1, 0))
	db := api.DB.Gorm
	c := &catalogue{api: api, brand: fixture.Brand(t, db, "prairie"), other: fixture.Brand(t, db, "denim")}
	c.shop, c.theirs = fixture.Storefront(t, db, c.brand, "prairie-cn"), fixture.Storefront(t, db, c.other, "denim-cn")
	c.staff = api.As(fixture.Member(t, db, c.brand.ID, models.RoleStaff))
	c.stranger = api.As(fixture.Member(t, db, c.other.ID, models.RoleOwner))
	c.public = api.As(nil)
	return c
}

// made is what tests read of products they make.
type made struct {
	ID        string
	Handle    string
	Status    string
	Title     string
	Language  string
	Version   int
	Tags      []string
	Options   []models.Option
	Available bool
	Media     []struct{ ID, URL, Alt string }
	Variants  struct{ Nodes []madeVariant }
	Listings  []madeListing
}

type madeVariant struct {
	ID         string
	Title      string
	SKU        *string
	Barcode    *string
	Version    int
	TrackStock bool
	ArchivedAt *time.Time
	NetContent *struct{ Quantity, Unit string }
}

type madeListing struct {
	ID         string
	Status     string
	Version    int
	PublishAt  *time.Time
	Visible    bool
	PriceRange *struct {
		Min, Max struct{ Amount, Currency string }
	}
	PublicationBlockers []struct{ Code string }
}

const (
	variantFields = `id title sku barcode version trackStock archivedAt netContent { quantity unit }`
	listingFields = `id status version publishAt visible priceRange { min { amount currency } max { amount } } publicationBlockers { code }`
	productFields = `id handle status title language version tags options { name values } available media { id url alt }
		variants { nodes { ` + variantFields + ` } } listings { ` + listingFields + ` }`
)

func english(title string) []map[string]any {
	return []map[string]any{{"language": "en", "title": title}}
}

// create makes a product of the brand and fails the test where it is refused.
func (c *catalogue) create(t *testing.T, title string, more map[string]any) made {
	t.Helper()
	input := map[string]any{"brandId": c.brand.GlobalID(), "translations": english(title)}
	maps.Copy(input, more)
	var p made
	if refused := c.staff.Mutate(t, "productCreate", "product { "+productFields+" }", input, &p); len(refused) > 0 {
		t.Fatalf("refused: %v", refused)
	}
	return p
}

// publish puts a product into the storefront at a price for all its variants.
func (c *catalogue) publish(t *testing.T, p made, price string) madeListing {
	t.Helper()
	var prices []map[string]any
	for _, v := range p.Variants.Nodes {
		prices = append(prices, map[string]any{"variantId": v.ID, "amount": price})
	}
	var l madeListing
	refused := c.staff.Mutate(t, "listingPublish", "listing { "+listingFields+" }",
		map[string]any{"productId": p.ID, "storefrontId": c.shop.GlobalID(), "prices": prices}, &l)
	if len(refused) > 0 {
		t.Fatalf("refused: %v", refused)
	}
	return l
}

func TestProductCreate(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	db := c.api.DB.Gorm

	t.Run("keeps everything that was told", func(t *testing.T) {
		food := &models.Category{ID: fixture.ID(), Slug: "food", Path: "food",
			Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}}, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
		fixture.Create(t, db, food)
		var p struct {
			made
			Description, Vendor, ProductType, HSCode, OriginCountry, OriginRegion string
			SEO                                                                   struct{ Title, Description string }
			Translations                                                          []struct{ Language, Title string }
			Category                                                              struct{ Path string }
			Brand                                                                 struct{ Slug string }
		}
		refused := c.staff.Mutate(t, "productCreate", `product { `+productFields+` description vendor productType
			HSCode: hsCode originCountry originRegion seo { title description } translations { language title }
			category { path } brand { slug } }`, map[string]any{
			"brandId": c.brand.GlobalID(), "categoryId": food.GlobalID(),
			"translations": []map[string]any{
				{"language": "en", "title": " Prairie Honey ", "description": "<p>Raw.</p>", "seoDescription": "Raw honey"},
				{"language": "zh-cn", "title": "草原蜂蜜"},
			},
			"vendor": "Prairie Gold", "productType": "Honey", "tags": []string{"raw", "Raw ", "new"},
			"hsCode": "0409.00.00", "originCountry": "US", "originRegion": "NE",
			"options": []map[string]any{{"name": "Size", "values": []string{"250 g", "500 g"}}},
			"variants": []map[string]any{
				{"options": []string{"250 g"}, "sku": "H-250", "barcode": "4006381333931", "weightGrams": 400,
					"netContent": map[string]any{"quantity": "250", "unit": "GRAM"}},
				{"options": []string{"500 G"}, "trackStock": false},
			},
			"media": []map[string]any{{"url": "https://example.com/honey.jpg", "alt": "A jar"}},
		}, &p)
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		got := fmt.Sprint(p.Handle, p.Status, p.Title, p.Language, p.Tags, p.Description, p.Vendor, p.ProductType, p.HSCode,
			p.OriginCountry, p.OriginRegion, p.SEO, p.Translations, p.Category.Path, p.Brand.Slug, p.Options, p.Version)
		want := "prairie-honeyDRAFTPrairie Honeyen[raw new]<p>Raw.</p>Prairie GoldHoney04090000USNE{Prairie Honey Raw honey} " +
			"[{en Prairie Honey} {zh-CN 草原蜂蜜}]foodprairie[{Size [250 g 500 g]}] 1"
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if v := p.Variants.Nodes; len(v) != 2 || v[0].Title != "250 g" || *v[0].SKU != "H-250" || v[0].NetContent.Quantity != "250" ||
			!v[0].TrackStock || v[1].Title != "500 g" || v[1].TrackStock {
			t.Errorf("variants %+v", v)
		}
		if len(p.Media) != 1 || p.Media[0].Alt != "A jar" {
			t.Errorf("media %+v", p.Media)
		}
	})

	t.Run("makes handles from titles, each once", func(t *testing.T) {
		for _, want := range []string{"denim-jacket", "denim-jacket-2", "denim-jacket-3"} {
			if p := c.create(t, "Denim Jacket!", nil); p.Handle != want {
				t.Errorf("%s, want %s", p.Handle, want)
			}
		}
		p := c.create(t, "蜂蜜", nil)
		if !strings.HasPrefix(p.Handle, "product-") {
			t.Errorf("handle %s", p.Handle)
		}
	})

	t.Run("refuses", func(t *testing.T) {
		c.create(t, "Taken", map[string]any{"handle": "taken"})
		for want, change := range map[string]map[string]any{
			"TAKEN input.handle":                        {"handle": "taken"},
			"INVALID input.brandId":                     {"brandId": c.shop.GlobalID()},
			"NOT_FOUND input.brandId":                   {"brandId": c.other.GlobalID()},
			"NOT_FOUND input.categoryId":                {"categoryId": globalid.Encode(globalid.Category, fixture.ID())},
			"INVALID input.categoryId":                  {"categoryId": "cat_nothing"},
			"REQUIRED input.translations":               {"translations": []any{}},
			"REQUIRED input.translations.0.title":       {"translations": english("  ")},
			"OUT_OF_RANGE input.variants.0.weightGrams": {"variants": []map[string]any{{"weightGrams": -1}}},
			"OUT_OF_RANGE input.variants.0.netContent.quantity": {"variants": []map[string]any{
				{"netContent": map[string]any{"quantity": "-3", "unit": "GRAM"}}}},
			"TAKEN input.variants.1.options": {"variants": []map[string]any{{}, {}}},
		} {
			input := map[string]any{"brandId": c.brand.GlobalID(), "translations": english("Honey")}
			maps.Copy(input, change)
			if got := apitest.Refused(c.staff.Mutate(t, "productCreate", "product { id }", input, nil)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})

	t.Run("refuses an operator a brand that is not there", func(t *testing.T) {
		operator := c.api.As(fixture.Operator(t, db))
		got := apitest.Refused(operator.Mutate(t, "productCreate", "product { id }", map[string]any{
			"brandId": globalid.Encode(globalid.Brand, fixture.ID()), "translations": english("Honey")}, nil))
		if got != "NOT_FOUND input.brandId" {
			t.Error(got)
		}
	})
}
