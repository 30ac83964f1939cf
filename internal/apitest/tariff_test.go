package apitest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fx"
)

const scenarioFields = `{ name currency totalCount rows { dimensions { key label } lines unknown before { amount } after { amount } change { amount } }
  totals { lines unknown before { amount } change { amount } } unknown { problem lines } rates { rate } pageInfo { hasNextPage endCursor } }`

// scenario is an answer of tariffScenario.
type scenario struct {
	TariffScenario struct {
		Currency   string
		TotalCount int
		Rows       []struct {
			Dimensions            []struct{ Key, Label *string }
			Before, After, Change *struct{ Amount string }
		}
		Totals struct {
			Lines, Unknown any
			Before, Change *struct{ Amount string }
		}
		Unknown  []struct{ Problem string }
		PageInfo struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
}

// tariffs has two brands that sell shirts from the United States by general
// trade, at CNY 100.00 and 200.00 (duty 25 %, VAT 13 %) and at 100.00, and the
// first something of a chapter that has no rate.
func tariffs(t *testing.T) *catalogue {
	t.Helper()
	c := newCatalogue(t)
	db, system, now := c.api.DB.Gorm, auth.With(t.Context(), auth.System()), func() time.Time { return c.api.Now }
	rules := customs.NewService(db, now)
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		if _, err := rules.ImportShipped(system, name); err != nil {
			t.Fatal(err)
		}
	}
	_, err := rules.ImportHSCodes(system, customs.HSImport{Codes: strings.NewReader(
		"section,hscode,description,parent,level\nXI,61,Knitted apparel,TOTAL,2\nXI,6109,T-shirts,61,4\nXI,610910,Of cotton,6109,6\n")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = fx.NewService(db, now).Import(system, fx.Import{
		File: strings.NewReader("Date,USD,CNY,\n" + c.api.Now.Format(time.DateOnly) + ",1,8,\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	fixture.Sell(t, db, c.shop, "shirt", 5, 10_000, 20_000)
	fixture.Sell(t, db, c.shop, "thing", 5, 5_000)
	fixture.Sell(t, db, c.theirs, "shirt", 5, 10_000)
	for _, brand := range []any{c.brand.ID, c.other.ID} {
		for _, change := range []string{
			"update storefronts set customs_regime = 'GENERAL_TRADE' where brand_id = ?",
			"update products set hs_code = case handle when 'thing' then '98010000' else '61091000' end, origin_country = 'US', origin_region = null where brand_id = ?",
		} {
			if err := db.Exec(change, brand).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	return c
}

func us45(more string) string {
	return `input: {name: "45 %", country: "CN", withinLimits: false, overrides: [{originCountry: "US", hsPrefix: ["61"], tax: DUTY, rate: "0.45"}]` + more + `}`
}

// TestTariffScenario asks as operators, brands and strangers. A shirt of CNY
// 100.00 costs 125.00 with duty and 141.25 with VAT; with 45 % it is 163.85.
func TestTariffScenario(t *testing.T) {
	t.Parallel()
	c := tariffs(t)
	operator := c.api.As(fixture.Operator(t, c.api.DB.Gorm))
	ask := func(who *apitest.Client, arguments string) (s scenario) {
		t.Helper()
		who.Do(t, `{ tariffScenario(`+arguments+`) `+scenarioFields+` }`, nil, &s)
		return s
	}
	told := func(s scenario) (text string) {
		for _, r := range s.TariffScenario.Rows {
			for _, d := range r.Dimensions {
				text += *d.Label + " "
			}
			if r.Before == nil {
				text += "unknown; "
			} else {
				text += r.Before.Amount + " " + r.After.Amount + " " + r.Change.Amount + "; "
			}
		}
		return text
	}

	t.Run("by chapter, with its title where the nomenclature has it", func(t *testing.T) {
		s := ask(operator, us45("")+", groupBy: [HS_CHAPTER]")
		if got, want := told(s), "61 Knitted apparel 565.00 655.40 90.40; 98 unknown; "; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if u := s.TariffScenario.Unknown; len(u) != 1 || u[0].Problem != "RATE_UNKNOWN" || s.TariffScenario.Currency != "CNY" {
			t.Errorf("%+v", s)
		}
	})
	t.Run("in pages, those who lose most first", func(t *testing.T) {
		var got, after string
		for n := 0; ; n++ {
			s := ask(operator, us45("")+", groupBy: [BRAND, VARIANT], sortKey: CHANGE, reverse: true, first: 2"+after)
			got += told(s)
			if s.TariffScenario.TotalCount != 4 || n > 2 {
				t.Fatalf("%d rows, page %d", s.TariffScenario.TotalCount, n)
			}
			if !s.TariffScenario.PageInfo.HasNextPage {
				break
			}
			after = fmt.Sprintf(", after: %q", *s.TariffScenario.PageInfo.EndCursor)
		}
		if strings.Count(got, ";") != 4 || !strings.Contains(got, "282.50 327.70 45.20; ") || strings.Index(got, "45.20") > strings.Index(got, "22.60") ||
			strings.Count(got, "141.25 163.85 22.60; ") != 2 || !strings.HasSuffix(got, "unknown; ") {
			t.Error(got)
		}
	})
	t.Run("of its own brands alone", func(t *testing.T) {
		for arguments, want := range map[string]string{
			us45("") + ", groupBy: [BRAND]": c.other.Name + " 141.25 163.85 22.60; ",
			us45(fmt.Sprintf(", brandId: [%q]", c.brand.GlobalID())) + ", groupBy: [BRAND]":       "",
			us45(fmt.Sprintf(", storefrontId: [%q]", c.shop.GlobalID())) + ", groupBy: [VARIANT]": "",
		} {
			if got := told(ask(c.stranger, arguments)); got != want {
				t.Errorf("%s: %s, want %s", arguments, got, want)
			}
		}
		for who, want := range map[*apitest.Client]string{c.public: "UNAUTHENTICATED", c.staff: "FORBIDDEN"} {
			if a := who.Post(t, `{ tariffScenario(`+us45("")+`) { name } }`, nil); a.Code() != want {
				t.Errorf("%s", a.Raw)
			}
		}
	})
	t.Run("in another currency at the rates of the day", func(t *testing.T) {
		// At 8 yuan for a dollar, each amount by itself: 17.66 + 35.31 + 17.66.
		s := ask(operator, us45(`, currency: "USD"`)+", groupBy: [HS_CHAPTER]")
		if got := s.TariffScenario; got.Currency != "USD" || got.Totals.Before.Amount != "70.63" || !strings.HasPrefix(told(s), "61 Knitted apparel 70.63 81.92 11.29; ") {
			t.Errorf("%s %+v", told(s), got.Totals)
		}
		s = ask(operator, us45(`, currency: "JPY"`))
		if got := s.TariffScenario; got.Totals.Before != nil || len(got.Unknown) != 1 || got.Unknown[0].Problem != "RATE_UNKNOWN" {
			t.Errorf("without a rate: %+v", got)
		}
	})
	t.Run("of days without rules, and refused where it is bad", func(t *testing.T) {
		s := ask(operator, us45(`, on: "1999-01-01"`))
		if got := s.TariffScenario; got.Totals.Before != nil || len(got.Unknown) == 0 {
			t.Errorf("%+v", got)
		}
		for bad, path := range map[string]string{
			`"61090"`: "hsPrefix", `"6"`: "hsPrefix", `"6199"`: "hsPrefix", `"99"`: "hsPrefix", `"61091000", "610910001"`: "hsPrefix",
		} {
			a := operator.Post(t, `{ tariffScenario(`+strings.Replace(us45(""), `"61"`, bad, 1)+`) { name } }`, nil)
			if a.Code() != "BAD_USER_INPUT" || !strings.Contains(string(a.Raw), path) {
				t.Errorf("%s: %s", bad, a.Raw)
			}
		}
	})
}

// TestTariffScenarioFile makes a file of a scenario, each actor its own.
func TestTariffScenarioFile(t *testing.T) {
	t.Parallel()
	c := tariffs(t)
	arguments := object{"groupBy": list("BRAND", "HS_CHAPTER"), "input": object{"name": "45 %", "country": "CN", "withinLimits": false,
		"overrides": list(object{"originCountry": "US", "hsPrefix": list("61"), "tax": "DUTY", "rate": "0.45"})}}
	for who, want := range map[*apitest.Client]string{
		c.stranger: c.other.Name + "," + c.other.GlobalID() + ",61 Knitted apparel,61,CNY,1,1,0,1,100.00,100.00,141.25,163.85,22.60,0.16,41.25,63.85\r\n",
		c.api.As(fixture.Operator(t, c.api.DB.Gorm)): ",98,98,CNY,0,0,1,0,,,,,,,,\r\n",
	} {
		var data struct {
			ReportExportCreate struct{ ReportExport struct{ ID string } }
		}
		into(t, who.Post(t, `mutation ($a: JSON!) { reportExportCreate(input: {report: "tariff_scenario", format: CSV, arguments: $a}) {
			reportExport { id } userErrors { field message } } }`, object{"a": arguments}), &data)
		jobs, err := c.api.Exports.Due(t.Context(), 10)
		if err != nil || len(jobs) != 1 {
			t.Fatal(jobs, err)
		}
		if err := c.api.Exports.Perform(t.Context(), jobs[0].ID, jobs[0].Run); err != nil {
			t.Fatal(err)
		}
		var done struct {
			ReportExport struct {
				Status string
				Link   *struct{ URL string }
			}
		}
		into(t, who.Post(t, `query ($id: ID!) { reportExport(id: $id) { status link { url } } }`, object{"id": data.ReportExportCreate.ReportExport.ID}), &done)
		if done.ReportExport.Link == nil {
			t.Fatalf("%+v", done)
		}
		status, body := download(t, done.ReportExport.Link.URL)
		if status != http.StatusOK || !strings.HasPrefix(string(body), "brand,brand_key,hs_chapter,hs_chapter_key,currency,lines,") || !strings.Contains(string(body), want) {
			t.Errorf("%d: %s, want %s", status, body, want)
		}
		if strings.Contains(want, c.other.Name) && strings.Contains(string(body), c.brand.Name) {
			t.Errorf("another brand's rows: %s", body)
		}
	}
}

// TestBadInputOfCustoms puts each kind of bad figure through the API.
func TestBadInputOfCustoms(t *testing.T) {
	t.Parallel()
	c := tariffs(t)
	operator := c.api.As(fixture.Operator(t, c.api.DB.Gorm))
	quote := func(line string) string {
		return string(c.public.Post(t, `{ landedCostQuote(input: {country: "CN", currency: "CNY", regimes: [GENERAL_TRADE], lines: [{originCountry: "US", quantity: 1, `+
			line+`}]}) { complete total { minorUnits } lines { problem } } }`, nil).Raw)
	}
	for line, want := range map[string]string{
		`hsCode: "98010000", unitPrice: "1"`:                                           `"problem":"RATE_UNKNOWN"`,
		`hsCode: "95030", unitPrice: "1"`:                                              "BAD_USER_INPUT",
		`hsCode: "6109100a", unitPrice: "1"`:                                           "BAD_USER_INPUT",
		`hsCode: "61091000", unitPrice: "1", weightGrams: -1`:                          "BAD_USER_INPUT",
		`hsCode: "61091000", unitPrice: "90071992547409.92"`:                           `"complete":true,"total":{"minorUnits":"12722668947321651"`,
		`hsCode: "61091000", unitPrice: "90071992547409.93"`:                           `"complete":true,"total":{"minorUnits":"12722668947321652"`,
		`hsCode: "61091000", unitPrice: "1e400"`:                                       "BAD_USER_INPUT",
		`hsCode: "61091000", unitPrice: "0.001"`:                                       "BAD_USER_INPUT",
		`hsCode: "61091000", unitPrice: "1", netContent: {quantity: "-1", unit: GRAM}`: "BAD_USER_INPUT",
	} {
		if got := quote(line); !strings.Contains(got, want) || strings.Contains(got, "INTERNAL") {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	for input, field := range map[string]string{
		`hsCode: "61090"`: "hsCode", `variants: [{weightGrams: -1}]`: "weightGrams", `variants: [{netContent: {quantity: "0", unit: GRAM}}]`: "netContent",
	} {
		a := c.staff.Post(t, `mutation { productCreate(input: {brandId: "`+c.brand.GlobalID()+`", translations: [{language: "en", title: "Shirt"}], `+input+
			`}) { product { id } userErrors { field code } } }`, nil)
		if strings.Contains(string(a.Raw), `"id"`) || !strings.Contains(string(a.Raw), field) {
			t.Errorf("%s: %s", input, a.Raw)
		}
	}
	for rule, field := range map[string]string{
		`hsPrefix: "95030", rate: "0.1"`: "hsPrefix", `rate: "-0.1"`: "rate", `rate: "4"`: "rate", `rate: "0.1", validTo: "2020-01-01"`: "validTo",
	} {
		a := operator.Post(t, `mutation { customsRuleAdd(input: {country: "CN", kind: DUTY, `+rule+
			`, validFrom: "2030-01-01", source: "Notice 9", confidence: ASSUMED}) { customsRule { id } userErrors { field code } } }`, nil)
		if !strings.Contains(string(a.Raw), `"customsRule":null`) || !strings.Contains(string(a.Raw), `"`+field+`"`) {
			t.Errorf("%s: %s", rule, a.Raw)
		}
	}
}
