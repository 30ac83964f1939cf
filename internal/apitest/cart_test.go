package apitest_test

import (
	"maps"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
)

const cartFields = `{ id country currency status version total { amount } goods { amount } paymentMethods problemsKey
	recipient { name district } problems { code message line { id } was { amount } now { amount } available }
	groups { sellerName storefront { slug } total { amount } lines { id title quantity unitPrice { amount } goods { amount } variant { sku } product { handle } }
		charges { kind amount { amount } line { id } } } }`

type cartAnswer struct {
	ID, Currency, Status string
	Version              int
	Total, Goods         struct{ Amount string }
	PaymentMethods       []string
	ProblemsKey          *string
	Recipient            *struct{ Name, District string }
	Problems             []struct {
		Code string
		Was  *struct{ Amount string }
		Now  *struct{ Amount string }
	}
	Groups []struct {
		SellerName string
		Storefront struct{ Slug string }
		Lines      []struct {
			ID, Title, Quantity string
			UnitPrice           struct{ Amount string }
			Variant             *struct{ SKU string }
		}
		Charges []struct{ Kind string }
	}
}

type cartPayload struct {
	Cart       *cartAnswer
	Secret     *string
	UserErrors []struct {
		Field []string
		Code  string
	}
}

// A guest fills a cart over two brands, signs in, and finds it merged; every
// answer is the whole cart.
func TestCart(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	guest, shopper := w.api.As(nil), w.api.As(w.shopper)
	jam := object{"storefrontId": w.rivalShop.GlobalID(), "variantId": w.rivalGoods.Variants[0].GlobalID(), "quantity": 3}
	var made struct{ CartCreate cartPayload }
	guest.Do(t, `mutation ($input: CartCreateInput!) { cartCreate(input: $input) { secret userErrors { code } cart `+cartFields+` } }`,
		object{"input": object{"country": "CN", "currency": "CNY", "lines": list(w.cartLine())}}, &made)
	c, secret := made.CartCreate.Cart, made.CartCreate.Secret
	if c == nil || secret == nil || c.Total.Amount != "18.00" || c.Groups[0].Storefront.Slug != "acme-cn" || c.Groups[0].Charges[0].Kind != "GOODS" {
		t.Fatalf("%+v", made.CartCreate)
	}
	ref := func(more object) object {
		more["cartId"], more["secret"] = c.ID, *secret
		return object{"input": more}
	}

	var added struct{ CartLinesAdd cartPayload }
	guest.Do(t, `mutation ($input: CartLinesAddInput!) @inContext(language: "zh-CN") { cartLinesAdd(input: $input) { userErrors { code } cart `+cartFields+` } }`,
		ref(object{"lines": list(jam)}), &added)
	c = added.CartLinesAdd.Cart
	if c.Total.Amount != "42.00" || len(c.Groups) != 2 || c.Groups[1].Lines[0].Title != "商品 jam" || c.Groups[1].Lines[0].Variant.SKU != "jam-1" {
		t.Fatalf("%+v", c)
	}

	w.set("update prices set amount_minor = 950 where brand_id = ? and variant_id = ?", w.rival.ID, w.rivalGoods.Variants[0].ID)
	var read struct{ Cart *cartAnswer }
	query := `query ($id: ID!, $secret: String) { cart(id: $id, secret: $secret) ` + cartFields + ` }`
	guest.Do(t, query, object{"id": c.ID, "secret": *secret}, &read)
	if p := read.Cart.Problems; len(p) != 1 || p[0].Code != "PRICE_CHANGED" || p[0].Was.Amount != "8.00" || p[0].Now.Amount != "9.50" || read.Cart.Total.Amount != "42.00" {
		t.Fatalf("%+v", read.Cart)
	}
	var accepted struct{ CartProblemsAccept cartPayload }
	guest.Do(t, `mutation ($input: CartProblemsAcceptInput!) { cartProblemsAccept(input: $input) { userErrors { code } cart `+cartFields+` } }`,
		ref(object{"problemsKey": *read.Cart.ProblemsKey}), &accepted)
	if c = accepted.CartProblemsAccept.Cart; len(c.Problems) != 0 || c.ProblemsKey != nil || c.Total.Amount != "46.50" {
		t.Fatalf("%+v", c)
	}

	for name, client := range map[string]*auth.Actor{"a visitor": nil, "a shopper": w.shopper, "an operator": w.operator, "the seller": w.owner} {
		var foreign struct{ Cart *cartAnswer }
		w.api.As(client).Do(t, query, object{"id": c.ID}, &foreign)
		if foreign.Cart != nil {
			t.Errorf("%s reads a guest's cart without its secret", name)
		}
	}

	var merged struct{ CartMerge cartPayload }
	shopper.Do(t, `mutation ($input: CartMergeInput!) { cartMerge(input: $input) { userErrors { code } cart `+cartFields+` } }`, ref(object{}), &merged)
	var own struct{ Viewer struct{ Cart *cartAnswer } }
	shopper.Do(t, `{ viewer { cart(country: "CN") `+cartFields+` } }`, nil, &own)
	if own.Viewer.Cart == nil || own.Viewer.Cart.ID != c.ID || own.Viewer.Cart.Total.Amount != "46.50" || merged.CartMerge.Cart.Version != own.Viewer.Cart.Version {
		t.Fatalf("%+v after %+v", own.Viewer.Cart, merged.CartMerge)
	}
	guest.Do(t, query, object{"id": c.ID, "secret": *secret}, &read)
	if read.Cart != nil {
		t.Error("the secret still opens the cart")
	}
}

// Each change of a cart reads what it needs in one round trip and writes in
// another, whatever the cart holds; its answer needs nothing more.
func TestCartsTakeFewStatements(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	c, _, secret := w.guestsCart()
	ref := object{"cartId": c.GlobalID(), "secret": secret}
	fields := `{ total { amount } groups { sellerName lines { id title quantity unitPrice { amount } } charges { kind amount { amount } } } problems { code } }`
	for name, step := range map[string]struct {
		mutation string
		more     object
		most     int
	}{
		// Carts, lines, storefronts, offers, stock, codes, promotions, delivery options; then the cart, and what has changed of its lines.
		"an addition": {"cartLinesAdd", object{"lines": list(w.cartLine(), object{
			"storefrontId": w.rivalShop.GlobalID(), "variantId": w.rivalGoods.Variants[0].GlobalID(), "quantity": 1,
		})}, 11},
		"a recipient": {"cartAddressSet", object{"recipient": recipientObject()}, 9},
	} {
		input := object{}
		maps.Copy(input, ref)
		maps.Copy(input, step.more)
		w.api.Sent.Reset()
		kind := map[string]string{"cartLinesAdd": "CartLinesAddInput", "cartAddressSet": "CartAddressSetInput"}[step.mutation]
		answer := w.api.As(nil).Post(t, `mutation ($input: `+kind+`!) { `+step.mutation+`(input: $input) { userErrors { code } cart `+fields+` } }`, object{"input": input})
		if len(answer.Errors) > 0 {
			t.Fatalf("%s: %s", name, answer.Raw)
		}
		t.Logf("%s: %d statements in 2 round trips beside those of the transaction", name, len(w.api.Sent.List()))
		w.api.Sent.AtMost(t, step.most)
	}
	w.api.Sent.Reset()
	if answer := w.api.As(nil).Post(t, `query ($id: ID!, $secret: String) { cart(id: $id, secret: $secret) `+fields+` }`,
		object{"id": c.GlobalID(), "secret": secret}); len(answer.Errors) > 0 {
		t.Fatal(string(answer.Raw))
	}
	w.api.Sent.AtMost(t, 9) // one batch
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	shopper := w.api.As(w.shopper)
	var made struct {
		AddressCreate struct {
			Address    struct{ ID string }
			UserErrors []struct{ Code string }
		}
	}
	shopper.Do(t, `mutation ($input: AddressCreateInput!) { addressCreate(input: $input) { address { id } userErrors { code } } }`,
		object{"input": object{"recipient": recipientObject(), "isDefault": true}}, &made)
	var read struct {
		Viewer struct {
			Addresses []struct {
				ID        string
				IsDefault bool
				Recipient struct{ Province, City, District, Name, Phone string }
			}
		}
	}
	shopper.Do(t, `{ viewer { addresses { id isDefault recipient { province city district name phone } } } }`, nil, &read)
	a := read.Viewer.Addresses
	if len(a) != 1 || a[0].ID != made.AddressCreate.Address.ID || !a[0].IsDefault || a[0].Recipient.District != "西湖区" || a[0].Recipient.Province != "浙江省" {
		t.Errorf("%+v", a)
	}
	for _, actor := range []*auth.Actor{fixture.Shopper(t, w.api.DB.Gorm, "Zhang"), w.operator} {
		w.api.As(actor).Do(t, `{ viewer { addresses { id isDefault recipient { province city district name phone } } } }`, nil, &read)
		if len(read.Viewer.Addresses) != 0 {
			t.Errorf("somebody else reads %+v", read.Viewer.Addresses)
		}
	}
	if answer := w.api.As(nil).Post(t, `{ viewer { addresses { id } } }`, nil); answer.Code() != "UNAUTHENTICATED" {
		t.Errorf("a visitor reads %s", answer.Raw)
	}
}
