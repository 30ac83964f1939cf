package programme_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/models"
)

func text(cells []*programme.Cell) string {
	var b strings.Builder
	for _, c := range cells {
		key, sales := "-", "-"
		if c.Key != nil {
			key = *c.Key
		}
		if c.Sales != nil {
			sales = c.Sales.Amount()
		}
		fmt.Fprintf(&b, "%s (%s) %d %s", key, c.Label, c.Joined, sales)
		if c.Merged > 0 {
			fmt.Fprintf(&b, " of %d", c.Merged)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// What few sold is told to those who keep programmes alone. To others it is put
// together with more, so that it does not follow from the rest either.
func TestSmallCells(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme()
	join := func(state string, n int, change ...func(*models.Brand)) {
		for range n {
			w.sell(w.join("2017-02-01", state, change...), "2017-03-01", 100)
		}
	}
	join("NE", 6)
	join("IA", 5)
	join("OH", 1)
	join("TX", 4)
	join("FL", 2)
	join("CA", 1)
	join("NY", 3)

	if got, want := text(w.progress(w.operator, p).CensusRegions), `MIDWEST (Midwest) 12 12.00
SOUTH (South) 6 6.00
NORTHEAST (Northeast) 3 3.00
WEST (West) 1 1.00
`; got != want {
		t.Errorf("to operators:\n%swant\n%s", got, want)
	}
	r := w.progress(w.reporter, p)
	// The West and the Northeast are too few even together: the South goes with them.
	if got, want := text(r.CensusRegions), "MIDWEST (Midwest) 12 12.00\n- (Others) 10 10.00 of 3\n"; got != want {
		t.Errorf("census regions:\n%swant\n%s", got, want)
	}
	// Ohio alone is told of with Iowa.
	if got, want := text(r.Regions), "US-NE (Nebraska) 6 6.00\n- (Others) 10 10.00 of 4\n- (Others: Midwest) 6 6.00 of 2\n"; got != want {
		t.Errorf("regions:\n%swant\n%s", got, want)
	}
	if r.SmallestCell != programme.SmallestCell {
		t.Errorf("says %d", r.SmallestCell)
	}

	t.Run("a programme that is too small itself", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "2017-06-30")
		p := w.programme()
		first := w.join("2017-02-01", "NE")
		w.sell(first, "2017-03-01", 100)
		w.report(first, "2017-03-01", 9)
		old := w.join("2016-02-01", "NE")
		w.sell(old, "2016-03-01", 100)
		r := w.progress(w.reporter, p)
		for _, m := range r.Measures {
			hidden := m.Kind == programme.Sales || m.Kind == programme.JobsAttested
			if (m.Value == nil) != hidden || hidden && (m.Projection != nil || m.Share != nil || m.ActualPerDay != nil || m.RequiredPerDay != nil) {
				t.Errorf("%+v", m)
			}
			for _, s := range m.Milestones {
				if hidden && (s.ReachedOn != nil || s.ProjectedOn != nil) {
					t.Errorf("%s: %+v", m.Kind, s)
				}
			}
		}
		points, err := r.Series(nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			if told := p.Sales != nil; told != (p.Businesses == 0) || told != (p.SalesToDate != nil) || told != (p.JobsAttested != nil) {
				t.Fatalf("%+v", p)
			}
		}
		if got := text(r.Regions) + text(r.CensusRegions) + text(r.Industries) + text(r.Categories); strings.Contains(got, "1.00") {
			t.Error(got)
		}
		if r.Cohorts[0].Sales != nil || r.Cohorts[0].SalesPerBusiness != nil || r.Baseline.Sales != nil || r.Baseline.Businesses != 1 {
			t.Errorf("cohort %+v, baseline %+v", r.Cohorts[0], r.Baseline)
		}
		for range 4 {
			w.join("2017-05-01", "NE")
		}
		// Five businesses, and one order: a shopper's.
		if got := text(w.progress(w.reporter, p).Regions); got != "- (Others) 5 - of 1\n" {
			t.Error(got)
		}
	})
}
