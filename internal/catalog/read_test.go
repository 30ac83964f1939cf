package catalog_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a brand that sells a product of two variants, and one beside it.
type world struct {
	db      *gorm.DB
	service *catalog.Service
	brand   *models.Brand
	shop    *models.Storefront
	goods   fixture.Goods
	staff   context.Context
	other   context.Context
	now     time.Time
}

func setup(t *testing.T, prices ...int64) *world {
	t.Helper()
	return on(t, dbtest.Tx(t), prices...)
}

func on(t *testing.T, tx *gorm.DB, prices ...int64) *world {
	t.Helper()
	w := &world{db: tx, now: fixture.Start.AddDate(0, 1, 0)}
	w.service = catalog.NewService(tx, customs.NewService(tx, func() time.Time { return w.now }), func() time.Time { return w.now })
	name := fixture.ID().String()
	w.brand = fixture.Brand(t, tx, name)
	w.shop = fixture.Storefront(t, tx, w.brand, name)
	w.goods = fixture.Sell(t, tx, w.shop, "honey", 10, prices...)
	w.staff = auth.With(t.Context(), fixture.Member(t, tx, w.brand.ID, models.RoleStaff))
	other := fixture.Brand(t, tx, fixture.ID().String())
	w.other = auth.With(t.Context(), fixture.Member(t, tx, other.ID, models.RoleOwner))
	return w
}

func (w *world) product() models.Key { return models.Key{BrandID: w.brand.ID, ID: w.goods.Product.ID} }

func (w *world) variant(i int) models.Key {
	return models.Key{BrandID: w.brand.ID, ID: w.goods.Variants[i].ID}
}

func TestReads(t *testing.T) {
	t.Parallel()

	t.Run("show a hidden product to its staff alone, and its variants with it", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 100, 200)
		w.hide(t)
		for name, c := range map[string]struct {
			ctx  context.Context
			want int
		}{"public": {t.Context(), 0}, "another brand": {w.other, 0}, "staff": {w.staff, 1}} {
			products, err := w.service.ProductsByKeys(c.ctx, []models.Key{w.product()})
			if err != nil || len(products) != c.want {
				t.Errorf("%s: %d products, %v", name, len(products), err)
			}
			variants, err := w.service.VariantsByKeys(c.ctx, []models.Key{w.variant(0), w.variant(1)})
			if err != nil || len(variants) != 2*c.want {
				t.Errorf("%s: %d variants, %v", name, len(variants), err)
			}
			_, err = w.service.Product(c.ctx, w.product())
			if p := problem.From(err); (len(p) == 0) != (c.want == 1) || len(p) == 1 && p[0].Code != problem.NotFound {
				t.Errorf("%s: %v", name, err)
			}
			_, err = w.service.ProductByHandle(c.ctx, w.brand.Slug, "honey")
			if (err == nil) != (c.want == 1) {
				t.Errorf("%s by handle: %v", name, err)
			}
		}
	})

	t.Run("choose the primary storefront of the market, in the wanted currency", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 100, 200)
		for shop, want := range map[catalog.Shop]int{
			{Country: "CN"}:                  1,
			{Country: "CN", Currency: "CNY"}: 1,
			{Country: "CN", Currency: "USD"}: 0,
			{Country: "JP"}:                  0,
			{Storefront: models.Key{BrandID: w.brand.ID, ID: w.shop.ID}}:    1,
			{Storefront: models.Key{BrandID: w.brand.ID, ID: fixture.ID()}}: 0,
		} {
			listings, err := w.service.ListingsIn(t.Context(), shop, []models.Key{w.product()})
			if err != nil || len(listings) != want {
				t.Errorf("%+v: %d listings, %v", shop, len(listings), err)
			}
			prices, err := w.service.PricesIn(t.Context(), shop, []models.Key{w.variant(0), w.variant(1)})
			if err != nil || len(prices) != 2*want {
				t.Errorf("%+v: %d prices, %v", shop, len(prices), err)
			}
		}
	})

	t.Run("keep prices of a listing that is not visible from the public", func(t *testing.T) {
		t.Parallel()
		w := setup(t, 100)
		w.hide(t)
		shop := catalog.Shop{Country: "CN"}
		if prices, err := w.service.PricesIn(t.Context(), shop, []models.Key{w.variant(0)}); err != nil || len(prices) != 0 {
			t.Errorf("%d prices, %v", len(prices), err)
		}
		if prices, err := w.service.PricesIn(w.staff, shop, []models.Key{w.variant(0)}); err != nil || len(prices) != 1 {
			t.Errorf("staff: %d prices, %v", len(prices), err)
		}
	})
}

// hide takes the product out of its storefront.
func (w *world) hide(t *testing.T) {
	t.Helper()
	for _, table := range []string{"listings", "products"} {
		if err := w.db.Exec("update "+table+" set visible_from = null where brand_id = ?", w.brand.ID).Error; err != nil {
			t.Fatal(err)
		}
	}
}
