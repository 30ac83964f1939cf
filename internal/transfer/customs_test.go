package transfer_test

import (
	"slices"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// What customs ask for and a file does not tell keeps no product out: it lands
// as a draft listing that says what is missing, and is refused with the same
// reasons when it is published.
func TestProductsUnderCustomsStayDraftsWithTheirReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	regime := landedcost.CBECDirect
	shop := fixture.Storefront(t, w.Gorm, w.brand, "prairie-gold-cn", func(s *models.Storefront) { s.CustomsRegime = &regime })
	rules := customs.NewService(w.Gorm, w.clock)
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		if _, err := rules.ImportShipped(w.ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	in := w.products("Handle,Title,Variant Price,Variant Grams\nhoney,Honey,12.50,250\nmatches,Matches,1.00,\n")
	in.Target.Storefront, in.Target.Currency, in.Target.Market = shop.Slug, "CNY", "CN"

	r := w.importProducts(in)

	w.expect(listingsQuery, "honey DRAFT t 1250-1250 CNY v1", "matches DRAFT t 100-100 CNY v1")
	for code, products := range map[string]int{"HS_CODE_MISSING": 2, "WEIGHT_MISSING": 1} {
		if got := r.Blockers[code]; got.Products != products || got.Message == "" {
			t.Errorf("the report counts %d products with %s: %+v", got.Products, code, r.Blockers)
		}
	}
	var listings []*models.Listing
	if err := w.Gorm.Where("brand_id = ?", w.brand.ID).Order("created_at, id").Find(&listings).Error; err != nil {
		t.Fatal(err)
	}
	told, err := catalog.NewService(w.Gorm, rules, w.clock).PublicationBlockers(w.ctx, listings)
	if err != nil || len(listings) != 2 {
		t.Fatal(len(listings), err)
	}
	for _, l := range listings {
		if !slices.ContainsFunc(told[l], func(b *models.Blocker) bool { return b.Code == "HS_CODE_MISSING" }) {
			t.Errorf("a draft tells %v", told[l])
		}
	}
}
