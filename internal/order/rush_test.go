package order_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestRush has orders of one variant come while another is being written.
func TestRush(t *testing.T) {
	t.Parallel()
	// behind places the inputs at once, behind one that is held up until all
	// wait and meanwhile has been called.
	behind := func(t *testing.T, w *world, letGo func(), waiting func() int, inputs []order.PlaceInput, contexts []context.Context, meanwhile func()) []error {
		t.Helper()
		errs := make([]error, len(inputs))
		var all sync.WaitGroup
		for i, in := range inputs {
			all.Go(func() { _, errs[i] = w.orders.Place(contexts[i], in) })
		}
		for waiting() < len(inputs) && t.Context().Err() == nil {
			runtime.Gosched()
		}
		meanwhile()
		letGo()
		all.Wait()
		return errs
	}
	rush := func(t *testing.T, w *world, inputs []order.PlaceInput, contexts []context.Context, meanwhile func()) []error {
		t.Helper()
		letGo, waiting := order.Hold(w.orders, models.Key{BrandID: w.brand.ID, ID: w.jam.Warehouse.ID}, w.jam.Variants[0].ID)
		return behind(t, w, letGo, waiting, inputs, contexts, meanwhile)
	}
	buyers := func(t *testing.T, w *world, n int) (inputs []order.PlaceInput, contexts []context.Context) {
		t.Helper()
		for range n {
			inputs, contexts = append(inputs, w.input(550, line(w.jam.Variants[0], 1))), append(contexts, as(t, w.shopper))
		}
		return inputs, contexts
	}

	t.Run("locks_the_stock_once_for_all", func(t *testing.T) {
		t.Parallel()
		db, sent := dbtest.Counted(t)
		w := newWorld(t, db.Gorm)
		inputs, contexts := buyers(t, w, 8)
		for i, err := range rush(t, w, inputs, contexts, sent.Reset) {
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		locks := 0
		for _, statement := range sent.List() {
			locks += strings.Count(statement, "update stock_levels")
		}
		if locks != 1 || w.rows(t, "orders") != 8 || w.stock(t, w.jam.Variants[0]) != 2 {
			t.Errorf("%d orders, the stock locked %d times, %d pieces are left", w.rows(t, "orders"), locks, w.stock(t, w.jam.Variants[0]))
		}
		w.sound(t)
	})

	t.Run("looks_once_for_all_and_answers_each_with_its_own", func(t *testing.T) {
		t.Parallel()
		db, sent := dbtest.Counted(t)
		w := newWorld(t, db.Gorm)
		first := w.input(1200, line(w.honey.Variants[0], 1))
		placed, err := w.orders.Place(as(t, w.shopper), first)
		if err != nil {
			t.Fatal(err)
		}
		inputs, contexts := buyers(t, w, 5)
		unknown := w.input(100, order.LineInput{Variant: models.Key{BrandID: w.brand.ID, ID: w.brand.ID}, Quantity: 1})
		inputs = append(inputs, first, w.input(1750, line(w.honey.Variants[0], 1), line(w.jam.Variants[0], 1)), unknown)
		contexts = append(contexts, as(t, w.shopper), as(t, w.shopper), as(t, w.shopper))
		letGo, waiting := order.HoldLooks(w.orders, models.Key{BrandID: w.brand.ID, ID: w.shop.ID})
		errs := behind(t, w, letGo, waiting, inputs, contexts, sent.Reset)
		for i, err := range errs[:7] {
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		if got := refusals(t, errs[7]); got != "input.lines.0.variantId NOT_FOR_SALE" {
			t.Error("a variant that is not sold:", got)
		}
		again, err := w.orders.Place(as(t, w.shopper), first)
		if err != nil || again.ID != placed.ID {
			t.Error("a repeated key bought again", err)
		}
		looks := 0
		for _, statement := range sent.List() {
			looks += strings.Count(statement, "from stock_levels l")
		}
		if looks != 2 || w.rows(t, "orders") != 7 { // for all of them, and for the one repeated
			t.Errorf("%d orders, looked %d times", w.rows(t, "orders"), looks)
		}
		w.sound(t)
	})

	t.Run("sells_what_there_is_to_those_who_came_first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		inputs, contexts := buyers(t, w, 14)
		won := 0
		for _, err := range rush(t, w, inputs, contexts, func() {}) {
			if err == nil {
				won++
			} else if refusals(t, err) != "input.lines.0.quantity OUT_OF_STOCK" {
				t.Error(err)
			}
		}
		if won != 10 || w.rows(t, "orders") != 10 || w.stock(t, w.jam.Variants[0]) != 0 {
			t.Errorf("%d bought of 10 pieces, %d orders", won, w.rows(t, "orders"))
		}
		w.sound(t)
	})

	t.Run("refuses_one_alone_and_leaves_out_who_has_left", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		used := w.input(1200, line(w.honey.Variants[0], 1))
		if _, err := w.orders.Place(as(t, w.shopper), used); err != nil {
			t.Fatal(err)
		}
		inputs, contexts := buyers(t, w, 6)
		inputs[2].Payment.Reference = used.Payment.Reference
		left, leave := context.WithCancel(contexts[4])
		contexts[4] = left
		errs := rush(t, w, inputs, contexts, leave)
		for i, err := range errs {
			switch {
			case i == 2 && refusals(t, err) != "input.payment.reference PAYMENT_REFERENCE_TAKEN":
				t.Errorf("a payment that was used: %v", err)
			case i == 4 && err != nil && !errors.Is(err, context.Canceled):
				t.Errorf("who has left: %v", err)
			case i != 2 && i != 4 && err != nil:
				t.Errorf("%d: %v", i, err)
			}
		}
		want := int64(6) // the one before, and five that came together
		if errs[4] != nil {
			want--
		}
		if got := w.rows(t, "orders"); got != want {
			t.Errorf("%d orders, want %d", got, want)
		}
		w.sound(t)
	})
}
