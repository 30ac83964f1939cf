package returns_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/ordertest"
	"github.com/tradewind-commerce/tradewind/internal/returns"
	"github.com/tradewind-commerce/tradewind/models"
)

// shop is a world with orders that have arrived.
type shop struct {
	*ordertest.World
	staff, shopper context.Context
}

func newShop(t *testing.T) *shop {
	t.Helper()
	w := ordertest.New(t, dbtest.Tx(t))
	return &shop{w, ordertest.As(t, w.Staff), ordertest.As(t, w.Shopper)}
}

func (s *shop) arrived(t *testing.T, honey, jam int64, charges ...models.Charge) *ordertest.Bought {
	t.Helper()
	o := s.Buy(t, honey, jam, charges...)
	s.Deliver(t, s.Ship(t, o, s.Main))
	return o
}

func key(r *models.Return) models.Key { return models.Key{BrandID: r.BrandID, ID: r.ID} }

func of(line models.Key, n int64) returns.Line { return returns.Line{Line: line, Quantity: n} }

func (s *shop) try(ctx context.Context, o *ordertest.Bought, lines ...returns.Line) (*models.Return, error) {
	return s.Returns.Request(ctx, returns.RequestInput{IdempotencyKey: s.Key(), Order: o.Key, Reason: "too sweet", Lines: lines})
}

func (s *shop) ask(t *testing.T, o *ordertest.Bought, lines ...returns.Line) *models.Return {
	t.Helper()
	return must(t)(s.try(s.shopper, o, lines...))
}

func must(t *testing.T) func(*models.Return, error) *models.Return {
	t.Helper()
	return func(r *models.Return, err error) *models.Return {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func (s *shop) stands(t *testing.T, o *ordertest.Bought, want string) {
	t.Helper()
	if got := s.Statuses(t, o.Key); got != want {
		t.Errorf("stands %s, want %s", got, want)
	}
	if wrong := s.Wrong(t, o); wrong != "" {
		t.Error(wrong)
	}
	s.Pass(time.Minute)
}

func refused(t *testing.T, want string, err error) {
	t.Helper()
	if got := ordertest.Refused(t, err); got != want {
		t.Errorf("refused: %q, want %q", got, want)
	}
}

func second[T any](_ T, err error) error { return err }

// saleor#14326, #14462, #14278 (7), saleor#12348 (15): goods come back in parts;
// each time the exact money of the pieces goes back, of each charge that was
// paid for them, and together to the cent what was charged.
func TestGoodsComeBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	// 36.00 and 11.00 of goods, and 10.00, 3.33 and 8.00 on the whole: 48.33.
	o := s.arrived(t, 3, 2, ordertest.Charge(models.ChargeDiscount, -1000), ordertest.Charge(models.ChargeVAT, 333), ordertest.Charge(models.ChargeShipping, 800))
	honey := s.OnHand(t, s.Honey, s.East)
	s.stands(t, o, "COMPLETED PAID DELIVERED NONE")

	first := s.ask(t, o, of(o.Honey, 2))
	s.stands(t, o, "COMPLETED PAID DELIVERED REQUESTED")
	must(t)(s.Returns.Approve(s.staff, key(first)))
	s.stands(t, o, "COMPLETED PAID DELIVERED IN_PROGRESS")
	receive := returns.ReceiveInput{Return: key(first), Warehouse: s.East}
	must(t)(s.Returns.Receive(s.staff, receive))
	refused(t, "CONFLICT input.returnId", second(s.Returns.Receive(s.staff, receive)))
	judged := func(restocked, off int64) returns.InspectInput {
		return returns.InspectInput{IdempotencyKey: "inspect", Return: key(first), Lines: []returns.Inspected{{Line: o.Honey, Restocked: restocked, WrittenOff: off}}}
	}
	refused(t, "INVALID input.lines", second(s.Returns.Inspect(s.staff, judged(1, 0))))
	refused(t, "CONFLICT input.returnId", second(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: "early", Return: key(first)})))
	for range 2 { // sent again it is done once
		must(t)(s.Returns.Inspect(s.staff, judged(1, 1)))
	}
	if got := s.OnHand(t, s.Honey, s.East); got != honey+1 {
		t.Errorf("%d jars in the east, were %d", got, honey)
	}
	s.stands(t, o, "COMPLETED PAID DELIVERED IN_PROGRESS")
	for range 2 {
		done := must(t)(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: "refund", Return: key(first)}))
		if done.Status != models.ReturnCompleted || done.RefundID == nil {
			t.Errorf("%+v", done)
		}
	}
	// The honey's part is 7.66 of the discount and 2.55 of the tax; of two jars
	// of three 24.00 - 5.11 + 1.70. The bank has done it already.
	if got := s.GivenBack(t, o.Key); got != "20.59 CNY" {
		t.Errorf("given back %s", got)
	}
	s.stands(t, o, "COMPLETED PARTIALLY_REFUNDED DELIVERED PARTIALLY_RETURNED")

	// One of the jars of jam does not come in: no money for it.
	second := s.ask(t, o, of(o.Honey, 1), of(o.Jam, 2))
	must(t)(s.Returns.Approve(s.staff, key(second)))
	must(t)(s.Returns.Receive(s.staff, returns.ReceiveInput{Return: key(second), Warehouse: s.Main, Lines: []returns.Line{of(o.Honey, 1), of(o.Jam, 1)}}))
	must(t)(s.Returns.Inspect(s.staff, returns.InspectInput{IdempotencyKey: s.Key(), Return: key(second),
		Lines: []returns.Inspected{{Line: o.Honey, WrittenOff: 1}, {Line: o.Jam, Restocked: 1}}}))
	must(t)(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: s.Key(), Return: key(second), Carriage: true}))
	s.stands(t, o, "COMPLETED PARTIALLY_REFUNDED DELIVERED PARTIALLY_RETURNED")
	third := s.ask(t, o, of(o.Jam, 1))
	must(t)(s.Returns.Approve(s.staff, key(third)))
	must(t)(s.Returns.Receive(s.staff, returns.ReceiveInput{Return: key(third), Warehouse: s.Main}))
	must(t)(s.Returns.Inspect(s.staff, returns.InspectInput{IdempotencyKey: s.Key(), Return: key(third), Lines: []returns.Inspected{{Line: o.Jam, Restocked: 1}}}))
	must(t)(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: s.Key(), Return: key(third)}))
	s.stands(t, o, "COMPLETED REFUNDED DELIVERED RETURNED")
	if got := s.GivenBack(t, o.Key); got != "48.33 CNY" {
		t.Errorf("given back %s of 48.33", got)
	}

	var steps []string
	for _, e := range s.History(t, o.Key) {
		steps = append(steps, strings.Split(e, ": SBX")[0])
	}
	once := []string{"RETURN_REQUESTED by shopper: too sweet", "RETURN_APPROVED by staff", "RETURN_RECEIVED by staff", "RETURN_INSPECTED by staff",
		"REFUNDED by staff: too sweet", "RETURN_COMPLETED by staff"}
	want := slices.Concat([]string{"PLACED by shopper", "PAID by shopper", "SHIPMENT_MADE by staff", "DISPATCHED by staff", "DELIVERED by staff",
		"COMPLETED by staff"}, once, once, once)
	if !slices.Equal(steps, want) {
		t.Errorf("history\n%s\nwant\n%s", strings.Join(steps, "\n"), strings.Join(want, "\n"))
	}
	s.Sound(t)
}

// What may be sent back: pieces that arrived in the last 30 days, each once,
// by the shopper or by staff who were told.
func TestWhatMayBeSentBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	o := s.arrived(t, 2, 1)
	waiting := s.Buy(t, 1, 0)
	stranger := ordertest.New(t, s.DB)
	line := models.Key{BrandID: s.Brand.ID, ID: fixture.ID()}
	for name, c := range map[string]struct {
		ctx   context.Context
		o     *ordertest.Bought
		lines []returns.Line
		want  string
	}{
		"more than arrived":      {s.shopper, o, []returns.Line{of(o.Honey, 3)}, "CONFLICT input.lines.0.quantity"},
		"nothing":                {s.shopper, o, nil, "REQUIRED input.lines"},
		"no pieces":              {s.shopper, o, []returns.Line{of(o.Honey, 0)}, "OUT_OF_RANGE input.lines.0.quantity"},
		"a line twice":           {s.shopper, o, []returns.Line{of(o.Honey, 1), of(o.Honey, 1)}, "INVALID input.lines.1.lineId"},
		"a line of another":      {s.shopper, o, []returns.Line{of(waiting.Honey, 1)}, "NOT_FOUND input.lines.0.lineId"},
		"a line of nowhere":      {s.shopper, o, []returns.Line{of(line, 1)}, "NOT_FOUND input.lines.0.lineId"},
		"what has not left":      {s.shopper, waiting, []returns.Line{of(waiting.Honey, 1)}, "CONFLICT input.lines.0.quantity"},
		"of another shopper":     {ordertest.As(t, stranger.Shopper), o, []returns.Line{of(o.Honey, 1)}, "NOT_FOUND input.orderId"},
		"by staff of a stranger": {ordertest.As(t, stranger.Staff), o, []returns.Line{of(o.Honey, 1)}, "NOT_FOUND input.orderId"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.want, second(s.try(c.ctx, c.o, c.lines...))) })
	}

	first := s.ask(t, o, of(o.Honey, 1))
	told := must(t)(s.try(s.staff, o, of(o.Honey, 1)))
	refused(t, "CONFLICT input.lines.0.quantity", second(s.try(s.shopper, o, of(o.Honey, 1))))
	for _, ctx := range []context.Context{ordertest.As(t, stranger.Shopper), ordertest.As(t, stranger.Staff)} {
		refused(t, "NOT_FOUND input.returnId", second(s.Returns.Cancel(ctx, key(first))))
	}
	if err := second(s.Returns.Approve(s.shopper, key(first))); err == nil {
		t.Error("the shopper agreed to the own return")
	}
	must(t)(s.Returns.Cancel(s.shopper, key(first)))
	rejected := must(t)(s.Returns.Reject(s.staff, key(told), "it was opened"))
	if rejected.Status != models.ReturnRejected || *rejected.Note != "it was opened" {
		t.Errorf("%+v", rejected)
	}
	s.stands(t, o, "COMPLETED PAID DELIVERED NONE")
	refused(t, "CONFLICT input.returnId", second(s.Returns.Approve(s.staff, key(told))))
	refused(t, "CONFLICT input.returnId", second(s.Returns.Cancel(s.shopper, key(first))))

	// Paid back meanwhile, a piece that comes back gives no more money.
	third := s.ask(t, o, of(o.Jam, 1))
	must(t)(s.Returns.Approve(s.staff, key(third)))
	if err := second(s.Refund(t, o, false, ordertest.Pieces(o.Jam, 1))); err != nil {
		t.Fatal(err)
	}
	must(t)(s.Returns.Receive(s.staff, returns.ReceiveInput{Return: key(third), Warehouse: s.Main}))
	must(t)(s.Returns.Inspect(s.staff, returns.InspectInput{IdempotencyKey: s.Key(), Return: key(third), Lines: []returns.Inspected{{Line: o.Jam, Restocked: 1}}}))
	done := must(t)(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: s.Key(), Return: key(third), Carriage: true}))
	if done.RefundID != nil {
		t.Errorf("%+v", done)
	}
	s.stands(t, o, "COMPLETED PARTIALLY_REFUNDED DELIVERED PARTIALLY_RETURNED")
	if got := s.GivenBack(t, o.Key); got != "5.50 CNY" {
		t.Errorf("given back %s", got)
	}

	s.Pass(returns.Window)
	refused(t, "CONFLICT input.lines.0.quantity", second(s.try(s.shopper, o, of(o.Honey, 1))))
	s.Sound(t)
}

// Two staff end a return, or inspect it, at the same moment: it is done once.
func TestReturnsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := ordertest.New(t, dbtest.New(t).Gorm)
	s := &shop{w, ordertest.As(t, w.Staff), ordertest.As(t, w.Shopper)}
	o := s.arrived(t, 4, 0, ordertest.Charge(models.ChargeShipping, 500))
	for range 4 {
		r := s.ask(t, o, of(o.Honey, 1))
		must(t)(s.Returns.Approve(s.staff, key(r)))
		must(t)(s.Returns.Receive(s.staff, returns.ReceiveInput{Return: key(r), Warehouse: s.Main}))
		for _, do := range []func() error{
			func() error {
				return second(s.Returns.Inspect(s.staff, returns.InspectInput{IdempotencyKey: s.Key(), Return: key(r),
					Lines: []returns.Inspected{{Line: o.Honey, Restocked: 1}}}))
			},
			func() error {
				return second(s.Returns.Refund(s.staff, returns.RefundInput{IdempotencyKey: s.Key(), Return: key(r), Carriage: true}))
			},
		} {
			errs := make([]error, 3)
			var all sync.WaitGroup
			for i := range errs {
				all.Go(func() { errs[i] = do() })
			}
			all.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
				} else {
					refused(t, "CONFLICT input.returnId", err)
				}
			}
			if done != 1 {
				t.Errorf("done %d times", done)
			}
		}
	}
	s.stands(t, o, "COMPLETED REFUNDED DELIVERED RETURNED")
	if got := s.GivenBack(t, o.Key); got != "53.00 CNY" || s.OnHand(t, s.Honey, s.Main) != ordertest.Stock {
		t.Errorf("given back %s, %d on hand", got, s.OnHand(t, s.Honey, s.Main))
	}
	s.Sound(t)
}
