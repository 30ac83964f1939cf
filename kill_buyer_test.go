package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
)

// buyer is a shopper with a cart, and a way to go about paying it.
type buyer struct {
	token   string
	way     string
	cart    string
	version int
	key     string
	// What an operator does where the money is authorised first, and of which
	// storefront the order is that is taken alone.
	operator, review, shop string

	// What the server has told.
	purchase, payment, told string
}

// ways to go about paying, by how many of a hundred go them.
var ways = []struct {
	name string
	of   int
}{
	{bank.Success, 50}, {bank.Redirect, 10}, {bank.Delayed, 8}, {bank.NoAnswer, 8}, {bank.Declined, 6}, {cancels, 6}, {cancelsAndPays, 8}, {leaves, 4},
}

const (
	cancels        = "cancels"
	cancelsAndPays = "cancels and pays at once"
	leaves         = "leaves"
)

func wayOf(r *rand.Rand) string {
	n := r.IntN(100)
	for _, w := range ways {
		if n -= w.of; n < 0 {
			return w.name
		}
	}
	return leaves
}

// what operators do with authorised money.
const (
	takesAll  = "takes all"
	takesPart = "takes a part"
	releases  = "releases"
)

func reviewOf(r *rand.Rand) string {
	return []string{takesAll, takesAll, takesPart, releases}[r.IntN(4)]
}

// web is how buyers reach a server that may be killed at any time.
var web = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

var errBroken = errors.New("the server does not answer")

// mutate sends a mutation of the buyer's.
func (b *buyer) mutate(at, mutation, input, shown string, given map[string]any, payload any) error {
	return mutateAs(b.token, at, mutation, input, shown, given, payload)
}

// mutateAs sends a mutation and reads its payload. It reports errBroken where
// the outcome is not known.
func mutateAs(token, at, mutation, input, shown string, given map[string]any, payload any) error {
	body, err := json.Marshal(map[string]any{
		"query":     fmt.Sprintf("mutation ($input: %s!) { payload: %s(input: $input) { %s userErrors { code message } } }", input, mutation, shown),
		"variables": map[string]any{"input": given},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, at+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := web.Do(request)
	if err != nil {
		return errBroken
	}
	defer response.Body.Close()
	var answer struct {
		Data   struct{ Payload json.RawMessage }
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Errors) > 0 {
		return errBroken
	}
	return json.Unmarshal(answer.Data.Payload, payload)
}

// fill makes the cart, of a line of each of two brands.
func (b *buyer) fill(at string, lines []any) error {
	var made struct {
		Cart       *struct{ ID string }
		UserErrors []struct{ Message string }
	}
	err := b.mutate(at, "cartCreate", "CartCreateInput", "cart { id }", map[string]any{"country": "CN", "currency": "CNY", "lines": lines}, &made)
	if err != nil || made.Cart == nil {
		return fmt.Errorf("fill a cart: %w %v", err, made.UserErrors)
	}
	b.cart = made.Cart.ID
	var changed struct {
		Cart       *struct{ Version int }
		UserErrors []struct{ Message string }
	}
	for _, step := range []struct {
		mutation, input string
		given           map[string]any
	}{
		{"cartAddressSet", "CartAddressSetInput", map[string]any{"cartId": b.cart, "recipient": map[string]any{
			"name": "李娜", "phone": "+86 138 0000 0000", "country": "CN", "province": "浙江省", "city": "杭州市", "street": "文三路 1 号",
		}}},
		{"cartPaymentMethodSet", "CartPaymentMethodSetInput", map[string]any{"cartId": b.cart, "method": "CARD"}},
	} {
		if err := b.mutate(at, step.mutation, step.input, "cart { version }", step.given, &changed); err != nil || changed.Cart == nil {
			return fmt.Errorf("%s: %w %v", step.mutation, err, changed.UserErrors)
		}
	}
	b.version = changed.Cart.Version
	return nil
}

// buy goes the whole way from the review on, as one does who does not know how
// far it was gone before.
func (b *buyer) buy(at string) error {
	var begun struct {
		Purchase *struct {
			ID      string
			Payment struct{ ID string }
		}
		UserErrors []struct{ Code, Message string }
	}
	err := b.mutate(at, "checkoutComplete", "CheckoutCompleteInput", "purchase { id payment { id } }",
		map[string]any{"idempotencyKey": b.key, "cartId": b.cart, "expectedVersion": b.version}, &begun)
	if err != nil {
		return err
	}
	if begun.Purchase == nil {
		if code := begun.UserErrors[0].Code; code != "OUT_OF_STOCK" && code != "CONFLICT" {
			return fmt.Errorf("complete: %v", begun.UserErrors)
		}
		return nil // others were faster
	}
	if b.purchase != "" && b.purchase != begun.Purchase.ID {
		return fmt.Errorf("key %s began a second purchase", b.key)
	}
	b.purchase, b.payment = begun.Purchase.ID, begun.Purchase.Payment.ID
	switch b.way {
	case leaves:
		return nil
	case cancels:
		return b.cancel(at)
	case cancelsAndPays:
		var cancelled error
		var both sync.WaitGroup
		both.Go(func() { cancelled = b.cancel(at) })
		err := b.pay(at, bank.Success)
		both.Wait()
		return errors.Join(cancelled, err)
	default:
		return b.pay(at, b.way)
	}
}

func (b *buyer) cancel(at string) error {
	var given struct{ UserErrors []struct{ Code string } }
	return b.mutate(at, "purchaseCancel", "PurchaseCancelInput", "purchase { id }", map[string]any{"purchaseId": b.purchase}, &given)
}

func (b *buyer) pay(at, token string) error {
	var paid struct {
		Payment *struct {
			Status     string
			NextAction *struct{ URL string }
		}
	}
	err := b.mutate(at, "paymentConfirm", "PaymentConfirmInput", "payment { status nextAction { url } }",
		map[string]any{"paymentId": b.payment, "token": token, "returnUrl": "https://shop.example/"}, &paid)
	if err != nil || paid.Payment == nil {
		return err // it is over
	}
	b.told = paid.Payment.Status
	if b.told == "AUTHORISED" {
		return b.reviewed(at)
	}
	if paid.Payment.NextAction == nil {
		return nil
	}
	stay := *web
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page, err := url.Parse(paid.Payment.NextAction.URL)
	if err != nil {
		return err
	}
	// A server that was started again has another port.
	response, err := stay.PostForm(at+page.Path, url.Values{"decision": {"approve"}})
	if err != nil {
		return errBroken
	}
	return response.Body.Close()
}

// reviewed has an operator look at what was authorised.
func (b *buyer) reviewed(at string) error {
	var given struct{ Payment *struct{ Status string } }
	if b.review == releases {
		return mutateAs(b.operator, at, "paymentVoid", "PaymentVoidInput", "payment { status }", map[string]any{"paymentId": b.payment}, &given)
	}
	input := map[string]any{"idempotencyKey": b.key, "paymentId": b.payment}
	if b.review == takesPart {
		input["storefrontIds"] = []string{b.shop}
	}
	err := mutateAs(b.operator, at, "paymentCapture", "PaymentCaptureInput", "payment { status }", input, &given)
	if err == nil && given.Payment != nil {
		b.told = given.Payment.Status
	}
	return err
}
