package apitest_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/graph/generated"
	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/models"
)

// TestAStorefrontsLife follows a storefront from its draft to its end, as its
// staff and the public see it.
func TestAStorefrontsLife(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	b := fixture.Brand(t, db, "prairie")
	staff, public := api.As(fixture.Member(t, db, b.ID, models.RoleManager)), api.As(nil)
	var shop struct {
		ID, Name, Description, Status, Country, Currency string
		Languages, PaymentMethods                        []string
		IsPrimary                                        bool
		OpenedAt, ClosedAt                               *string
		Version                                          int
		Brand                                            *struct{ Slug string }
	}
	const fields = "storefront { id name description status country currency languages paymentMethods isPrimary openedAt closedAt version brand { slug } }"
	do := func(mutation string, input map[string]any) {
		t.Helper()
		if refused := staff.Mutate(t, mutation, fields, input, &shop); len(refused) > 0 {
			t.Fatalf("%s: %v", mutation, refused)
		}
	}
	seen := func(want bool) {
		t.Helper()
		var got struct {
			ByID, BySlug, Node *struct{ Name string }
			Storefronts        struct{ TotalCount int }
			Brand              struct{ Storefronts struct{ TotalCount int } }
		}
		public.Do(t, `query($id: ID!) { byId: storefront(id: $id) { name } bySlug: storefront(slug: "prairie-cn") { name }
			node(id: $id) { ... on Storefront { name } } storefronts { totalCount } brand(slug: "prairie") { storefronts { totalCount } } }`,
			map[string]any{"id": shop.ID}, &got)
		if (got.ByID != nil) != want || (got.BySlug != nil) != want || (got.Node != nil) != want ||
			(got.Storefronts.TotalCount == 1) != want || (got.Brand.Storefronts.TotalCount == 1) != want {
			t.Errorf("%s: the public sees %+v", shop.Status, got)
		}
	}

	do("storefrontCreate", map[string]any{
		"brandId": b.GlobalID(), "slug": "prairie-cn", "name": "草原", "description": "蜂蜜", "country": "CN", "currency": "CNY",
		"languages": []string{"zh-CN", "en"},
	})
	if shop.Status != "DRAFT" || !shop.IsPrimary || len(shop.PaymentMethods) != 3 || shop.Languages[0] != "zh-CN" || shop.Brand.Slug != "prairie" {
		t.Errorf("created: %+v", shop)
	}
	seen(false)
	do("storefrontUpdate", map[string]any{
		"storefrontId": shop.ID, "expectedVersion": shop.Version, "name": "Prairie", "language": "en", "paymentMethods": []string{"CARD"},
	})
	id := map[string]any{"storefrontId": shop.ID}
	do("storefrontOpen", id)
	seen(true)
	do("storefrontPause", id)
	seen(true)
	if refused := staff.Mutate(t, "storefrontPause", "storefront { id }", id, nil); apitest.Refused(refused) != "CONFLICT input.storefrontId" {
		t.Errorf("paused twice: %v", refused)
	}
	do("storefrontOpen", id)
	do("storefrontClose", id)
	seen(false)
	if shop.Status != "CLOSED" || shop.ClosedAt == nil || shop.OpenedAt == nil || shop.IsPrimary || len(shop.PaymentMethods) != 1 {
		t.Errorf("closed: %+v", shop)
	}
}

// TestTextsInTheCallersLanguage reads names and descriptions in wanted
// languages, each with its own fallback.
func TestTextsInTheCallersLanguage(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	b := fixture.Brand(t, db, "prairie", func(b *models.Brand) {
		b.DefaultLanguage = "en"
		b.Texts = models.Texts[models.BrandText]{"en": {Description: "Honey"}, "zh-CN": {Description: "蜂蜜"}, "de": {Description: "Honig"}}
	})
	fixture.Storefront(t, db, b, "prairie-cn", func(s *models.Storefront) {
		s.Languages = models.StringList{"zh-CN", "en", "fr"}
		s.Texts = models.Texts[models.StorefrontText]{
			"zh-CN": {Name: "草原", Description: "来自草原"}, "en": {Name: "Prairie", Description: "From the prairie"}, "fr": {Name: "Prairie FR"},
		}
	})
	fixture.Create(t, db, &models.Category{
		ID: fixture.ID(), Slug: "honey", Path: "honey", Texts: models.Texts[models.CategoryText]{"en": {Name: "Honey"}, "zh-CN": {Name: "蜜"}},
		Version: 1, CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	})
	for language, want := range map[string]string{
		"":           "Honey | 草原 | 来自草原 | Honey",
		"en":         "Honey | Prairie | From the prairie | Honey",
		"en-GB":      "Honey | Prairie | From the prairie | Honey",
		"zh-CN":      "蜂蜜 | 草原 | 来自草原 | 蜜",
		"zh":         "蜂蜜 | 草原 | 来自草原 | 蜜",
		"zh-Hant-TW": "蜂蜜 | 草原 | 来自草原 | 蜜",
		"de-AT":      "Honig | 草原 | 来自草原 | Honey",
		// The name is there in French; what is not falls back on its own.
		"fr": "Honey | Prairie FR | 来自草原 | Honey",
		"ko": "Honey | 草原 | 来自草原 | Honey",
	} {
		context := ""
		if language != "" {
			context = ` @inContext(language: "` + language + `")`
		}
		var got struct {
			Brand      struct{ Description string }
			Storefront struct{ Name, Description string }
			Category   struct{ Name string }
		}
		api.As(nil).Do(t, `query`+context+` { brand(slug: "prairie") { description }
			storefront(slug: "prairie-cn") { name description } category(path: "honey") { name } }`, nil, &got)
		texts := strings.Join([]string{got.Brand.Description, got.Storefront.Name, got.Storefront.Description, got.Category.Name}, " | ")
		if texts != want {
			t.Errorf("in %q: %s, want %s", language, texts, want)
		}
	}
}

func TestListsOfStorefronts(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	a, b := fixture.Brand(t, db, "acorn"), fixture.Brand(t, db, "birch")
	fixture.Storefront(t, db, a, "acorn-cn")
	fixture.Storefront(t, db, a, "acorn-jp", func(s *models.Storefront) { s.Country, s.Currency, s.Status = "JP", "JPY", models.StorefrontPaused })
	fixture.Storefront(t, db, b, "birch-cn")
	fixture.Storefront(t, db, b, "birch-de", func(s *models.Storefront) {
		s.Country, s.Currency, s.Status, s.Visible = "DE", "EUR", models.StorefrontDraft, false
	})
	public, staff := api.As(nil), api.As(fixture.Member(t, db, b.ID, models.RoleStaff))
	for query, want := range map[string]string{
		`storefronts`: "acorn-cn acorn-jp birch-cn of 3",
		`storefronts(sortKey: CREATED_AT, reverse: true, first: 1)`:                         "birch-cn of 3",
		`storefronts(where: {country: ["JP", "DE"]})`:                                       "acorn-jp of 1",
		`storefronts(where: {currency: ["CNY"], status: [OPEN]})`:                           "acorn-cn birch-cn of 2",
		`storefronts(where: {status: [DRAFT]})`:                                             " of 0",
		`storefronts(where: {brandId: "` + b.GlobalID() + `"})`:                             "birch-cn of 1",
		`storefronts(where: {brandId: "` + globalid.Encode(globalid.Category, b.ID) + `"})`: "BAD_USER_INPUT",
		`storefronts(first: 1000)`:                                                          "BAD_USER_INPUT",
	} {
		if got := listed(t, public, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := listed(t, staff, `storefronts`); got != "acorn-cn acorn-jp birch-cn birch-de of 4" {
		t.Errorf("its staff sees %s", got)
	}
}

// TestMutationsOfBrandsByOthers sends every mutation of brands, storefronts and
// categories as people who may not: they learn nothing and change nothing.
func TestMutationsOfBrandsByOthers(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	b, other := fixture.Brand(t, db, "prairie"), fixture.Brand(t, db, "denim")
	shop := fixture.Storefront(t, db, b, "prairie-cn")
	document := &models.BrandDocument{
		BrandID: b.ID, ID: fixture.ID(), Kind: models.DocTaxID, Reference: "7", Verdict: models.VerdictPending, SubmittedAt: fixture.Start,
	}
	root := &models.Category{
		ID: fixture.ID(), Slug: "food", Path: "food", Texts: models.Texts[models.CategoryText]{"en": {Name: "Food"}}, Version: 1,
		CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
	}
	fixture.Create(t, db, document, root)
	of := func(more map[string]any) map[string]any {
		input := map[string]any{"brandId": b.GlobalID()}
		maps.Copy(input, more)
		return input
	}
	why, name := map[string]any{"reason": "because"}, []map[string]any{{"language": "en", "name": "Mine"}}
	type call struct {
		object, field string
		input         map[string]any
		// operators alone hold the permission
		operators bool
	}
	calls := map[string]call{
		"brandUpdate":         {"brand", "brandId", of(map[string]any{"name": "Mine"}), false},
		"brandContactConfirm": {"brand", "brandId", of(nil), true},
		"brandPayoutAccountSet": {"brand", "brandId", of(map[string]any{"holder": "Me", "bankName": "Mine", "country": "US", "currency": "USD",
			"providerToken": "ba_2", "lastDigits": "99"}), false},
		"brandDocumentSubmit": {"document", "brandId", of(map[string]any{"kind": "TAX_ID", "reference": "mine"}), false},
		"brandDocumentReview": {"document", "documentId", map[string]any{"documentId": document.GlobalID(), "verdict": "ACCEPTED"}, true},
		"brandReviewStart":    {"brand", "brandId", of(nil), true},
		"brandApprove":        {"brand", "brandId", of(nil), true},
		"brandReject":         {"brand", "brandId", of(why), true},
		"brandSuspend":        {"brand", "brandId", of(why), true},
		"brandReinstate":      {"brand", "brandId", of(nil), true},
		"brandClose":          {"brand", "brandId", of(why), false},
		"brandJobsReport":     {"brand", "brandId", of(map[string]any{"jobs": 1}), false},
		"storefrontCreate": {"storefront", "brandId", of(map[string]any{"slug": "mine", "name": "Mine", "country": "CN", "currency": "CNY",
			"languages": []string{"en"}}), false},
		"storefrontUpdate": {"storefront", "storefrontId", map[string]any{"storefrontId": shop.GlobalID(), "name": "Mine"}, false},
		"storefrontOpen":   {"storefront", "storefrontId", map[string]any{"storefrontId": shop.GlobalID()}, false},
		"storefrontPause":  {"storefront", "storefrontId", map[string]any{"storefrontId": shop.GlobalID()}, false},
		"storefrontClose":  {"storefront", "storefrontId", map[string]any{"storefrontId": shop.GlobalID()}, false},
		"categoryCreate":   {"category", "parentId", map[string]any{"parentId": root.GlobalID(), "slug": "mine", "names": name}, true},
		"categoryUpdate":   {"category", "categoryId", map[string]any{"categoryId": root.GlobalID(), "names": name}, true},
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, f := range schema.Mutation.Fields {
		for _, prefix := range []string{"brand", "storefront", "category"} {
			// Whoever is signed in applies.
			if _, covered := calls[f.Name]; strings.HasPrefix(f.Name, prefix) && !covered && f.Name != "brandApply" {
				t.Errorf("%s is not covered", f.Name)
			}
		}
	}
	snapshot := func() string {
		var all []string
		for _, table := range []string{
			"brands", "brand_slugs", "brand_documents", "payout_accounts", "brand_job_reports", "brand_transitions", "memberships",
			"storefronts", "storefront_slugs", "categories", "outbox_events",
		} {
			var rows string
			where := " where brand_id is not null"
			if table == "brands" || table == "categories" {
				where = ""
			}
			if err := db.Raw("select coalesce(json_agg(r order by r::text), '[]') from " + table + " r" + where).Scan(&rows).Error; err != nil {
				t.Fatal(err)
			}
			all = append(all, rows)
		}
		return strings.Join(all, "\n")
	}
	public, operator := api.As(nil), api.As(fixture.Operator(t, db))
	shopper, reporter := api.As(fixture.Shopper(t, db, "Li Wei")), api.As(fixture.Reporter(t, db))
	analyst, stranger := api.As(fixture.Member(t, db, b.ID, models.RoleAnalyst)), api.As(fixture.Member(t, db, other.ID, models.RoleOwner))
	before := snapshot()
	for name, call := range calls {
		mutation := "mutation($input: " + schema.Mutation.Fields.ForName(name).Arguments.ForName("input").Type.String() + ") { " + name +
			"(input: $input) { " + call.object + " { __typename } userErrors { code } } }"
		denied := map[string]*apitest.Client{"shopper": shopper, "analyst": analyst, "reporter": reporter}
		if call.operators {
			denied["stranger"] = stranger
		} else if refused := apitest.Refused(stranger.Mutate(t, name, call.object+" { __typename }", call.input, nil)); refused != "NOT_FOUND input."+call.field {
			t.Errorf("%s by another brand: %q", name, refused)
		}
		for who, c := range denied {
			if answer := c.Post(t, mutation, map[string]any{"input": call.input}); answer.Code() != "FORBIDDEN" {
				t.Errorf("%s by %s: %s", name, who, answer.Raw)
			}
		}
		if answer := public.Post(t, mutation, map[string]any{"input": call.input}); answer.Code() != "UNAUTHENTICATED" {
			t.Errorf("%s by nobody: %s", name, answer.Raw)
		}
		for wrong, want := range map[string]string{
			"nonsense": "INVALID", globalid.EncodeOf(globalid.Order, b.ID, fixture.ID()): "INVALID",
			absent(t, call.input[call.field].(string)): "NOT_FOUND",
		} {
			refused := apitest.Refused(operator.Mutate(t, name, call.object+" { __typename }", clone(call.input, call.field, wrong), nil))
			if refused != want+" input."+call.field {
				t.Errorf("%s with the id %s: %q, want %s", name, wrong, refused, want)
			}
		}
	}
	if after := snapshot(); after != before {
		t.Errorf("something was written:\n%s\nwas\n%s", after, before)
	}
}

// absent is an id of the same type that names nothing.
func absent(t *testing.T, id string) string {
	t.Helper()
	parsed, err := globalid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Type.OfBrand() {
		return globalid.EncodeOf(parsed.Type, fixture.ID(), parsed.Row)
	}
	return globalid.Encode(parsed.Type, fixture.ID())
}
