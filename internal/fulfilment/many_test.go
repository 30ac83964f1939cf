package fulfilment_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/models"
)

// Many orders are shipped by one call, each by itself: what is refused of one
// does not touch the others, and a call that is repeated ships nothing twice.
func TestManyOrdersAreShippedByOneCall(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.Tx(t))
	ctx := ordertest.As(t, w.Staff)
	first, second := w.Buy(t, 2, 0), w.Buy(t, 3, 0)
	keys := []models.Key{first.Key, {BrandID: w.Brand.ID, ID: fixture.ID()}, second.Key}
	made, err := w.Fulfilment.CreateMany(ctx, "k", keys, &w.Main)
	if err != nil || len(made) != 3 {
		t.Fatal(made, err)
	}
	for i, r := range made {
		if r.Order != keys[i] || (r.Shipment == nil) != (i == 1) {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if got := ordertest.Refused(t, made[1].Err); got != "NOT_FOUND input.orderId" {
		t.Error(got)
	}
	again, err := w.Fulfilment.CreateMany(ctx, "k", keys, &w.Main)
	if err != nil || again[0].Shipment.ID != made[0].Shipment.ID || again[2].Shipment.ID != made[2].Shipment.ID {
		t.Errorf("%+v %v", again, err)
	}
	for _, o := range []*ordertest.Bought{first, second} {
		if got := w.Statuses(t, o.Key); got != "PLACED PAID PREPARING NONE" {
			t.Error(got)
		}
	}
	w.Sound(t)
	if _, err := w.Fulfilment.CreateMany(ctx, "", nil, nil); ordertest.Refused(t, err) != "REQUIRED input.idempotencyKey, REQUIRED input.orderIds" {
		t.Error(err)
	}
	strange, err := w.Fulfilment.CreateMany(ordertest.As(t, w.Shopper), "k", keys[:1], nil)
	if err == nil && strange[0].Err == nil {
		t.Error("a shopper ships")
	}
}
