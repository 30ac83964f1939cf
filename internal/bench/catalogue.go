package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/search"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Catalogue is a marketplace of many products in English and Chinese, of up to
// a thousand by each brand, sold in China. The same one has the same rows.
type Catalogue struct{ Products int }

// Word is in the texts of so many products, in one title of four.
type Word struct {
	Hits             int
	English, Chinese string
}

// Words that one product has, one in a hundred and one in five: of 100,000
// products these are 1, 1,000 and 20,000. Fewer than a hundred have none.
func (c Catalogue) Words() []Word {
	if c.Products < 100 {
		return nil
	}
	return []Word{{1, "zephyrine", "鹤望"}, {c.Products / 100, "saffron", "藏红"}, {c.Products / 5, "organic", "有机"}}
}

const (
	perBrand   = 1000
	categories = 50
)

var (
	catalogueStart = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	states         = []string{"NE", "MI", "VT", "OR"}
)

// Fill writes the catalogue beside what is there. Progress may be nil.
func (c Catalogue) Fill(ctx context.Context, db *database.DB, progress func(done, total int)) error {
	if c.Products <= 0 {
		return nil
	}
	m := newMarket(c)
	ctx = database.AcrossBrands(ctx, database.MarketplaceSearch)
	gdb := db.Gorm.WithContext(ctx)
	if err := database.InTx(ctx, gdb, m.writeCategories); err != nil {
		return fmt.Errorf("write the categories: %w", err)
	}
	// The index of words is made afterwards, in one go.
	const indexName = "search_entries_tokens_idx"
	var index string
	if err := gdb.Raw("select pg_get_indexdef(cast(? as regclass))", indexName).Scan(&index).Error; err != nil {
		return err
	}
	if err := gdb.Exec("drop index " + indexName).Error; err != nil {
		return err
	}
	for first := 0; first < c.Products; first += perBrand {
		if progress != nil {
			progress(first, c.Products)
		}
		err := database.InTx(ctx, gdb, func(tx *gorm.DB) error {
			return m.writeBrand(tx, first/perBrand, first, min(first+perBrand, c.Products))
		})
		if err != nil {
			return fmt.Errorf("write brand %d: %w", first/perBrand, err)
		}
	}
	if progress != nil {
		progress(c.Products, c.Products)
	}
	for _, sql := range []string{index, "vacuum analyze"} {
		if err := gdb.Exec(sql).Error; err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// market makes the rows.
type market struct {
	random     *rand.Rand
	vocabulary vocabulary
	planted    map[int][]Word
	categories []models.Category
}

func newMarket(c Catalogue) *market {
	m := &market{random: rand.New(rand.NewPCG(7, uint64(c.Products))), planted: map[int][]Word{}}
	m.vocabulary = newVocabulary(m.random, c.Words())
	for _, word := range c.Words() {
		for _, i := range m.random.Perm(c.Products)[:word.Hits] {
			m.planted[i] = append(m.planted[i], word)
		}
	}
	for i := range categories {
		slug, name := fmt.Sprintf("range-%d", i), fmt.Sprintf("Range %d", i)
		m.categories = append(m.categories, models.Category{
			ID: m.id(catalogueStart), Slug: slug, Path: slug, Texts: models.Texts[models.CategoryText]{"en": {Name: name}},
			Version: 1, CreatedAt: catalogueStart, UpdatedAt: catalogueStart,
		})
	}
	return m
}

// id makes a UUIDv7 of a time from the market's own chance.
func (m *market) id(at time.Time) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|m.random.Uint64()&0xffff)
	binary.BigEndian.PutUint64(id[8:], m.random.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

func (m *market) writeCategories(tx *gorm.DB) error { return database.Copy(tx, m.categories) }

// writeBrand writes a brand with its storefront and products.
func (m *market) writeBrand(tx *gorm.DB, n, from, to int) error {
	at, state, name, slug := catalogueStart, states[n%len(states)], fmt.Sprintf("Brand %d", n), fmt.Sprintf("brand-%d", n)
	contact, email := "Ada Lind", slug+"@example.com"
	brand := models.Brand{
		ID: m.id(at), Slug: slug, Name: name, DefaultLanguage: "en", Texts: models.Texts[models.BrandText]{"en": {Description: name}},
		Status: models.BrandActive, Country: "US", Region: &state, CensusRegion: models.CensusRegionOf("US", state),
		Industry: models.IndustryFood, Size: models.SizeMicro, ContactName: &contact, ContactEmail: &email, ContactConfirmedAt: &at,
		JobsBefore: 1, JobsNow: 1, AppliedAt: at, JoinedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	shop := models.Storefront{
		BrandID: brand.ID, ID: m.id(at), Slug: slug + "-cn", Name: name, Texts: models.Texts[models.StorefrontText]{"en": {Name: name}},
		Country: "CN", Currency: "CNY", Languages: models.StringList{"zh-CN", "en"}, PaymentMethods: models.StringList{"CARD"},
		Status: models.StorefrontOpen, IsPrimary: true, OpenedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	warehouse := models.Warehouse{
		BrandID: brand.ID, ID: m.id(at), Code: "MAIN", Name: "Main", Kind: models.OriginWarehouse, Country: "US", Region: &state,
		Active: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	slugs := func(tx *gorm.DB) error {
		if err := tx.Exec("insert into brand_slugs (slug, brand_id) values (?, ?)", slug, brand.ID).Error; err != nil {
			return err
		}
		return tx.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?)", shop.Slug, brand.ID, shop.ID).Error
	}
	var g goods
	for i := from; i < to; i++ {
		m.add(&g, i, &shop, &warehouse, state)
	}
	for _, write := range []func(*gorm.DB) error{
		copying([]models.Brand{brand}), copying([]models.Storefront{shop}), copying([]models.Warehouse{warehouse}), slugs,
		copying(g.products), copying(g.variants), copying(g.listings), copying(g.prices), copying(g.levels), copying(g.adjustments),
	} {
		if err := write(tx); err != nil {
			return err
		}
	}
	return visibility.BrandTx(tx, brand.ID)
}

func copying[T any](rows []T) func(*gorm.DB) error {
	return func(tx *gorm.DB) error { return database.Copy(tx, rows) }
}

// goods are rows of products.
type goods struct {
	products    []models.Product
	variants    []models.Variant
	listings    []models.Listing
	prices      []models.Price
	levels      []models.StockLevel
	adjustments []models.StockAdjustment
}

// add makes the i-th product, of one variant that is on sale.
func (m *market) add(g *goods, i int, shop *models.Storefront, warehouse *models.Warehouse, state string) {
	at := catalogueStart.Add(time.Duration(m.random.IntN(250*24*3600)) * time.Second)
	category, country := m.categories[m.random.IntN(categories)], "US"
	sku, price, stock := fmt.Sprintf("B%d-%04d-%c", i/perBrand, i%perBrand, 'A'+rune(i%3)), int64(100+m.random.IntN(100_000)), int64(m.random.IntN(10))
	p := models.Product{
		BrandID: shop.BrandID, ID: m.id(at), Handle: fmt.Sprintf("product-%d", i), Status: models.ProductActive, DefaultLanguage: "en",
		Texts: m.texts(i), CategoryID: &category.ID, Tags: m.vocabulary.some(m.random, m.vocabulary.english, 3), OriginCountry: &country,
		OriginRegion: &state, Options: []models.Option{}, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	v := models.Variant{
		BrandID: p.BrandID, ID: m.id(at), ProductID: p.ID, Position: 1, SKU: &sku, Options: []models.SelectedOption{},
		TrackStock: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	p.Tokens = search.Tokens(&p, []*models.Variant{&v}, []string{category.Texts["en"].Name})
	g.products, g.variants = append(g.products, p), append(g.variants, v)
	g.listings = append(g.listings, models.Listing{
		BrandID: p.BrandID, ID: m.id(at), StorefrontID: shop.ID, ProductID: p.ID, Status: models.ListingPublished, PublishAt: &at,
		Currency: shop.Currency, MinPriceMinor: &price, MaxPriceMinor: &price, Version: 1, CreatedAt: at, UpdatedAt: at,
	})
	g.prices = append(g.prices, models.Price{
		BrandID: p.BrandID, StorefrontID: shop.ID, VariantID: v.ID, ProductID: p.ID, AmountMinor: price, Currency: shop.Currency, UpdatedAt: at,
	})
	g.levels = append(g.levels, models.StockLevel{
		BrandID: p.BrandID, VariantID: v.ID, WarehouseID: warehouse.ID, OnHand: stock, UpdatedAt: at,
	})
	if stock > 0 {
		g.adjustments = append(g.adjustments, models.StockAdjustment{
			BrandID: p.BrandID, ID: m.id(at), VariantID: v.ID, WarehouseID: warehouse.ID, Delta: stock, Reason: models.StockReceived, RecordedAt: at,
		})
	}
}

// texts of the i-th product, with the words that are to be in it.
func (m *market) texts(i int) models.Texts[models.ProductText] {
	v := m.vocabulary
	title, about := v.some(m.random, v.english, 6), v.some(m.random, v.english, 40)
	titleZH, aboutZH := v.some(m.random, v.chinese, 7), v.some(m.random, v.chinese, 25)
	for at, word := range m.planted[i] {
		if i%4 == 0 {
			title[at+1], titleZH[at+1] = word.English, word.Chinese
		} else {
			about[at+5], aboutZH[at+5] = word.English, word.Chinese
		}
	}
	return models.Texts[models.ProductText]{
		"en":    {Title: strings.Join(title, " "), Description: "<p>" + strings.Join(about, " ") + "</p>"},
		"zh-CN": {Title: strings.Join(titleZH, ""), Description: strings.Join(aboutZH, "，")},
	}
}
