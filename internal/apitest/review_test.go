package apitest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestListingsToReview has goods on sale that later rules do not let be
// published: they stay visible, are named to their own brand and to operators,
// and are not sold where nobody can quote them.
func TestListingsToReview(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC))
	db, system := api.DB.Gorm, auth.With(t.Context(), auth.System())
	rules := customs.NewService(db, func() time.Time { return api.Now })
	load := func(text string) {
		t.Helper()
		if _, err := rules.ImportRules(system, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		api.Now = api.Now.Add(customs.Stale)
	}
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		text, err := customs.Shipped(name)
		if err != nil {
			t.Fatal(err)
		}
		load(string(text))
	}
	regime := landedcost.CBECDirect
	var shops []*models.Storefront
	var goods []fixture.Goods
	for i, slug := range []string{"acme", "other"} {
		shop := fixture.Storefront(t, db, fixture.Brand(t, db, slug), slug+"-cn", func(s *models.Storefront) { s.CustomsRegime = &regime })
		shops = append(shops, shop)
		for j := range 3 {
			goods = append(goods, fixture.Sell(t, db, shop, fmt.Sprintf("goods-%d-%d", i, j), 5, 1200))
		}
		for _, change := range []string{
			"update products set hs_code = '61091000', origin_country = 'US' where brand_id = ?",
			"update variants set weight_grams = 90 where brand_id = ?",
		} {
			if err := db.Exec(change, shop.BrandID).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
	elsewhere := fixture.Storefront(t, db, fixture.Brand(t, db, "third"), "third-sg")
	fixture.Sell(t, db, elsewhere, "no-regime", 5, 1200)

	owner := api.As(fixture.Member(t, db, shops[0].BrandID, models.RoleOwner))
	operator, stranger := api.As(fixture.Operator(t, db)), api.As(fixture.Shopper(t, db, "Li Na"))
	type page struct {
		ListingsToReview struct {
			TotalCount int
			Nodes      []struct {
				ID                                       string
				Visible                                  bool
				PublicationBlockers, PublicationWarnings []struct{ Code string }
			}
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
	ask := func(client *apitest.Client, arguments string) (p page) {
		t.Helper()
		client.Do(t, `{ listingsToReview(`+arguments+`) { totalCount nodes { id visible publicationBlockers { code } publicationWarnings { code } }
			pageInfo { hasNextPage endCursor } } }`, nil, &p)
		return p
	}
	if p := ask(operator, "first: 10"); p.ListingsToReview.TotalCount != 0 || len(p.ListingsToReview.Nodes) != 0 {
		t.Fatalf("before: %+v", p)
	}

	// One product of each brand becomes one of a kind that the list has not.
	for _, i := range []int{1, 4} {
		if err := db.Exec("update products set hs_code = '24022000' where brand_id = ? and id = ?", goods[i].Product.BrandID, goods[i].Product.ID).Error; err != nil {
			t.Fatal(err)
		}
	}
	a := operator.Post(t, `mutation { customsRuleAdd(input: {country: "CN", kind: LISTING, hsPrefix: "61091000", listing: {excluded: true}, validFrom: "2026-06-01",
		source: "Notice 8", confidence: ASSUMED, endPrevious: true}) { customsRule { id } userErrors { code message } } }`, nil)
	if !strings.Contains(string(a.Raw), `"userErrors":[]`) {
		t.Fatalf("%s", a.Raw)
	}
	api.Now = api.Now.Add(customs.Stale)

	p := ask(owner, "first: 2")
	if n := p.ListingsToReview; n.TotalCount != 3 || len(n.Nodes) != 2 || !n.PageInfo.HasNextPage || !n.Nodes[0].Visible ||
		n.Nodes[0].PublicationBlockers[0].Code != customs.BlockedNotListed {
		t.Errorf("the brand's own: %+v", n)
	}
	rest := ask(owner, fmt.Sprintf("first: 2, after: %q", *p.ListingsToReview.PageInfo.EndCursor)).ListingsToReview
	if len(rest.Nodes) != 1 || rest.PageInfo.HasNextPage {
		t.Errorf("its second page: %+v", rest)
	}
	back := ask(owner, fmt.Sprintf("last: 1, before: %q", *rest.PageInfo.EndCursor)).ListingsToReview
	if len(back.Nodes) != 1 || back.Nodes[0].ID != p.ListingsToReview.Nodes[1].ID || !back.PageInfo.HasNextPage {
		t.Errorf("back again: %+v", back)
	}
	if n := ask(operator, "first: 100").ListingsToReview; n.TotalCount != 6 || len(n.Nodes) != 6 {
		t.Errorf("all: %+v", n)
	}
	for arguments, want := range map[string]int{
		fmt.Sprintf("where: {brandId: [%q]}", models.Brand{ID: shops[1].BrandID}.GlobalID()):      3,
		fmt.Sprintf("where: {storefrontId: [%q, %q]}", shops[0].GlobalID(), elsewhere.GlobalID()): 3,
		`where: {reason: ["RATE_UNKNOWN"]}`:                                                       2, `where: {reason: ["NET_CONTENT_MISSING", "BONDED_ONLY"]}`: 0,
		`where: {reason: []}`: 0,
	} {
		if n := ask(operator, arguments).ListingsToReview; n.TotalCount != want || len(n.Nodes) != want {
			t.Errorf("%s: %d, want %d", arguments, n.TotalCount, want)
		}
	}
	foreign := fmt.Sprintf("where: {brandId: [%q]}", models.Brand{ID: shops[1].BrandID}.GlobalID())
	if n := ask(owner, foreign).ListingsToReview; n.TotalCount != 0 || len(n.Nodes) != 0 {
		t.Errorf("another brand's: %+v", n)
	}
	for arguments, want := range map[string]string{
		`where: {reason: ["TITLE_MISSING"]}`: "BAD_USER_INPUT", `where: {brandId: ["x"]}`: "BAD_USER_INPUT", `first: 101`: "BAD_USER_INPUT",
		fmt.Sprintf("after: %q, where: {reason: []}", *p.ListingsToReview.PageInfo.EndCursor): "BAD_USER_INPUT",
	} {
		if a := operator.Post(t, "{ listingsToReview("+arguments+") { totalCount } }", nil); a.Code() != want {
			t.Errorf("%s: %s", arguments, a.Raw)
		}
	}
	if a := stranger.Post(t, "{ listingsToReview { totalCount } }", nil); a.Code() != "FORBIDDEN" {
		t.Errorf("a shopper: %s", a.Raw)
	}
	count, err := catalog.NewService(db, rules, func() time.Time { return api.Now }).CountReview(system)
	if err != nil || count.Listings != 6 || count.Storefronts != 2 || count.Reasons[customs.BlockedNotListed] != 6 || count.Reasons[customs.WarnedRate] != 2 {
		t.Errorf("counted %+v, %v", count, err)
	}

	// They can be seen, and not bought.
	public := api.As(nil)
	var seen struct {
		Product struct {
			Variants struct{ Nodes []struct{ ID string } }
		}
	}
	public.Do(t, `query ($id: ID!) { product(id: $id) { variants { nodes { id } } } }`, map[string]any{"id": goods[0].Product.GlobalID()}, &seen)
	a = public.Post(t, `mutation ($in: CartCreateInput!) { cartCreate(input: $in) { cart { problems { code customsProblem: message } } userErrors { code message } } }`,
		map[string]any{"in": map[string]any{"country": "CN", "currency": "CNY", "lines": []map[string]any{
			{"variantId": seen.Product.Variants.Nodes[0].ID, "storefrontId": shops[0].GlobalID(), "quantity": 1}}}})
	if !strings.Contains(string(a.Raw), "IMPORT_REFUSED") {
		t.Errorf("in a cart: %s", a.Raw)
	}
}
