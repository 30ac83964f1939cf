package programme_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/models"
)

// One business joins every week: the pace is known, and so is what comes.
func TestPaceAndProjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-05-02")
	p := w.programme(func(t *programme.Terms) {
		t.From, t.To = new(date("2017-01-10")), new(date("2017-10-02")) // 38 weeks
		t.BusinessGoal, t.SalesGoal = patch.To(int64(50)), patch.To(decimal.New(760, 0))
	})
	for week := range 16 {
		day := date("2017-01-10").AddDays(7 * week).String()
		w.sell(w.join(day, "NE"), day, 10_00)
	}
	w.now = noon("2017-05-01") // the last day of the 16th week
	r := w.progress(w.operator, p, func(q *programme.Query) { q.Weeks = new(int32(8)) })
	m := measure(r, programme.Businesses)
	text := fmt.Sprintf("%s of %s is %s, planned %s, %s needed and %s made a day", m.Value, m.Goal, m.Share, m.Planned, m.RequiredPerDay, m.ActualPerDay)
	if text != "16 of 50 is 0.32, planned 22, 0.2208 needed and 0.1429 made a day" {
		t.Error(text)
	}
	if j := m.Projection; j.Method != programme.LinearTrailingWeeks || j.Weeks != 8 || j.On != date("2017-10-02") ||
		j.Value.String() != "38" || j.Low.String() != "38" || j.High.String() != "38" || j.Confidence.String() != "0.95" {
		t.Errorf("projection: %+v", j)
	}
	var stones string
	for _, s := range m.Milestones {
		stones += fmt.Sprintf("%d%% %s planned %s", s.Percent, s.Target, s.PlannedOn)
		if s.ReachedOn != nil {
			stones += " reached " + s.ReachedOn.String()
		}
		if s.ProjectedOn != nil {
			stones += " expected " + s.ProjectedOn.String()
		}
		stones += "\n"
	}
	if want := `10% 5 planned 2017-02-05 reached 2017-02-07
25% 13 planned 2017-03-17 reached 2017-04-04
50% 25 planned 2017-05-22 expected 2017-07-03
75% 38 planned 2017-07-28 expected 2017-10-02
100% 50 planned 2017-10-02 expected 2017-12-25
`; stones != want {
		t.Errorf("milestones:\n%swant\n%s", stones, want)
	}
	sales := measure(r, programme.Sales)
	if sales.Value.String() != "160" || sales.ActualPerDay.String() != "1.43" || sales.RequiredPerDay.String() != "3.9" || sales.Projection.Value.String() != "380" {
		t.Errorf("sales: %s, %s made, %s needed, %s", sales.Value, sales.ActualPerDay, sales.RequiredPerDay, sales.Projection.Value)
	}
	if jobs := measure(r, programme.JobsAttested); jobs.Value.String() != "0" || jobs.Milestones[0].ProjectedOn != nil || jobs.Projection.High.String() != "0" {
		t.Errorf("jobs that nobody tells of: %+v", jobs)
	}
}

// Weeks that differ make an interval: by hand, of 1, 3, 1 and 3 businesses a
// week the mean is 2, the deviation 2/√3, and for 8 weeks to come, t of 3
// degrees 3.18245 times 2/√3 times √(8 + 64/4) is 18.003.
func TestInterval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-02-06")
	p := w.programme(func(t *programme.Terms) { t.To = new(date("2017-04-03")) })
	for week, n := range []int{1, 3, 1, 3} {
		for range n {
			w.join(date("2017-01-10").AddDays(7*week).String(), "NE")
		}
	}
	m := measure(w.progress(w.operator, p), programme.Businesses)
	if j := m.Projection; j.Weeks != 4 || j.Value.String() != "24" || j.Low.String() != "5" || j.High.String() != "43" {
		t.Errorf("projection: %+v", j)
	}
	// Before two weeks, and after the end, there is none.
	for _, day := range []models.Date{date("2017-01-22"), date("2017-01-09")} {
		m := measure(w.progress(w.operator, p, func(q *programme.Query) { q.AsOf = &day }), programme.Businesses)
		if m.Projection != nil || (m.ActualPerDay == nil) != (day == date("2017-01-09")) {
			t.Errorf("on %s: %+v", day, m)
		}
	}
	w.now = noon("2018-01-01")
	m = measure(w.progress(w.operator, p), programme.Businesses)
	if m.Projection != nil || m.RequiredPerDay != nil || m.Planned.String() != "100" || m.Value.String() != "8" {
		t.Errorf("after the end: %+v", m)
	}
}
