package fulfilment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/models"
)

func of(line models.Key, n int64) fulfilment.Line { return fulfilment.Line{Line: line, Quantity: n} }

// The whole way of an order that lies in two warehouses and leaves in parts,
// with its statuses after each step and who did what.
func TestAnOrderLeavesInParts(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.Tx(t))
	ctx := ordertest.As(t, w.Staff)
	// Ten jars lie in the main warehouse, two in the east.
	o := w.Buy(t, 12, 3)
	stands := func(want string) {
		t.Helper()
		if got := w.Statuses(t, o.Key); got != want {
			t.Errorf("stands %s, want %s", got, want)
		}
		w.Pass(time.Minute)
	}
	refused := func(want string, err error) {
		t.Helper()
		if got := ordertest.Refused(t, err); got != want {
			t.Errorf("refused: %q, want %q", got, want)
		}
	}
	stands("PLACED PAID UNFULFILLED NONE")

	none, err := w.TryShip(t, o, w.Main, of(o.Honey, 11))
	if none != nil {
		t.Errorf("refused, and yet there is %+v", none)
	}
	refused("OUT_OF_STOCK input.lines.0.quantity", err)
	_, err = w.TryShip(t, o, w.East, of(o.Honey, 13), of(o.Jam, 1), of(o.Jam, 1), of(models.Key{BrandID: w.Brand.ID, ID: fixture.ID()}, 1))
	refused("CONFLICT input.lines.0.quantity, OUT_OF_STOCK input.lines.1.quantity, OUT_OF_STOCK input.lines.2.quantity, NOT_FOUND input.lines.3.lineId", err)
	_, err = w.TryShip(t, o, models.Key{BrandID: w.Brand.ID, ID: fixture.ID()})
	refused("NOT_FOUND input.warehouseId", err)

	first := w.Ship(t, o, w.Main, of(o.Honey, 4), of(o.Jam, 1))
	if first.Status != models.ShipmentLabelled || first.TrackingNumber == nil || first.LabelURL == nil {
		t.Errorf("%+v", first)
	}
	stands("PLACED PAID PREPARING NONE")
	if _, err := w.Fulfilment.Cancel(ctx, ordertest.ShipmentKey(first)); err != nil {
		t.Fatal(err)
	}
	stands("PLACED PAID UNFULFILLED NONE")
	_, err = w.Fulfilment.Dispatch(ctx, ordertest.ShipmentKey(first))
	refused("CONFLICT input.shipmentId", err)

	second := w.Ship(t, o, w.Main)
	third := w.Ship(t, o, w.East)
	pieces, err := w.Fulfilment.LinesOf(ctx, []models.Key{ordertest.ShipmentKey(second), ordertest.ShipmentKey(third)})
	if err != nil {
		t.Fatal(err)
	}
	n := map[models.Key]int64{}
	for _, p := range pieces {
		n[models.Key{BrandID: p.ShipmentID, ID: p.LineID}] = p.Quantity
	}
	if len(n) != 3 || n[models.Key{BrandID: second.ID, ID: o.Honey.ID}] != 10 || n[models.Key{BrandID: second.ID, ID: o.Jam.ID}] != 3 ||
		n[models.Key{BrandID: third.ID, ID: o.Honey.ID}] != 2 {
		t.Errorf("%v", n)
	}
	_, err = w.TryShip(t, o, w.Main)
	refused("CONFLICT input.orderId", err)
	stands("PLACED PAID PREPARING NONE")

	_, err = w.Fulfilment.Deliver(ctx, ordertest.ShipmentKey(second))
	refused("", err) // staff know of an arrival before anybody told of the way
	stands("PLACED PAID PARTIALLY_DELIVERED NONE")
	if _, err := w.Fulfilment.Dispatch(ctx, ordertest.ShipmentKey(third)); err != nil {
		t.Fatal(err)
	}
	_, err = w.Fulfilment.Cancel(ctx, ordertest.ShipmentKey(third))
	refused("CONFLICT input.shipmentId", err)
	stands("PLACED PAID PARTIALLY_DELIVERED NONE")
	number := *third.TrackingNumber
	err = w.Fulfilment.Track(t.Context(), fulfilment.Tracking{ID: "1", TrackingNumber: number, Type: models.TrackingDelivered, At: w.Now()})
	if err != nil {
		t.Fatal(err)
	}
	stands("COMPLETED PAID DELIVERED NONE")
	_, err = w.Fulfilment.Lose(ctx, ordertest.ShipmentKey(third))
	refused("CONFLICT input.shipmentId", err)
	_, err = w.TryShip(t, o, w.Main)
	refused("CONFLICT input.orderId", err)

	want := []string{
		"PLACED by shopper", "PAID by shopper",
		"SHIPMENT_MADE by staff", "SHIPMENT_CANCELLED by staff: " + *first.TrackingNumber,
		"SHIPMENT_MADE by staff", "SHIPMENT_MADE by staff", "DELIVERED by staff: " + *second.TrackingNumber,
		"DISPATCHED by staff: " + number, "DELIVERED by system: " + number, "COMPLETED by system",
	}
	if got := w.History(t, o.Key); !slices.Equal(got, want) {
		t.Errorf("history\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	w.Sound(t)
}

// A loss is made good once: by the exact money of the pieces, which the bank
// gives back at once, or by pieces from stock.
func TestLosses(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.Tx(t))
	ctx := ordertest.As(t, w.Staff)
	lost := func(t *testing.T, o *ordertest.Bought, from models.Key, lines ...fulfilment.Line) *models.Shipment {
		t.Helper()
		s := w.Ship(t, o, from, lines...)
		if _, err := w.Fulfilment.Dispatch(ctx, ordertest.ShipmentKey(s)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Fulfilment.Lose(ctx, ordertest.ShipmentKey(s)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	resolve := func(t *testing.T, s *models.Shipment, as models.LossResolution, key string) error {
		t.Helper()
		_, err := w.Fulfilment.Resolve(ctx, fulfilment.ResolveInput{IdempotencyKey: key, Shipment: ordertest.ShipmentKey(s), Resolution: as})
		return err
	}
	still := func(t *testing.T, o *ordertest.Bought, want string) {
		t.Helper()
		if got := w.Statuses(t, o.Key); got != want {
			t.Errorf("stands %s, want %s", got, want)
		}
	}

	t.Run("give_the_money_of_the_pieces_back", func(t *testing.T) {
		// 3 x 12.00 + 5.50 = 41.50, less 10.00, and 8.00 of carriage.
		o := w.Buy(t, 3, 1, ordertest.Charge(models.ChargeDiscount, -1000), ordertest.Charge(models.ChargeShipping, 800))
		s := lost(t, o, w.Main, of(o.Honey, 2))
		still(t, o, "PLACED PAID PARTIALLY_FULFILLED NONE")
		for range 2 { // sent again it is done once
			if err := resolve(t, s, models.LossRefunded, "r-"+s.ID.String()); err != nil {
				t.Fatal(err)
			}
		}
		// Of the discount 8.67 are of the honey; of that 5.78 are of two jars.
		if got := w.GivenBack(t, o.Key); got != "18.22 CNY" {
			t.Errorf("the bank gave back %s", got)
		}
		still(t, o, "PLACED PARTIALLY_REFUNDED PARTIALLY_FULFILLED NONE")
		if got := ordertest.Refused(t, resolve(t, s, models.LossResent, w.Key())); got != "CONFLICT input.shipmentId" {
			t.Errorf("made good twice: %s", got)
		}
		w.Deliver(t, w.Ship(t, o, w.Main))
		still(t, o, "COMPLETED PARTIALLY_REFUNDED DELIVERED NONE")
		// The carrier finds it after all: the timeline tells, nothing else changes.
		err := w.Fulfilment.Track(t.Context(), fulfilment.Tracking{ID: "found", TrackingNumber: *s.TrackingNumber, Type: models.TrackingDelivered, At: w.Now()})
		if err != nil {
			t.Fatal(err)
		}
		still(t, o, "COMPLETED PARTIALLY_REFUNDED DELIVERED NONE")
	})

	t.Run("pay_no_piece_back_twice", func(t *testing.T) {
		o := w.Buy(t, 3, 0)
		s := w.Ship(t, o, w.Main)
		if _, err := w.Fulfilment.Dispatch(ctx, ordertest.ShipmentKey(s)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Refund(t, o, false, ordertest.Pieces(o.Honey, 1)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Fulfilment.Lose(ctx, ordertest.ShipmentKey(s)); err != nil {
			t.Fatal(err)
		}
		if got := ordertest.Refused(t, resolve(t, s, models.LossResent, w.Key())); got != "CONFLICT input.shipmentId" {
			t.Errorf("sent what was paid back: %s", got)
		}
		if err := resolve(t, s, models.LossRefunded, w.Key()); err != nil {
			t.Fatal(err)
		}
		if got := w.GivenBack(t, o.Key); got != "36.00 CNY" {
			t.Errorf("the bank gave back %s", got)
		}
		still(t, o, "COMPLETED REFUNDED FULFILLED NONE")
	})

	t.Run("send_the_pieces_again", func(t *testing.T) {
		o := w.Buy(t, 2, 0)
		before := w.OnHand(t, w.Honey, w.Main)
		s := lost(t, o, w.Main)
		still(t, o, "PLACED PAID FULFILLED NONE")
		if err := resolve(t, s, models.LossResent, w.Key()); err != nil {
			t.Fatal(err)
		}
		if got := w.OnHand(t, w.Honey, w.Main); got != before-2 {
			t.Errorf("%d on hand, were %d", got, before)
		}
		still(t, o, "PLACED PAID UNFULFILLED NONE")
		w.Deliver(t, w.Ship(t, o, w.Main))
		still(t, o, "COMPLETED PAID DELIVERED NONE")
	})

	t.Run("send_nothing_again_that_is_not_there", func(t *testing.T) {
		o := w.Buy(t, 3, 0)
		s := lost(t, o, w.East)
		rest := w.OnHand(t, w.Honey, w.Main) + w.OnHand(t, w.Honey, w.East)
		w.Buy(t, rest-2, 0)
		if got := ordertest.Refused(t, resolve(t, s, models.LossResent, w.Key())); got != "OUT_OF_STOCK input.shipmentId" {
			t.Errorf("%s", got)
		}
		still(t, o, "PLACED PAID FULFILLED NONE")
		if err := resolve(t, s, models.LossRefunded, w.Key()); err != nil {
			t.Fatal(err)
		}
		still(t, o, "COMPLETED REFUNDED FULFILLED NONE")
	})
	w.Sound(t)
}

// silent is a carrier that does not answer.
type silent struct {
	fulfilment.Carrier
	answers bool
}

func (s *silent) Label(ctx context.Context, sh *models.Shipment, to *models.Recipient) (fulfilment.Label, error) {
	if !s.answers {
		return fulfilment.Label{}, errors.New("no answer")
	}
	return s.Carrier.Label(ctx, sh, to)
}

// A carrier that does not answer is asked again; what was called off in the
// meantime gets no label.
func TestLabelsAreAskedForAgain(t *testing.T) {
	t.Parallel()
	carrier := &silent{}
	w := ordertest.New(t, dbtest.Tx(t), func(c fulfilment.Carrier) fulfilment.Carrier {
		carrier.Carrier = c
		return carrier
	})
	ctx, o := ordertest.As(t, w.Staff), w.Buy(t, 2, 2)
	kept, off := w.Ship(t, o, w.Main, of(o.Honey, 2)), w.Ship(t, o, w.Main, of(o.Jam, 2))
	if kept.Status != models.ShipmentPlanned || kept.TrackingNumber != nil {
		t.Fatalf("%+v", kept)
	}
	if _, err := w.Fulfilment.Dispatch(ctx, ordertest.ShipmentKey(kept)); ordertest.Refused(t, err) != "CONFLICT input.shipmentId" {
		t.Errorf("left without a label: %v", err)
	}
	w.Pass(2 * time.Minute)
	if n, err := w.Fulfilment.Recover(t.Context()); n != 0 || err == nil {
		t.Errorf("%d labels of a carrier that is silent, %v", n, err)
	}
	if _, err := w.Fulfilment.Cancel(ctx, ordertest.ShipmentKey(off)); err != nil {
		t.Fatal(err)
	}
	carrier.answers = true
	if n, err := w.Fulfilment.Recover(t.Context()); n != 1 || err != nil {
		t.Errorf("%d labels, %v", n, err)
	}
	found, err := w.Fulfilment.ByKeys(ctx, []models.Key{ordertest.ShipmentKey(kept), ordertest.ShipmentKey(off)})
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	for _, s := range found {
		if s.ID == kept.ID && s.Status != models.ShipmentLabelled || s.ID == off.ID && (s.Status != models.ShipmentCancelled || s.TrackingNumber != nil) {
			t.Errorf("%+v", s)
		}
	}
	w.Sound(t)
}

// Who does not ship for a brand finds none of its shipments.
func TestShipmentsAreForTheBrandsStaff(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.Tx(t))
	other := ordertest.New(t, w.DB)
	o := w.Buy(t, 1, 0)
	s := ordertest.ShipmentKey(w.Ship(t, o, w.Main))
	for _, ctx := range []context.Context{
		ordertest.As(t, other.Staff), ordertest.As(t, w.Shopper), ordertest.As(t, fixture.Member(t, w.DB, w.Brand.ID, models.RoleAnalyst)), t.Context(),
	} {
		for name, err := range map[string]error{
			"create":   second(w.Fulfilment.Create(ctx, fulfilment.CreateInput{IdempotencyKey: "k", Order: o.Key})),
			"dispatch": second(w.Fulfilment.Dispatch(ctx, s)), "deliver": second(w.Fulfilment.Deliver(ctx, s)),
			"lose": second(w.Fulfilment.Lose(ctx, s)), "cancel": second(w.Fulfilment.Cancel(ctx, s)),
			"resolve": second(w.Fulfilment.Resolve(ctx, fulfilment.ResolveInput{IdempotencyKey: "k", Shipment: s, Resolution: models.LossRefunded})),
		} {
			if err == nil {
				t.Errorf("%s was allowed", name)
			}
		}
	}
	for name, c := range map[string]struct {
		ctx  context.Context
		want int
	}{"shopper": {ordertest.As(t, w.Shopper), 1}, "staff": {ordertest.As(t, w.Staff), 1}, "others": {ordertest.As(t, other.Staff), 0}} {
		if found, err := w.Fulfilment.ByKeys(c.ctx, []models.Key{s}); err != nil || len(found) != c.want {
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
