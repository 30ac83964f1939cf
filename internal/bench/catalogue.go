package bench

import (
	"context"
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Catalogue is a marketplace of many products in English and Chinese, sold in
// China in CNY: brands of a thousand products each, who sell the same goods at
// prices of their own.
type Catalogue struct{ Products int }

// Word is in the texts of so many products; in one of four, in the title.
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
	size := c.perBrand()
	return []Word{
		{1, "zephyrine", "鹤望"},
		{c.holders(size/5, size/5+size/100), "saffron", "藏红"},
		{c.holders(0, size/5), "organic", "有机"},
	}
}

// holders counts the products that are some of their brand's goods.
func (c Catalogue) holders(from, to int) int {
	brands, rest := c.Products/c.perBrand(), c.Products%c.perBrand()
	return brands*(to-from) + max(0, min(rest, to)-from)
}

func (c Catalogue) perBrand() int { return min(c.Products, 1000) }

// catalogueStart is the day from which its products are sold, for a year.
var catalogueStart = time.Date(2025, 1, 6, 8, 0, 0, 0, time.UTC)

//go:embed catalogue.sql
var catalogueSQL string

// Fill writes the catalogue beside what is there. Progress may be nil.
func (c Catalogue) Fill(ctx context.Context, db *database.DB, progress func(done, total int)) error {
	if c.Products <= 0 {
		return nil
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	ctx = database.AcrossBrands(ctx, database.MarketplaceSearch)
	gdb := db.Gorm.WithContext(ctx)
	if err := database.InTx(ctx, gdb, c.writeGoods); err != nil {
		return fmt.Errorf("write the goods: %w", err)
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
	if err := c.writeBrands(ctx, gdb, progress); err != nil {
		return err
	}
	for _, sql := range []string{index, "drop table bench_goods", "vacuum analyze"} {
		if err := gdb.Exec(sql).Error; err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// writeBrands writes as many brands at a time as there are processors.
func (c Catalogue) writeBrands(ctx context.Context, db *gorm.DB, progress func(done, total int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var mutex sync.Mutex
	var done int
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				first := n * c.perBrand()
				if first >= c.Products {
					return
				}
				size := min(c.perBrand(), c.Products-first)
				if err := database.InTx(ctx, db, func(tx *gorm.DB) error { return c.writeBrand(tx, n, size) }); err != nil {
					cancel(fmt.Errorf("write brand %d: %w", n, err))
					return
				}
				mutex.Lock()
				done += size
				progress(done, c.Products)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// writeBrand writes a brand with its storefront and so many products.
func (c Catalogue) writeBrand(tx *gorm.DB, n, size int) error {
	at, state, name, slug := catalogueStart, []string{"NE", "MI", "VT", "OR"}[n%4], fmt.Sprintf("Brand %d", n), fmt.Sprintf("brand-%d", n)
	contact, email, id := "Ada Lind", slug+"@example.com", func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	brand := models.Brand{
		ID: id(), Slug: slug, Name: name, DefaultLanguage: "en", Texts: models.Texts[models.BrandText]{"en": {Description: name}},
		Status: models.BrandActive, Country: "US", Region: &state, CensusRegion: models.CensusRegionOf("US", state),
		Industry: models.IndustryFood, Size: models.SizeMicro, ContactName: &contact, ContactEmail: &email, ContactConfirmedAt: &at,
		JobsBefore: 1, JobsNow: 1, AppliedAt: at, JoinedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	shop := models.Storefront{
		BrandID: brand.ID, ID: id(), Slug: slug + "-cn", Name: name, Texts: models.Texts[models.StorefrontText]{"en": {Name: name}},
		Country: "CN", Currency: "CNY", Languages: models.StringList{"zh-CN", "en"}, PaymentMethods: models.StringList{"CARD"},
		Status: models.StorefrontOpen, IsPrimary: true, OpenedAt: &at, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	warehouse := models.Warehouse{
		BrandID: brand.ID, ID: id(), Code: "MAIN", Name: "Main", Kind: models.OriginWarehouse, Country: "US", Region: &state,
		Active: true, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
	for _, row := range []any{&brand, &shop, &warehouse} {
		if err := tx.Create(row).Error; err != nil {
			return err
		}
	}
	goods := make(models.StringList, size)
	for i := range goods {
		goods[i] = fmt.Sprint(i)
	}
	if n == 0 && len(c.Words()) > 0 {
		goods[size-1] = fmt.Sprint(c.perBrand()) // the one that nobody else has
	}
	values := map[string]any{
		"brand": brand.ID, "slug": slug, "state": state, "shop": shop.ID, "warehouse": warehouse.ID, "start": at, "goods": goods,
	}
	for sql := range strings.SplitSeq(strings.TrimSuffix(catalogueSQL, ";\n"), ";\n") {
		if err := tx.Exec(sql, values).Error; err != nil {
			return err
		}
	}
	return visibility.BrandTx(tx, brand.ID)
}
