package apitest_test

import (
	"net/http"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/reconcile"
)

const (
	paymentFields = `{ id provider method status dispute amount { amount } authorised { amount } captured { amount } refunded { amount }
		nextAction { type url } failure { code message } expiresAt createdAt }`
	purchaseFields = `{ id status total { amount currency } placedAt expiresAt completedAt payment ` + paymentFields + `
		orders { id number paymentStatus total { amount } storefront { slug } purchase { id } } }`
)

type sum struct{ Amount string }

type paymentAnswer struct {
	ID, Provider, Method, Status, Dispute  string
	Amount, Authorised, Captured, Refunded sum
	NextAction                             *struct{ Type, URL string }
	Failure                                *struct{ Code, Message string }
	ExpiresAt                              *string
}

type purchaseAnswer struct {
	ID, Status  string
	Total       struct{ Amount, Currency string }
	ExpiresAt   *string
	CompletedAt *string
	Payment     *paymentAnswer
	Orders      []struct {
		ID, Number, PaymentStatus string
		Total                     sum
		Storefront                struct{ Slug string }
		Purchase                  struct{ ID string }
	}
}

// buyer is a shopper with a cart.
type buyer struct {
	w       *shopWorld
	client  *apitest.Client
	cart    string
	version int
}

// fill has a guest fill a cart over two brands, sign in as the shopper, merge
// it, and say where it goes, how it is sent and how it is paid.
func (w *shopWorld) fill(t *testing.T, shopper *auth.Actor) *buyer {
	t.Helper()
	b := &buyer{w: w, client: w.api.As(shopper)}
	var made struct {
		CartCreate struct {
			Cart   struct{ ID string }
			Secret string
		}
	}
	w.api.As(nil).Do(t, `mutation ($input: CartCreateInput!) { cartCreate(input: $input) { secret cart { id } } }`,
		object{"input": object{"country": "CN", "currency": "CNY", "lines": list(w.cartLine(), object{
			"storefrontId": w.rivalShop.GlobalID(), "variantId": w.rivalGoods.Variants[0].GlobalID(), "quantity": 1,
		})}}, &made)
	b.cart = made.CartCreate.Cart.ID
	b.change(t, "cartMerge", object{"secret": made.CartCreate.Secret})
	b.change(t, "cartAddressSet", object{"recipient": recipientObject()})
	b.change(t, "cartDeliveryOptionSet", object{"storefrontId": w.shop.GlobalID(), "deliveryOptionId": w.delivery.GlobalID()})
	b.change(t, "cartDeliveryOptionSet", object{"storefrontId": w.rivalShop.GlobalID(), "deliveryOptionId": w.rivalDelivery.GlobalID()})
	b.change(t, "cartPaymentMethodSet", object{"method": "CARD"})
	return b
}

func (b *buyer) change(t *testing.T, mutation string, input object) {
	t.Helper()
	var c cartAnswer
	input["cartId"] = b.cart
	if refused := b.client.Mutate(t, mutation, "cart { id version }", input, &c); len(refused) > 0 {
		t.Fatalf("%s: %s", mutation, apitest.Refused(refused))
	}
	b.cart, b.version = c.ID, c.Version
}

// complete begins the purchase of the cart.
func (b *buyer) complete(t *testing.T) (p purchaseAnswer) {
	t.Helper()
	refused := b.try(t, fixture.ID().String(), b.version, &p)
	if len(refused) > 0 {
		t.Fatal(apitest.Refused(refused))
	}
	return p
}

func (b *buyer) try(t *testing.T, key string, version int, p *purchaseAnswer) []apitest.UserError {
	t.Helper()
	return b.client.Mutate(t, "checkoutComplete", "purchase "+purchaseFields,
		object{"idempotencyKey": key, "cartId": b.cart, "expectedVersion": version}, p)
}

func (b *buyer) pay(t *testing.T, payment, token string) (p paymentAnswer, refused []apitest.UserError) {
	t.Helper()
	refused = b.client.Mutate(t, "paymentConfirm", "payment "+paymentFields,
		object{"paymentId": payment, "token": token, "returnUrl": "https://shop.example/back"}, &p)
	return p, refused
}

func (b *buyer) purchase(t *testing.T, id string) *purchaseAnswer {
	t.Helper()
	var read struct{ Purchase *purchaseAnswer }
	b.client.Do(t, `query ($id: ID!) { purchase(id: $id) `+purchaseFields+` }`, object{"id": id}, &read)
	return read.Purchase
}

// hooked has the bank send the webhooks that are due.
func (w *shopWorld) hooked(t *testing.T) {
	t.Helper()
	if _, err := w.api.Bank.Deliver(t.Context(), http.DefaultClient); err != nil {
		t.Fatal(err)
	}
}

// held and onHand count the pieces of the cart's first goods.
func (w *shopWorld) stock(t *testing.T) (onHand, held int64) {
	t.Helper()
	row := w.api.DB.Gorm.Raw("select sum(on_hand), sum(reserved) from stock_levels where brand_id = ? and variant_id = ?",
		w.brand.ID, w.goods.Variants[1].ID).Row()
	if err := row.Scan(&onHand, &held); err != nil {
		t.Fatal(err)
	}
	return onHand, held
}

// sound fails where what is stored twice does not agree.
func (w *shopWorld) sound(t *testing.T) {
	t.Helper()
	_, err := reconcile.Check(t.Context(), w.api.DB.Gorm, func(f reconcile.Finding) {
		for _, d := range f.Differences {
			t.Errorf("%s: %s: %s", f.Name, d.Subject, d.Detail)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
