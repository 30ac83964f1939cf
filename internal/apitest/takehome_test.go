package apitest_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

const takeHomeFields = `{ price { amount } shopperPays { amount } proceeds { amount } takeHome { amount currency } problem
  steps { kind code amount { amount currency } base { amount } rate formula source rule { confidence } } }`

// What is left of a price is shown to the brand's own people and to operators,
// and the price of what is left is the price.
func TestTakeHome(t *testing.T) {
	t.Parallel()
	c := taxedCatalogue(t)
	db := c.api.DB.Gorm
	jar := fixture.Sell(t, db, c.shop, "jar", 5, 10_000).Variants[0]
	if err := db.Exec("update products set hs_code = '61091000', origin_country = 'US' where brand_id = ?", c.brand.ID).Error; err != nil {
		t.Fatal(err)
	}
	fixture.Create(t, db, &models.PayoutAccount{BrandID: c.brand.ID, ID: fixture.ID(), Holder: "Prairie", BankName: "First Bank", Country: "DE",
		Currency: "EUR", ProviderToken: "tok", LastDigits: "6789", CreatedAt: fixture.Start, UpdatedAt: fixture.Start},
		&models.ExchangeRate{Currency: "CNY", Day: c.api.Now.Truncate(24 * 3600e9), Rate: decimal.New(8, 0), Source: "a test"},
		&models.CommissionPlan{ID: fixture.ID(), ForBrandID: &c.brand.ID, Name: "Ours", Rate: decimal.New(5, -2), Source: "a contract", ValidFrom: fixture.Start, CreatedAt: fixture.Start})
	owner := c.api.As(fixture.Member(t, db, c.brand.ID, models.RoleOwner))
	ask := func(who *apitest.Client, more string) string {
		t.Helper()
		return string(who.Post(t, `query ($v: ID!, $s: ID!) { `+strings.Replace(more, "(", "(variantId: $v, storefrontId: $s, ", 1)+" "+takeHomeFields+" }",
			object{"v": jar.GlobalID(), "s": c.shop.GlobalID()}).Raw)
	}
	for _, q := range []struct {
		who  *apitest.Client
		ask  string
		want []string
	}{
		{owner, `takeHomeQuote(price: null)`, []string{
			`"price":{"amount":"100.00"},"shopperPays":{"amount":"109.10"},"proceeds":{"amount":"95.00"},"takeHome":{"amount":"11.88","currency":"EUR"},"problem":null`,
			`"kind":"TAX","code":"VAT","amount":{"amount":"9.10","currency":"CNY"}`, `"formula":"Commission: CNY 100.00 × 5 % = CNY 5.00","source":"Ours: a contract"`,
			`"kind":"PAYMENT_FEE","code":null,"amount":{"amount":"0.00"`, `"kind":"EXCHANGE","code":null,"amount":{"amount":"11.88"`, `"rate":"0.125"`,
		}},
		{c.api.As(fixture.Operator(t, db)), `takeHomeQuote(price: "100")`, []string{`"amount":"11.88"`}},
		{owner, `takeHomePrice(takeHome: "11.88")`, []string{`"price":{"amount":"100.00"}`, `"takeHome":{"amount":"11.88","currency":"EUR"}`}},
		{owner, `takeHomeQuote(terms: {currency: CNY, shipping: "10", shippingCost: "12"})`, []string{`"proceeds":{"amount":"93.00"}`, `"source":"Given by whoever asks"`}},
		{owner, `takeHomeQuote(terms: {schedule: "TMALL_GLOBAL"})`, []string{`"proceeds":null,"takeHome":null,"problem":"RATE_UNKNOWN"`, `"kind":"COMMISSION","code":"COMMISSION","amount":null`, `"kind":"PAYMENT_FEE","code":"PAYMENT","amount":{"amount":"1.09"`}},
		{owner, `takeHomeQuote(terms: {currency: CNY, schedule: "TMALL_GLOBAL", rates: [{code: "COMMISSION", rate: "0.03"}]})`, []string{
			`"proceeds":{"amount":"95.91"}`, `CNY 109.10 × 1 % = CNY 1.09`, `"confidence":"REPORTED"`}},
		{owner, `takeHomePrice(takeHome: "1", terms: {schedule: "TMALL_GLOBAL"})`, []string{`"code":"RATE_UNKNOWN"`}},
		{owner, `takeHomeQuote(terms: {schedule: "TMALL_GLOBAL", rates: [{code: "COMMISSION", rate: "0.06"}]})`, []string{`"code":"BAD_USER_INPUT"`, "0.02 to 0.05"}},
		{owner, `takeHomeQuote(terms: {currency: USD})`, []string{`"takeHome":null,"problem":"RATE_UNKNOWN"`, `"proceeds":{"amount":"95.00"}`}},
		{owner, `takeHomePrice(takeHome: "1", terms: {currency: USD})`, []string{`"code":"RATE_UNKNOWN"`}},
		{owner, `takeHomeQuote(price: "90071992547409.92", terms: {currency: CNY})`, []string{`"price":{"amount":"90071992547409.92"}`}},
		{owner, `takeHomeQuote(price: "90071992547409.93")`, []string{`"code":"BAD_USER_INPUT"`, "2^53"}},
		{owner, `takeHomeQuote(price: "-1")`, []string{`"code":"BAD_USER_INPUT"`}},
		{owner, `takeHomePrice(takeHome: "90071992547409.92")`, []string{`"code":"RATE_UNKNOWN"`}},
		{c.staff, `takeHomeQuote(price: "100")`, []string{`"code":"FORBIDDEN"`}},
		{c.stranger, `takeHomeQuote(price: "100")`, []string{`"data":{"takeHomeQuote":null}`}},
		{c.public, `takeHomeQuote(price: "100")`, []string{`"code":"UNAUTHENTICATED"`}},
	} {
		got := ask(q.who, q.ask)
		for _, want := range q.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %s", q.ask, got, want)
			}
		}
	}
	chinese := string(owner.Post(t, `query ($v: ID!, $s: ID!) @inContext(language: "zh-CN") { takeHomeQuote(variantId: $v, storefrontId: $s) { steps { title source } } }`,
		object{"v": jar.GlobalID(), "s": c.shop.GlobalID()}).Raw)
	for _, want := range []string{`{"title":"佣金","source":"Ours: a contract"}`, `{"title":"支付手续费","source":"支付机构的手续费由平台承担"}`, `{"title":"运费","source":"假设:与消费者支付的运费相同"}`} {
		if !strings.Contains(chinese, want) {
			t.Errorf("in Chinese: %s lacks %s", chinese, want)
		}
	}
}
