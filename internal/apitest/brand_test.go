package apitest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

const brandBack = `id slug status statusReason country region censusRegion jobsBefore jobsNow version joinedAt
	contact { name email phone confirmedAt } payoutAccount { bankName currency lastDigits }
	documents { id kind verdict note } approvalBlockers { code message } transitions { from to reason }
	jobsHistory { jobs note } members { role account { name } }`

type brandSeen struct {
	ID, Slug, Status, StatusReason, Country, Region, CensusRegion string
	JobsBefore, JobsNow, Version                                  int
	JoinedAt                                                      *string
	Contact                                                       *struct{ Name, Email, Phone, ConfirmedAt string }
	PayoutAccount                                                 *struct{ BankName, Currency, LastDigits string }
	Documents                                                     []struct{ ID, Kind, Verdict, Note string }
	ApprovalBlockers                                              []struct{ Code, Message string }
	Transitions                                                   []struct{ From, To, Reason string }
	JobsHistory                                                   []struct {
		Jobs int
		Note string
	}
	Members []struct {
		Role    string
		Account *struct{ Name string }
	}
}

func (b brandSeen) missing() string {
	var codes []string
	for _, blocker := range b.ApprovalBlockers {
		codes = append(codes, blocker.Code)
	}
	return strings.Join(codes, " ")
}

// TestABrandsLife follows a brand from its application to its end, as its
// owner, a reviewer and the public see it.
func TestABrandsLife(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	owner, operator, public := api.As(fixture.Shopper(t, db, "Ada")), api.As(fixture.Operator(t, db)), api.As(nil)
	var b brandSeen
	do := func(c *apitest.Client, mutation string, more map[string]any) {
		t.Helper()
		input := map[string]any{"brandId": b.ID}
		maps.Copy(input, more)
		if mutation == "brandApply" {
			delete(input, "brandId")
		}
		if refused := c.Mutate(t, mutation, "brand { "+brandBack+" }", input, &b); len(refused) > 0 {
			t.Fatalf("%s: %v", mutation, refused)
		}
	}
	seen := func(want bool) {
		t.Helper()
		var got struct {
			ByID, BySlug, Node *struct{ Name string }
			Brands             struct{ TotalCount int }
		}
		public.Do(t, `query($id: ID!) { byId: brand(id: $id) { name } bySlug: brand(slug: "prairie-gold") { name }
			node(id: $id) { ... on Brand { name } } brands { totalCount } }`, map[string]any{"id": b.ID}, &got)
		if (got.ByID != nil) != want || (got.BySlug != nil) != want || (got.Node != nil) != want || (got.Brands.TotalCount == 1) != want {
			t.Errorf("%s: the public sees %+v", b.Status, got)
		}
	}

	do(owner, "brandApply", map[string]any{
		"name": "Prairie Gold", "country": "US", "region": "NE", "industry": "FARMING", "size": "MICRO", "jobs": 4,
		"contact": map[string]any{"name": "Ada", "email": "ada@prairie.example", "phone": "+1 402 555 0100"},
	})
	if b.Slug != "prairie-gold" || b.Status != "APPLIED" || b.CensusRegion != "MIDWEST" || len(b.Members) != 1 ||
		b.Members[0].Role != "OWNER" || b.Members[0].Account.Name != "Ada" || b.JobsHistory[0].Jobs != 4 ||
		b.missing() != "CONTACT_UNCONFIRMED PAYOUT_ACCOUNT_MISSING BUSINESS_REGISTRATION_MISSING TAX_ID_MISSING" {
		t.Errorf("applied: %+v", b)
	}
	seen(false)

	do(operator, "brandReviewStart", nil)
	do(owner, "brandPayoutAccountSet", map[string]any{
		"holder": "Ada", "bankName": "First Bank", "country": "US", "currency": "USD", "providerToken": "ba_1", "lastDigits": "42",
	})
	for _, kind := range []string{"BUSINESS_REGISTRATION", "TAX_ID"} {
		var d struct{ ID, Verdict string }
		if refused := owner.Mutate(t, "brandDocumentSubmit", "document { id verdict }",
			map[string]any{"brandId": b.ID, "kind": kind, "reference": "file 7"}, &d); len(refused) > 0 {
			t.Fatal(refused)
		}
		var reviewed struct{ Brand brandSeen }
		operator.Do(t, `query($id: ID!) { brand(id: $id) { approvalBlockers { code } } }`, map[string]any{"id": b.ID}, &reviewed)
		if !strings.Contains(reviewed.Brand.missing(), kind+"_PENDING") {
			t.Errorf("missing: %s", reviewed.Brand.missing())
		}
		if refused := operator.Mutate(t, "brandDocumentReview", "document { id verdict }",
			map[string]any{"documentId": d.ID, "verdict": "ACCEPTED"}, &d); len(refused) > 0 || d.Verdict != "ACCEPTED" {
			t.Fatal(refused, d)
		}
	}
	refused := operator.Mutate(t, "brandApprove", "brand { id }", map[string]any{"brandId": b.ID}, nil)
	if apitest.Refused(refused) != "INCOMPLETE input.brandId" || !strings.Contains(refused[0].Message, "contact") {
		t.Errorf("approved without a confirmed contact: %v", refused)
	}
	do(operator, "brandContactConfirm", map[string]any{"expectedVersion": b.Version})
	do(operator, "brandApprove", nil)
	if b.Status != "ACTIVE" || b.JoinedAt == nil || b.missing() != "" || b.Transitions[0].To != "ACTIVE" || len(b.Transitions) != 3 {
		t.Errorf("approved: %+v", b)
	}
	seen(true)

	do(owner, "brandJobsReport", map[string]any{"jobs": 6, "note": "harvest"})
	if b.JobsNow != 6 || b.JobsBefore != 4 || len(b.JobsHistory) != 2 || b.JobsHistory[0].Note != "harvest" {
		t.Errorf("jobs: %+v", b)
	}
	do(operator, "brandSuspend", map[string]any{"reason": "late shipments"})
	if b.Status != "SUSPENDED" || b.StatusReason != "late shipments" {
		t.Errorf("suspended: %+v", b)
	}
	seen(false)
	do(operator, "brandReinstate", nil)
	seen(true)
	do(owner, "brandClose", map[string]any{"reason": "retired"})
	seen(false)
	var past struct{ Brand brandSeen }
	owner.Do(t, `query($id: ID!) { brand(id: $id) { `+brandBack+` } }`, map[string]any{"id": b.ID}, &past)
	if past.Brand.Status != "CLOSED" || past.Brand.Transitions[0].Reason != "retired" || past.Brand.PayoutAccount.LastDigits != "42" {
		t.Errorf("its owner sees %+v", past.Brand)
	}
}

// TestPrivateFieldsOfABrand asks for each private field of an ACTIVE brand as
// people who may and who may not read it.
func TestPrivateFieldsOfABrand(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	b, other := fixture.Brand(t, db, "acorn"), fixture.Brand(t, db, "birch")
	read := []string{"statusReason", "jobsBefore", "jobsNow", "jobsHistory { jobs }", "appliedAt", "approvalBlockers { code }", "transitions { to }"}
	private := []string{"contact { name }", "documents { kind }", "payoutAccount { holder }", "members { role }"}
	clients := map[string]*apitest.Client{
		"visitor": api.As(nil), "shopper": api.As(fixture.Shopper(t, db, "Bo")),
		"stranger": api.As(fixture.Member(t, db, other.ID, models.RoleOwner)),
		"analyst":  api.As(fixture.Member(t, db, b.ID, models.RoleAnalyst)), "reporter": api.As(fixture.Reporter(t, db)),
		"manager": api.As(fixture.Member(t, db, b.ID, models.RoleManager)), "operator": api.As(fixture.Operator(t, db)),
	}
	for who, c := range clients {
		for _, field := range slices.Concat(read, private) {
			may := who == "operator" || who == "manager" || slices.Contains(read, field) && (who == "analyst" || who == "reporter")
			want := map[bool]string{true: "", false: "FORBIDDEN"}[may]
			if who == "visitor" {
				want = "UNAUTHENTICATED"
			}
			answer := c.Post(t, `query($id: ID!) { brand(id: $id) { `+field+` } }`, map[string]any{"id": b.GlobalID()})
			if answer.Code() != want {
				t.Errorf("%s of a brand, read by a %s: %s", field, who, answer.Raw)
			}
		}
	}
}

// TestListsOfBrands filters and sorts as the public and as an operator.
func TestListsOfBrands(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	add := func(slug, country, region string, change func(*models.Brand)) {
		fixture.Brand(t, db, slug, func(b *models.Brand) {
			b.Name, b.Country, b.Region, b.CensusRegion = strings.ToUpper(slug[:1])+slug[1:], country, nil, nil
			if region != "" {
				b.Region, b.CensusRegion = &region, models.CensusRegionOf(country, region)
			}
			change(b)
		})
	}
	add("acorn", "US", "NE", func(b *models.Brand) { b.Size, b.JobsNow = models.SizeLarge, 9 })
	add("birch", "US", "NY", func(b *models.Brand) { b.Size, b.JobsNow = models.SizeSolo, 1 })
	add("cedar", "CA", "", func(b *models.Brand) { b.Industry, b.JobsNow = models.IndustryToys, 5 })
	add("dogwood", "US", "MI", func(b *models.Brand) { b.Status, b.JoinedAt = models.BrandApplied, nil })
	public, operator := api.As(nil), api.As(fixture.Operator(t, db))

	for query, want := range map[string]string{
		`brands`:                          "acorn birch cedar of 3",
		`brands(reverse: true, first: 2)`: "cedar birch of 3",
		`brands(last: 1)`:                 "cedar of 3",
		`brands(where: {censusRegion: [MIDWEST]})`:                  "acorn of 1",
		`brands(where: {region: ["NY", "MI"]})`:                     "birch of 1",
		`brands(where: {name: "ED"})`:                               "cedar of 1",
		`brands(where: {status: [APPLIED]})`:                        " of 0",
		`brands(where: {status: []})`:                               " of 0",
		`brands(where: {status: null, size: [SOLO, LARGE]})`:        "acorn birch of 2",
		`brands(where: {industry: [TOYS], country: ["CA"]})`:        "cedar of 1",
		`brands(where: {joinedAt: {from: "2026-01-06T00:00:00Z"}})`: " of 0",
		`brands(sortKey: ORIGIN)`:                                   "cedar acorn birch of 3",
		`brands(sortKey: CENSUS_REGION)`:                            "acorn birch cedar of 3",
		`brands(sortKey: CENSUS_REGION, reverse: true)`:             "cedar birch acorn of 3",
		`brands(sortKey: SIZE, where: {country: ["US"]})`:           "birch acorn of 2",
		`brands(where: {jobsNow: {min: 2}})`:                        "UNAUTHENTICATED",
		`brands(where: {jobsBefore: {max: 2}})`:                     "UNAUTHENTICATED",
		`brands(sortKey: JOBS_NOW)`:                                 "UNAUTHENTICATED",
		`brands(sortKey: APPLIED_AT)`:                               "UNAUTHENTICATED",
		`brands(first: -1)`:                                         "BAD_USER_INPUT",
		`brands(first: 101)`:                                        "BAD_USER_INPUT",
		`brands(first: 1, last: 1)`:                                 "BAD_USER_INPUT",
		`brands(after: "nonsense")`:                                 "BAD_USER_INPUT",
	} {
		if got := listed(t, public, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for query, want := range map[string]string{
		`brands(where: {jobsNow: {min: 5, max: 9}}, sortKey: JOBS_NOW, reverse: true)`: "acorn cedar of 2",
		`brands(where: {status: [APPLIED]})`:                                           "dogwood of 1",
		`brands(sortKey: JOINED_AT, reverse: true, first: 1)`:                          "dogwood of 4",
	} {
		if got := listed(t, operator, query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// listed is "slug slug of total", or the code of the answer's error.
func listed(t *testing.T, c *apitest.Client, query string) string {
	t.Helper()
	answer := c.Post(t, `{ list: `+query+` { totalCount nodes { slug } } }`, nil)
	if code := answer.Code(); code != "" {
		return code
	}
	var data struct {
		List struct {
			TotalCount int
			Nodes      []struct{ Slug string }
		}
	}
	c.Do(t, `{ list: `+query+` { totalCount nodes { slug } } }`, nil, &data)
	slugs := []string{}
	for _, n := range data.List.Nodes {
		slugs = append(slugs, n.Slug)
	}
	return fmt.Sprintf("%s of %d", strings.Join(slugs, " "), data.List.TotalCount)
}

// TestBrandStatements bounds what a page of brands costs, whatever its size.
func TestBrandStatements(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start)
	db := api.DB.Gorm
	for i := range 20 {
		fixture.Storefront(t, db, fixture.Brand(t, db, fmt.Sprintf("b-%02d", i)), fmt.Sprintf("s-%02d", i))
	}
	operator, public := api.As(fixture.Operator(t, db)), api.As(nil)
	for query, c := range map[string]struct {
		client *apitest.Client
		most   int
	}{
		`{ brands { nodes { name description } } }`:                                          {public, 1},
		`{ brands { totalCount nodes { name storefronts { totalCount nodes { name } } } } }`: {public, 3},
		`{ storefronts { nodes { name brand { name storefronts { nodes { slug } } } } } }`:   {public, 3},
		`{ brands { nodes { ` + brandBack + ` } } }`:                                         {operator, 9},
	} {
		api.Sent.Reset()
		c.client.Do(t, query, nil, nil)
		api.Sent.AtMost(t, c.most)
	}
}
