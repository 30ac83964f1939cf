package apitest_test

import (
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// An order shows each tax with its base, its rate, its formula and its source,
// as they were agreed: to who bought, to the brand and to operators alone.
func TestOrdersTellHowTheirTaxesCameAbout(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	rules := fixture.China("2018-12-31")
	in := &landedcost.Input{Regime: landedcost.CBECDirect, Currency: "USD", ShippedFrom: "US",
		Exchange: landedcost.Exchange{Units: 68_632, Per: 10_000, Source: "ECB 2018-12-31"},
		Lines: []landedcost.Line{{
			Ref: globalid.EncodeOf(globalid.OrderLine, w.brand.ID, w.order.ID), HSCode: "33049900", Origin: "US", Quantity: 1, UnitMinor: 6_192,
			NetContent: 20_000, NetUnit: landedcost.Gram,
		}},
	}
	var quote landedcost.Result
	if err := landedcost.Quote(&quote, in, rules); err != nil {
		t.Fatal(err)
	}
	fixture.Create(t, w.api.DB.Gorm, &models.OrderLandedCost{BrandID: w.brand.ID, OrderID: w.order.ID, Record: *quote.Record(in, rules), RecordedAt: w.api.Now})

	ask := func(actor *auth.Actor, language string) string {
		t.Helper()
		return string(w.api.As(actor).Post(t, `query ($id: ID!) @inContext(language: "`+language+`") { order(id: $id) { landedCost {
			on rulesVersion regime treatment shippedFrom exchangeRate exchangeSource complete tax { amount currency }
			lines { lineId parts { tax amount { amount } due { amount } base { amount currency } rate share formula
				source { id title confidence validFrom } termsSource { id } } } } } }`, map[string]any{"id": w.order.GlobalID()}).Raw)
	}
	for _, actor := range []*auth.Actor{w.shopper, w.owner, w.operator} {
		got := ask(actor, "en")
		for _, want := range []string{
			`"on":"2018-12-31","rulesVersion":"fixture 2018-12-31","regime":"CBEC_DIRECT","treatment":"WITHIN_LIMITS","shippedFrom":"US","exchangeRate":"6.8632","exchangeSource":"ECB 2018-12-31"`,
			`"tax":"CONSUMPTION_TAX","amount":{"amount":"7.65"},"due":{"amount":"52.50"},"base":{"amount":"499.96","currency":"CNY"},"rate":"0.15","share":"0.7"`,
			`"formula":"VAT: CNY 424.97 ÷ (1 − 15 %) × 16 % × 70 % = CNY 56.00 (USD 8.16)"`,
			`"source":{"id":"standard VAT","title":"standard VAT","confidence":"VERIFIED","validFrom":"2016-04-08"},"termsSource":{"id":"cbec terms"}`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %s", got, want)
			}
		}
		if got := ask(actor, "zh-CN"); !strings.Contains(got, "增值税:CNY 424.97 ÷ (1 − 15%) × 16% × 70% = CNY 56.00(USD 8.16)") {
			t.Errorf("in Chinese: %s", got)
		}
	}
	db := w.api.DB.Gorm
	for _, actor := range []*auth.Actor{auth.Anonymous(), fixture.Shopper(t, db, "Eve"), fixture.Member(t, db, w.rival.ID, models.RoleOwner)} {
		if got := ask(actor, "en"); strings.Contains(got, "landedCost\":{") || strings.Contains(got, "standard VAT") || !strings.Contains(got, `"order":null`) && !strings.Contains(got, "UNAUTHENTICATED") {
			t.Errorf("another's taxes: %s", got)
		}
	}
}
