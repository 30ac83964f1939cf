package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

// In the currencies of brands a report is what the reports of each brand in its
// own are together, totals included; of one without an account it stays as it is.
func TestBrandsOwnCurrencies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	own, brands := []money.Currency{"USD", "EUR", ""}, w.brands[:3]
	for i, currency := range own[:2] {
		fixture.Create(t, w.db, &models.PayoutAccount{
			BrandID: w.brands[i].ID, ID: fixture.ID(), Holder: "x", BankName: "x", Country: "US", Currency: string(currency), ProviderToken: "x",
			LastDigits: "0001", CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
		})
	}
	from, to := models.Date{Year: 2016, Month: 12, Day: 1}, models.Date{Year: 2018, Month: 3, Day: 31}
	fixed := models.Date{Year: 2017, Month: 1, Day: 10}
	var queries []report.Query
	for i, by := range [][]report.Dimension{
		nil, {report.Period}, {report.Brand}, {report.Currency, report.Period}, {report.Category, report.Period},
		{report.Storefront, report.BuyerCountry, report.Period}, {report.Category},
	} {
		for j, rate := range []report.Conversion{{Rate: report.TransactionDay}, {Rate: report.PeriodAverage}, {Rate: report.FixedDay, Day: &fixed}} {
			q := report.Query{From: &from, To: &to, GroupBy: by, Convert: &rate, Period: report.Month, Page: thousand}
			for _, b := range brands {
				q.Brands = append(q.Brands, b.ID)
			}
			if (i+j)%2 == 0 {
				q.Compare = report.LastYear
			}
			if len(by) > 0 && by[0] == report.Category {
				q.Top = 1 + j
			}
			queries = append(queries, q)
		}
	}
	for _, q := range queries {
		by := *q.Convert
		told := func(rows []*report.Row, totals []*report.Totals) (all []string) {
			figures := func(f *report.Figures, was *report.Totals) string {
				text := fmt.Sprint(*f)
				if was != nil {
					text += fmt.Sprint(" after ", was.Figures)
				}
				return text
			}
			for _, r := range rows {
				all = append(all, at(r, same)+" "+figures(&r.Figures, r.Previous))
			}
			for _, r := range totals {
				all = append(all, "all "+figures(&r.Figures, r.Previous))
			}
			return all
		}
		var want []string
		for i, brand := range brands {
			one := q
			one.Brands, one.Convert = []uuid.UUID{brand.ID}, nil
			if own[i] != "" {
				one.Convert = &report.Conversion{To: own[i], Rate: by.Rate, Day: by.Day}
			}
			want = append(want, told(collect(ctx, t, w.sales, one))...)
		}
		by.Brand = true
		q.Convert = &by
		got := told(collect(ctx, t, w.sales, q))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%v by %s: %d rows\n%s\nwant %d\n%s", q.GroupBy, by.Rate, len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
		}
		if q.Top > 0 && !slices.ContainsFunc(got, func(row string) bool { return strings.Contains(row, "|food") }) {
			t.Fatalf("%v by %s: the largest are not told", q.GroupBy, by.Rate)
		}
	}
}

// The currency of sales is told where amounts are in another one, too.
func TestCurrencyOfSales(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	q := report.Query{GroupBy: []report.Dimension{report.Currency}}
	plain, err := w.sales.Sales(ctx, q)
	if err != nil || len(plain.Rows) != 2 {
		t.Fatalf("%+v %v", plain, err)
	}
	for _, r := range plain.Rows {
		if d := r.Dimensions[0]; *d.Key != r.Currency || d.Label != r.Currency {
			t.Errorf("%s is of %s, %s", *d.Key, r.Currency, d.Label)
		}
	}
	q.Convert = &report.Conversion{To: "EUR", Rate: report.TransactionDay}
	converted, err := w.sales.Sales(ctx, q)
	if err != nil || len(converted.Rows) != 2 || len(converted.Totals) != 1 {
		t.Fatalf("%+v %v", converted, err)
	}
	for i, r := range converted.Rows {
		if r.Currency != "EUR" || *r.Dimensions[0].Key != plain.Rows[i].Currency || r.Units != plain.Rows[i].Units || r.Orders != plain.Rows[i].Orders {
			t.Errorf("%+v of %+v", r, plain.Rows[i])
		}
	}
}
