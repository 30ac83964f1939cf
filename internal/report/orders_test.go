package report_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/rollup"
	"github.com/tradewind-commerce/tradewind/models"
)

// An order counts once in each row that has a sale of it, now and in what the
// row is compared with, and once in all: whatever rows are grouped by, filtered
// by, ranked by, told as one or converted to, and wherever facts are.
func TestOrdersOfLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rates(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	own := map[uuid.UUID]string{w.brands[0].ID: "USD", w.brands[1].ID: "EUR"}
	for brand, currency := range own {
		fixture.Create(t, w.db, &models.PayoutAccount{
			BrandID: brand, ID: fixture.ID(), Holder: "x", BankName: "x", Country: "US", Currency: currency, ProviderToken: "x",
			LastDigits: "0001", CreatedAt: fixture.Start, UpdatedAt: fixture.Start,
		})
	}
	rolled := rollup.NewService(w.db, time.Now)
	for _, kept := range []struct {
		name string
		keep func() error
	}{
		{"facts in a tail", func() error { return nil }},
		{"all rolled up", func() error { w.sales.CountAtOnce(20); _, err := rolled.Advance(t.Context()); return err }},
		{"a tail of rebuilt roll-ups", func() error {
			err := rolled.Rebuild(t.Context(), nil)
			r := rand.New(rand.NewPCG(17, 3))
			for range 20 {
				w.addOrder(t, r, w.shops[r.IntN(len(w.shops))])
			}
			return err
		}},
	} {
		if err := kept.keep(); err != nil {
			t.Fatal(err)
		}
		t.Run(kept.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { w.countsOrders(ctx, t, own) })
		})
	}
}

func (w *world) countsOrders(ctx context.Context, t *rapid.T, own map[uuid.UUID]string) {
	q := report.Query{
		GroupBy: rapid.SampledFrom([][]report.Dimension{
			{report.Category, report.OriginRegion, report.Period}, {report.Category}, {report.Product, report.Period}, {report.Brand, report.Period, report.Product},
			{report.Storefront, report.OriginCountry}, {report.Period, report.Category, report.BuyerCountry}, {report.Brand, report.Period}, {report.Period}, nil,
		}).Draw(t, "groupBy"),
		Period:  rapid.SampledFrom([]report.Length{report.Day, report.Month, report.Quarter, report.Year}).Draw(t, "period"),
		SortKey: rapid.SampledFrom([]report.SortKey{report.ByDimensions, report.ByGross, report.ByOrders, report.ByOrders}).Draw(t, "sort"),
		Reverse: rapid.Bool().Draw(t, "reverse"), TimeZone: time.UTC,
	}
	q.Page.First = new(int32(rapid.IntRange(20, 90).Draw(t, "first")))
	if rapid.Bool().Draw(t, "one category") || len(q.GroupBy) == 0 {
		q.CategoryPath = new("food")
	}
	if rapid.Bool().Draw(t, "one origin") {
		q.OriginCountries = []string{"US"}
	}
	byPeriod := slices.Contains(q.GroupBy, report.Period)
	if rapid.Bool().Draw(t, "bounded") {
		q.From, q.To = &models.Date{Year: 2017, Month: 1, Day: 1}, &models.Date{Year: 2017, Month: 12, Day: 31}
	}
	if (byPeriod || q.From != nil) && rapid.Bool().Draw(t, "compared") {
		q.Compare = report.LastYear
	}
	if len(q.GroupBy) > 0 && q.GroupBy[len(q.GroupBy)-1] != report.Period || len(q.GroupBy) == 3 {
		q.Top = rapid.IntRange(0, 4).Draw(t, "top")
	}
	fixed := models.Date{Year: 2017, Month: 1, Day: 10}
	q.Convert = rapid.SampledFrom([]*report.Conversion{
		nil, nil, {To: "EUR", Rate: report.TransactionDay}, {To: "USD", Rate: report.FixedDay, Day: &fixed}, {Brand: true, Rate: report.FixedDay, Day: &fixed},
	}).Draw(t, "convert")
	currency := func(f *models.SalesFact) string {
		switch {
		case q.Convert == nil, q.Convert.Brand && own[f.BrandID] == "":
			return f.Currency
		case q.Convert.Brand:
			return own[f.BrandID]
		}
		return string(q.Convert.To)
	}
	rows, totals := collect(ctx, t, w.sales, q)
	whole := q
	whole.Page.First = nil
	file, err := w.sales.Table(ctx, whole)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range file.Rows {
		if err != nil || row[file.Column("orders")] != rows[n].Orders {
			t.Fatalf("row %d of a file has %v orders, the report %d: %v", n, row[max(file.Column("orders"), 0)], rows[n].Orders, err)
		}
		n++
	}

	// What is told by itself, periods apart, and the rows in which an order stands.
	apart := func(string) string { return "" }
	alone := map[string]bool{}
	for _, r := range rows {
		if !r.Others {
			alone[at(r, apart)] = true
		}
	}
	now, was := map[string]map[uuid.UUID]bool{}, map[string]map[uuid.UUID]bool{}
	add := func(to map[string]map[uuid.UUID]bool, row string, order uuid.UUID) {
		if to[row] == nil {
			to[row] = map[uuid.UUID]bool{}
		}
		to[row][order] = true
	}
	for _, f := range w.facts {
		day := models.DateOf(f.EventAt.UTC())
		if f.Kind != models.FactSale || q.CategoryPath != nil && (f.CategoryPath == nil || *f.CategoryPath != "food" && !strings.HasPrefix(*f.CategoryPath, "food/")) ||
			len(q.OriginCountries) > 0 && (f.OriginCountry == nil || *f.OriginCountry != "US") {
			continue
		}
		place := func(years int) string {
			moved := *f
			moved.Currency = currency(f)
			one := q
			parts := []string{moved.Currency}
			for _, d := range q.GroupBy {
				one.GroupBy = []report.Dimension{d}
				value, _, _ := strings.Cut(key(&moved, one), "|")
				if d == report.Period {
					began, _ := time.Parse(time.DateOnly, value)
					value = began.AddDate(years, 0, 0).Format(time.DateOnly)
				}
				parts = append(parts, strings.ReplaceAll(value, "nil", "none"))
			}
			with := slices.Clone(parts)
			for i, d := range q.GroupBy {
				if d == report.Period {
					parts[i+1] = ""
				}
			}
			if q.Top == 0 || alone[strings.Join(parts, "|")] {
				return strings.Join(with, "|")
			}
			for i, d := range q.GroupBy {
				if d != report.Period {
					with[i+1] = "none"
				}
			}
			return "others " + strings.Join(with, "|")
		}
		if q.From == nil || day.Year == 2017 {
			add(now, place(0), f.OrderID)
			add(now, "all "+currency(f), f.OrderID)
		}
		if q.Compare != "" && (q.From == nil || day.Year == 2016) {
			add(was, place(1), f.OrderID)
			add(was, "all "+currency(f), f.OrderID)
		}
	}
	told := 0
	holds := func(row string, r report.Figures, before *report.Totals) {
		if r.Orders > 0 {
			told++
		}
		if r.Orders != int64(len(now[row])) || before != nil && before.Orders != int64(len(was[row])) {
			t.Fatalf("%s has %d orders after %+v, want %d after %d", row, r.Orders, before, len(now[row]), len(was[row]))
		}
	}
	for i, r := range rows {
		row := at(r, same)
		if r.Others {
			row = "others " + row
		}
		holds(row, r.Figures, r.Previous)
		if q.SortKey == report.ByOrders && i > 0 && order(q, rows[i-1], r) > 0 {
			t.Fatalf("row %d has %d orders after %d", i, r.Orders, rows[i-1].Orders)
		}
	}
	for _, r := range totals {
		holds("all "+r.Currency, r.Figures, r.Previous)
	}
	if told != len(now) {
		t.Fatalf("%d rows and totals have orders, want %d", told, len(now))
	}
}

// Sums beside orders that are counted by their ids are those of roll-ups.
func TestSumsBesideOrdersOfLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := auth.With(t.Context(), fixture.Reporter(t, w.db))
	for _, sort := range []report.SortKey{report.ByDimensions, report.ByOrders} {
		told := func() (units, orders int64) {
			rows, _ := collect(ctx, t, w.sales, report.Query{GroupBy: []report.Dimension{report.Category}, SortKey: sort, TimeZone: time.UTC, Page: thousand})
			for _, r := range rows {
				units, orders = units+r.Units, orders+r.Orders
			}
			return units, orders
		}
		units, orders := told()
		more := w.db.Exec("update sales_by_goods_months set units_sold = units_sold + 1 where zone = 'UTC'")
		if more.Error != nil {
			t.Fatal(more.Error)
		}
		if now, same := told(); now != units+more.RowsAffected || now == units || same != orders {
			t.Errorf("by %s: %d units and %d orders, with %d more in roll-ups %d and %d", sort, units, orders, more.RowsAffected, now, same)
		}
	}
}
