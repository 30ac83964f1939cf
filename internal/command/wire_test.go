package command_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/order"
	"github.com/tradewind-commerce/tradewind/internal/payment/stripe"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// Where real money is taken, a sandbox's reference buys nothing.
func TestRealMoneyTakesNoSandboxReferences(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t).Gorm
	brand := fixture.Brand(t, db, "real")
	shop := fixture.Storefront(t, db, brand, "real-cn")
	goods := fixture.Sell(t, db, shop, "honey", 10, 1200)
	in := order.PlaceInput{
		IdempotencyKey: "free", Storefront: models.Key{BrandID: brand.ID, ID: shop.ID},
		Lines:     []order.LineInput{{Variant: models.Key{BrandID: brand.ID, ID: goods.Variants[0].ID}, Quantity: 1}},
		Recipient: models.Recipient{Name: "Li Wei", Phone: "+86 138 0000 0000", Country: "CN", Province: "Shanghai", City: "Shanghai", Street: "1"},
		Payment:   order.PaymentInput{Reference: "SANDBOX-OK-1", Amount: decimal.New(1200, -2), Currency: "CNY"},
	}
	ctx := auth.With(t.Context(), fixture.Shopper(t, db, "Li Wei"))
	now := func() time.Time { return fixture.Start.AddDate(0, 1, 0) }
	_, err := command.Wire(db, now, stripe.New(stripe.Options{SecretKey: "sk_test", WebhookSecret: "whsec"})).Orders.Place(ctx, in)
	if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.NotAllowed {
		t.Errorf("at Stripe: %v", err)
	}
	if _, err := command.Wire(db, now).Orders.Place(ctx, in); err != nil {
		t.Errorf("at the sandbox: %v", err)
	}
}
