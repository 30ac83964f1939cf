package apitest_test

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/allowance"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/cart"
	"github.com/tradewind-commerce/tradewind/internal/checkout"
	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment"
	play "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// reviewed makes a guest's cart that lacks nothing.
func (w *shopWorld) reviewed() (c models.Cart, secret string) {
	c, _, secret = w.guestsCart()
	c.Recipient = &models.Recipient{Name: "李娜", Phone: "13800000000", Country: "CN", Province: "浙江省", City: "杭州市", Street: "文三路 1 号"}
	c.PaymentMethod = new(models.MethodCard)
	c.Deliver(models.Key{BrandID: w.shop.BrandID, ID: w.shop.ID}, &w.delivery.ID)
	c.Deliveries[0].CarriageMinor = 1000
	if err := w.api.DB.Gorm.Select("*").UpdateColumns(&c).Error; err != nil {
		panic(err)
	}
	return c, secret
}

// begun is a purchase of a shopper's that awaits its payment; one that is not
// there in a world whose shop was closed before.
func (w *shopWorld) begun(shopper *auth.Actor, token ...string) (*models.Purchase, *models.Payment) {
	now := func() time.Time { return w.api.Now }
	db, ctx := w.api.DB.Gorm, auth.With(context.Background(), shopper)
	carts := cart.NewService(db, doorprice.NewService(db, doorprice.Unruled{}, now), now)
	payments := payment.NewService(db, now, slog.New(slog.DiscardHandler), play.New(db, now, play.Options{}))
	if len(token) > 0 {
		payments.AuthoriseFirst()
	}
	all := checkout.NewService(db, carts, order.NewService(db, payment.Sandbox{}, now), payments,
		allowance.NewService(db, doorprice.Unruled{}, now), now)
	c, secret := w.reviewed()
	p, err := all.Complete(ctx, checkout.CompleteInput{
		IdempotencyKey: fixture.ID().String(), Cart: cart.Ref{ID: c.ID, Secret: secret}, ExpectedVersion: c.Version,
	})
	if problem.From(err) != nil {
		return &models.Purchase{ID: fixture.ID()}, &models.Payment{ID: fixture.ID()}
	}
	if err != nil {
		panic(err)
	}
	paid, err := payments.OfPurchases(ctx, []uuid.UUID{p.ID})
	if err != nil {
		panic(err)
	}
	for _, token := range token {
		if paid[0], err = payments.Confirm(ctx, payment.ConfirmInput{PaymentID: paid[0].ID, Token: token}); err != nil {
			panic(err)
		}
	}
	return p, paid[0]
}

var paying = map[string][]goodInput{
	"checkoutComplete": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		c, secret := w.reviewed()
		return w.shopper, object{"idempotencyKey": "k1", "cartId": c.GlobalID(), "secret": secret, "expectedVersion": c.Version}
	}},
	"purchaseCancel": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		p, _ := w.begun(w.shopper)
		return w.shopper, object{"purchaseId": p.GlobalID()}
	}},
	"paymentCapture": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		_, p := w.begun(w.shopper, play.Success)
		return w.operator, object{"idempotencyKey": "k1", "paymentId": p.GlobalID(), "storefrontIds": list(w.shop.GlobalID())}
	}},
	"paymentVoid": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		_, p := w.begun(w.shopper, play.Success)
		return w.operator, object{"paymentId": p.GlobalID()}
	}},
	"paymentConfirm": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		_, p := w.begun(w.shopper)
		return w.shopper, object{"paymentId": p.GlobalID(), "token": "sandbox-redirect", "returnUrl": "https://shop.example/paid"}
	}},
}
