package table_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

func TestTable(t *testing.T) {
	t.Parallel()
	whole := table.Table{Title: "Sales", Columns: []table.Column{
		{Name: "month", Kind: table.Date, Dimension: true}, {Name: "currency", Kind: table.Text},
		{Name: "net", Kind: table.Money, Currency: "currency"}, {Name: "share", Kind: table.Percent},
		{Name: "orders", Kind: table.Integer}, {Name: "at", Kind: table.Time}, {Name: "open", Kind: table.Boolean},
	}}
	if err := whole.Check(); err != nil {
		t.Fatal(err)
	}
	row := table.Row{
		models.Date{Year: 2017, Month: 1, Day: 1}, "USD", money.New(1, "USD"), decimal.New(5, -1), int64(3), time.Unix(0, 0), true,
	}
	if err := whole.CheckRow(row); err != nil {
		t.Error(err)
	}
	if err := whole.CheckRow(make(table.Row, len(row))); err != nil {
		t.Errorf("a row of nothing: %v", err)
	}
	for i := range row {
		wrong := append(table.Row(nil), row...)
		wrong[i] = 1 // int is of no kind
		if whole.CheckRow(wrong) == nil {
			t.Errorf("%s takes an int", whole.Columns[i].Name)
		}
	}
	if whole.CheckRow(row[1:]) == nil {
		t.Error("a short row is taken")
	}
	for name, columns := range map[string][]table.Column{
		"a name twice":          {{Name: "a"}, {Name: "a"}},
		"no name":               {{}},
		"no such currency":      {{Name: "net", Kind: table.Money, Currency: "currency"}},
		"a currency of numbers": {{Name: "net", Kind: table.Money, Currency: "n"}, {Name: "n", Kind: table.Integer}},
	} {
		if (&table.Table{Columns: columns}).Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
