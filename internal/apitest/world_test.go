package apitest_test

import (
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/visibility"
	"github.com/tradewind-commerce/tradewind/models"
)

// put brings a brand's goods into a state, whatever steps would lead there.
func (c *catalogue) put(t *testing.T, goods fixture.Goods, brand models.BrandStatus, shop models.StorefrontStatus, product models.ProductStatus, publishAt *time.Time) {
	t.Helper()
	db := c.api.DB.Gorm
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{"update brands set status = ? where id = ?", []any{brand, c.brand.ID}},
		{"update storefronts set status = ? where brand_id = ?", []any{shop, c.brand.ID}},
		{`update products set status = @status,
			archived_at = case when @status = 'ARCHIVED' then created_at end,
			archived_from = case when @status = 'ARCHIVED' then 'ACTIVE' end
		  where brand_id = @brand`, []any{map[string]any{"status": string(product), "brand": c.brand.ID}}},
		{`update listings set publish_at = ?, status = case when ?::timestamptz is null then 'DRAFT' else 'PUBLISHED' end
		  where brand_id = ? and id = ?`, []any{publishAt, publishAt, c.brand.ID, goods.Listing.ID}},
	} {
		if err := db.Exec(s.sql, s.args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := visibility.BrandTx(db, c.brand.ID); err != nil {
		t.Fatal(err)
	}
}
