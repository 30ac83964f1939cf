package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/inventory"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestAdjustRaces lets staff take stock while orders do: no piece goes twice.
func TestAdjustRaces(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	brand := fixture.Brand(t, db.Gorm, "both")
	goods := fixture.Sell(t, db.Gorm, fixture.Storefront(t, db.Gorm, brand, "both"), "honey", 50, 100)
	v, w := goods.Variants[0], goods.Warehouse
	now := fixture.Start.AddDate(0, 1, 0)
	stock := inventory.NewService(db.Gorm, func() time.Time { return now })
	staff := auth.With(t.Context(), fixture.Member(t, db.Gorm, brand.ID, models.RoleStaff))
	one := int64(-1)
	var gone atomic.Int32
	crowd(120, func(i int) {
		var err error
		if i%2 == 0 {
			_, err = stock.Adjust(staff, inventory.Adjustment{IdempotencyKey: fmt.Sprint("k-", i), Delta: &one, Reason: models.StockLost,
				Variant: models.Key{BrandID: brand.ID, ID: v.ID}, Warehouse: models.Key{BrandID: brand.ID, ID: w.ID}})
		} else {
			err = take(t, db.Gorm, brand.ID, []inventory.Line{line(v, 1)}, fixture.ID(), nil, now)
		}
		switch refused := problem.From(err); {
		case err == nil:
			gone.Add(1)
		case len(refused) != 1 || refused[0].Code != problem.OutOfStock:
			t.Error(err)
		}
	})
	if left := onHand(t, db.Gorm, v)[w.ID]; gone.Load() != 50 || left != 0 {
		t.Errorf("%d pieces went, %d are left", gone.Load(), left)
	}
}

// Imports and jobs do not pass GraphQL: the methods ask for the permission themselves.
func TestChangesAskForThePermission(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	brand := fixture.Brand(t, tx, fixture.ID().String())
	stock := inventory.NewService(tx, func() time.Time { return fixture.Start })
	other := fixture.Brand(t, tx, fixture.ID().String())
	key := models.Key{BrandID: brand.ID, ID: fixture.ID()}
	for name, do := range map[string]func(context.Context) error{
		"create a warehouse": func(ctx context.Context) error {
			_, err := stock.CreateWarehouse(ctx, brand.ID, inventory.WarehouseDraft{})
			return err
		},
		"update a warehouse": func(ctx context.Context) error {
			_, err := stock.UpdateWarehouse(ctx, key, inventory.WarehouseChange{})
			return err
		},
		"adjust": func(ctx context.Context) error {
			_, err := stock.Adjust(ctx, inventory.Adjustment{Variant: key})
			return err
		},
	} {
		if _, denied := errors.AsType[*problem.Denied](do(t.Context())); !denied {
			t.Errorf("anybody can %s", name)
		}
		analyst := fixture.Member(t, tx, brand.ID, models.RoleAnalyst)
		if _, denied := errors.AsType[*problem.Denied](do(auth.With(t.Context(), analyst))); !denied {
			t.Errorf("an analyst can %s", name)
		}
		refused := problem.From(do(auth.With(t.Context(), fixture.Member(t, tx, other.ID, models.RoleOwner))))
		if len(refused) != 1 || refused[0].Code != problem.NotFound {
			t.Errorf("%s for another brand: %v", name, refused)
		}
	}
}
