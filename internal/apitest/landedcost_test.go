package apitest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// taxedCatalogue is a catalogue whose two storefronts bring goods in by direct
// mail, by the rules of China that come with the software.
func taxedCatalogue(t *testing.T) *catalogue {
	t.Helper()
	c := newCatalogue(t)
	_, err := customs.NewService(c.api.DB.Gorm, func() time.Time { return c.api.Now }).ImportShipped(auth.With(t.Context(), auth.System()), customs.China)
	if err != nil {
		t.Fatal(err)
	}
	for _, brand := range []any{c.brand.ID, c.other.ID} {
		if err := c.api.DB.Gorm.Exec("update storefronts set customs_regime = 'CBEC_DIRECT' where brand_id = ?", brand).Error; err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// The official example: CNY 425.00 for 20 g of luxury cosmetics.
func TestLandedCostQuote(t *testing.T) {
	t.Parallel()
	c := taxedCatalogue(t)
	const query = `query ($input: LandedCostQuoteInput!) @inContext(language: "zh-CN") { landedCostQuote(input: $input) {
  regime on treatment complete goods { amount } duty { amount } consumptionTax { amount } vat { amount } total { amount } declaredValue { amount currency }
  lines { problem missing parts { tax amount { amount } base { amount } rate share formula source { title confidence } termsSource { validFrom } } } } }`
	cosmetics := object{"hsCode": "33049900", "originCountry": "US", "quantity": 1, "unitPrice": "425.00", "weightGrams": 60, "netContent": object{"quantity": "20", "unit": "GRAM"}}
	ask := func(change object) string {
		input := object{"country": "CN", "currency": "CNY", "regimes": list("CBEC_DIRECT"), "lines": list(cosmetics)}
		maps.Copy(input, change)
		return string(c.public.Post(t, query, object{"input": input}).Raw)
	}
	for name, q := range map[string]struct {
		change object
		want   []string
	}{
		"today": {nil, []string{`"consumptionTax":{"amount":"52.50"}`, `"vat":{"amount":"45.50"}`, `"total":{"amount":"523.00"}`, `"complete":true`,
			`"formula":"增值税:CNY 425.00 ÷ (1 − 15%) × 13% × 70% = CNY 45.50"`, `"rate":"0.13","share":"0.7"`, `"confidence":"VERIFIED"`}},
		"in January 2017, 26.35 %":   {object{"on": "2017-01-10"}, []string{`"on":"2017-01-10"`, `"consumptionTax":{"amount":"52.50"}`, `"vat":{"amount":"59.50"}`}},
		"before any rule":            {object{"on": "2001-01-01"}, []string{`"problem":"REGIME_UNKNOWN"`, `"complete":false`}},
		"a rate that is missing":     {object{"regimes": list("GENERAL_TRADE")}, []string{`"problem":"RATE_UNKNOWN","missing":"DUTY","parts":[]`, `"complete":false`}},
		"a currency without rates":   {object{"currency": "USD"}, []string{`"problem":"RATE_UNKNOWN"`, `"complete":false`}},
		"all regimes side by side":   {object{"regimes": nil}, []string{`"regime":"CBEC_BONDED"`, `"regime":"CBEC_DIRECT"`, `"regime":"PERSONAL_POST"`, `"regime":"GENERAL_TRADE"`}},
		"2^53 fen, exactly":          {object{"lines": list(object{"hsCode": "950300", "quantity": 1, "unitPrice": "90071992547409.92"})}, []string{`"goods":{"amount":"90071992547409.92"}`}},
		"beyond 63 bits":             {object{"lines": list(object{"hsCode": "950300", "quantity": 10000, "unitPrice": "90071992547409.92"})}, []string{`"code":"BAD_USER_INPUT"`, "the total is too large"}},
		"a code of five digits":      {object{"lines": list(object{"hsCode": "95030", "quantity": 1, "unitPrice": "1"})}, []string{`"code":"BAD_USER_INPUT"`}},
		"a negative weight":          {object{"lines": list(object{"hsCode": "950300", "quantity": 1, "unitPrice": "1", "weightGrams": -1})}, []string{`"code":"BAD_USER_INPUT"`, "weightGrams"}},
		"a negative price":           {object{"lines": list(object{"hsCode": "950300", "quantity": 1, "unitPrice": "-1"})}, []string{`"code":"BAD_USER_INPUT"`, "unitPrice"}},
		"a discount above the goods": {object{"lines": list(object{"hsCode": "950300", "quantity": 1, "unitPrice": "1", "discount": "1.01"})}, []string{`"code":"BAD_USER_INPUT"`, "discount"}},
	} {
		got := ask(q.change)
		for _, want := range q.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %s", name, got, want)
			}
		}
	}
}

// 1,000 quotes cost no more statements than one.
func TestAThousandQuotesTakeAsManyStatementsAsOne(t *testing.T) {
	t.Parallel()
	c := taxedCatalogue(t)
	prices := make([]int64, 50)
	for i := range prices {
		prices[i] = int64(10_000 + i)
	}
	var ids []string
	for i := range 20 {
		shop := c.shop
		if i%2 == 1 {
			shop = c.theirs
		}
		ids = append(ids, fixture.Sell(t, c.api.DB.Gorm, shop, fmt.Sprintf("p-%02d", i), 5, prices...).Product.GlobalID())
	}
	for _, brand := range []any{c.brand.ID, c.other.ID} {
		if err := c.api.DB.Gorm.Exec("update products set hs_code = '61091000' where brand_id = ?", brand).Error; err != nil {
			t.Fatal(err)
		}
	}
	const page = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { variants(first: 50) { nodes {
  price { amount { minorUnits } landedCost { complete tax { minorUnits } total { amount } lines { parts { tax formula } } } } } } } } }`
	statements := func(ids []string) (n, quotes int) {
		var a struct {
			Nodes []struct {
				Variants struct {
					Nodes []struct {
						Price struct {
							Amount     struct{ MinorUnits json.Number }
							LandedCost *struct {
								Complete bool
								Tax      struct{ MinorUnits json.Number }
							}
						}
					}
				}
			}
		}
		c.public.Do(t, page, object{"ids": ids}, nil) // the rules are in memory from now on
		c.api.Sent.Reset()
		c.public.Do(t, page, object{"ids": ids}, &a)
		for _, p := range a.Nodes {
			for _, v := range p.Variants.Nodes {
				price, _ := v.Price.Amount.MinorUnits.Int64()
				if l := v.Price.LandedCost; l == nil || !l.Complete || l.Tax.MinorUnits.String() != fmt.Sprint((price*91+500)/1000) {
					t.Fatalf("%+v of %d", l, price)
				}
				quotes++
			}
		}
		return len(c.api.Sent.List()), quotes
	}
	one, _ := statements(ids[:1])
	many, quotes := statements(ids)
	if quotes != 1000 || many > one {
		t.Errorf("%d statements for %d quotes, %d for one product", many, quotes, one)
	}
}

// Lists of products and carts cost no statement for each price or line either,
// whatever their taxes ask for: rules, exchange, allowance, where they ship from.
func TestListsAndCartsOfTaxedGoodsTakeAsManyStatementsAsOne(t *testing.T) {
	t.Parallel()
	c := taxedCatalogue(t)
	db := c.api.DB.Gorm
	var lines []object
	for i := range 20 {
		shop := c.shop
		if i%2 == 1 {
			shop = c.theirs
		}
		goods := fixture.Sell(t, db, shop, fmt.Sprintf("p-%02d", i), 50, 1_001, 1_002, 1_003, 1_004, 1_005)
		for _, v := range goods.Variants {
			lines = append(lines, object{"storefrontId": shop.GlobalID(), "variantId": v.GlobalID(), "quantity": 2})
		}
	}
	for _, brand := range []any{c.brand.ID, c.other.ID} {
		if err := db.Exec("update products set hs_code = '61091000' where brand_id = ?", brand).Error; err != nil {
			t.Fatal(err)
		}
	}
	buyer := fixture.Shopper(t, db, "Li Na")
	person := bytes.Repeat([]byte{7}, 32)
	fixture.Create(t, db,
		&models.Consumer{ID: fixture.ID(), ShopperID: &buyer.Account.ID, Person: person, NameMAC: person, Sealed: person, Name: "李*", Number: "110***", GivenAt: c.api.Now},
		&models.AllowanceYear{Person: person, Country: "CN", Year: int32(c.api.Now.Year()), Unit: "CNY", Bound: 2_600_000},
	)
	shopper := c.api.As(buyer)
	sent := func(client *apitest.Client, query string, variables object, quotes int) int {
		t.Helper()
		client.Do(t, query, variables, nil) // the rules are in memory from now on
		c.api.Sent.Reset()
		answer := client.Post(t, query, variables)
		if n := strings.Count(string(answer.Raw), `"formula":"VAT`); n != quotes || len(answer.Errors) > 0 {
			t.Fatalf("%d of %d quotes: %.2000s", n, quotes, answer.Raw)
		}
		return len(c.api.Sent.List())
	}

	const list = `query ($first: Int) @inContext(country: "CN", language: "en") { products(first: $first) { nodes { variants(first: 5) { nodes {
  price { landedCost { complete shippedFrom total { amount } lines { parts { formula } } } } } } } } }`
	if one, many := sent(c.public, list, object{"first": 1}, 5), sent(c.public, list, object{"first": 20}, 100); many > one {
		t.Errorf("%d statements for a list of 20 products, %d for one", many, one)
	}

	const cart = `query ($id: ID!) @inContext(language: "en") { cart(id: $id) { tax { amount } problems { code } groups { charges { kind amount { amount } }
  landedCost { complete shippedFrom lines { parts { formula } } } } } }`
	filled := func(lines []object) object {
		t.Helper()
		var made struct {
			CartCreate struct{ Cart *struct{ ID string } }
		}
		shopper.Do(t, `mutation ($input: CartCreateInput!) { cartCreate(input: $input) { cart { id } userErrors { message } } }`,
			object{"input": object{"country": "CN", "currency": "CNY", "lines": lines}}, &made)
		if made.CartCreate.Cart == nil {
			t.Fatal("no cart")
		}
		return object{"id": made.CartCreate.Cart.ID}
	}
	one := sent(shopper, cart, filled(lines[:1]), 1)
	if err := db.Exec("delete from carts").Error; err != nil {
		t.Fatal(err)
	}
	if many := sent(shopper, cart, filled(lines), 100); many > one {
		t.Errorf("%d statements for a cart of 100 lines, %d for one of one line", many, one)
	}
}
