package export

import (
	"bytes"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/tradewind-commerce/tradewind/internal/table"
)

func TestXLSXBeginsAnotherSheetWhereOneIsFull(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	whole := &table.Table{Title: "A title that is longer than a sheet's name", Columns: []table.Column{{Name: "n", Kind: table.Integer}}}
	x, err := newXLSX(&out, whole, nil)
	if err != nil {
		t.Fatal(err)
	}
	x.limit = 3
	for i := range 5 {
		if err := x.row(table.Row{int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.end(); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, name := range book.GetSheetList()[:3] {
		rows, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, name)
		for _, row := range rows {
			read = append(read, row...)
		}
	}
	want := []string{
		"A title that is longer than a s", "n", "0", "1", "A title that is longer than (2)", "n", "2", "3", "A title that is longer than (3)", "n", "4",
	}
	if !slices.Equal(read, want) {
		t.Errorf("%q", read)
	}
}
