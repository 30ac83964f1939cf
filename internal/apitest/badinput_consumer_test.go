package apitest_test

import (
	"context"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/consumerid"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

// toldBuyer tells who made the purchase of the world's order.
func (w *shopWorld) toldBuyer() {
	now := func() time.Time { return w.api.Now }
	db, ctx := w.api.DB.Gorm, auth.With(context.Background(), w.shopper)
	keys, err := consumerid.ParseKeys(fixture.IdentityKeyTexts)
	if err != nil {
		panic(err)
	}
	consumers := consumerid.NewService(db, cart.NewService(db, doorprice.NewService(db, doorprice.Unruled{}, now), now), now)
	if err := consumers.Use(ctx, keys); err != nil {
		panic(err)
	}
	if _, err := consumers.Set(ctx, consumerid.SetInput{Name: "李娜", Number: fixture.IdentityNumber}); err != nil {
		panic(err)
	}
	w.set("delete from consumers where purchase_id = (select purchase_id from orders where brand_id = ? and id = ?)", w.brand.ID, w.order.ID)
	w.set(`update consumers set shopper_id = null, purchase_id = (select purchase_id from orders where brand_id = ? and id = ?)
where shopper_id = ?`, w.brand.ID, w.order.ID, w.shopper.Account.ID)
}

func identityObject() object { return object{"name": "李娜", "number": fixture.IdentityNumber} }

var consuming = map[string][]goodInput{
	"consumerIdentitySet": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			c, _, secret := w.guestsCart()
			input := identityObject()
			input["cartId"], input["secret"] = c.GlobalID(), secret
			return w.shopper, input
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) { return w.shopper, identityObject() },
	},
	"consumerIdentityErase": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		c, _, secret := w.guestsCart()
		return w.shopper, object{"cartId": c.GlobalID(), "secret": secret}
	}},
	"consumerIdentityReveal": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		w.toldBuyer()
		return w.operator, object{"orderId": w.order.GlobalID(), "reason": "customs have asked"}
	}},
	"paymentPayerSet": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		_, p := w.begun(w.shopper)
		input := identityObject()
		input["paymentId"] = p.GlobalID()
		return w.operator, input
	}},
}
