package life_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fulfilment"
	"github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/returns"
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

func (l *life) ship(r *rapid.T) {
	o := l.order(r)
	in := fulfilment.CreateInput{IdempotencyKey: l.w.key(), Order: orderKey(o)}
	if rapid.Bool().Draw(r, "a part") {
		in.Lines = []fulfilment.Line{{Line: l.line(r, o), Quantity: rapid.Int64Range(1, 3).Draw(r, "pieces")}}
	}
	_, err := l.w.api.Fulfilment.Create(l.w.as(l, l.staff(o)), in)
	l.dealt(r, "ship", err)
}

// arrive has all of an order shipped that waits, and one of its parcels arrive.
func (l *life) arrive(r *rapid.T) { l.arriveAll(r, l.order(r)) }

func (l *life) arriveAll(r *rapid.T, o *models.Order) {
	ctx := l.w.as(l, l.staff(o))
	_, err := l.w.api.Fulfilment.Create(ctx, fulfilment.CreateInput{IdempotencyKey: l.w.key(), Order: orderKey(o)})
	l.dealt(r, "ship", err)
	all, err := l.w.api.Fulfilment.Of(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	for _, s := range all {
		key := models.Key{BrandID: s.BrandID, ID: s.ID}
		_, err := l.w.api.Fulfilment.Dispatch(ctx, key)
		l.dealt(r, "dispatch", err)
		_, err = l.w.api.Fulfilment.Deliver(ctx, key)
		l.dealt(r, "deliver", err)
	}
}

func (l *life) shipment(r *rapid.T) (*models.Shipment, context.Context) {
	o := l.order(r)
	all, err := l.w.api.Fulfilment.Of(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	if len(all) == 0 {
		r.Skip("nothing was packed")
	}
	return rapid.SampledFrom(all).Draw(r, "shipment"), l.w.as(l, l.staff(o))
}

func (l *life) parcel(r *rapid.T) {
	s, ctx := l.shipment(r)
	do := rapid.SampledFrom([]string{"", "", "", "cancel", "lose"}).Draw(r, "do")
	if do == "" {
		do = map[models.ShipmentStatus]string{models.ShipmentLabelled: "dispatch"}[s.Status]
	}
	f := map[string]func(context.Context, models.Key) (*models.Shipment, error){
		"": l.w.api.Fulfilment.Deliver, "dispatch": l.w.api.Fulfilment.Dispatch, "cancel": l.w.api.Fulfilment.Cancel, "lose": l.w.api.Fulfilment.Lose,
	}[do]
	_, err := f(ctx, models.Key{BrandID: s.BrandID, ID: s.ID})
	l.dealt(r, "parcel "+do, err)
}

func (l *life) resolve(r *rapid.T) {
	s, ctx := l.shipment(r)
	as := rapid.SampledFrom([]models.LossResolution{models.LossRefunded, models.LossResent}).Draw(r, "as")
	_, err := l.w.api.Fulfilment.Resolve(ctx, fulfilment.ResolveInput{
		IdempotencyKey: l.w.key(), Shipment: models.Key{BrandID: s.BrandID, ID: s.ID}, Resolution: as,
	})
	l.dealt(r, "resolve", err)
}

func (l *life) sendBack(r *rapid.T) {
	o := l.order(r)
	_, err := l.w.api.Returns.Request(l.w.as(l, l.staff(o)), returns.RequestInput{
		IdempotencyKey: l.w.key(), Order: orderKey(o), Reason: "too sweet",
		Lines: []returns.Line{{Line: l.line(r, o), Quantity: rapid.Int64Range(1, 2).Draw(r, "pieces")}},
	})
	l.dealt(r, "send back", err)
}

// comeBack has all of an order arrive, and some of it come back: to the end of
// the return, or to where something else comes between.
func (l *life) comeBack(r *rapid.T) {
	o := l.order(r)
	l.arriveAll(r, o)
	in := returns.RequestInput{IdempotencyKey: l.w.key(), Order: orderKey(o), Reason: "too sweet"}
	lines, err := l.w.api.Orders.LinesOf(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	for _, line := range lines {
		if n := rapid.Int64Range(0, line.Quantity).Draw(r, "pieces"); n > 0 {
			in.Lines = append(in.Lines, returns.Line{Line: models.Key{BrandID: o.BrandID, ID: line.ID}, Quantity: n})
		}
	}
	back, err := l.w.api.Returns.Request(l.w.as(l, l.staff(o)), in)
	l.dealt(r, "send back", err)
	if err != nil {
		return
	}
	for range rapid.SampledFrom([]int{4, 4, 4, 4, 3, 1}).Draw(r, "steps") {
		l.step(r, o, models.Key{BrandID: back.BrandID, ID: back.ID})
	}
}

// dispute has the bank take a payment up, whenever that is, and decide Delay later.
func (l *life) dispute(r *rapid.T) {
	if len(l.purchases) == 0 {
		r.Skip("nothing was bought")
	}
	as := rapid.SampledFrom([]string{sandbox.Dispute, sandbox.DisputeWon, sandbox.DisputeLost, sandbox.DisputePartWon, sandbox.DisputePartLost}).Draw(r, "as")
	p := l.w.paymentOf(l, rapid.SampledFrom(l.purchases).Draw(r, "purchase"))
	up := l.w.db.Exec("update sandbox_payments set account = ?, due_at = ? where payment_id = ? and captured_minor > 0 and dispute = 'NONE' and due_at is null",
		as, l.w.clock, p.ID)
	if up.Error != nil {
		l.Fatal(up.Error)
	}
	if up.RowsAffected == 0 {
		r.Skip("there is nothing to take up")
	}
	if rapid.Bool().Draw(r, "heard of") {
		l.w.ask(l, p)
	}
	l.done["dispute"]++
}

// advance brings a return on by a step.
func (l *life) advance(r *rapid.T) {
	o := l.order(r)
	all, err := l.w.api.Returns.Of(l.Context(), []models.Key{orderKey(o)})
	if err != nil {
		l.Fatal(err)
	}
	if len(all) == 0 {
		r.Skip("nothing comes back")
	}
	back := rapid.SampledFrom(all).Draw(r, "return")
	l.step(r, o, models.Key{BrandID: back.BrandID, ID: back.ID})
}

func (l *life) step(r *rapid.T, o *models.Order, key models.Key) {
	ctx := l.w.as(l, l.staff(o))
	found, err := l.w.api.Returns.ByKeys(ctx, []models.Key{key})
	if err != nil || len(found) != 1 {
		l.Fatal(found, err)
	}
	back := found[0]
	switch back.Status {
	case models.ReturnRequested:
		_, err = l.w.api.Returns.Approve(ctx, key)
	case models.ReturnApproved:
		_, err = l.w.api.Returns.Receive(ctx, returns.ReceiveInput{Return: key, Warehouse: l.w.warehouseOf(o)})
	case models.ReturnReceived:
		var inspected []returns.Inspected
		var lines []*models.ReturnLine
		if lines, err = l.w.api.Returns.LinesOf(ctx, []models.Key{key}); err != nil {
			l.Fatal(err)
		}
		for _, line := range lines {
			off := rapid.Int64Range(0, line.Received).Draw(r, "written off")
			inspected = append(inspected, returns.Inspected{
				Line: models.Key{BrandID: o.BrandID, ID: line.LineID}, Restocked: line.Received - off, WrittenOff: off,
			})
		}
		_, err = l.w.api.Returns.Inspect(ctx, returns.InspectInput{IdempotencyKey: l.w.key(), Return: key, Lines: inspected})
	default:
		_, err = l.w.api.Returns.Refund(ctx, returns.RefundInput{
			IdempotencyKey: l.w.key(), Return: key, Carriage: rapid.Bool().Draw(r, "carriage"),
		})
	}
	l.dealt(r, "return "+string(back.Status), err)
}
