package inventory_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Few pieces are those that nobody holds and that lie where goods are sent
// from; only who may read a brand's stock is told.
func TestLowStock(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	brand := fixture.Brand(t, db, "low")
	goods := fixture.Sell(t, db, fixture.Storefront(t, db, brand, "low"), "honey", 50, 100, 200, 300, 400)
	for i, change := range []string{"on_hand = 5", "on_hand = 50, reserved = 46", "on_hand = 6"} {
		err := db.Exec("update stock_levels set "+change+" where brand_id = ? and variant_id = ?", brand.ID, goods.Variants[i].ID).Error
		if err != nil {
			t.Fatal(err)
		}
	}
	stock := inventory.NewService(db, func() time.Time { return fixture.Start })
	first := int32(10)
	low := func(actor *auth.Actor, atMost int32) (found []int) {
		t.Helper()
		of, err := stock.LowStockOf(auth.With(t.Context(), actor), []uuid.UUID{brand.ID}, atMost, paging.Args{First: &first})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range of(brand.ID).Nodes() {
			found = append(found, slices.IndexFunc(goods.Variants, func(o *models.Variant) bool { return o.ID == v.ID }))
		}
		return found
	}
	staff := fixture.Member(t, db, brand.ID, models.RoleStaff)
	for atMost, want := range map[int32][]int{0: nil, 4: {1}, inventory.LowStock: {0, 1}, 6: {0, 1, 2}, 50: {0, 1, 2, 3}} {
		if got := low(staff, atMost); !slices.Equal(got, want) {
			t.Errorf("at most %d: %v, want %v", atMost, got, want)
		}
	}
	if got := low(fixture.Shopper(t, db, "Li Na"), 50); got != nil {
		t.Errorf("a shopper reads %v", got)
	}
	if err := db.Exec("update warehouses set active = false where brand_id = ?", brand.ID).Error; err != nil {
		t.Fatal(err)
	}
	if got := low(staff, 0); len(got) != 4 {
		t.Errorf("of a warehouse that is closed: %v", got)
	}
	if _, err := inventory.Low(-1); err == nil || problem.From(err) != nil {
		t.Errorf("fewer than none: %v", err)
	}
}
