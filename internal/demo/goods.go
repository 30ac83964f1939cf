package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/models"
)

// productRows are the rows of one product, listed in each storefront of its brand.
type productRows struct {
	product  models.Product
	media    models.Media
	variants []*models.Variant
	listings []models.Listing
	prices   []models.Price
}

// scheduled tells which goods appear two weeks from today only.
func scheduled(m *maker, n int) bool { return n == len(m.goods)-1 && strings.HasSuffix(m.slug, "s") }

func (w *world) produce(m *maker, brand *models.Brand, g goods, n int) *productRows {
	at := brand.JoinedAt.Add(time.Duration(n) * time.Hour)
	category, country, kind := w.category[m.category], "US", m.goods[n].english
	r := &productRows{product: models.Product{
		BrandID: brand.ID, ID: w.id(at), Handle: g.handle, Status: models.ProductActive, DefaultLanguage: "en",
		Texts: models.Texts[models.ProductText]{
			"en":    {Title: g.english, Description: fmt.Sprintf("%s from %s. %s", g.english, m.name, m.english)},
			"zh-CN": {Title: g.chinese, Description: fmt.Sprintf("%s，来自 %s。%s", g.chinese, m.name, m.story)},
		},
		CategoryID: &category.ID, Vendor: &m.name, ProductType: &kind,
		Tags: models.StringList{strings.ToLower(string(m.industry)), "usa"}, HSCode: &g.hsCode,
		OriginCountry: &country, OriginRegion: &m.state, Options: []models.Option{}, Version: 1, CreatedAt: at, UpdatedAt: at,
	}}
	alt := g.english
	r.media = models.Media{
		BrandID: brand.ID, ID: w.id(at), ProductID: r.product.ID, Position: 1, Alt: &alt, CreatedAt: at,
		URL: fmt.Sprintf("https://images.tradewind.example/%s/%s.jpg", m.slug, g.handle),
	}
	if len(g.sizes) > 0 {
		r.product.Options = []models.Option{{Name: "Size", Values: g.sizes}}
	}
	for i := range max(1, len(g.sizes)) {
		r.variants = append(r.variants, w.variant(m, g, &r.product, i, at))
	}
	r.product.Tokens = search.Tokens(&r.product, r.variants, []string{
		category.Texts["en"].Name, category.Texts["zh-CN"].Name,
	})
	return r
}

func (w *world) variant(m *maker, g goods, p *models.Product, i int, at time.Time) *models.Variant {
	sku := fmt.Sprintf("%s-%s-%d", initials(m.slug), strings.ToUpper(g.handle), i+1)
	grams := int32(g.scaled(int64(g.grams), i))
	v := &models.Variant{
		BrandID: p.BrandID, ID: w.id(at), ProductID: p.ID, Position: int32(i + 1), SKU: &sku, WeightGrams: &grams,
		Options: []models.SelectedOption{}, TrackStock: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	if len(g.sizes) > 0 {
		v.Options = []models.SelectedOption{{Name: "Size", Value: g.sizes[i]}}
	}
	v.OptionKey = catalog.OptionKey(g.value(i))
	if g.net != nil {
		net := decimal.NewFromInt(g.scaled(g.net.IntPart(), i))
		v.NetContent, v.NetUnit = &net, &g.unit
	}
	return v
}

// list puts a product on sale in a storefront, at prices in its currency.
func (w *world) list(m *maker, g goods, n int, r *productRows, front *models.Storefront, id func(time.Time) uuid.UUID) {
	publish := front.OpenedAt.Add(time.Duration(n) * time.Hour)
	if scheduled(m, n) {
		publish = w.today.AddDate(0, 0, 14)
	}
	l := models.Listing{
		BrandID: front.BrandID, ID: id(publish), StorefrontID: front.ID, ProductID: r.product.ID, Status: models.ListingPublished,
		PublishAt: &publish, Currency: front.Currency, Version: 1, CreatedAt: r.product.CreatedAt, UpdatedAt: r.product.CreatedAt,
	}
	for i, v := range r.variants {
		amount := price(g, i, front.Currency)
		r.prices = append(r.prices, models.Price{
			BrandID: front.BrandID, StorefrontID: front.ID, VariantID: v.ID, ProductID: r.product.ID, AmountMinor: amount,
			Currency: front.Currency, UpdatedAt: r.product.CreatedAt,
		})
		if i == 0 {
			l.MinPriceMinor = &amount
		}
		l.MaxPriceMinor = &amount
	}
	r.listings = append(r.listings, l)
}

// value is a variant's option value, none where there is one variant only.
func (g goods) value(i int) []string {
	if len(g.sizes) == 0 {
		return nil
	}
	return g.sizes[i : i+1]
}

// scaled is a figure of the first size for a further one: where sizes are
// amounts ("340 g", not "M"), each weighs and costs 70 % of the first more.
func (g goods) scaled(first int64, i int) int64 {
	if i > 0 && strings.Contains(g.sizes[i], " ") && !strings.HasSuffix(g.sizes[i], "months") {
		return first * int64(10+7*i) / 10
	}
	return first
}

// price in minor units: five yuan make a dollar of Singapore.
func price(g goods, size int, currency string) int64 {
	yuan := g.scaled(g.price, size)
	if currency == "SGD" {
		return yuan*20 - 10
	}
	return yuan * 100
}

func initials(slug string) string {
	var text strings.Builder
	for part := range strings.SplitSeq(slug, "-") {
		text.WriteString(strings.ToUpper(part[:1]))
	}
	return text.String()
}
