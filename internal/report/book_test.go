package report_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// What is found in remembered months is what the database finds: rows in their
// order, from either end and page by page, with all that they tell of each
// other, how many there are and what they come to. Meanwhile sales come in, and
// are rolled up or not.
func TestBooksTellWhatTheDatabaseDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	plain := report.Forgetful(report.NewService(w.db, time.Now))
	rolled, r := rollup.NewService(w.db, time.Now), rand.New(rand.NewPCG(1, 9))
	fixed := models.Date{Year: 2017, Month: 3, Day: 14}
	rapid.Check(t, func(rt *rapid.T) {
		if r.IntN(4) == 0 {
			w.addOrder(t, r, w.shops[r.IntN(len(w.shops))])
		}
		if r.IntN(8) == 0 {
			if _, err := rolled.Advance(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		zone, _ := time.LoadLocation(rapid.SampledFrom(rollup.Zones).Draw(rt, "zone"))
		q := report.Query{
			GroupBy:  rapid.SampledFrom([][]report.Dimension{{report.Brand}, {report.Brand, report.Period}, {report.Period, report.Brand}}).Draw(rt, "by"),
			Period:   rapid.SampledFrom([]report.Length{report.Month, report.Quarter, report.Year}).Draw(rt, "period"),
			SortKey:  rapid.SampledFrom([]report.SortKey{report.ByDimensions, report.ByGross, report.ByNet, report.ByUnits, report.ByOrders}).Draw(rt, "sort"),
			Compare:  rapid.SampledFrom([]report.Comparison{"", report.LastYear, report.PreviousPeriod}).Draw(rt, "compare"),
			Top:      rapid.SampledFrom([]int{0, 0, 1, 2, 10}).Draw(rt, "top"),
			Reverse:  rapid.Bool().Draw(rt, "reverse"),
			TimeZone: zone, YearStart: rapid.SampledFrom([]int{1, 4, 11}).Draw(rt, "year"),
		}
		from := models.DateOf(rapid.SampledFrom(turns).Draw(rt, "from")).AddDays(rapid.IntRange(-40, 1).Draw(rt, "days"))
		if rapid.Bool().Draw(rt, "whole") {
			from.Day = 1
		}
		to := from.AddDays(rapid.IntRange(20, 800).Draw(rt, "length"))
		q.From, q.To = &from, &to
		if len(q.GroupBy) > 1 {
			q.Moving = rapid.SampledFrom([]int{0, 0, 3}).Draw(rt, "moving")
			if rapid.Bool().Draw(rt, "open") {
				q.From, q.To = nil, nil
			}
		}
		if rapid.Bool().Draw(rt, "currency") {
			q.Currencies = []money.Currency{"CNY"}
		}
		switch rapid.IntRange(0, 3).Draw(rt, "convert") {
		case 0:
			q.Convert = &report.Conversion{To: "EUR", Rate: report.FixedDay, Day: &fixed}
		case 1:
			if q.From != nil && q.From.Year > 2015 {
				q.Convert = &report.Conversion{To: "USD", Rate: report.PeriodAverage}
			}
		}
		size := rapid.Int32Range(1, 30).Draw(rt, "size")
		if q.Page.First = &size; rapid.Bool().Draw(rt, "back") {
			q.Page.First, q.Page.Last = nil, &size
		}
		for range 3 {
			got, err := w.sales.Sales(ctx, q)
			want, failed := plain.Sales(ctx, q)
			if err != nil || failed != nil {
				if err == nil || failed == nil || err.Error() != failed.Error() {
					rt.Fatalf("%v, want %v", err, failed)
				}
				return
			}
			if len(got.Rows) != len(want.Rows) {
				rt.Fatalf("%d rows, want %d", len(got.Rows), len(want.Rows))
			}
			for i, row := range got.Rows {
				alike(rt, row, want.Rows[i])
			}
			got.Rows, want.Rows = nil, nil
			alike(rt, got, want)
			if q.Page.After, q.Page.Before = got.PageInfo.EndCursor, nil; q.Page.Last != nil {
				q.Page.After, q.Page.Before = nil, got.PageInfo.StartCursor
			}
		}
	})
}

// alike holds all that is told of one to another.
func alike(t *rapid.T, got, want any) {
	is, err := json.Marshal(got)
	should, failed := json.Marshal(want)
	if err != nil || failed != nil || !bytes.Equal(is, should) {
		t.Fatalf("%s, want %s (%v, %v)", is, should, err, failed)
	}
}
