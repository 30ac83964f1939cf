package apitest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fx"
)

// TestExchangeRate asks as a visitor.
func TestExchangeRate(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	_, err := fx.NewService(api.DB.Gorm, func() time.Time { return fixture.Start }).Import(auth.With(t.Context(), auth.System()), fx.Import{
		File: strings.NewReader("Date,USD,CNY,\n2017-01-10,1.0567,7.3070,\n2017-01-09,1.0516,7.2900,\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	visitor := api.As(nil)
	a := visitor.Post(t, `{
  exchangeRate(base: USD, quote: EUR, on: "2017-01-15") {
    base quote rate on date kind days source converted(amount: "15000000000") { amount currency }
  }
  mean: exchangeRate(base: EUR, quote: USD, averageFrom: "2017-01-01", on: "2017-02-01") { rate date on kind days converted(amount: "100") { amount } }
}`, nil)
	want := `{"exchangeRate":{"base":"USD","quote":"EUR","rate":"0.946342386675499196","on":"2017-01-15","date":"2017-01-10","kind":"DAY","days":1,` +
		`"source":"` + fx.ECB + `","converted":{"amount":"14195135800.13","currency":"EUR"}},` +
		`"mean":{"rate":"1.05415","date":"2017-01-09","on":"2017-02-01","kind":"AVERAGE","days":2,"converted":{"amount":"105.42"}}}`
	if string(a.Data) != want || len(a.Errors) > 0 {
		t.Errorf("%s, want %s", a.Raw, want)
	}
	for ask, want := range map[string]string{
		`base: USD, quote: EUR, on: "2017-01-08"`:                             `"code":"RATE_UNKNOWN"`,
		`base: USD, quote: GBP, on: "2017-01-10"`:                             "no rate of USD in GBP is known for 2017-01-10 or the 7 days before it",
		`base: USD, quote: EUR`:                                               `"data":{"exchangeRate":null}`,
		`base: USX, quote: EUR`:                                               `"code":"BAD_USER_INPUT"`,
		`base: USD, quote: EUR, on: "2017-01-10", averageFrom: "2017-01-10"`:  `"code":"BAD_USER_INPUT"`,
		`base: USD, quote: EUR, on: "2017-01-10", averageFrom: "2013-01-10"`:  "at most three years",
		`base: USD, quote: EUR, on: "2017-01-10", averageFrom: "2017-01-010"`: `"code":"BAD_USER_INPUT"`,
	} {
		if a := visitor.Post(t, `{ exchangeRate(`+ask+`) { rate } }`, nil); !strings.Contains(string(a.Raw), want) {
			t.Errorf("%s: %s, want %s", ask, a.Raw, want)
		}
	}
	for _, amount := range []string{"0.001", "99999999999999999999"} {
		a := visitor.Post(t, `{ exchangeRate(base: USD, quote: EUR, on: "2017-01-10") { converted(amount: "`+amount+`") { amount } } }`, nil)
		if !strings.Contains(string(a.Raw), `"path":["exchangeRate","converted","amount"]`) {
			t.Errorf("%s: %s", amount, a.Raw)
		}
	}
}
