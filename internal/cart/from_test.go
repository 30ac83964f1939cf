package cart_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// Parcels out of Hong Kong have a lower limit: what counts is the warehouse
// that would ship.
func TestLimitsAreOfTheCountryThatShips(t *testing.T) {
	t.Parallel()
	w := taxed(t, landedcost.PersonalPost)
	ctx := w.as(t)
	w.customs.Set("0409", &landedcost.Tariff{Post: fixture.Always(130_000, "post honey"), Duty: fixture.Always(150_000, "honey duty")})
	w.price(t, w.honey.Variants[0], 45_000)
	near := &models.Warehouse{BrandID: w.farm.BrandID, ID: fixture.ID(), Code: "HK", Name: "Hong Kong", Kind: models.OriginWarehouse, Country: "HK",
		Active: true, Priority: -1, Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start}
	_, ref := w.create(ctx, t, w.jar(2))
	stands := func(when, from string, problems int, tax int64) {
		t.Helper()
		c := w.get(ctx, t, ref)
		if r := c.Groups[0].LandedCost; r.ShippedFrom != from || len(c.Problems) != problems || r.TaxMinor != tax {
			t.Errorf("%s: from %q with tax of %d and %d problems: %+v", when, r.ShippedFrom, r.TaxMinor, len(c.Problems), c.Problems)
		}
	}
	stands("from the one warehouse", "US", 0, 11_700)
	others, err := w.get(ctx, t, ref).Groups[0].LandedCosts([]landedcost.Regime{landedcost.CBECDirect})
	if err != nil || others[0].ShippedFrom != "US" {
		t.Errorf("side by side: %+v, %v", others, err)
	}

	fixture.Create(t, w.db, near)
	stands("with another that has nothing", "US", 0, 11_700)
	stock := func(pieces int64) {
		t.Helper()
		w.exec(t, `insert into stock_levels (brand_id, variant_id, warehouse_id, on_hand, reserved, updated_at) values (?, ?, ?, ?, 0, now())
			on conflict on constraint stock_levels_pk do update set on_hand = excluded.on_hand`, near.BrandID, w.honey.Variants[0].ID, near.ID, pieces)
	}
	stock(1)
	stands("out of both", "", 0, 11_700)
	stock(2)
	// 800.00 is the limit from there: duty of 15 %, VAT of 13 % on 1,035.00.
	stands("from Hong Kong", "HK", 2, 13_500+13_455)
	if c := w.get(ctx, t, ref); c.Problems[0].Code != cart.OverOrderLimit || c.Problems[1].Code != cart.TaxChanged {
		t.Errorf("%+v", c.Problems)
	}
	w.exec(t, "update variants set track_stock = false where brand_id = ? and id = ?", near.BrandID, w.honey.Variants[0].ID)
	stands("with pieces that nobody counts", "", 0, 11_700)
	w.exec(t, "update warehouses set active = false where brand_id = ? and id = ?", near.BrandID, near.ID)
	stands("and one warehouse", "US", 0, 11_700)
}
