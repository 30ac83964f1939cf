package promotion_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

// world is a brand with a storefront in China, and one who runs them.
type world struct {
	t          testing.TB
	db         *gorm.DB
	promotions *promotion.Service
	brand      *models.Brand
	shop       *models.Storefront
	manager    context.Context
	now        time.Time
}

func newWorld(t testing.TB, db *gorm.DB, slug string) *world {
	t.Helper()
	w := &world{t: t, db: db, now: fixture.Start.Add(24 * time.Hour)}
	w.promotions = promotion.NewService(db, func() time.Time { return w.now })
	w.brand = fixture.Brand(t, db, slug)
	w.shop = fixture.Storefront(t, db, w.brand, slug+"-cn")
	w.manager = auth.With(t.Context(), fixture.Member(t, db, w.brand.ID, models.RoleManager))
	return w
}

func (w *world) key(p *models.Promotion) models.Key { return models.Key{BrandID: p.BrandID, ID: p.ID} }

// draft takes ten percent off orders.
func (w *world) draft(change ...func(*promotion.Draft)) promotion.Draft {
	d := promotion.Draft{
		BrandID: w.brand.ID, Kind: models.PromotionPercentage, Trigger: models.TriggerAutomatic,
		Terms: promotion.Terms{Titles: []title.Title{{Language: "en", Title: "Ten off"}}, Percent: patch.To(decimal.New(10, 0))},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func byCode(codes ...string) func(*promotion.Draft) {
	return func(d *promotion.Draft) { d.Trigger, d.Codes = models.TriggerCode, codes }
}

func limited(uses int64) func(*promotion.Draft) {
	return func(d *promotion.Draft) { d.Terms.UseLimit = patch.To(uses) }
}

func (w *world) create(change ...func(*promotion.Draft)) *models.Promotion {
	w.t.Helper()
	p, err := w.promotions.Create(w.manager, w.draft(change...))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// use books a purchase of a shopper with promotions.
func (w *world) use(purchase, shopper uuid.UUID, code string, list ...*models.Promotion) error {
	use := promotion.Use{PurchaseID: purchase, ShopperID: shopper, At: w.now}
	for _, p := range list {
		use.Applied = append(use.Applied, promotion.Applied{Promotion: *p, Code: code})
	}
	return w.db.Transaction(func(tx *gorm.DB) error { return promotion.UseTx(tx.WithContext(context.Background()), use) })
}

func (w *world) release(purchase uuid.UUID) error {
	return w.db.Transaction(func(tx *gorm.DB) error {
		return promotion.ReleaseTx(tx.WithContext(context.Background()), purchase, w.brand.ID)
	})
}

// price reckons the promotions of a cart with goods for 100.00 of the brand.
func (w *world) price(shopper *uuid.UUID, codes ...string) promotion.Result {
	w.t.Helper()
	found, err := promotion.CandidatesTx(w.db.WithContext(w.t.Context()),
		promotion.Wanted{Brands: []uuid.UUID{w.brand.ID}, Codes: codes, Shopper: shopper, At: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	goods := line(1, honey, 5000, 2)
	goods.BrandID, goods.StorefrontID = w.brand.ID, w.shop.ID
	r, err := promotion.Apply(found, []promotion.Line{goods}, codes, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) row(p *models.Promotion) models.Promotion {
	w.t.Helper()
	var row models.Promotion
	if err := w.db.Where("brand_id = ? and id = ?", p.BrandID, p.ID).Take(&row).Error; err != nil {
		w.t.Fatal(err)
	}
	return row
}
