package cart_test

import (
	"slices"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestChangesAreToldAndAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	alipay := "ALIPAY"
	_, ref := w.create(t.Context(), t, w.jar(5), w.pot(1), w.jean(2))
	if _, err := w.carts.SetPaymentMethod(t.Context(), ref, &alipay); err != nil {
		t.Fatal(err)
	}

	w.price(t, w.honey.Variants[0], 1500)
	w.stock(t, w.honey.Variants[0], 3)
	w.exec(t, "update variants set archived_at = ? where brand_id = ? and id = ?", now, w.farm.BrandID, w.honey.Variants[1].ID)
	w.exec(t, "update storefronts set payment_methods = '{CARD}' where brand_id = ? and id = ?", w.mill.BrandID, w.mill.ID)
	c := w.get(t.Context(), t, ref)
	sound(t, c)
	if got := told(c); got != "PRICE_CHANGED, OUT_OF_STOCK, UNAVAILABLE, PAYMENT_METHOD_UNAVAILABLE" {
		t.Fatal(got)
	}
	if c.Total.Minor != 5*1200+900+2*25000 {
		t.Errorf("an unseen price was applied: %s", c.Total)
	}
	changed, short, gone := c.Problems[0], c.Problems[1], c.Problems[2]
	if changed.Was.Minor != 1200 || changed.Now.Minor != 1500 || *short.Available != 3 || gone.Line.VariantID != w.honey.Variants[1].ID {
		t.Errorf("%+v %+v %+v", changed, short, gone)
	}
	if !slices.Equal(c.PaymentMethods, []string{"CARD"}) {
		t.Errorf("payable by %v", c.PaymentMethods)
	}

	// What changes between reading and accepting is not accepted unseen.
	w.price(t, w.honey.Variants[0], 1600)
	if _, err := w.carts.Accept(t.Context(), ref, c.ProblemsKey); refusals(t, err) != "input.problemsKey CONFLICT" {
		t.Error("accepted a price that was not shown")
	}
	c = w.get(t.Context(), t, ref)
	c, err := w.carts.Accept(t.Context(), ref, c.ProblemsKey)
	if err != nil {
		t.Fatal(err)
	}
	sound(t, c)
	if told(c) != "" || c.ProblemsKey != "" || !slices.Equal(quantities(c), []int64{3, 2}) || c.Total.Minor != 3*1600+2*25000 || c.PaymentMethod != nil {
		t.Errorf("%s; %v; %s", told(c), quantities(c), c.Total)
	}
}

func TestClosedStorefronts(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"paused":    "update storefronts set status = 'PAUSED' where brand_id = ? and id = ?",
		"invisible": "update storefronts set visible = false where brand_id = ? and id = ?",
		"withdrawn": "update listings set visible_from = null where brand_id = ? and storefront_id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Tx(t))
			_, ref := w.create(t.Context(), t, w.jar(1), w.jean(1))
			w.exec(t, sql, w.farm.BrandID, w.farm.ID)
			c := w.get(t.Context(), t, ref)
			sound(t, c)
			if told(c) != "UNAVAILABLE" || len(c.Groups) != 2 || c.Groups[0].Lines[0].Texts["zh-CN"].Title != "商品 honey" {
				t.Errorf("%s", told(c))
			}
			if c, err := w.carts.Accept(t.Context(), ref, c.ProblemsKey); err != nil || len(c.Groups) != 1 {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestShortStock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.stock(t, w.honey.Variants[0], 4)
	c, ref := w.create(t.Context(), t, w.jar(5))
	if told(c) != "OUT_OF_STOCK" || *c.Problems[0].Available != 4 {
		t.Errorf("%s", told(c))
	}
	// What is not tracked is never short.
	w.exec(t, "update variants set track_stock = false where brand_id = ?", w.farm.BrandID)
	if c = w.get(t.Context(), t, ref); told(c) != "" {
		t.Errorf("%s", told(c))
	}
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.exec(t, "update storefronts set payment_methods = '{WECHAT_PAY,CARD}' where brand_id = ? and id = ?", w.farm.BrandID, w.farm.ID)
	empty, ref := w.create(t.Context(), t)
	if !slices.Equal(empty.PaymentMethods, models.PaymentMethods) {
		t.Errorf("an empty cart: %v", empty.PaymentMethods)
	}
	c, err := w.carts.AddLines(t.Context(), ref, []cart.LineInput{w.jar(1), w.jean(1)})
	if err != nil || !slices.Equal(c.PaymentMethods, []string{"CARD", "WECHAT_PAY"}) {
		t.Errorf("%v, %v", c.PaymentMethods, err)
	}
	for method, want := range map[string]string{"ALIPAY": "input.method NOT_ALLOWED", "CASH": "input.method INVALID"} {
		if _, err := w.carts.SetPaymentMethod(t.Context(), ref, &method); refusals(t, err) != want {
			t.Errorf("%s: %s", method, refusals(t, err))
		}
	}
	card := "CARD"
	if c, err = w.carts.SetPaymentMethod(t.Context(), ref, &card); err != nil || *c.PaymentMethod != card {
		t.Errorf("%v", err)
	}
	if c, err = w.carts.SetPaymentMethod(t.Context(), ref, nil); err != nil || c.PaymentMethod != nil {
		t.Errorf("%v", err)
	}
}
