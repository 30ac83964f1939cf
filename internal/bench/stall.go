package bench

import (
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

var states = []string{"NE", "MI", "VT", "OR"}

// stall is a brand with one storefront, and the rows of its products.
type stall struct {
	market *market
	chance *rand.Rand

	brand       models.Brand
	shop        models.Storefront
	warehouse   models.Warehouse
	products    []models.Product
	variants    []models.Variant
	listings    []models.Listing
	prices      []models.Price
	levels      []models.StockLevel
	adjustments []models.StockAdjustment
}

// newStall makes the n-th brand. It has a chance of its own, so that it is the
// same whichever is written first.
func newStall(m *market, n int) *stall {
	s := &stall{market: m, chance: rand.New(rand.NewPCG(uint64(n), uint64(m.products)))}
	at, state, name, slug := catalogueStart, states[n%len(states)], fmt.Sprintf("Brand %d", n), fmt.Sprintf("brand-%d", n)
	contact, email := "Ada Lind", slug+"@example.com"
	s.brand = models.Brand{
		ID: s.id(at), Slug: slug, Name: name, DefaultLanguage: "en", Texts: models.Texts[models.BrandText]{"en": {Description: name}},
		Status: models.BrandActive, Country: "US", Region: &state, CensusRegion: models.CensusRegionOf("US", state),
		Industry: models.IndustryFood, Size: models.SizeMicro, ContactName: &contact, ContactEmail: &email, ContactConfirmedAt: &at,
		JobsBefore: 1, JobsNow: 1, AppliedAt: at, JoinedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	s.shop = models.Storefront{
		BrandID: s.brand.ID, ID: s.id(at), Slug: slug + "-cn", Name: name, Texts: models.Texts[models.StorefrontText]{"en": {Name: name}},
		Country: "CN", Currency: "CNY", Languages: models.StringList{"zh-CN", "en"}, PaymentMethods: models.StringList{"CARD"},
		Status: models.StorefrontOpen, IsPrimary: true, OpenedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	s.warehouse = models.Warehouse{
		BrandID: s.brand.ID, ID: s.id(at), Code: "MAIN", Name: "Main", Kind: models.OriginWarehouse, Country: "US", Region: &state,
		Active: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	return s
}

func (s *stall) id(at time.Time) uuid.UUID { return newID(s.chance, at) }

// write writes the brand with some of the market's products.
func (s *stall) write(tx *gorm.DB, from, to int) error {
	for i := from; i < to; i++ {
		s.add(i)
	}
	for _, write := range []func(*gorm.DB) error{
		copying([]models.Brand{s.brand}), copying([]models.Storefront{s.shop}), copying([]models.Warehouse{s.warehouse}), s.writeSlugs,
		copying(s.products), copying(s.variants), copying(s.listings), copying(s.prices), copying(s.levels), copying(s.adjustments),
	} {
		if err := write(tx); err != nil {
			return err
		}
	}
	return visibility.BrandTx(tx, s.brand.ID)
}

func copying[T any](rows []T) func(*gorm.DB) error {
	return func(tx *gorm.DB) error { return database.Copy(tx, rows) }
}

func (s *stall) writeSlugs(tx *gorm.DB) error {
	if err := tx.Exec("insert into brand_slugs (slug, brand_id) values (?, ?)", s.brand.Slug, s.brand.ID).Error; err != nil {
		return err
	}
	return tx.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?)", s.shop.Slug, s.brand.ID, s.shop.ID).Error
}

// add makes the i-th product of the market, of one variant that is on sale.
func (s *stall) add(i int) {
	at := catalogueStart.Add(time.Duration(s.chance.IntN(250*24*3600)) * time.Second)
	category, country := s.market.categories[s.chance.IntN(categories)], "US"
	sku, price, stock := fmt.Sprintf("B%d-%04d-%c", i/perBrand, i%perBrand, 'A'+rune(i%3)), int64(100+s.chance.IntN(100_000)), int64(s.chance.IntN(10))
	p := models.Product{
		BrandID: s.brand.ID, ID: s.id(at), Handle: fmt.Sprintf("product-%d", i), Status: models.ProductActive, DefaultLanguage: "en",
		Texts: s.texts(i), CategoryID: &category.ID, Tags: some(s.chance, s.market.vocabulary.english, 3), OriginCountry: &country,
		OriginRegion: s.brand.Region, Options: []models.Option{}, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	v := models.Variant{
		BrandID: p.BrandID, ID: s.id(at), ProductID: p.ID, Position: 1, SKU: &sku, Options: []models.SelectedOption{},
		TrackStock: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	p.Tokens = search.Tokens(&p, []*models.Variant{&v}, []string{category.Texts["en"].Name})
	s.products, s.variants = append(s.products, p), append(s.variants, v)
	s.listings = append(s.listings, models.Listing{
		BrandID: p.BrandID, ID: s.id(at), StorefrontID: s.shop.ID, ProductID: p.ID, Status: models.ListingPublished, PublishAt: &at,
		Currency: s.shop.Currency, MinPriceMinor: &price, MaxPriceMinor: &price, Version: 1, CreatedAt: at, UpdatedAt: at,
	})
	s.prices = append(s.prices, models.Price{
		BrandID: p.BrandID, StorefrontID: s.shop.ID, VariantID: v.ID, ProductID: p.ID, AmountMinor: price, Currency: s.shop.Currency, UpdatedAt: at,
	})
	s.levels = append(s.levels, models.StockLevel{
		BrandID: p.BrandID, VariantID: v.ID, WarehouseID: s.warehouse.ID, OnHand: stock, UpdatedAt: at,
	})
	if stock > 0 {
		s.adjustments = append(s.adjustments, models.StockAdjustment{
			BrandID: p.BrandID, ID: s.id(at), VariantID: v.ID, WarehouseID: s.warehouse.ID, Delta: stock, Reason: models.StockReceived, RecordedAt: at,
		})
	}
}

// texts of the i-th product, with the words that are to be in it.
func (s *stall) texts(i int) models.Texts[models.ProductText] {
	v := s.market.vocabulary
	title, about := some(s.chance, v.english, 6), some(s.chance, v.english, 40)
	titleZH, aboutZH := some(s.chance, v.chinese, 7), some(s.chance, v.chinese, 25)
	for at, word := range s.market.planted[i] {
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
