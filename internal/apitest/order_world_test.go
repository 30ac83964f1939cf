package apitest_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// stall is a brand with a storefront that sells honey (12.00) and jam (5.50).
type stall struct {
	db         *gorm.DB
	brand      *models.Brand
	shop       *models.Storefront
	honey, jam fixture.Goods
}

func newStall(t testing.TB, db *gorm.DB, slug string, stock int64) *stall {
	t.Helper()
	s := &stall{db: db, brand: fixture.Brand(t, db, slug)}
	s.shop = fixture.Storefront(t, db, s.brand, slug+"-cn")
	s.honey = fixture.Sell(t, db, s.shop, "honey", stock, 1200)
	s.jam = fixture.Sell(t, db, s.shop, "jam", stock, 550)
	return s
}

// listedSince makes everything visible from a time on, for servers whose clock runs.
func (s *stall) listedSince(t testing.TB, at time.Time) {
	t.Helper()
	if err := s.db.Exec("update listings set publish_at = ? where brand_id = ?", at, s.brand.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := visibility.BrandTx(s.db, s.brand.ID); err != nil {
		t.Fatal(err)
	}
}

// bought is what tests read of an order.
type bought struct {
	ID, Number, Status, PaymentStatus string
	CanCancel                         bool
	Version                           int
	Total                             struct{ Amount, Currency string }
}

const orderFields = "order { id number status paymentStatus canCancel version total { amount currency } }"

// buy is the input of a purchase of one piece of each variant.
func (s *stall) buy(amount string, variants ...*models.Variant) map[string]any {
	lines := make([]map[string]any, len(variants))
	for i, v := range variants {
		lines[i] = map[string]any{"variantId": v.GlobalID(), "quantity": 1}
	}
	once := uuid.NewString()
	return map[string]any{
		"idempotencyKey": once, "storefrontId": s.shop.GlobalID(), "lines": lines,
		"recipient": map[string]any{
			"name": "Li Wei", "phone": "+86 138 0000 0000", "country": "CN", "region": "SH", "province": "上海市", "city": "上海市",
			"district": "静安区", "street": "南京西路 1 号", "postalCode": "200040",
		},
		"payment": map[string]any{"reference": "SANDBOX-OK-" + once, "amount": amount, "currency": "CNY"},
	}
}

func with(input map[string]any, changes map[string]any) map[string]any {
	changed := maps.Clone(input)
	maps.Copy(changed, changes)
	return changed
}
