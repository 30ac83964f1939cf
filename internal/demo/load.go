package demo

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/identity"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// Options of the demonstration data.
type Options struct {
	// Today is the day up to which there are orders; the same day gives the same data.
	Today time.Time
	// Orders is how many there are. Default 20,000.
	Orders int
	// Progress is told how much of the work is done, 0 to 1.
	Progress func(done float64)
}

// lockKey keeps two instances from filling one database at once.
const lockKey = 0x7477_6465_6d6f

// Load fills an empty database and reports whether it did: one that holds a
// brand, or an account that no development token made, is left as it is. It is
// all written or nothing.
func Load(ctx context.Context, db *gorm.DB, o Options) (loaded bool, err error) {
	ctx = database.AcrossBrands(ctx, database.Reconciliation)
	err = database.InTx(ctx, db, func(tx *gorm.DB) error {
		if err := tx.Exec("select pg_advisory_xact_lock(?)", lockKey).Error; err != nil {
			return err
		}
		var used bool
		err := tx.Raw("select exists (select from accounts where issuer <> ?) or exists (select from brands)",
			identity.DevelopmentIssuer).Scan(&used).Error
		if err != nil || used {
			return err
		}
		loaded = true
		// TestLoad has it all looked up.
		if err := database.SpareLookups(tx); err != nil {
			return err
		}
		if err := rules(tx, o.Today); err != nil {
			return err
		}
		return newWorld(o.Today).write(tx, o)
	})
	if err != nil {
		return false, fmt.Errorf("fill with demonstration data: %w", err)
	}
	if loaded {
		// The planner needs statistics, the memory limit its pages back.
		if err := db.WithContext(ctx).Exec("analyze").Error; err != nil {
			return true, fmt.Errorf("gather statistics: %w", err)
		}
		debug.FreeOSMemory()
	}
	return loaded, nil
}

// rules of customs: those that come with the software, and made-up duties.
func rules(tx *gorm.DB, today time.Time) error {
	books := customs.NewService(tx, func() time.Time { return today })
	ctx := auth.With(tx.Statement.Context, auth.System())
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		if _, err := books.ImportShipped(ctx, name); err != nil {
			return fmt.Errorf("bring in rules of customs: %w", err)
		}
	}
	return nil
}

func (w *world) write(tx *gorm.DB, o Options) (err error) {
	if o.Orders <= 0 {
		o.Orders = orderCount
	}
	if w.makers, err = readCatalogue(); err != nil {
		return err
	}
	people, err := w.newcomers(tx)
	if err != nil {
		return err
	}
	w.agree()
	if err := copyAll(tx, rowsOf(w.categories()), rowsOf(people), one(w.terms), one(w.programme())); err != nil {
		return err
	}
	if err := w.exchange(tx); err != nil {
		return err
	}
	for _, m := range w.makers {
		if err := w.writeBrand(tx, m); err != nil {
			return fmt.Errorf("%s: %w", m.slug, err)
		}
	}
	plans := w.plans(o.Orders)
	if err := w.writeStock(tx); err != nil {
		return err
	}
	const chunk = 500
	for from := 0; from < len(plans); from += chunk {
		if err := w.writeOrders(tx, plans[from:min(from+chunk, len(plans))]); err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(float64(from+chunk) / float64(len(plans)))
		}
	}
	if err := w.writePayouts(tx); err != nil {
		return err
	}
	for i, s := range w.shops {
		if i > 0 && w.shops[i-1].brand == s.brand {
			continue
		}
		if err := visibility.BrandTx(tx, s.brand.ID); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) writeBrand(tx *gorm.DB, m *maker) error {
	b := w.admit(m)
	if err := copyAll(tx, one(b.owner), one(b.brand), one(b.membership), rowsOf(b.documents), one(b.payout),
		rowsOf(b.jobs), rowsOf(b.transitions), rowsOf(b.fronts), rowsOf(b.warehouses)); err != nil {
		return err
	}
	if err := tx.Exec("insert into brand_slugs (slug, brand_id) values (?, ?)", b.brand.Slug, b.brand.ID).Error; err != nil {
		return err
	}
	shops := make([]*shop, len(b.fronts))
	popularity := 2 + w.random.IntN(12)
	for i := range b.fronts {
		front := &b.fronts[i]
		err := tx.Exec("insert into storefront_slugs (slug, brand_id, storefront_id) values (?, ?, ?)", front.Slug, front.BrandID, front.ID).Error
		if err != nil {
			return err
		}
		shops[i] = &shop{brand: &b.brand, front: front, warehouse: &b.warehouses[0], popularity: popularity * (1 + 9*(1-i))}
	}
	w.shops = append(w.shops, shops...)
	if err := w.writeOffers(tx, shops); err != nil {
		return err
	}
	return w.writeGoods(tx, m, shops)
}

func (w *world) writeGoods(tx *gorm.DB, m *maker, shops []*shop) error {
	var products []models.Product
	var media []models.Media
	var variants []models.Variant
	var listings []models.Listing
	var prices []models.Price
	made := make([]*productRows, len(m.goods))
	for n, g := range m.goods {
		r := w.produce(m, shops[0].brand, g, n)
		made[n] = r
		for _, s := range shops {
			w.list(m, g, n, r, s.front, w.id)
			for i, v := range r.variants {
				s.items = append(s.items, &item{
					product: &r.product, variant: v, category: m.category, price: price(g, i, s.front.Currency),
					popularity: 1 + 40/(n+2) + w.random.IntN(6), since: *r.listings[len(r.listings)-1].PublishAt,
				})
			}
		}
		products, media = append(products, r.product), append(media, r.media)
		listings, prices = append(listings, r.listings...), append(prices, r.prices...)
		for _, v := range r.variants {
			variants = append(variants, *v)
		}
	}
	if err := copyAll(tx, rowsOf(products), rowsOf(media), rowsOf(variants), rowsOf(listings), rowsOf(prices)); err != nil {
		return err
	}
	return w.declared(tx, m, shops[0], made)
}

// rows copies the rows of one table.
type rows func(*gorm.DB) error

func rowsOf[T any](all []T) rows { return func(tx *gorm.DB) error { return database.Copy(tx, all) } }
func one[T any](row T) rows      { return rowsOf([]T{row}) }

func copyAll(tx *gorm.DB, tables ...rows) error {
	for _, table := range tables {
		if err := table(tx); err != nil {
			return err
		}
	}
	return nil
}
