package insight_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/insight"
	"github.com/tradewind-commerce/tradewind/models"
)

func monthOf(t time.Time) string { return t.Format("2006-01") + "-01" }

// cohorts counts in memory: buyers by cohort and month, and orders.
func (w *world) cohorts(zone *time.Location, brand uuid.UUID) (sizes map[string]int64, active map[[2]string]map[string]int64) {
	first := map[string]time.Time{}
	for _, f := range w.facts {
		b := w.buyers[f.OrderID]
		if !f.OpensOrder || b == "" || brand != uuid.Nil && f.BrandID != brand {
			continue
		}
		if at, ok := first[b]; !ok || f.EventAt.Before(at) {
			first[b] = f.EventAt
		}
	}
	sizes, active = map[string]int64{}, map[[2]string]map[string]int64{}
	for _, at := range first {
		sizes[monthOf(at.In(zone))]++
	}
	for _, f := range w.facts {
		b := w.buyers[f.OrderID]
		if !f.OpensOrder || b == "" || brand != uuid.Nil && f.BrandID != brand {
			continue
		}
		k := [2]string{monthOf(first[b].In(zone)), monthOf(f.EventAt.In(zone))}
		if active[k] == nil {
			active[k] = map[string]int64{}
		}
		active[k][b]++
	}
	return sizes, active
}

func TestCohorts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reporter := auth.With(t.Context(), fixture.Reporter(t, w.db))
	owner := auth.With(t.Context(), fixture.Member(t, w.db, w.brands[2].ID, models.RoleAnalyst))
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}

	t.Run("follow_each_shopper_from_the_first_order", func(t *testing.T) {
		t.Parallel()
		got, err := w.sight.Cohorts(owner, insight.Query{TimeZone: zone})
		if err != nil {
			t.Fatal(err)
		}
		sizes, active := w.cohorts(zone, w.brands[2].ID)
		if len(got.Rows) != len(sizes) {
			t.Fatalf("%d cohorts, want %d", len(got.Rows), len(sizes))
		}
		var shoppers, orders int64
		for _, c := range got.Rows {
			if c.Shoppers != sizes[c.Month.String()] {
				t.Errorf("%s has %d shoppers, want %d", c.Month, c.Shoppers, sizes[c.Month.String()])
			}
			shoppers, orders = shoppers+c.Shoppers, orders+c.Orders
			if int(c.Months[len(c.Months)-1].MonthsAfter) != 12-int(c.Month.Month) {
				t.Errorf("%s goes up to %d months", c.Month, c.Months[len(c.Months)-1].MonthsAfter)
			}
			for _, m := range c.Months {
				is := active[[2]string{c.Month.String(), monthOf(c.Month.Time().AddDate(0, int(m.MonthsAfter), 0))}]
				n := int64(0)
				for _, k := range is {
					n += k
				}
				if *m.Shoppers != int64(len(is)) || *m.Orders != n {
					t.Errorf("%s + %d: %d and %d, want %d and %d", c.Month, m.MonthsAfter, *m.Shoppers, *m.Orders, len(is), n)
				}
			}
			if first := c.Months[0]; first.Retention().String() != "1" {
				t.Errorf("%s begins with %s", c.Month, first.Retention())
			}
		}
		if got.Totals.Shoppers != shoppers || got.Totals.Orders != orders || got.Totals.Withheld != 0 {
			t.Errorf("totals %+v", got.Totals)
		}
	})

	t.Run("of_few_shoppers_are_told_to_their_seller_alone", func(t *testing.T) {
		t.Parallel()
		got, err := w.sight.Cohorts(reporter, insight.Query{TimeZone: zone})
		if err != nil {
			t.Fatal(err)
		}
		sizes, active := w.cohorts(zone, uuid.Nil)
		small, kept := int64(0), 0
		for _, n := range sizes {
			if n < insight.Threshold {
				small++
			}
		}
		var shoppers, orders int64
		for _, c := range got.Rows {
			if c.Shoppers < insight.Threshold {
				t.Errorf("%s has %d shoppers", c.Month, c.Shoppers)
			}
			shoppers, orders = shoppers+c.Shoppers, orders+c.Orders
			told := int64(0)
			for _, m := range c.Months {
				n := len(active[[2]string{c.Month.String(), monthOf(c.Month.Time().AddDate(0, int(m.MonthsAfter), 0))}])
				if m.Withheld() != (n > 0 && n < insight.Threshold) || m.Withheld() && (m.Orders != nil || m.Retention() != nil) {
					t.Errorf("%s + %d of %d is told: %t", c.Month, m.MonthsAfter, n, !m.Withheld())
				}
				if m.Withheld() {
					kept++
				} else {
					told += *m.Orders
				}
			}
			if told != c.Orders {
				t.Errorf("%s tells of %d orders, its months of %d", c.Month, c.Orders, told)
			}
		}
		if got.Totals.Withheld != small || small == 0 || kept == 0 || got.Totals.Shoppers != shoppers || got.Totals.Orders != orders {
			t.Errorf("%+v of %d small ones, %d months kept back", got.Totals, small, kept)
		}
	})

	t.Run("are_those_of_the_months_asked_for", func(t *testing.T) {
		t.Parallel()
		all, err := w.sight.Cohorts(owner, insight.Query{})
		if err != nil {
			t.Fatal(err)
		}
		some, err := w.sight.Cohorts(owner, insight.Query{From: &models.Date{Year: 2017, Month: 2, Day: 14}, To: &models.Date{Year: 2017, Month: 3, Day: 1}})
		if err != nil || len(some.Rows) != 2 || *some.Rows[0].Months[3].Shoppers != *all.Rows[1].Months[3].Shoppers || some.Rows[1].Shoppers != all.Rows[2].Shoppers {
			t.Errorf("%+v %v", some, err)
		}
	})
}

func TestRegimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reporter := auth.With(t.Context(), fixture.Reporter(t, w.db))
	for _, from := range []*models.Date{nil, {Year: 2017, Month: 2, Day: 1}} {
		w.regimesAre(reporter, t, insight.Query{From: from})
	}
}

func (w *world) regimesAre(reporter context.Context, t *testing.T, q insight.Query) {
	t.Helper()
	got, err := w.sight.Regimes(reporter, q)
	if err != nil {
		t.Fatal(err)
	}
	want := w.group(q, func(f *models.SalesFact) string { return f.Market + w.regimes[f.OrderID] + f.Currency })
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(want))
	}
	left := map[string]insight.RegimeFigures{}
	for _, total := range got.Totals {
		left[total.Currency] = total.RegimeFigures
	}
	for _, r := range got.Rows {
		regime := ""
		if r.Regime != nil {
			regime = string(*r.Regime)
		}
		g := want[r.Market+regime+r.Currency]
		orders := int64(0)
		for _, f := range w.facts {
			if f.OpensOrder && g != nil && f.Market+w.regimes[f.OrderID]+f.Currency == r.Market+regime+r.Currency && (q.From == nil || f.EventAt.Month() > 1) {
				orders++
			}
		}
		if g == nil || r.Orders != orders || r.GoodsMinor != g.net || r.ShippingMinor != g.shipping || r.DutyMinor != g.duty || r.TaxMinor != g.tax {
			t.Errorf("%s %s: %+v, want %+v", regime, r.Currency, r.RegimeFigures, g)
		}
		f := left[r.Currency]
		f.Orders, f.GoodsMinor, f.ShippingMinor, f.DutyMinor, f.TaxMinor = f.Orders-r.Orders, f.GoodsMinor-r.GoodsMinor, f.ShippingMinor-r.ShippingMinor, f.DutyMinor-r.DutyMinor, f.TaxMinor-r.TaxMinor
		left[r.Currency] = f
	}
	for currency, f := range left {
		if f != (insight.RegimeFigures{Currency: currency}) {
			t.Errorf("%+v of %s are not in the rows", f, currency)
		}
	}
}
