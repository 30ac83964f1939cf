package programme_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/programme"
	"github.com/tradewind-commerce/tradewind/internal/report"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "2017-06-30")
	p := w.programme()
	for i := range 6 {
		b := w.join("2017-02-01", "NE")
		w.sell(b, "2017-03-01", int64(100+i), func(f *models.SalesFact) { f.Currency, f.CategoryPath = "CNY", new("food/honey") })
	}
	rows := map[string]int{
		"programme_measures": 4, "programme_milestones": 20, "programme_series": 6, "programme_regions": 1, "programme_census_regions": 1,
		"programme_industries": 1, "programme_categories": 1, "programme_cohorts": 1,
	}
	if names := programme.Tables(); len(names) != len(rows) {
		t.Errorf("tables: %v", names)
	}
	for name, want := range rows {
		q := programme.TableQuery{Query: programme.Query{Programme: p.ID}}
		if name == programme.SeriesTable {
			q.Period = new(report.Month)
		}
		table, err := w.office.Table(w.reporter, name, q)
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Check(); err != nil {
			t.Error(err)
		}
		n := 0
		for row, err := range table.Rows {
			if err == nil {
				err = table.CheckRow(row)
			}
			if err != nil {
				t.Error(err)
			}
			if sales := table.Column("sales"); sales >= 0 && name != programme.SeriesTable && fmt.Sprint(row[sales]) != "0.89 USD" {
				t.Errorf("%s: %v", name, row)
			}
			n++
		}
		if n != want {
			t.Errorf("%s has %d rows, want %d", name, n, want)
		}
		if notes := fmt.Sprint(table.About); notes != "[{Programme One million small businesses, 2017-01-10 to 2022-01-09} {As of 2017-06-30} "+
			"{Rate 1 CNY = 0.144753424657534247 USD, of 2017-01-10, ECB} {Small cells Sums of fewer than 5 businesses or orders are put together or left out}]" {
			t.Errorf("%s: %s", name, notes)
		}
	}

	for argument, q := range map[string]programme.Query{
		"programmeId": {Programme: w.join("2017-02-01", "NE").ID}, "ratesOn": {Programme: p.ID, RatesOn: new(date("2016-01-10"))},
		"weeks": {Programme: p.ID, Weeks: new(int32(0))},
	} {
		_, err := w.office.Table(w.reporter, "programme_regions", programme.TableQuery{Query: q})
		if bad := (*problem.BadInput)(nil); !errors.As(err, &bad) || bad.Argument != argument {
			t.Errorf("%s: %v", argument, err)
		}
	}
	if _, err := w.office.Table(t.Context(), "programme_regions", programme.TableQuery{Query: programme.Query{Programme: p.ID}}); !denied(err) {
		t.Errorf("a visitor: %v", err)
	}
}
