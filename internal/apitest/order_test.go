package apitest_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// market is two stalls and a shopper.
type market struct {
	api        *apitest.API
	acme, best *stall
	shopper    *apitest.Client
	staff      *apitest.Client
	operator   *apitest.Client
}

func newMarket(t *testing.T) *market {
	t.Helper()
	api := apitest.New(t, fixture.Start.AddDate(0, 3, 0))
	db := api.DB.Gorm
	m := &market{api: api, acme: newStall(t, db, "acme", 100), best: newStall(t, db, "best", 100)}
	m.shopper = api.As(fixture.Shopper(t, db, "Li Wei"))
	m.staff = api.As(fixture.Member(t, db, m.acme.brand.ID, models.RoleStaff))
	m.operator = api.As(fixture.Operator(t, db))
	return m
}

func place(t *testing.T, c *apitest.Client, input map[string]any) bought {
	t.Helper()
	var o bought
	if refused := c.Mutate(t, "orderPlace", orderFields, input, &o); len(refused) > 0 {
		t.Fatal(refused)
	}
	return o
}

func TestOrderPlaceOverTheAPI(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	honey, jam := m.acme.honey.Variants[0], m.acme.jam.Variants[0]

	t.Run("answers_the_whole_order", func(t *testing.T) {
		input := m.acme.buy("29.50", honey, honey, jam)
		o := place(t, m.shopper, input)
		if o.Status != "PLACED" || o.PaymentStatus != "PAID" || !o.CanCancel || o.Total.Amount != "29.50" || o.Total.Currency != "CNY" {
			t.Errorf("%+v", o)
		}
		var read struct{ Order map[string]any }
		m.shopper.Do(t, `query($number: String) @inContext(language: "zh") { order(number: $number) {
			source kind sellerName buyerCountry brand { slug } storefront { slug } shopper { name }
			recipient { name phone country region province city district street postalCode }
			goods { amount } discount { amount } shipping { amount } tax { amount }
			lines { title sku quantity unitPrice goods { amount } hsCode originCountry options { name value } product { handle } variant { sku } }
			charges { kind amount { amount } line { title } }
			events { type note }
		} }`, map[string]any{"number": o.Number}, &read)
		got := fmt.Sprint(read.Order)
		want := fmt.Sprint(map[string]any{
			"source": "SHOP", "kind": "SALE", "sellerName": "Brand acme", "buyerCountry": "CN",
			"brand": map[string]any{"slug": "acme"}, "storefront": map[string]any{"slug": "acme-cn"}, "shopper": map[string]any{"name": "Li Wei"},
			"recipient": map[string]any{"name": "Li Wei", "phone": "+86 138 0000 0000", "country": "CN", "region": "SH", "province": "上海市",
				"city": "上海市", "district": "静安区", "street": "南京西路 1 号", "postalCode": "200040"},
			"goods": map[string]any{"amount": "29.50"}, "discount": map[string]any{"amount": "0.00"},
			"shipping": map[string]any{"amount": "0.00"}, "tax": map[string]any{"amount": "0.00"},
			"lines": []any{
				map[string]any{"title": "商品 honey", "sku": "honey-1", "quantity": "2", "unitPrice": "12", "goods": map[string]any{"amount": "24.00"},
					"hsCode": "04090000", "originCountry": "US", "options": []any{}, "product": map[string]any{"handle": "honey"}, "variant": map[string]any{"sku": "honey-1"}},
				map[string]any{"title": "商品 jam", "sku": "jam-1", "quantity": "1", "unitPrice": "5.5", "goods": map[string]any{"amount": "5.50"},
					"hsCode": "04090000", "originCountry": "US", "options": []any{}, "product": map[string]any{"handle": "jam"}, "variant": map[string]any{"sku": "jam-1"}},
			},
			"charges": []any{
				map[string]any{"kind": "GOODS", "amount": map[string]any{"amount": "24.00"}, "line": map[string]any{"title": "商品 honey"}},
				map[string]any{"kind": "GOODS", "amount": map[string]any{"amount": "5.50"}, "line": map[string]any{"title": "商品 jam"}},
			},
			"events": []any{map[string]any{"type": "PLACED", "note": nil}, map[string]any{"type": "PAID", "note": nil}},
		})
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if again := place(t, m.shopper, input); again.ID != o.ID {
			t.Error("sent again, it is another order")
		}
	})

	t.Run("tells_all_that_is_wrong", func(t *testing.T) {
		good := m.acme.buy("5.50", jam)
		line := func(id string, n int) []map[string]any { return []map[string]any{{"variantId": id, "quantity": n}} }
		for name, c := range map[string]struct {
			change map[string]any
			want   string
		}{
			"wrong and broken ids": {map[string]any{"storefrontId": m.acme.brand.GlobalID(), "lines": line("nonsense", 1)},
				"INVALID input.storefrontId; INVALID input.lines.0.variantId"},
			"another brand's goods":   {map[string]any{"lines": line(m.best.jam.Variants[0].GlobalID(), 1)}, "NOT_FOR_SALE input.lines.0.variantId"},
			"a storefront of nowhere": {map[string]any{"storefrontId": globalid.EncodeOf(globalid.Storefront, m.acme.brand.ID, fixture.ID())}, "NOT_FOUND input.storefrontId"},
			"no lines":                {map[string]any{"lines": []any{}}, "REQUIRED input.lines"},
			"no pieces":               {map[string]any{"lines": line(jam.GlobalID(), 0)}, "OUT_OF_RANGE input.lines.0.quantity"},
			"too many pieces":         {map[string]any{"lines": line(jam.GlobalID(), 101)}, "AMOUNT_MISMATCH input.payment.amount"},
			"a key with a space":      {map[string]any{"idempotencyKey": "a b"}, "INVALID input.idempotencyKey"},
			"another total": {map[string]any{"payment": map[string]any{"reference": "SANDBOX-OK-1", "amount": "5.51", "currency": "CNY"}},
				"AMOUNT_MISMATCH input.payment.amount"},
			"a refused card": {map[string]any{"payment": map[string]any{"reference": "SANDBOX-NO-1", "amount": "5.50", "currency": "CNY"}},
				"INVALID input.payment.reference"},
		} {
			if got := apitest.Refused(m.shopper.Mutate(t, "orderPlace", orderFields, with(good, c.change), nil)); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		if got := m.api.As(nil).Post(t, `mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id } } }`,
			map[string]any{"input": good}); got.Code() != "UNAUTHENTICATED" {
			t.Errorf("a visitor: %s", got.Raw)
		}
	})

	t.Run("answers_twenty_duplicates_with_one_order", func(t *testing.T) {
		input := m.acme.buy("5.50", jam)
		orders := make([]bought, 20)
		var wg sync.WaitGroup
		for i := range orders {
			wg.Go(func() { m.shopper.Mutate(t, "orderPlace", orderFields, input, &orders[i]) })
		}
		wg.Wait()
		for _, o := range orders {
			if o.ID == "" || o.ID != orders[0].ID {
				t.Fatalf("%q and %q", o.ID, orders[0].ID)
			}
		}
		refused := m.shopper.Mutate(t, "orderPlace", orderFields, with(input, map[string]any{"storefrontId": m.best.shop.GlobalID()}), nil)
		if apitest.Refused(refused) != "IDEMPOTENCY_KEY_REUSED input.idempotencyKey" {
			t.Error(refused)
		}
	})
}

func TestOrderCancelOverTheAPI(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := place(t, m.shopper, m.acme.buy("5.50", m.acme.jam.Variants[0]))
	input := map[string]any{"idempotencyKey": "c1", "orderId": o.ID, "reason": "Wrong size"}

	stranger := m.api.As(fixture.Member(t, m.api.DB.Gorm, m.best.brand.ID, models.RoleOwner))
	for name, c := range map[string]struct {
		client *apitest.Client
		change map[string]any
		want   string
	}{
		"another brand":   {stranger, nil, "NOT_FOUND input.orderId"},
		"another shopper": {m.api.As(fixture.Shopper(t, m.api.DB.Gorm, "Other")), nil, "NOT_FOUND input.orderId"},
		"a wrong id":      {m.shopper, map[string]any{"orderId": m.acme.brand.GlobalID()}, "INVALID input.orderId"},
		"without reason":  {m.shopper, map[string]any{"reason": " "}, "REQUIRED input.reason"},
	} {
		if got := apitest.Refused(c.client.Mutate(t, "orderCancel", orderFields, with(input, c.change), nil)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	analyst := m.api.As(fixture.Member(t, m.api.DB.Gorm, m.acme.brand.ID, models.RoleAnalyst))
	if got := analyst.Post(t, `mutation($input: OrderCancelInput!) { orderCancel(input: $input) { order { id } } }`,
		map[string]any{"input": input}); got.Code() != "FORBIDDEN" {
		t.Errorf("an analyst: %s", got.Raw)
	}

	for range 2 {
		var cancelled bought
		if refused := m.staff.Mutate(t, "orderCancel", orderFields, input, &cancelled); len(refused) > 0 {
			t.Fatal(refused)
		}
		if cancelled.Status != "CANCELLED" || cancelled.PaymentStatus != "REFUNDED" || cancelled.CanCancel || cancelled.Version != 2 || cancelled.Total.Amount != "5.50" {
			t.Errorf("%+v", cancelled)
		}
	}
	if got := apitest.Refused(m.shopper.Mutate(t, "orderCancel", orderFields, with(input, map[string]any{"idempotencyKey": "c2"}), nil)); got != "CONFLICT input.orderId" {
		t.Error(got)
	}
	var read struct {
		Order struct {
			CancelReason string
			Events       []struct{ Type, Note string }
			Lines        []struct {
				Variant struct {
					StockAdjustments struct {
						Nodes []struct {
							Delta, Reason string
							Order         struct{ ID string }
						}
					}
				}
			}
		}
	}
	m.staff.Do(t, `query($id: ID) { order(id: $id) { cancelReason events { type note }
		lines { variant { stockAdjustments(first: 2) { nodes { delta reason order { id } } } } } } }`, map[string]any{"id": o.ID}, &read)
	if read.Order.CancelReason != "Wrong size" || fmt.Sprint(read.Order.Events) != "[{PLACED } {PAID } {CANCELLED Wrong size} {REFUNDED }]" {
		t.Errorf("%+v", read.Order)
	}
	if got := fmt.Sprint(read.Order.Lines[0].Variant.StockAdjustments.Nodes); got != fmt.Sprintf("[{1 ORDER_CANCELLED {%s}} {-1 ORDER_PLACED {%s}}]", o.ID, o.ID) {
		t.Error(got)
	}
}
