package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/database"
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

var catalogueStart = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

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
	if err := m.writeBrands(ctx, gdb, progress); err != nil {
		return err
	}
	for _, sql := range []string{index, "vacuum analyze"} {
		if err := gdb.Exec(sql).Error; err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// market is what all brands share.
type market struct {
	products   int
	vocabulary vocabulary
	planted    map[int][]Word
	categories []models.Category
}

func newMarket(c Catalogue) *market {
	chance := rand.New(rand.NewPCG(7, uint64(c.Products)))
	m := &market{products: c.Products, vocabulary: newVocabulary(chance, c.Words()), planted: map[int][]Word{}}
	for _, word := range c.Words() {
		for _, i := range chance.Perm(c.Products)[:word.Hits] {
			m.planted[i] = append(m.planted[i], word)
		}
	}
	for i := range categories {
		slug, name := fmt.Sprintf("range-%d", i), fmt.Sprintf("Range %d", i)
		m.categories = append(m.categories, models.Category{
			ID: newID(chance, catalogueStart), Slug: slug, Path: slug, Texts: models.Texts[models.CategoryText]{"en": {Name: name}},
			Version: 1, CreatedAt: catalogueStart, UpdatedAt: catalogueStart,
		})
	}
	return m
}

// newID makes a UUIDv7 of a time by chance.
func newID(chance *rand.Rand, at time.Time) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|chance.Uint64()&0xffff)
	binary.BigEndian.PutUint64(id[8:], chance.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

func (m *market) writeCategories(tx *gorm.DB) error { return database.Copy(tx, m.categories) }

// writeBrands writes several brands at a time: half of the work is PostgreSQL's.
func (m *market) writeBrands(ctx context.Context, db *gorm.DB, progress func(done, total int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var told sync.Mutex
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				from, to := n*perBrand, min((n+1)*perBrand, m.products)
				if from >= m.products {
					return
				}
				err := database.InTx(ctx, db, func(tx *gorm.DB) error { return newStall(m, n).write(tx, from, to) })
				if err != nil {
					cancel(fmt.Errorf("write brand %d: %w", n, err))
					return
				}
				told.Lock()
				if progress != nil {
					progress(int(done.Add(int64(to-from))), m.products)
				}
				told.Unlock()
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}
