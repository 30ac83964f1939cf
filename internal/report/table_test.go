package report_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := auth.With(t.Context(), auth.System())
	for _, q := range []report.Query{
		{},
		{GroupBy: []report.Dimension{report.Period, report.Brand}},
		{GroupBy: []report.Dimension{report.Brand, report.Period, report.Category}, Period: report.Day, SortKey: report.ByNet, Reverse: true},
		{GroupBy: []report.Dimension{report.Storefront, report.OriginCountry, report.OriginRegion, report.BuyerCountry}, SortKey: report.ByOrders},
		{GroupBy: []report.Dimension{report.Market}, Currencies: []money.Currency{"CNY"}},
		{GroupBy: []report.Dimension{report.Currency, report.Period}, Moving: 2, Compare: report.LastYear},
		{GroupBy: []report.Dimension{report.Currency, report.Brand}, Top: 1},
	} {
		q.Page = paging.Args{First: new(int32(1000))}
		shown, err := w.sales.Sales(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		q.Page = paging.Args{}
		whole, err := w.sales.Table(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if err := whole.Check(); err != nil {
			t.Fatal(err)
		}
		n := 0
		net, orders := whole.Column("net"), whole.Column("orders")
		for row, err := range whole.Rows {
			if err == nil {
				err = whole.CheckRow(row)
			}
			if err != nil {
				t.Fatal(err)
			}
			want := shown.Rows[n]
			if row[net] != want.Net() || row[orders] != want.Orders {
				t.Fatalf("%v: row %d has %v and %v, the report %v and %d", q.GroupBy, n, row[net], row[orders], want.Net(), want.Orders)
			}
			for name, value := range map[string]any{
				"payout": want.Payout(), "commission": want.Commission(), "rank": want.Rank, "share": told(want.Share), "return_rate": told(want.ReturnRate()),
				"cumulative_net": told(want.CumulativeNet()), "moving_net": told(want.MovingNet()), "net_change": told(want.NetChange()),
			} {
				if i := whole.Column(name); i >= 0 && !equal(row[i], value) || i < 0 && value != nil {
					t.Fatalf("%v: row %d has %s %v, the report %v", q.GroupBy, n, name, row[max(i, 0)], value)
				}
			}
			if q.Compare != "" && (row[whole.Column("previous_net")] != want.Previous.Net() || row[whole.Column("previous_orders")] != want.Previous.Orders) {
				t.Fatalf("row %d has %v before, the report %v", n, row[whole.Column("previous_net")], want.Previous.Net())
			}
			at := 0
			for _, d := range want.Dimensions {
				if d.Dimension == report.Currency {
					if row[at] != d.Label {
						t.Fatalf("%v is not sold in %s", row[at], d.Label)
					}
					at++
					continue
				}
				if d.Dimension == report.Period {
					if day, ok := row[at].(models.Date); !ok || day.String() != *d.Key {
						t.Fatalf("the period is %v, not %s", row[at], *d.Key)
					}
					at++
					continue
				}
				if d.Key == nil && row[at] != nil && !want.Others || d.Key != nil && (row[at] != d.Label || row[at+1] != *d.Key) {
					t.Fatalf("%s is %v %v, not %s", d.Dimension, row[at], row[at+1], d.Label)
				}
				at += 2
			}
			n++
		}
		if n != len(shown.Rows) {
			t.Errorf("%v: %d rows, the report has %d", q.GroupBy, n, len(shown.Rows))
		}
	}

	t.Run("counts_shoppers_where_asked_for", func(t *testing.T) {
		t.Parallel()
		returning, many := 0, 0
		for _, q := range []report.Query{
			{},
			{GroupBy: []report.Dimension{report.Period, report.Brand}},
			{GroupBy: []report.Dimension{report.Category, report.Period}, Period: report.Day, SortKey: report.ByNet, Reverse: true},
			{GroupBy: []report.Dimension{report.Product, report.BuyerCountry}, SortKey: report.ByOrders},
			{GroupBy: []report.Dimension{report.Period}, Compare: report.LastYear},
			{GroupBy: []report.Dimension{report.Brand}, Top: 1},
		} {
			shown := q
			shown.Page = paging.Args{First: new(int32(1000))}
			shown.Fields = []string{"rows", "shoppers", "newShoppers", "returningShoppers", "previous"}
			want, err := w.sales.Sales(ctx, shown)
			if err != nil {
				t.Fatal(err)
			}
			without, err := w.sales.Table(ctx, q)
			if err != nil || without.Column("shoppers") >= 0 {
				t.Fatalf("they are counted unasked, %v", err)
			}
			q.Shoppers = true
			whole, err := w.sales.Table(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for row, err := range whole.Rows {
				if err != nil {
					t.Fatal(err)
				}
				r := want.Rows[n]
				got := [3]any{row[whole.Column("shoppers")], row[whole.Column("new_shoppers")], row[whole.Column("returning_shoppers")]}
				if got != [3]any{r.Shoppers, r.NewShoppers, r.ReturningShoppers()} {
					t.Fatalf("%v: row %d has %v, the report %d, %d and %d", q.GroupBy, n, got, r.Shoppers, r.NewShoppers, r.ReturningShoppers())
				}
				if q.Compare != "" && row[whole.Column("previous_shoppers")] != r.Previous.Shoppers {
					t.Fatalf("row %d has %v before, the report %d", n, row[whole.Column("previous_shoppers")], r.Previous.Shoppers)
				}
				returning, many, n = returning+int(r.ReturningShoppers()), many+int(r.Shoppers), n+1
			}
			if n != len(want.Rows) {
				t.Errorf("%v: %d rows, the report has %d", q.GroupBy, n, len(want.Rows))
			}
		}
		if many == 0 || returning == 0 {
			t.Errorf("%d shoppers, %d of them returning", many, returning)
		}
	})
	t.Run("keeps_to_the_first_rows", func(t *testing.T) {
		t.Parallel()
		whole, err := w.sales.Table(ctx, report.Query{GroupBy: []report.Dimension{report.Category}, Page: paging.Args{First: new(int32(2))}})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, whole); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("ends_when_no_more_is_wanted", func(t *testing.T) {
		t.Parallel()
		whole, err := w.sales.Table(ctx, report.Query{GroupBy: []report.Dimension{report.Category}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range whole.Rows {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if n := count(t, whole); n < 3 {
			t.Errorf("%d rows the second time", n)
		}
	})
	t.Run("has_the_callers_brands_alone", func(t *testing.T) {
		t.Parallel()
		if _, err := w.sales.Table(t.Context(), report.Query{}); err == nil {
			t.Error("a stranger gets a table")
		}
		own := auth.With(t.Context(), fixture.Member(t, w.db, w.brands[1].ID, models.RoleOwner))
		whole, err := w.sales.Table(own, report.Query{GroupBy: []report.Dimension{report.Brand}})
		if err != nil {
			t.Fatal(err)
		}
		var names []any
		for row, err := range whole.Rows {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, row[0])
		}
		if !slices.Equal(names, []any{w.brands[1].Name}) {
			t.Errorf("it has %v", names)
		}
	})
	t.Run("refuses_pages", func(t *testing.T) {
		t.Parallel()
		for _, page := range []paging.Args{{After: new("x")}, {First: new(int32(0))}, {First: new(int32(1001))}} {
			if _, err := w.sales.Table(ctx, report.Query{Page: page}); err == nil {
				t.Errorf("%+v is taken", page)
			}
		}
	})
}

// told is what a pointer has, nil for none.
func told[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// equal compares decimals by what they are worth.
func equal(a, b any) bool {
	x, ok := a.(decimal.Decimal)
	y, both := b.(decimal.Decimal)
	return ok && both && x.Equal(y) || a == b
}

func count(t *testing.T, whole *table.Table) int {
	t.Helper()
	n := 0
	for _, err := range whole.Rows {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
