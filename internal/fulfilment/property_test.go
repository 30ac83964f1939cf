package fulfilment_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// life is an order to which anything may happen.
type life struct {
	*testing.T

	w         *ordertest.World
	o         *ordertest.Bought
	shipments []*models.Shipment
	returns   []*models.Return
	told      int
	done      map[string]int
}

// dealt wants no fault; whether it was refused is for the rules to know.
func (l *life) dealt(r *rapid.T, what string, err error) bool {
	if err != nil && problem.From(err) == nil {
		r.Fatalf("%s: %v", what, err)
	}
	if err == nil {
		l.done[what]++
	}
	return err == nil
}

func (l *life) line(r *rapid.T) models.Key {
	if l.o.Jam.ID == l.o.Honey.ID || l.o.Jam == (models.Key{}) {
		return l.o.Honey
	}
	return rapid.SampledFrom([]models.Key{l.o.Honey, l.o.Jam}).Draw(r, "line")
}

func (l *life) warehouse(r *rapid.T) models.Key {
	return rapid.SampledFrom([]models.Key{l.w.Main, l.w.East}).Draw(r, "warehouse")
}

func pieces(r *rapid.T) int64 { return rapid.Int64Range(1, 4).Draw(r, "pieces") }

func (l *life) ship(r *rapid.T) {
	var lines []fulfilment.Line
	if rapid.Bool().Draw(r, "part") {
		lines = append(lines, of(l.line(r), pieces(r)))
	}
	if s, err := l.w.TryShip(l.T, l.o, l.warehouse(r), lines...); l.dealt(r, "ship", err) {
		l.shipments = append(l.shipments, s)
	}
}

func (l *life) shipment(r *rapid.T) *models.Shipment {
	if len(l.shipments) == 0 {
		r.Skip()
	}
	return rapid.SampledFrom(l.shipments).Draw(r, "shipment")
}

func (l *life) staff(r *rapid.T) {
	ctx, key := ordertest.As(l.T, l.w.Staff), ordertest.ShipmentKey(l.shipment(r))
	found, err := l.w.Fulfilment.ByKeys(ctx, []models.Key{key})
	if err != nil {
		l.Fatal(err)
	}
	do := rapid.SampledFrom([]string{"", "", "", "cancel", "dispatch", "deliver", "lose"}).Draw(r, "do")
	if next := map[models.ShipmentStatus]string{models.ShipmentLabelled: "dispatch", models.ShipmentDispatched: "lose"}; do == "" {
		do = next[found[0].Status]
	}
	switch do {
	case "cancel":
		_, err = l.w.Fulfilment.Cancel(ctx, key)
	case "dispatch":
		_, err = l.w.Fulfilment.Dispatch(ctx, key)
	case "deliver":
		_, err = l.w.Fulfilment.Deliver(ctx, key)
	case "lose":
		_, err = l.w.Fulfilment.Lose(ctx, key)
	default:
		r.Skip()
	}
	l.dealt(r, do, err)
}

func (l *life) track(r *rapid.T) {
	s := l.shipment(r)
	what := rapid.SampledFrom([]models.TrackingType{
		models.TrackingAccepted, models.TrackingInTransit, models.TrackingDelivered, models.TrackingDelivered, models.TrackingLost,
	}).Draw(r, "event")
	l.told += rapid.IntRange(0, 1).Draw(r, "new")
	l.dealt(r, "track", l.w.Fulfilment.Track(l.Context(), fulfilment.Tracking{
		ID: fmt.Sprint(s.ID, l.told), TrackingNumber: *s.TrackingNumber, Type: what,
		At: l.w.Now().Add(-time.Duration(rapid.IntRange(0, 100).Draw(r, "ago")) * time.Minute),
	}))
}

func (l *life) resolve(r *rapid.T) {
	as := rapid.SampledFrom([]models.LossResolution{models.LossRefunded, models.LossResent}).Draw(r, "as")
	_, err := l.w.Fulfilment.Resolve(ordertest.As(l.T, l.w.Staff), fulfilment.ResolveInput{
		IdempotencyKey: l.w.Key(), Shipment: ordertest.ShipmentKey(l.shipment(r)), Resolution: as,
	})
	l.dealt(r, "make good by "+string(as), err)
}

func (l *life) refund(r *rapid.T) {
	if rapid.IntRange(0, 2).Draw(r, "really") > 0 {
		r.Skip()
	}
	var lines []order.PiecesInput
	carriage := rapid.IntRange(0, 3).Draw(r, "carriage") == 0
	if !carriage || rapid.Bool().Draw(r, "pieces, too") {
		lines = append(lines, ordertest.Pieces(l.line(r), pieces(r)))
	}
	_, err := l.w.Refund(l.T, l.o, carriage, lines...)
	l.dealt(r, "refund", err)
}

func (l *life) cancel(r *rapid.T) {
	if rapid.IntRange(0, 5).Draw(r, "really") > 0 {
		r.Skip()
	}
	_, err := l.w.Orders.Cancel(ordertest.As(l.T, l.w.Shopper), order.CancelInput{IdempotencyKey: l.w.Key(), Order: l.o.Key, Reason: "changed my mind"})
	l.dealt(r, "cancel the order", err)
}

func (l *life) ask(r *rapid.T) {
	asked, err := l.w.Returns.Request(ordertest.As(l.T, l.w.Shopper), returns.RequestInput{
		IdempotencyKey: l.w.Key(), Order: l.o.Key, Reason: "too sweet", Lines: []returns.Line{{Line: l.line(r), Quantity: pieces(r)}},
	})
	if l.dealt(r, "ask", err) {
		l.returns = append(l.returns, asked)
	}
}

// goOn brings a return on, or calls it off.
func (l *life) goOn(r *rapid.T) {
	if len(l.returns) == 0 {
		r.Skip()
	}
	back := rapid.SampledFrom(l.returns).Draw(r, "return")
	ctx, key := ordertest.As(l.T, l.w.Staff), models.Key{BrandID: back.BrandID, ID: back.ID}
	lines, err := l.w.Returns.LinesOf(ctx, []models.Key{key})
	if err != nil {
		l.Fatal(err)
	}
	found, err := l.w.Returns.ByKeys(ctx, []models.Key{key})
	if err != nil {
		l.Fatal(err)
	}
	line := models.Key{BrandID: back.BrandID, ID: lines[0].LineID}
	do := rapid.SampledFrom([]string{"", "", "", "", "", "approve", "reject", "call off", "receive", "inspect", "give back"}).Draw(r, "do")
	if do == "" {
		do = map[models.ReturnStatus]string{
			models.ReturnRequested: "approve", models.ReturnApproved: "receive", models.ReturnReceived: "inspect", models.ReturnInspected: "give back",
		}[found[0].Status]
	}
	switch do {
	case "approve":
		_, err = l.w.Returns.Approve(ctx, key)
	case "reject":
		_, err = l.w.Returns.Reject(ctx, key, "it was opened")
	case "call off":
		_, err = l.w.Returns.Cancel(ordertest.As(l.T, l.w.Shopper), key)
	case "receive":
		_, err = l.w.Returns.Receive(ctx, returns.ReceiveInput{Return: key, Warehouse: l.warehouse(r),
			Lines: []returns.Line{{Line: line, Quantity: rapid.Int64Range(0, lines[0].Quantity).Draw(r, "came")}}})
	case "inspect":
		good := rapid.Int64Range(0, lines[0].Received).Draw(r, "good")
		_, err = l.w.Returns.Inspect(ctx, returns.InspectInput{IdempotencyKey: l.w.Key(), Return: key,
			Lines: []returns.Inspected{{Line: line, Restocked: good, WrittenOff: lines[0].Received - good}}})
	case "":
		r.Skip()
	default:
		_, err = l.w.Returns.Refund(ctx, returns.RefundInput{IdempotencyKey: l.w.Key(), Return: key, Carriage: rapid.Bool().Draw(r, "carriage")})
	}
	l.dealt(r, do, err)
}

// Whatever is shipped, told, lost, sent back and given back of an order, in
// whatever order: no piece is in two places, the statuses follow from where the
// pieces are and move as the table says, no charge goes back beyond itself, and
// all that is stored twice agrees.
func TestWhateverHappensToAnOrder(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	done, orders := map[string]int{}, 0
	rapid.Check(t, func(r *rapid.T) {
		l := &life{T: t, w: ordertest.New(t, db), done: done}
		honey, jam := rapid.Int64Range(1, 4).Draw(r, "honey"), rapid.Int64Range(0, 3).Draw(r, "jam")
		if rapid.Bool().Draw(r, "from both warehouses") {
			l.w.Buy(t, ordertest.Stock-2, ordertest.Stock-1)
		}
		var charges []models.Charge
		for _, kind := range []models.ChargeKind{models.ChargeShipping, models.ChargeVAT, models.ChargeFee} {
			charges = append(charges, ordertest.Charge(kind, rapid.Int64Range(0, 999).Draw(r, string(kind))))
		}
		charges = append(charges, ordertest.Charge(models.ChargeDiscount, -rapid.Int64Range(0, 1200).Draw(r, "discount")))
		l.o = l.w.Buy(t, honey, jam, charges...)
		orders++
		if begins := rapid.SampledFrom([]string{"waiting", "left", "arrived"}).Draw(r, "begins"); begins != "waiting" {
			for _, from := range []models.Key{l.w.Main, l.w.East} {
				sent, err := l.w.TryShip(t, l.o, from)
				if err != nil {
					continue
				}
				l.shipments = append(l.shipments, sent)
				if begins == "arrived" {
					l.w.Deliver(t, sent)
				} else if _, err := l.w.Fulfilment.Dispatch(ordertest.As(t, l.w.Staff), ordertest.ShipmentKey(sent)); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"ship": l.ship, "ship more": l.ship, "staff": l.staff, "staff again": l.staff, "track": l.track,
			"resolve": l.resolve, "resolve more": l.resolve, "refund": l.refund, "cancel": l.cancel, "ask": l.ask, "ask more": l.ask, "go on": l.goOn, "and on": l.goOn, "and further": l.goOn, "to the end": l.goOn,
			"": func(r *rapid.T) {
				l.w.Pass(time.Hour)
				if wrong := l.w.Wrong(t, l.o); wrong != "" {
					r.Fatal(wrong)
				}
			},
		})
	})
	ordertest.New(t, db).Sound(t)
	t.Logf("%d orders: %v", orders, done)
}
