package fulfilment_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// race does all at once, and gives how many succeed. What fails is refused by
// CONFLICT, since another was first.
func race(t *testing.T, all ...func() error) (succeeded int) {
	t.Helper()
	errs := make([]error, len(all))
	var start, done sync.WaitGroup
	start.Add(1)
	for i, do := range all {
		done.Go(func() {
			start.Wait()
			errs[i] = do()
		})
	}
	start.Done()
	done.Wait()
	for _, err := range errs {
		list := problem.From(err)
		switch {
		case err == nil:
			succeeded++
		case list == nil:
			t.Errorf("a fault: %v", err)
		case list[0].Code != problem.Conflict && list[0].Code != problem.OutOfStock:
			t.Errorf("refused by %s", list[0].Code)
		}
	}
	return succeeded
}

// Two do the same at the same moment: one is first, and the other is told.
// Never more is given back than was charged, never more leaves than was bought.
func TestStaffAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.New(t).Gorm)
	ctx := ordertest.As(t, w.Staff)
	const rounds = 4
	carriage := ordertest.Charge(models.ChargeShipping, 700)

	t.Run("refund_the_same_pieces", func(t *testing.T) {
		for range rounds {
			o := w.Buy(t, 1, 0, carriage)
			refund := func() error { return second(w.Refund(t, o, true, ordertest.Pieces(o.Honey, 1))) }
			if n := race(t, refund, refund, refund); n != 1 {
				t.Errorf("%d refunds of one jar", n)
			}
			if got := w.Order(t, o.Key); got.RefundedMinor != 1900 || got.Status != models.OrderCancelled {
				t.Errorf("%+v", got)
			}
		}
	})

	t.Run("ship_the_last_pieces", func(t *testing.T) {
		for range rounds {
			o := w.Buy(t, 0, 1)
			ship := func() error { return second(w.TryShip(t, o, w.Main)) }
			if n := race(t, ship, ship, ship); n != 1 {
				t.Errorf("%d shipments of one jar", n)
			}
			if _, err := w.Refund(t, o, false, ordertest.Pieces(o.Jam, 1)); ordertest.Refused(t, err) != "CONFLICT input.lines.0.quantity" {
				t.Errorf("a planned piece was refunded: %v", err)
			}
			stand(t, w, o)
		}
	})

	t.Run("refund_and_ship", func(t *testing.T) {
		for range rounds {
			o := w.Buy(t, 1, 0)
			warehouse := w.Main
			if w.OnHand(t, w.Honey, w.Main) == 0 {
				warehouse = w.East
			}
			n := race(t,
				func() error { return second(w.Refund(t, o, false, ordertest.Pieces(o.Honey, 1))) },
				func() error { return second(w.TryShip(t, o, warehouse)) },
			)
			if n != 1 {
				t.Errorf("%d of two succeeded", n)
			}
			if got := w.Statuses(t, o.Key); got != "CANCELLED REFUNDED UNFULFILLED NONE" && got != "PLACED PAID PREPARING NONE" {
				t.Errorf("stands %s", got)
			}
			stand(t, w, o)
		}
	})

	t.Run("ask_for_one_piece_back", func(t *testing.T) {
		for range rounds {
			o := w.Buy(t, 0, 1)
			w.Deliver(t, w.Ship(t, o, w.Main))
			ask := func() error {
				return second(w.Returns.Request(ordertest.As(t, w.Shopper), returns.RequestInput{
					IdempotencyKey: w.Key(), Order: o.Key, Reason: "too sweet", Lines: []returns.Line{{Line: o.Jam, Quantity: 1}},
				}))
			}
			refund := func() error { return second(w.Refund(t, o, false, ordertest.Pieces(o.Jam, 1))) }
			if n := race(t, ask, ask, ask); n != 1 {
				t.Errorf("%d returns of one jar", n)
			}
			// A piece that comes back may be paid back before: then its return gives nothing.
			if n := race(t, refund, refund); n != 1 {
				t.Errorf("%d refunds of one jar", n)
			}
			stand(t, w, o)
		}
	})

	t.Run("make_a_loss_good", func(t *testing.T) {
		for range rounds {
			o := w.Buy(t, 1, 0)
			warehouse := w.Main
			s, err := w.TryShip(t, o, warehouse)
			if err != nil {
				s = w.Ship(t, o, w.East)
			}
			key := ordertest.ShipmentKey(s)
			if _, err := w.Fulfilment.Lose(ctx, key); err != nil {
				t.Fatal(err)
			}
			as := func(how models.LossResolution) func() error {
				return func() error {
					return second(w.Fulfilment.Resolve(ctx, fulfilment.ResolveInput{IdempotencyKey: w.Key(), Shipment: key, Resolution: how}))
				}
			}
			found := func() error {
				return w.Fulfilment.Track(t.Context(), fulfilment.Tracking{
					ID: "f" + s.ID.String(), TrackingNumber: *s.TrackingNumber, Type: models.TrackingDelivered, At: w.Now(),
				})
			}
			// The carrier is always heard; staff are refused where it was first.
			if n := race(t, as(models.LossRefunded), as(models.LossResent), as(models.LossRefunded), found); n < 1 || n > 2 {
				t.Errorf("%d succeeded", n)
			}
			stand(t, w, o)
		}
	})

	t.Run("hear_of_a_way", func(t *testing.T) {
		o := w.Buy(t, 1, 0)
		s, err := w.TryShip(t, o, w.Main)
		if err != nil {
			s = w.Ship(t, o, w.East)
		}
		var told []func() error
		for i, what := range []models.TrackingType{models.TrackingAccepted, models.TrackingInTransit, models.TrackingLost, models.TrackingDelivered} {
			event := fulfilment.Tracking{ID: fmt.Sprint("way-", i), TrackingNumber: *s.TrackingNumber, Type: what, At: w.Now().Add(time.Duration(i) * time.Minute)}
			tell := func() error { return w.Fulfilment.Track(t.Context(), event) }
			told = append(told, tell, tell, tell)
		}
		if n := race(t, told...); n != len(told) {
			t.Errorf("%d of %d were heard", n, len(told))
		}
		events, err := w.Fulfilment.EventsOf(ctx, []models.Key{ordertest.ShipmentKey(s)})
		if err != nil || len(events) != 5 || w.Statuses(t, o.Key) != "COMPLETED PAID DELIVERED NONE" {
			t.Errorf("%d events, %v, %s", len(events), err, w.Statuses(t, o.Key))
		}
		stand(t, w, o)
	})
	w.Sound(t)
}

// stand fails where an order's pieces or money cannot be where they are said to be.
func stand(t testing.TB, w *ordertest.World, o *ordertest.Bought) {
	t.Helper()
	if wrong := w.Wrong(t, o); wrong != "" {
		t.Error(wrong)
	}
}
