package life_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/models"
)

func (w *world) staffOf(o *models.Order) *auth.Actor {
	for _, s := range w.sellers {
		if s.ID == o.BrandID {
			return s.staff
		}
	}
	return nil
}

// deliver ships all of an order, and has it arrive.
func (w *world) deliver(t testing.TB, o *models.Order) {
	t.Helper()
	ctx := w.as(t, w.staffOf(o))
	s, err := w.api.Fulfilment.Create(ctx, fulfilment.CreateInput{IdempotencyKey: w.key(), Order: orderKey(o)})
	if err == nil {
		_, err = w.api.Fulfilment.Dispatch(ctx, models.Key{BrandID: s.BrandID, ID: s.ID})
	}
	if err == nil {
		_, err = w.api.Fulfilment.Deliver(ctx, models.Key{BrandID: s.BrandID, ID: s.ID})
	}
	if err != nil {
		t.Fatal(err)
	}
}
