package programme_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestProgressCountsWhoBelongs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme(func(t *programme.Terms) {
		t.Sizes.Given, t.Sizes.To = true, &[]models.BrandSize{models.SizeSolo, models.SizeSmall}
	})
	small := func(b *models.Brand) { b.Size = models.SizeSmall }
	in := w.join("2017-01-10", "NE", small)
	w.join("2017-01-09", "NE", small)                                             // the day before
	w.join("2017-03-01", "NE")                                                    // not of this size
	w.join("2017-03-01", "ON", small, func(b *models.Brand) { b.Country = "CA" }) // not of this country
	w.join("2017-03-01", "NE", small, func(b *models.Brand) { b.JoinedAt = nil }) // not admitted
	last := w.join("2017-06-30", "TX", small)
	gone := w.join("2017-02-01", "NE", small)
	w.report(in, "2017-01-09", 9)
	w.report(in, "2017-02-01", 5)
	w.report(in, "2017-05-01", 8)
	w.report(gone, "2017-03-01", 7)
	w.closes(gone, "2017-04-01")
	w.sell(in, "2017-01-09", 1)
	w.sell(in, "2017-01-10", 1000)
	w.sell(gone, "2017-01-31", 7) // before it joined
	w.sell(gone, "2017-03-31", 500, func(f *models.SalesFact) { f.DiscountMinor = 100 })
	w.sell(in, "2017-04-20", 0, func(f *models.SalesFact) {
		f.Kind, f.UnitsSold, f.UnitsReturned, f.RefundMinor, f.OpensOrder = models.FactRefund, 0, 1, 250, false
	})
	w.sell(last, "2017-07-01", 3) // to come

	r := w.progress(w.operator, p)
	want := []struct {
		kind  programme.Kind
		value string
	}{{programme.Businesses, "2"}, {programme.JobsAttested, "5"}, {programme.JobsAssumed, "2"}, {programme.Sales, "11.5"}}
	for _, c := range want {
		if got := measure(r, c.kind).Value; got.String() != c.value {
			t.Errorf("%s: %s, want %s", c.kind, got, c.value)
		}
	}
	if r.BusinessesAttesting != 1 || r.AsOf != date("2017-06-30") || r.Baseline.Businesses != 1 {
		t.Errorf("attesting %d, as of %s, before %d", r.BusinessesAttesting, r.AsOf, r.Baseline.Businesses)
	}
	points, err := r.Series(new(report.Quarter), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, p := range points {
		got += fmt.Sprintf("%s–%s +%d -%d =%d, %d and %d jobs, %s of %s\n", p.From, p.To, p.Joined, p.Closed, p.Businesses, *p.JobsAttested, p.JobsAssumed, p.Sales, p.SalesToDate)
	}
	if want := "2017-01-10–2017-03-31 +2 -0 =2, 6 and 2 jobs, 14.00 USD of 14.00 USD\n" +
		"2017-04-01–2017-06-30 +1 -1 =2, 5 and 2 jobs, -2.50 USD of 11.50 USD\n"; got != want {
		t.Errorf("series:\n%swant\n%s", got, want)
	}
	if len(r.Cohorts) != 2 || *r.Cohorts[0].Quarter != date("2017-01-01") || r.Cohorts[0].Joined != 2 || r.Cohorts[0].Businesses != 1 ||
		r.Cohorts[0].StillSelling != 0 || r.Cohorts[0].Sales.String() != "11.50 USD" || r.Cohorts[0].SalesPerBusiness.String() != "5.75 USD" ||
		r.Cohorts[1].Joined != 1 {
		t.Errorf("cohorts: %+v %+v", r.Cohorts[0], r.Cohorts[1])
	}
	for day, want := range map[string]int64{"2017-03-31": 2, "2017-04-05": 1, "2017-04-10": 0} { // one closes, 90 days pass
		r := w.progress(w.operator, p, func(q *programme.Query) { q.AsOf = new(date(day)) })
		if got := r.Cohorts[0].StillSelling; got != want {
			t.Errorf("%d still sell on %s, want %d", got, day, want)
		}
	}
	before := w.progress(w.operator, p, func(q *programme.Query) { q.AsOf = new(date("2017-03-31")) })
	if v := measure(before, programme.Sales).Value; v.String() != "14" {
		t.Errorf("as of March: %s", v)
	}
}

// What is read from roll-ups, from facts, and from both, sums to what plain
// counting makes of the same rows, by every cut.
func TestEveryCutSumsToTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-12-31")
	p := w.programme(func(t *programme.Terms) { t.TimeZone = zone("America/New_York") })
	r := rand.New(rand.NewPCG(3, 5))
	states := []string{"NE", "IA", "TX", "CA", "NY"}
	industries := []models.Industry{models.IndustryFood, models.IndustryFarming, models.IndustryHome}
	var brands []*models.Brand
	for range 30 {
		day := date("2016-12-01").AddDays(r.IntN(390)).String()
		brands = append(brands, w.join(day, states[r.IntN(len(states))], func(b *models.Brand) { b.Industry = industries[r.IntN(len(industries))] }))
	}
	var minor = map[string]int64{}
	for i := range 250 {
		if i == 160 {
			if _, err := w.rollups.Advance(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b, day := brands[r.IntN(len(brands))], date("2017-01-01").AddDays(r.IntN(364))
		amount, currency := r.Int64N(1<<20), []string{"USD", "CNY"}[r.IntN(2)]
		w.sell(b, day.String(), amount, func(f *models.SalesFact) {
			f.Currency = currency
			if r.IntN(3) > 0 {
				f.CategoryPath = new([]string{"food/honey", "home", "food"}[r.IntN(3)])
			}
		})
		joined := models.DateOf(b.JoinedAt.In(zone("America/New_York")))
		if joined.Time().Before(date("2017-01-10").Time()) || joined.After(day) {
			continue
		}
		minor[currency] += amount
	}
	for _, at := range []string{"partly rolled up", "rebuilt"} {
		if at == "rebuilt" {
			if err := w.rollups.Rebuild(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		got := w.progress(w.operator, p)
		var want int64
		for _, rate := range got.Rates {
			m, err := rate.Convert(money.New(minor[string(rate.Base)], rate.Base))
			if err != nil {
				t.Fatal(err)
			}
			want += m.Minor
		}
		if len(got.Rates) != 2 || money.New(want, "USD").Decimal().String() != measure(got, programme.Sales).Value.String() {
			t.Errorf("%s: sales %s, want %d cents", at, measure(got, programme.Sales).Value, want)
		}
		for _, reader := range []context.Context{w.operator, w.reporter} {
			got := w.progress(reader, p)
			for name, cells := range map[string][]*programme.Cell{
				"regions": got.Regions, "census regions": got.CensusRegions, "industries": got.Industries, "categories": got.Categories,
			} {
				var sales, joined int64
				for _, c := range cells {
					sales, joined = sales+c.Sales.Minor, joined+c.Joined
				}
				if sales != want || name != "categories" && joined != got.Cohorts[0].Joined+others(got.Cohorts) {
					t.Errorf("%s: %s sum to %d of %d, %d businesses", at, name, sales, want, joined)
				}
			}
			var sales int64
			for _, c := range got.Cohorts {
				sales += c.Sales.Minor
			}
			points, err := got.Series(new(report.Week), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if last := points[len(points)-1].SalesToDate.Minor; sales != want || last != want {
				t.Errorf("%s: cohorts sum to %d, weeks end at %d, want %d", at, sales, last, want)
			}
		}
	}
}

func others(cohorts []*programme.Cohort) (joined int64) {
	for _, c := range cohorts[1:] {
		joined += c.Joined
	}
	return joined
}

func zone(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

func TestProgressRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme()
	w.sell(w.join("2017-02-01", "NE"), "2017-03-01", 100, func(f *models.SalesFact) { f.Currency = "JPY" })
	for name, c := range map[string]struct {
		change func(*programme.Query)
		want   string
	}{
		"weeks":    {func(q *programme.Query) { q.Weeks = new(int32(1)) }, "weeks: must be 2 to 104"},
		"before":   {func(q *programme.Query) { q.AsOf = new(date("2017-01-08")) }, "asOf: must be 2017-01-09, the day before the programme begins, to 2022-01-09, its last"},
		"after":    {func(q *programme.Query) { q.AsOf = new(date("2022-01-10")) }, "asOf: must be 2017-01-09, the day before the programme begins, to 2022-01-09, its last"},
		"future":   {func(q *programme.Query) { q.AsOf = new(date("2017-07-01")) }, "asOf: must not lie in the future: today is 2017-06-30"},
		"no rate":  {func(*programme.Query) {}, "no rate of JPY in USD is known for 2017-01-10 or the 7 days before it"},
		"no day":   {func(q *programme.Query) { q.RatesOn = new(date("2015-01-10")) }, "no rate of JPY in USD is known for 2015-01-10 or the 7 days before it"},
		"not here": {func(q *programme.Query) { q.Programme = w.join("2017-02-01", "NE").ID }, "there is no such programme"},
	} {
		q := programme.Query{Programme: p.ID}
		c.change(&q)
		if _, err := w.office.Progress(w.operator, q); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}

	r := w.progress(w.operator, p, func(q *programme.Query) { q.AsOf = new(date("2017-02-20")) })
	day := new(report.Day)
	for _, c := range []struct{ from, to, argument string }{
		{"2017-01-09", "", "from"}, {"2017-02-21", "", "from"}, {"2017-02-05", "2017-02-04", "from"}, {"", "2017-02-21", "to"}, {"", "2017-01-09", "to"},
	} {
		var from, to *models.Date
		if c.from != "" {
			from = new(date(c.from))
		}
		if c.to != "" {
			to = new(date(c.to))
		}
		_, err := r.Series(day, from, to)
		if bad := (*problem.BadInput)(nil); !errors.As(err, &bad) || bad.Argument != c.argument {
			t.Errorf("series from %q to %q: %v", c.from, c.to, err)
		}
	}

	// Five years of days are more than a series has: the refusal tells how many.
	w.now = noon("2022-02-01")
	w.exec("delete from sales_facts")
	r = w.progress(w.operator, p)
	_, err := r.Series(day, new(p.From()), nil)
	if err == nil || err.Error() != "period: would make 1826 points, of at most 1000: ask for a shorter span or longer periods" {
		t.Errorf("five years of days: %v", err)
	}
	if points, err := r.Series(nil, nil, nil); err != nil || len(points) != 366 {
		t.Errorf("usual days: %d, %v", len(points), err)
	}
}

func TestProgrammesAreForTheOffice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme()
	if _, err := w.office.Create(w.reporter, programme.Terms{}); !denied(err) {
		t.Errorf("a reporting client creates: %v", err)
	}
	if _, err := w.office.Archive(w.reporter, p.ID, nil); !denied(err) {
		t.Errorf("a reporting client archives: %v", err)
	}
	if _, err := w.office.Progress(t.Context(), programme.Query{Programme: p.ID}); !denied(err) {
		t.Errorf("a visitor reads: %v", err)
	}
}

func denied(err error) bool {
	_, ok := errors.AsType[*problem.Denied](err)
	return ok
}
