package report_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
)

// back is the beginning of the period so many before another.
func back(day string, of report.Length, periods int) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	switch of {
	case report.Day:
		d = d.AddDate(0, 0, -periods)
	case report.Week:
		d = d.AddDate(0, 0, -7*periods)
	case report.Month:
		d = d.AddDate(0, -periods, 0)
	case report.Quarter:
		d = d.AddDate(0, -3*periods, 0)
	case report.Year:
		d = d.AddDate(-periods, 0, 0)
	}
	return d.Format(time.DateOnly)
}

// Sums up to a period and moving means are what the plain rows of all pages
// say, periods without sales being 0.
func TestRunningSums(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	var queries []report.Query
	for i, period := range []report.Length{report.Day, report.Week, report.Month, report.Quarter, report.Year} {
		for j, by := range [][]report.Dimension{
			{report.Period}, {report.Period, report.Brand}, {report.OriginCountry, report.Period}, {report.Storefront, report.Period, report.BuyerCountry},
		} {
			queries = append(queries, report.Query{GroupBy: by, Period: period, Moving: 2 + (3*i+j)%7})
		}
	}
	for _, q := range queries {
		moving := q.Moving
		q.Moving, q.Page = 0, thousand
		net := map[string]int64{}
		first := "9999-12-31"
		plain, _ := collect(ctx, t, w.sales, q)
		for _, r := range plain {
			net[at(r, same)] = r.Net().Minor
			for _, d := range r.Dimensions {
				if d.Dimension == report.Period {
					first = min(first, *d.Key)
				}
			}
		}

		q.Moving, q.Page = moving, paging.Args{First: new(int32(70))}
		told, _ := collect(ctx, t, w.sales, q)
		if len(told) != len(plain) {
			t.Fatalf("%d rows of %d", len(told), len(plain))
		}
		for _, r := range told {
			var begin string
			for _, d := range r.Dimensions {
				if d.Dimension == report.Period {
					begin = *d.Key
				}
			}
			var upTo, lately int64
			of := at(r, func(string) string { return "" })
			for _, p := range plain {
				if at(p, func(string) string { return "" }) != of {
					continue
				}
				for _, d := range p.Dimensions {
					if d.Dimension == report.Period && *d.Key <= begin {
						upTo += p.Net().Minor
					}
				}
			}
			for n := range q.Moving {
				lately += net[at(r, func(day string) string { return back(day, q.Period, n) })]
			}
			if got := r.CumulativeNet(); got == nil || got.Minor != upTo {
				t.Fatalf("%s: %v up to then, want %d", at(r, same), got, upTo)
			}
			mean := decimal.NewFromInt(lately).DivRound(decimal.NewFromInt(int64(q.Moving)), 0).IntPart()
			early := back(begin, q.Period, q.Moving-1) < first
			if got := r.MovingNet(); (got == nil) != early || got != nil && got.Minor != mean {
				t.Fatalf("%s: %v in the mean, want %d (too early: %t)", at(r, same), got, mean, early)
			}
		}
	}
}
