package apitest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/command"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	bank "github.com/tradewind-commerce/tradewind/internal/payment/sandbox"
	"github.com/tradewind-commerce/tradewind/models"
)

// soldWorld is a shop in which three carts were begun, each over two brands:
// one was ordered, the payment of one failed, and one was left.
func soldWorld(t *testing.T) *shopWorld {
	t.Helper()
	w := newShop(t)
	for i, token := range []string{bank.Success, bank.Declined, ""} {
		b := w.fill(t, fixture.Shopper(t, w.api.DB.Gorm, fmt.Sprint("shopper ", i)))
		if token == "" {
			continue
		}
		begun := b.complete(t)
		if _, refused := b.pay(t, begun.Payment.ID, token); len(refused) > 0 {
			t.Fatal(refused)
		}
		w.hooked(t)
	}
	return w
}

func TestFunnel(t *testing.T) {
	t.Parallel()
	w := soldWorld(t)
	const ask = `{ funnelReport%s { rows { startsOn carts checkouts purchases checkoutRate purchaseRate } totals { carts checkouts purchases purchaseRate } } }`
	day := w.api.Now.Format(time.DateOnly)
	rows := fmt.Sprintf(`{"startsOn":%q,"carts":"3","checkouts":"2","purchases":"1","checkoutRate":"0.6667","purchaseRate":"0.3333"}`, day)
	want := `{"data":{"funnelReport":{"rows":[` + rows + `],"totals":{"carts":"3","checkouts":"2","purchases":"1","purchaseRate":"0.3333"}}}`
	told := func(t *testing.T) {
		t.Helper()
		for name, actor := range map[string]*auth.Actor{"owner": w.owner, "operator": w.operator} {
			if a := w.api.As(actor).Post(t, fmt.Sprintf(ask, "(period: DAY)"), nil); !strings.HasPrefix(string(a.Raw), strings.TrimSuffix(want, "}")) {
				t.Errorf("%s: %s\nwant %s", name, a.Raw, want)
			}
		}
		if a := w.api.As(w.operator).Post(t, fmt.Sprintf(ask, fmt.Sprintf(`(where: {brandId: [%q], from: %q})`, w.rival.GlobalID(), day)), nil); !strings.Contains(string(a.Raw), `"purchases":"1"`) {
			t.Errorf("the other brand: %s", a.Raw)
		}
		if a := w.api.As(w.operator).Post(t, fmt.Sprintf(ask, fmt.Sprintf(`(where: {to: %q})`, w.api.Now.AddDate(0, 0, -1).Format(time.DateOnly))), nil); !strings.Contains(string(a.Raw), `"rows":[]`) {
			t.Errorf("before: %s", a.Raw)
		}
	}
	told(t)

	// Carts are forgotten in time, and the funnel stays what it was.
	later := func() time.Time { return w.api.Now.AddDate(2, 0, 0) }
	carts := command.WireCarried(w.api.DB.Gorm, later, w.api.Carrier, w.api.Bank).Carts
	if n, err := carts.Sweep(t.Context()); err != nil || n != 3 {
		t.Fatalf("%d carts forgotten, %v", n, err)
	}
	told(t)

	a := w.api.As(w.operator).Post(t, fmt.Sprintf(ask, `(period: DAY, where: {from: "1950-01-01", to: "2049-12-31"})`), nil)
	if a.Code() != "BAD_USER_INPUT" || !strings.Contains(string(a.Raw), "36525 rows") {
		t.Errorf("a hundred years of days: %s", a.Raw)
	}
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	w := soldWorld(t)
	const ask = `{ paymentReport(where: {currency: [CNY]}) { rows { method currency attempts failed orders paid { amount } refunded { amount } }
		totals { currency attempts failed failureRate orders paid { amount } } } }`
	// Each brand had sold an order before, and one payment is of both.
	for name, c := range map[string]struct {
		actor  *auth.Actor
		counts string
		rate   string
		paid   string
	}{
		"owner":    {w.owner, `"attempts":"3","failed":"1",%s"orders":"2"`, "0.3333", "40.00"},
		"operator": {w.operator, `"attempts":"4","failed":"1",%s"orders":"4"`, "0.25", "66.00"},
	} {
		a := w.api.As(c.actor).Post(t, ask, nil)
		want := fmt.Sprintf(`"rows":[{"method":"CARD","currency":"CNY",`+c.counts+`,"paid":{"amount":%q},"refunded":{"amount":"0.00"}}],"totals":[{"currency":"CNY",`+
			c.counts+`,"paid":{"amount":%q}}]`, "", c.paid, fmt.Sprintf(`"failureRate":%q,`, c.rate), c.paid)
		if !strings.Contains(string(a.Raw), want) {
			t.Errorf("%s: %s\nwant %s", name, a.Raw, want)
		}
	}
}

// insights are the reports beside that of sales, with all that they tell, and
// the arguments by which each can be cut.
var insights = map[string]struct {
	fields   string
	cuts     []string
	narrowed []string
}{
	"funnelReport": {`rows { startsOn carts checkouts purchases } totals { carts checkouts purchases }`,
		[]string{"period: DAY", "period: WEEK", "period: MONTH", "period: QUARTER", "period: YEAR"}, []string{"brandId", "storefrontId"}},
	"cohortReport": {`rows { month shoppers orders months { monthsAfter shoppers orders } } totals { shoppers orders withheld }`,
		[]string{`timeZone: "Asia/Shanghai"`}, []string{"brandId", "storefrontId"}},
	"geographyReport": {`rows { country censusRegion region label withheld shoppers currency orders units net { amount } } totals { currency shoppers orders units net { amount } }`,
		[]string{
			"side: BUYER, level: COUNTRY", "side: BUYER, level: CENSUS_REGION", "side: BUYER, level: REGION",
			"side: ORIGIN, level: COUNTRY", "side: ORIGIN, level: CENSUS_REGION", "side: ORIGIN, level: REGION",
		}, []string{"brandId", "storefrontId"}},
	"paymentReport": {`rows { method currency attempts failed orders paid { amount } refunded { amount } } totals { currency attempts orders paid { amount } }`,
		[]string{`timeZone: "Asia/Shanghai"`}, []string{"brandId", "storefrontId"}},
	"regimeReport": {`rows { market regime currency orders goods { amount } duties { amount } taxes { amount } } totals { currency orders goods { amount } }`,
		[]string{`timeZone: "Asia/Shanghai"`}, []string{"brandId", "storefrontId"}},
	"turnoverReport": {`rows { key label opening closing sold average } totals { opening closing sold average } totalCount`,
		[]string{"groupBy: BRAND", "groupBy: WAREHOUSE", "groupBy: PRODUCT", "groupBy: VARIANT", "reverse: true"}, []string{"brandId", "warehouseId"}},
	"statementReport": {`rows { month brandId brandName currency statements sold { amount } closing { amount } } totals { currency sold { amount } closing { amount } } totalCount`,
		[]string{"byBrand: true", "byBrand: false", "reverse: true"}, []string{"brandId"}},
}

// An empty list is no limit, as if it was not there.
func TestEmptyListsOfReportsLimitNothing(t *testing.T) {
	t.Parallel()
	w := soldWorld(t)
	ask := func(report, where, fields string) string {
		t.Helper()
		a := w.api.As(w.operator).Post(t, fmt.Sprintf("{ %s(where: {%s}) { %s } }", report, where, fields), nil)
		if len(a.Errors) > 0 || !strings.Contains(string(a.Data), `"rows":[{`) {
			t.Errorf("%s where %s: %s", report, where, a.Raw)
		}
		return string(a.Data)
	}
	same := func(report, fields string, lists ...string) {
		t.Helper()
		whole := ask(report, "", fields)
		for _, list := range lists {
			if got := ask(report, list+": []", fields); got != whole {
				t.Errorf("%s with an empty %s: %s, not %s", report, list, got, whole)
			}
		}
	}
	same("salesReport", "rows { orders net { amount } }", "brandId", "storefrontId", "productId", "market", "originCountry", "originRegion",
		"buyerCountry", "buyerRegion", "currency")
	same("paymentReport", insights["paymentReport"].fields, "brandId", "storefrontId", "currency")
	same("turnoverReport", insights["turnoverReport"].fields, "brandId", "warehouseId")
}

// Whatever a brand asks, by whatever dimension and filter, another brand's
// figures are in no row and no total.
func TestInsightsTellNothingOfAnotherBrand(t *testing.T) {
	t.Parallel()
	w := soldWorld(t)
	db := w.api.DB.Gorm
	rival := w.api.As(fixture.Member(t, db, w.rival.ID, models.RoleOwner))
	operator := w.api.As(w.operator)
	ids := map[string]string{
		"brandId": w.brand.GlobalID(), "storefrontId": w.shop.GlobalID(), "warehouseId": w.goods.Warehouse.GlobalID(),
	}
	for name, r := range insights {
		for _, cut := range r.cuts {
			ask := func(where string) string {
				return fmt.Sprintf("{ %s(%s, where: {%s}) { %s } }", name, cut, where, r.fields)
			}
			// Without a filter, it reads what it reads of itself.
			all, own := rival.Post(t, ask(""), nil), rival.Post(t, ask(fmt.Sprintf("brandId: [%q]", w.rival.GlobalID())), nil)
			if len(all.Errors) > 0 || string(all.Data) != string(own.Data) {
				t.Errorf("%s by %s: %s\nof itself %s", name, cut, all.Raw, own.Raw)
			}
			for _, row := range []string{w.brand.GlobalID(), w.brand.Name, w.goods.Warehouse.GlobalID(), w.goods.Product.GlobalID()} {
				if strings.Contains(string(all.Raw), row) {
					t.Errorf("%s by %s names what is another's: %s", name, cut, all.Raw)
				}
			}
			nothing := rival.Post(t, ask(fmt.Sprintf("brandId: [%q]", models.Brand{ID: fixture.ID()}.GlobalID())), nil)
			for _, field := range r.narrowed {
				a := rival.Post(t, ask(fmt.Sprintf("%s: [%q]", field, ids[field])), nil)
				if len(a.Errors) > 0 || string(a.Data) != string(nothing.Data) {
					t.Errorf("%s by %s of another's %s: %s", name, cut, field, a.Raw)
				}
				// There is something to be seen by those who may.
				if a := operator.Post(t, ask(fmt.Sprintf("%s: [%q]", field, ids[field])), nil); string(a.Data) == string(nothing.Data) {
					t.Errorf("%s by %s of %s is empty for operators, too", name, cut, field)
				}
			}
		}
	}
}

func TestInsightsRefuseBadArguments(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	operator := w.api.As(w.operator)
	many := strings.Repeat(fmt.Sprintf("%q,", w.brand.GlobalID()), 101)
	for name := range insights {
		cases := map[string]string{
			`where: {from: "2025-03-02", to: "2025-03-01"}`:            "to",
			`where: {from: "2025-02-30"}`:                              "from",
			`where: {brandId: [` + many + `]}`:                         "brandId",
			`where: {brandId: ["` + w.goods.Product.GlobalID() + `"]}`: "brandId",
		}
		if name != "statementReport" {
			cases[`timeZone: "Mars/Olympus"`] = "timeZone"
		} else {
			cases[`where: {from: "1900-01-01"}`] = "from"
			cases[`where: {from: "2090-01-01"}`] = "from"
			cases[`first: 1001`] = "first"
		}
		for args, path := range cases {
			if a := operator.Post(t, fmt.Sprintf(`{ %s(%s) { __typename } }`, name, args), nil); a.Code() != "BAD_USER_INPUT" || !a.NamesPath(path) {
				t.Errorf("%s(%s): %s", name, args, a.Raw)
			}
		}
		for code, actor := range map[string]*auth.Actor{
			"FORBIDDEN": w.shopper, "UNAUTHENTICATED": nil,
		} {
			if a := w.api.As(actor).Post(t, fmt.Sprintf(`{ %s { __typename } }`, name), nil); a.Code() != code {
				t.Errorf("%s: %s, want %s", name, a.Raw, code)
			}
		}
		staff := w.api.As(fixture.Member(t, w.api.DB.Gorm, w.brand.ID, models.RoleStaff))
		if a := staff.Post(t, fmt.Sprintf(`{ %s { __typename } }`, name), nil); a.Code() != "FORBIDDEN" {
			t.Errorf("%s for staff: %s", name, a.Raw)
		}
	}
}
