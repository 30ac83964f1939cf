package apitest_test

import (
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/apitest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestProgrammes(t *testing.T) {
	t.Parallel()
	api := apitest.New(t, fixture.Start.AddDate(0, 0, 30))
	db := api.DB.Gorm
	operator, reporter := api.As(fixture.Operator(t, db)), api.As(fixture.Reporter(t, db))
	for _, slug := range []string{"acme", "bolt", "clay"} {
		fixture.Brand(t, db, slug)
	}
	honey := fixture.Brand(t, db, "honey", func(b *models.Brand) { b.Industry = models.IndustryFarming })
	fixture.Create(t, db, &models.BrandJobReport{BrandID: honey.ID, ID: fixture.ID(), Jobs: 5, ReportedAt: fixture.Start.AddDate(0, 0, 3)})
	first := models.DateOf(fixture.Start)

	var made struct {
		ID string
	}
	refused := operator.Mutate(t, "programmeCreate", "programme { id }", map[string]any{
		"name": "One million", "businessGoal": "1000000", "jobGoal": "1000000", "salesGoal": "1000", "currency": "USD",
		"from": first.String(), "to": first.AddDays(1825).String(), "originCountry": []any{"US"}, "size": []any{"SOLO", "MICRO", "SMALL"},
		"ratesOn": first.String(),
	}, &made)
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	id := map[string]any{"id": made.ID}

	const query = `
query ($id: ID!) {
  programme(id: $id) {
    name description businessGoal jobGoal salesGoal { amount currency } currency jobsPerBusiness timeZone originCountry size archivedAt version
  }
  programmes(first: 1) { totalCount nodes { name } pageInfo { hasNextPage } }
  programmeProgress(programmeId: $id) {
    programme { name } timeZone currency smallestCell rates { base } businessesAttesting
    measures {
      kind goal value share planned requiredPerDay actualPerDay
      projection { method weeks value low high confidence }
      milestones { percent target reachedOn projectedOn }
    }
    baseline { businesses sales { amount } }
    series(period: MONTH) { joined closed businesses jobsAttested jobsAssumed sales { amount } salesToDate { amount } }
    regions { key label merged joined businesses businessesAttesting jobsAttested jobsAssumed sales { amount currency } }
    censusRegions { key label joined }
    industries { key label joined sales { amount } }
    categories { key }
    cohorts { merged joined businesses stillSelling sales { amount } salesPerBusiness { amount } }
  }
}`
	operator.Golden(t, "programme-to-operators", query, id)
	reporter.Golden(t, "programme-to-reporting", query, id)

	t.Run("refuses bad arguments with their path", func(t *testing.T) {
		for _, c := range []struct{ query, code, path string }{
			{`programme(id: "x") { name }`, "BAD_USER_INPUT", "id"},
			{`programmeProgress(programmeId: "` + honey.GlobalID() + `") { asOf }`, "BAD_USER_INPUT", "programmeId"},
			{`programmeProgress(programmeId: $id, weeks: 0) { asOf }`, "BAD_USER_INPUT", "weeks"},
			{`programmeProgress(programmeId: $id, asOf: "2100-01-01") { asOf }`, "BAD_USER_INPUT", "asOf"},
			{`programmeProgress(programmeId: $id, currency: "XYZ") { asOf }`, "BAD_USER_INPUT", "currency"},
			{`programmeProgress(programmeId: $id, currency: "EUR") { asOf }`, "RATE_UNKNOWN", ""},
			{`programmeProgress(programmeId: $id) { series(from: "2100-01-01") { from } }`, "BAD_USER_INPUT", "from"},
			{`programmes(first: 101) { totalCount }`, "BAD_USER_INPUT", "first"},
		} {
			answer := reporter.Post(t, `query ($id: ID!) { node(id: $id) { id } p: `+c.query+` }`, id)
			if answer.Code() != c.code {
				t.Errorf("%s: %s", c.query, answer.Raw)
			}
			if len(answer.Errors) == 0 {
				continue
			}
			if path := answer.Errors[0].Path; c.path != "" && path[len(path)-1] != c.path {
				t.Errorf("%s: path %v", c.query, path)
			}
		}
	})

	t.Run("is for operators and reporting clients", func(t *testing.T) {
		owner := api.As(fixture.Member(t, db, honey.ID, models.RoleOwner))
		for _, q := range []string{`programme(id: $id) { name }`, `programmes { totalCount }`, `programmeProgress(programmeId: $id) { asOf }`} {
			if code := owner.Post(t, `query ($id: ID!) { p: `+q+` node(id: $id) { id } }`, id).Code(); code != "FORBIDDEN" {
				t.Errorf("a brand's owner: %s: %s", q, code)
			}
			if code := api.As(nil).Post(t, `query ($id: ID!) { p: `+q+` node(id: $id) { id } }`, id).Code(); code != "UNAUTHENTICATED" {
				t.Errorf("a visitor: %s: %s", q, code)
			}
		}
		if code := reporter.Post(t, `mutation ($id: ID!) { programmeArchive(input: {programmeId: $id}) { userErrors { code } } }`, id).Code(); code != "FORBIDDEN" {
			t.Errorf("a reporting client archives: %s", code)
		}
	})

	t.Run("is null where there is none", func(t *testing.T) {
		none := models.Programme{ID: fixture.ID()}
		reporter.Golden(t, "programme-that-is-none", `query ($id: ID!) { programme(id: $id) { name } programmeProgress(programmeId: $id) { asOf } }`,
			map[string]any{"id": none.GlobalID()})
	})
}
