package cart_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

func TestForeignCartsDoNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	_, guests := w.create(t.Context(), t, w.jar(1))
	_, own := w.create(w.as(t), t, w.jar(1))
	other := auth.With(t.Context(), fixture.Shopper(t, w.db, "Han Mei"))
	operator := auth.With(t.Context(), fixture.Operator(t, w.db))
	for name, try := range map[string]func() error{
		"a guest's without its secret": func() error { _, err := w.carts.Get(t.Context(), cart.Ref{ID: guests.ID}); return err },
		"a guest's with another": func() error {
			_, err := w.carts.Get(t.Context(), cart.Ref{ID: guests.ID, Secret: guests.Secret + "x"})
			return err
		},
		"a shopper's, by a guest":     func() error { _, err := w.carts.Get(t.Context(), own); return err },
		"a shopper's, by another":     func() error { _, err := w.carts.Get(other, own); return err },
		"a shopper's, by an operator": func() error { _, err := w.carts.Get(operator, own); return err },
		"one that is not there":       func() error { _, err := w.carts.Get(t.Context(), cart.Ref{ID: uuid.New()}); return err },
		"change a shopper's":          func() error { _, err := w.carts.AddLines(other, own, []cart.LineInput{w.jar(1)}); return err },
		"merge with a wrong secret": func() error {
			_, err := w.carts.Merge(other, cart.Ref{ID: guests.ID, Secret: strings.Repeat("A", 43)})
			return err
		},
		"merge another shopper's": func() error { _, err := w.carts.Merge(other, own); return err },
	} {
		if got := refusals(t, try()); got != "input.cartId NOT_FOUND" {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.get(other, t, guests) // who holds the secret may, signed in or not
}

func TestMerge(t *testing.T) {
	t.Parallel()
	t.Run("makes_a_guests_cart_the_shoppers", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		_, guests := w.create(t.Context(), t, w.jar(2), w.jean(1))
		for range 2 { // repeating it gives it again
			c, err := w.carts.Merge(w.as(t), guests)
			if err != nil {
				t.Fatal(err)
			}
			if got := quantities(c); c.ID != guests.ID || !slices.Equal(got, []int64{2, 1}) {
				t.Errorf("%v", got)
			}
		}
		if _, err := w.carts.Get(t.Context(), guests); refusals(t, err) != "input.cartId NOT_FOUND" {
			t.Error("the secret still opens it")
		}
		if c, err := w.carts.Own(w.as(t), "CN", ""); err != nil || c.ID != guests.ID {
			t.Errorf("%v", err)
		}
	})
	t.Run("adds_lines_to_the_shoppers_cart", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		_, guests := w.create(t.Context(), t, w.jar(2), w.jean(6000))
		_, own := w.create(w.as(t), t, w.jean(6000), w.pot(1))
		c, err := w.carts.Merge(w.as(t), guests)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, c)
		pieces := map[uuid.UUID]int64{}
		for _, l := range c.Lines() {
			pieces[l.VariantID] = l.Quantity
		}
		if c.ID != own.ID || len(pieces) != 3 || pieces[w.honey.Variants[0].ID] != 2 || pieces[w.honey.Variants[1].ID] != 1 || pieces[w.jeans.Variants[0].ID] != 10_000 {
			t.Errorf("%v", pieces)
		}
		if _, err := w.carts.Merge(w.as(t), guests); refusals(t, err) != "input.cartId NOT_FOUND" {
			t.Error("the guest's cart is still there")
		}
	})
	t.Run("loses_nothing_of_several_at_once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.New(t).Gorm)
		const carts = 8
		var all sync.WaitGroup
		for range carts {
			_, guests := w.create(t.Context(), t, w.jar(1), w.jean(1))
			all.Go(func() {
				if _, err := w.carts.Merge(w.as(t), guests); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		c, err := w.carts.Own(w.as(t), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := quantities(c); !slices.Equal(got, []int64{carts, carts}) {
			t.Errorf("%v", got)
		}
	})
}

func TestAShopperHasOneCartForEachMarket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	ids := make([]uuid.UUID, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			c, err := w.carts.Create(w.as(t), cart.CreateInput{Country: "CN", Currency: "CNY", Lines: []cart.LineInput{w.jar(1)}})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = c.ID
		})
	}
	all.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("%v", ids)
	}
	c, err := w.carts.Own(w.as(t), "CN", "CNY")
	if err != nil || !slices.Equal(quantities(c), []int64{8}) {
		t.Errorf("%v, %v", quantities(c), err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	_, guests := w.create(t.Context(), t, w.jar(1))
	_, renewed := w.create(t.Context(), t, w.jar(1))
	_, own := w.create(w.as(t), t, w.jar(1))
	w.clock = now.Add(29 * 24 * time.Hour)
	if _, err := w.carts.AddLines(t.Context(), renewed, []cart.LineInput{w.jar(1)}); err != nil {
		t.Fatal(err)
	}
	w.clock = now.Add(30 * 24 * time.Hour)
	if _, err := w.carts.Get(t.Context(), guests); refusals(t, err) != "input.cartId NOT_FOUND" {
		t.Error("an expired cart can be read")
	}
	if n, err := w.carts.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("%d swept, %v", n, err)
	}
	w.get(t.Context(), t, renewed)
	w.get(w.as(t), t, own)
	var lines int64
	if err := w.db.Raw("select count(*) from cart_lines").Scan(&lines).Error; err != nil || lines != 2 {
		t.Errorf("%d lines, %v", lines, err)
	}
	w.clock = now.Add(181 * 24 * time.Hour)
	fresh, _ := w.create(w.as(t), t)
	if fresh.ID == own.ID || len(fresh.Groups) != 0 {
		t.Error("an expired cart came back")
	}
}
