package catalog_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestChangesAtOnce lets many people change one product at the same time.
func TestChangesAtOnce(t *testing.T) {
	t.Parallel()
	w := on(t, dbtest.New(t).Gorm, 100, 200)

	t.Run("of one version: one wins", func(t *testing.T) {
		version := int32(1)
		won, lost := outcomes(t, 20, func(i int) error {
			_, err := w.service.Update(w.staff, w.product(), catalog.ProductChange{ExpectedVersion: &version, Vendor: patch.To(fmt.Sprint("V", i))})
			return err
		})
		if won != 1 || lost[problem.VersionConflict] != 19 {
			t.Errorf("%d won, %v", won, lost)
		}
	})

	t.Run("that add the same variant: one does", func(t *testing.T) {
		won, lost := outcomes(t, 20, func(int) error {
			_, err := w.service.AddVariant(w.staff, w.product(), catalog.VariantDraft{Values: []string{"New"}})
			return err
		})
		if won != 1 || lost[problem.Taken] != 19 {
			t.Errorf("%d won, %v", won, lost)
		}
	})

	t.Run("that archive the variants: one is left", func(t *testing.T) {
		var variants []models.Variant
		w.db.Where("brand_id = ?", w.brand.ID).Find(&variants)
		won, lost := outcomes(t, len(variants), func(i int) error {
			_, err := w.service.ArchiveVariant(w.staff, models.Key{BrandID: w.brand.ID, ID: variants[i].ID}, nil)
			return err
		})
		if won != len(variants)-1 || lost[problem.NotAllowed] != 1 {
			t.Errorf("%d won, %v", won, lost)
		}
	})

	t.Run("that create the same handle: one does, derived ones get numbers or try again", func(t *testing.T) {
		won, lost := outcomes(t, 10, func(int) error {
			_, err := w.service.Create(w.staff, w.brand.ID, catalog.ProductDraft{Handle: "same",
				Texts: []catalog.Text{{Language: "en", ProductText: models.ProductText{Title: "Same"}}}})
			return err
		})
		if won != 1 || lost[problem.Taken] != 9 {
			t.Errorf("%d won, %v", won, lost)
		}
	})

	t.Run("that set prices in a new storefront: one listing spans them all", func(t *testing.T) {
		shop := fixture.Storefront(t, w.db, w.brand, "at-once", func(s *models.Storefront) { s.Country = "JP" })
		key := models.Key{BrandID: w.brand.ID, ID: shop.ID}
		var sold models.Variant
		w.db.Where("brand_id = ? and archived_at is null", w.brand.ID).Order("position").Take(&sold)
		goods := w.product()
		goods.ID = sold.ProductID
		won, lost := outcomes(t, 20, func(i int) error {
			_, err := w.service.SetPrices(w.staff, goods, key, []catalog.PriceDraft{
				{Variant: models.Key{BrandID: w.brand.ID, ID: sold.ID}, Amount: decimal.New(int64(i), 0)}})
			return err
		})
		var listing models.Listing
		var price models.Price
		w.db.Where("brand_id = ? and storefront_id = ?", w.brand.ID, shop.ID).Take(&listing)
		w.db.Where("brand_id = ? and storefront_id = ?", w.brand.ID, shop.ID).Take(&price)
		if won != 20 || listing.Version != 20 || *listing.MinPriceMinor != price.AmountMinor || *listing.MaxPriceMinor != price.AmountMinor {
			t.Errorf("%d won, %v; %+v, priced %d", won, lost, listing, price.AmountMinor)
		}
	})
}

func outcomes(t *testing.T, n int, do func(int) error) (won int, lost map[problem.Code]int) {
	t.Helper()
	var all sync.WaitGroup
	var mutex sync.Mutex
	var count atomic.Int32
	lost = map[problem.Code]int{}
	for i := range n {
		all.Go(func() {
			err := do(i)
			refused := problem.From(err)
			switch {
			case err == nil:
				count.Add(1)
			case refused == nil:
				t.Error(err)
			default:
				mutex.Lock()
				defer mutex.Unlock()
				lost[refused[0].Code]++
			}
		})
	}
	all.Wait()
	return int(count.Load()), lost
}

// TestPublishingWhileAStorefrontOpens holds a transaction open on either side:
// whichever commits first, in the end everybody reads the listing.
func TestPublishingWhileAStorefrontOpens(t *testing.T) {
	t.Parallel()
	for name, publishFirst := range map[string]bool{"published, then opened": true, "opened, then published": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			w := on(t, db.Gorm, 100)
			shop := fixture.Storefront(t, w.db, w.brand, "opening", func(s *models.Storefront) {
				s.Country, s.Status, s.Visible = "JP", models.StorefrontDraft, false
			})
			publish := func(tx *gorm.DB) error {
				_, err := catalog.NewService(tx, customs.NewService(tx, func() time.Time { return w.now }), func() time.Time { return w.now }).Publish(w.staff, w.product(),
					models.Key{BrandID: w.brand.ID, ID: shop.ID}, nil, []catalog.PriceDraft{{Variant: w.variant(0), Amount: decimal.New(9, 0)}})
				return err
			}
			open := func(tx *gorm.DB) error {
				err := tx.Exec("update storefronts set status = 'OPEN' where brand_id = ? and id = ?", w.brand.ID, shop.ID).Error
				return errors.Join(err, visibility.BrandTx(tx, w.brand.ID))
			}
			first, second := open, publish
			if publishFirst {
				first, second = publish, open
			}
			held := w.db.WithContext(t.Context()).Begin()
			if err := first(held); err != nil {
				t.Fatal(err)
			}
			done := make(chan error)
			go func() { done <- database.InTx(t.Context(), w.db, second) }()
			waitForLock(t, db)
			if err := held.Commit().Error; err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			var listing models.Listing
			w.db.Where("brand_id = ? and storefront_id = ?", w.brand.ID, shop.ID).Take(&listing)
			if listing.VisibleFrom == nil {
				t.Errorf("%+v", listing)
			}
		})
	}
}

// waitForLock waits until a transaction of the database waits for another.
func waitForLock(t *testing.T, db *database.DB) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for waiting := 0; waiting == 0; {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("nobody waits for a lock")
		}
		err := db.Pool.QueryRow(t.Context(),
			"select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}
