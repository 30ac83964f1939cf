package programme_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestCreateTellsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	_, err := w.office.Create(w.operator, programme.Terms{
		Name: new(" x "), Description: patch.To("a\a"), BusinessGoal: patch.To(int64(0)), JobGoal: patch.To(int64(1_000_000_001)),
		SalesGoal: patch.To(decimal.New(1, -3)), Currency: new(money.Currency("USD")), JobsPerBusiness: new(int32(-1)),
		From: new(date("1989-12-31")), To: new(date("2019-12-31")), TimeZone: time.UTC,
		OriginCountries: patch.To([]string{"US", "CA", "US"}), Sizes: patch.To([]models.BrandSize{models.SizeSolo, models.SizeSolo}),
	})
	const want = "input.name: must have at least 2 characters; input.description: must not hold control characters; " +
		"input.businessGoal: must be 1 to 1,000,000,000; input.jobGoal: must be 1 to 1,000,000,000; " +
		"input.salesGoal: must have no more decimals than the currency, and be at most 63 bits of minor units; " +
		"input.jobsPerBusiness: must be 0 to 1,000; input.from: must not lie before 1990-01-01; " +
		"input.originCountry.2: US stands there already; input.size.1: SOLO stands there already"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	good := programme.Terms{
		Name: new("Makers"), BusinessGoal: patch.To(int64(1)), Currency: new(money.Currency("USD")), From: new(date("2017-01-01")), To: new(date("2017-01-01")),
	}
	for name, c := range map[string]struct {
		change func(*programme.Terms)
		want   string
	}{
		"no goal":        {func(t *programme.Terms) { t.BusinessGoal = patch.Empty[int64]() }, "input.businessGoal: a programme has at least one goal: of businesses, jobs or sales"},
		"backwards":      {func(t *programme.Terms) { t.To = new(date("2016-12-31")) }, "input.to: a programme must not end before it begins"},
		"a lifetime":     {func(t *programme.Terms) { t.To = new(date("2047-01-02")) }, "input.to: a programme has at most 30 years"},
		"sell at all":    {func(t *programme.Terms) { t.SalesGoal = patch.To(decimal.Zero) }, "input.salesGoal: must be more than 0"},
		"many countries": {func(t *programme.Terms) { t.OriginCountries = patch.To(make([]string, 101)) }, "input.originCountry: must have at most 100 values"},
	} {
		terms := good
		c.change(&terms)
		if _, err := w.office.Create(w.operator, terms); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if p, err := w.office.Create(w.operator, good); err != nil || p.JobsPerBusiness != 1 || p.TimeZone != "UTC" || p.SalesGoal() != nil || p.RateDay() != nil {
		t.Errorf("with its defaults: %+v, %v", p, err)
	}
}

func TestProgrammesChangeUntilArchived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme()
	refuses := func(want string, err error) {
		t.Helper()
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, err := w.office.Update(w.operator, p.ID, nil, programme.Terms{Currency: new(money.Currency("EUR"))})
	refuses("input.salesGoal: the goal is in USD: give it anew in the new currency, or null for none", err)
	_, err = w.office.Update(w.operator, p.ID, nil, programme.Terms{From: new(date("2023-01-01"))})
	refuses("input.from: a programme must not end before it begins", err)
	_, err = w.office.Update(w.operator, p.ID, new(int32(2)), programme.Terms{})
	refuses("input.expectedVersion: this is version 1 by now: read it again", err)
	_, err = w.office.Update(w.operator, w.join("2017-02-01", "NE").ID, nil, programme.Terms{})
	refuses("input.programmeId: there is no such programme", err)

	p, err = w.office.Update(w.operator, p.ID, new(int32(1)), programme.Terms{
		Name: new("Makers"), Description: patch.To("Of honey"), BusinessGoal: patch.Empty[int64](), SalesGoal: patch.To(decimal.New(5, 0)),
		Currency: new(money.Currency("JPY")), OriginCountries: patch.Empty[[]string](), RatesOn: patch.Empty[models.Date](), TimeZone: zone("Asia/Shanghai"),
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := w.office.ByID(w.reporter, p.ID)
	if err != nil || kept.Name != "Makers" || *kept.Description != "Of honey" || kept.BusinessGoal != nil || *kept.JobGoal != 100 || kept.SalesGoal().String() != "5 JPY" ||
		len(kept.OfCountries()) != 0 || kept.RateDay() != nil || kept.TimeZone != "Asia/Shanghai" || kept.Version != 2 || kept.From() != date("2017-01-10") {
		t.Errorf("kept %+v, %v", kept, err)
	}

	for range 2 {
		if p, err = w.office.Archive(w.operator, p.ID, nil); err != nil || p.ArchivedAt == nil || p.Version != 3 {
			t.Fatalf("archived: %+v, %v", p, err)
		}
	}
	_, err = w.office.Update(w.operator, p.ID, nil, programme.Terms{Name: new("Again")})
	refuses("input.programmeId: the programme is archived", err)
	for archived, want := range map[bool]int{false: 0, true: 1} {
		list, err := w.office.List(w.reporter, archived, paging.Args{})
		if err != nil || len(list.Nodes()) != want {
			t.Errorf("with archived ones %t: %d, %v", archived, len(list.Nodes()), err)
		}
	}
	w.progress(w.reporter, p)
}
