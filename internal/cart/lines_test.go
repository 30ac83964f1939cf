package cart_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	ctx := w.as(t)

	created, ref := w.create(ctx, t, w.jar(2), w.jean(1))
	if len(created.Groups) != 2 || created.Total.Minor != 27400 || created.Total.Currency != "CNY" || created.ProblemsKey != "" {
		t.Fatalf("%d groups, %s, %s", len(created.Groups), created.Total, told(created))
	}
	sound(t, created)
	if slices.Contains(created.SecretHash, 1) || ref.Secret != "" {
		t.Error("a shopper's cart has a secret")
	}

	// Two lines of one variant are one, with pieces added (vendure#2187, #2041).
	c, err := w.carts.AddLines(ctx, ref, []cart.LineInput{w.jar(1), w.pot(1), w.jar(4)})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, c)
	if got := quantities(c); !slices.Equal(got, []int64{7, 1, 1}) || c.Version != created.Version+1 {
		t.Errorf("quantities %v, version %d after %d", got, c.Version, created.Version)
	}

	jar, pot := c.Groups[0].Lines[0].ID, c.Groups[0].Lines[1].ID
	if c, err = w.carts.ChangeLines(ctx, ref, []cart.QuantityInput{{jar, 3}, {pot, 0}}); err != nil {
		t.Fatal(err)
	}
	sound(t, c)
	if got := quantities(c); !slices.Equal(got, []int64{3, 1}) {
		t.Errorf("quantities %v", got)
	}
	if c, err = w.carts.RemoveLines(ctx, ref, []uuid.UUID{jar}); err != nil {
		t.Fatal(err)
	}
	if read := w.get(ctx, t, ref); len(read.Groups) != 1 || read.Total != c.Total || c.Total.Minor != 25000 || read.Version != c.Version {
		t.Errorf("read %+v", read.Totals)
	}

	for want, lines := range map[string][]cart.LineInput{
		"input.lines REQUIRED":                 {},
		"input.lines.0.quantity OUT_OF_RANGE":  {w.jar(10_001)},
		"input.lines.1.quantity OUT_OF_RANGE":  {w.jar(9_999), w.jar(2)},
		"input.lines.0.storefrontId NOT_FOUND": {{Storefront: models.Key{BrandID: w.farm.BrandID, ID: uuid.New()}, Variant: w.jar(1).Variant, Quantity: 1}},
		"input.lines.0.variantId NOT_FOR_SALE": {{Storefront: shopKey(w.farm), Variant: w.jean(1).Variant, Quantity: 1}},
		"input.lines TOO_LONG":                 slices.Repeat([]cart.LineInput{w.jar(1)}, 101),
	} {
		if _, err := w.carts.AddLines(ctx, ref, lines); refusals(t, err) != want {
			t.Errorf("%s, want %s", refusals(t, err), want)
		}
	}
	if read := w.get(ctx, t, ref); read.Version != c.Version {
		t.Error("a refused change was written")
	}
}

// vendure#769, vendure#1691, saleor#3572 (17): sellers price in the currency of
// each of their markets, and a cart is of one.
func TestACartHasOneMarketAndOneCurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	dollars := w.shop(t, "dollars", func(s *models.Storefront) { s.Currency = "USD" })
	tea := fixture.Sell(t, w.db, dollars, "tea", 10, 500)
	japan := w.shop(t, "japan", func(s *models.Storefront) { s.Country = "JP" })
	rice := fixture.Sell(t, w.db, japan, "rice", 10, 500)
	_, ref := w.create(t.Context(), t, w.jar(1))
	_, err := w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(1), line(dollars, tea.Variants[0], 1), line(japan, rice.Variants[0], 1)})
	if got := refusals(t, err); got != "input.lines.1.storefrontId CURRENCY_MISMATCH, input.lines.2.storefrontId CURRENCY_MISMATCH" {
		t.Error(got)
	}
	if got := quantities(w.get(t.Context(), t, ref)); !slices.Equal(got, []int64{1}) {
		t.Errorf("a part of a refused change was written: %v", got)
	}
}

// vendure#2041: items that were added at the same time got lost.
func TestParallelAddsLoseNothing(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	w := newWorld(t, db)
	_, ref := w.create(t.Context(), t)
	const adds = 64
	var all sync.WaitGroup
	for i := range adds {
		all.Go(func() {
			lines := []cart.LineInput{w.jar(1), w.jean(2)}
			if i%2 == 0 {
				slices.Reverse(lines)
			}
			if _, err := w.carts.AddLines(t.Context(), ref, lines); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c := w.get(t.Context(), t, ref)
	sound(t, c)
	pieces := map[uuid.UUID]int64{}
	for _, l := range c.Lines() {
		pieces[l.VariantID] += l.Quantity
	}
	if len(c.Lines()) != 2 || pieces[w.honey.Variants[0].ID] != adds || pieces[w.jeans.Variants[0].ID] != 2*adds {
		t.Errorf("%d lines, %v pieces", len(c.Lines()), pieces)
	}
	t.Logf("%d parallel additions of two lines: %d and %d pieces", adds, pieces[w.honey.Variants[0].ID], pieces[w.jeans.Variants[0].ID])
}
