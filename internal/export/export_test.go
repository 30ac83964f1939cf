package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/tradewind-commerce/tradewind/internal/export"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

// sample has every kind of value, and a row of nothing.
func sample(t *testing.T) *table.Table {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2017, 1, 10, 16, 30, 15, 0, time.UTC)
	return &table.Table{
		Title: "Sales: 2017/18 [all]", Zone: zone, About: []table.Note{{Name: "rates", Text: "ECB, 2017-01-10"}},
		Columns: []table.Column{
			{Name: "month", Title: "Month", Kind: table.Date, Dimension: true},
			{Name: "product", Title: "Product", Kind: table.Text, Dimension: true},
			{Name: "currency", Title: "Currency", Kind: table.Text},
			{Name: "net", Title: "Net", Kind: table.Money, Currency: "currency"},
			{Name: "payout", Title: "Payout", Kind: table.Money},
			{Name: "orders", Title: "Orders", Kind: table.Integer},
			{Name: "rate", Title: "Rate", Kind: table.Decimal},
			{Name: "share", Title: "Share", Kind: table.Percent},
			{Name: "last", Title: "Last sale", Kind: table.Time},
			{Name: "open", Title: "Open", Kind: table.Boolean},
		},
		Rows: table.Of(
			table.Row{
				models.Date{Year: 2017, Month: 1, Day: 1}, "椴树蜂蜜 500 g", "EUR", money.New(1_419_513_580_013, "EUR"), money.New(-5, "JPY"),
				int64(-7_000), decimal.RequireFromString("-1.0567"), decimal.RequireFromString("0.125"), at, true,
			},
			table.Row{
				models.Date{Year: 1899, Month: 12, Day: 31}, "=HYPERLINK(\"http://x\")", "KWD", money.New(-1_234, "KWD"), nil,
				int64(0), decimal.RequireFromString("0.1234567890125"), decimal.Zero, at, false,
			},
			make(table.Row, 10),
		),
	}
}

func write(t *testing.T, f export.Format, whole *table.Table, o export.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := export.Write(t.Context(), &out, f, whole, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCSV(t *testing.T) {
	t.Parallel()
	file := write(t, export.CSV, sample(t), export.Options{})
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"month", "product", "currency", "net", "payout", "payout_currency", "orders", "rate", "share", "last", "open"},
		{"2017-01-01", "椴树蜂蜜 500 g", "EUR", "14195135800.13", "-5", "JPY", "-7000", "-1.0567", "0.125", "2017-01-10T16:30:15Z", "true"},
		{"1899-12-31", "'=HYPERLINK(\"http://x\")", "KWD", "-1.234", "", "", "0", "0.1234567890125", "0", "2017-01-10T16:30:15Z", "false"},
		make([]string, 11),
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if !bytes.HasSuffix(file, []byte(",,,\r\n")) || bytes.Count(file, []byte("\r\n")) != 4 {
		t.Error("lines do not end as RFC 4180 says")
	}
	if !bytes.HasPrefix(write(t, export.CSV, sample(t), export.Options{BOM: true}), []byte("\xef\xbb\xbfmonth,")) {
		t.Error("there is no byte order mark")
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t'=1", "\r=1": "'\r'=1", "\nx": "'\nx", "  =1": "  '=1", "\u200b=1": "\u200b'=1", "\ufeff@x": "\ufeff'@x",
		"＝1+1": "'＝1+1", "a;=1": "a;'=1", "a\n=1": "a\n'=1", "a\t@b": "a\t'@b", "a|-1": "a|'-1", "\"=1": "\"'=1",
		// What stays as it is.
		"": "", "honey": "honey", "a=b": "a=b", "10 - 20": "10 - 20", "a@b.example": "a@b.example", "Smith; Sons": "Smith; Sons",
		"两件+赠品": "两件+赠品", "'=1": "'=1", "a, -b": "a, -b",
	} {
		if got := export.Harmless(text); got != want {
			t.Errorf("Harmless(%q) = %q, want %q", text, got, want)
		}
	}
}

// Nothing that a table holds may begin a cell as a formula, wherever a
// spreadsheet splits the line.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"=1", "a;=1", "\t+1", " @x", "a\r\n-1", "'", "\"=\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := export.Harmless(s)
		for _, piece := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(";\t\r\n|", r) }) {
			if piece = strings.TrimLeft(piece, " \""); piece != "" && strings.ContainsRune("=+-@", rune(piece[0])) {
				t.Errorf("Harmless(%q) = %q begins a cell with %q", s, got, piece)
			}
		}
		if strings.ReplaceAll(got, "'", "") != strings.ReplaceAll(strings.ToValidUTF8(s, ""), "'", "") &&
			strings.ToValidUTF8(s, "") == s {
			t.Errorf("Harmless(%q) = %q changes more than it adds", s, got)
		}
	})
}

func TestXLSX(t *testing.T) {
	t.Parallel()
	book, err := excelize.OpenReader(bytes.NewReader(write(t, export.XLSX, sample(t), export.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	const data = "Sales  2017 18  all"
	if d := cmp.Diff([]string{data, "About"}, book.GetSheetList()); d != "" {
		t.Fatal(d)
	}
	shown, err := book.GetRows(data)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Month", "Product", "Currency", "Net", "Payout", "Orders", "Rate", "Share", "Last sale", "Open"},
		{"2017-01-01", "椴树蜂蜜 500 g", "EUR", "14,195,135,800.13 EUR", "-5 JPY", "-7,000", "-1.0567", "12.50%", "2017-01-11 00:30:15", "TRUE"},
		{"1899-12-31", "=HYPERLINK(\"http://x\")", "KWD", "-1.234 KWD", "", "0", "0.123456789", "0.00%", "2017-01-11 00:30:15", "FALSE"},
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Error(d)
	}
	t.Run("types_cells", func(t *testing.T) {
		for cell, want := range map[string]excelize.CellType{
			"A2": excelize.CellTypeUnset, "B2": excelize.CellTypeInlineString, "D2": excelize.CellTypeUnset, // unset is a number
			"F2": excelize.CellTypeUnset, "J2": excelize.CellTypeBool, "B3": excelize.CellTypeInlineString,
		} {
			if got, err := book.GetCellType(data, cell); err != nil || got != want {
				t.Errorf("%s is of type %d, want %d (%v)", cell, got, want, err)
			}
		}
		if raw, err := book.GetCellValue(data, "D2", excelize.Options{RawCellValue: true}); err != nil || raw != "14195135800.13" {
			t.Errorf("the amount is kept as %q (%v)", raw, err)
		}
		if formula, err := book.GetCellFormula(data, "B3"); err != nil || formula != "" {
			t.Errorf("a text became the formula %q (%v)", formula, err)
		}
	})
	t.Run("freezes_and_filters_the_heading", func(t *testing.T) {
		panes, err := book.GetPanes(data)
		if err != nil || !panes.Freeze || panes.YSplit != 1 || panes.TopLeftCell != "A2" {
			t.Errorf("panes: %+v, %v", panes, err)
		}
		var filters []string
		for _, name := range book.GetDefinedName() {
			filters = append(filters, name.RefersTo)
		}
		if d := cmp.Diff([]string{"'" + data + "'!$A$1:$J$4"}, filters); d != "" {
			t.Error(d)
		}
		if wide, err := book.GetColWidth(data, "B"); err != nil || wide < 20 || wide > 60 {
			t.Errorf("the texts' column is %v wide (%v)", wide, err)
		}
	})
	about, err := book.GetRows("About")
	if d := cmp.Diff([][]string{{"Title", "Sales: 2017/18 [all]"}, {"rates", "ECB, 2017-01-10"}, {"Time zone", "Asia/Shanghai"}}, about); d != "" {
		t.Error(d, err)
	}
}

// texts is a table of one column.
func texts(title string, all ...string) *table.Table {
	rows := make([]table.Row, len(all))
	for i, s := range all {
		rows[i] = table.Row{s}
	}
	return &table.Table{Title: title, Columns: []table.Column{{Name: "text", Kind: table.Text}}, Rows: table.Of(rows...)}
}

func TestXLSXKeepsEveryText(t *testing.T) {
	t.Parallel()
	all := []string{
		"<b>&amp; \"quoted\" 'single'", "  spaces  ", "two\nlines", "tab\there", "bell\a", "_x0041_", "🍯 蜂蜜 ハチミツ 꿀", "=1+1", strings.Repeat("蜜", 32_767),
	}
	book, err := excelize.OpenReader(bytes.NewReader(write(t, export.XLSX, texts("History", all...), export.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Report")
	if err != nil || len(rows) != len(all)+1 {
		t.Fatal(len(rows), err)
	}
	for i, want := range all {
		if got := rows[i+1][0]; got != want {
			t.Errorf("%.50q came back as %.50q", want, got)
		}
	}
}

// a parquetRow is a row of sample as a reader of Parquet sees it.
type parquetRow struct {
	Month          *int32   `parquet:"month,optional,date"`
	Product        *string  `parquet:"product,optional"`
	Currency       *string  `parquet:"currency,optional"`
	NetMinor       *int64   `parquet:"net_minor,optional"`
	PayoutMinor    *int64   `parquet:"payout_minor,optional"`
	PayoutCurrency *string  `parquet:"payout_currency,optional"`
	Orders         *int64   `parquet:"orders,optional"`
	Rate           [16]byte `parquet:"rate,optional,decimal(12:38)"`
	Last           *int64   `parquet:"last,optional,timestamp(microsecond)"`
	Open           *bool    `parquet:"open,optional"`
}

func TestParquet(t *testing.T) {
	t.Parallel()
	file := write(t, export.Parquet, sample(t), export.Options{})
	opened, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, f := range opened.Schema().Fields() {
		columns = append(columns, fmt.Sprint(f.Name(), " ", f.Type()))
	}
	want := []string{
		"month DATE", "product STRING", "currency STRING", "net_minor INT(64,true)", "payout_minor INT(64,true)", "payout_currency STRING",
		"orders INT(64,true)", "rate DECIMAL(38,12)", "share DECIMAL(38,12)", "last TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)", "open BOOLEAN",
	}
	if d := cmp.Diff(want, columns); d != "" {
		t.Error(d)
	}
	for key, want := range map[string]string{"title": "Sales: 2017/18 [all]", "time_zone": "Asia/Shanghai", "rates": "ECB, 2017-01-10"} {
		if got, _ := opened.Lookup(key); got != want {
			t.Errorf("%s is %q", key, got)
		}
	}
	rows, err := parquet.Read[parquetRow](bytes.NewReader(file), int64(len(file)))
	if err != nil || len(rows) != 3 {
		t.Fatal(len(rows), err)
	}
	first := rows[0]
	if *first.Month != 17_167 || *first.Product != "椴树蜂蜜 500 g" || *first.NetMinor != 1_419_513_580_013 || *first.PayoutCurrency != "JPY" ||
		*first.PayoutMinor != -5 || *first.Orders != -7_000 || *first.Last != 1_484_065_815_000_000 || !*first.Open {
		t.Errorf("%+v", first)
	}
	// -1.0567, two's complement.
	if fmt.Sprintf("%x", first.Rate) != "ffffffffffffffffffffff09f7c59900" {
		t.Errorf("the rate is %x", first.Rate)
	}
	if *rows[1].Month != -25_568 || rows[1].PayoutMinor != nil || rows[2].Product != nil || rows[2].Open != nil {
		t.Errorf("%+v %+v", rows[1], rows[2])
	}
	too := &table.Table{Columns: []table.Column{{Name: "n", Kind: table.Decimal}}, Rows: table.Of(table.Row{decimal.New(1, 26)})}
	if _, err := export.Write(t.Context(), io.Discard, export.Parquet, too, export.Options{}); err == nil {
		t.Error("a number that does not fit is written")
	}
}

func TestJSONL(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(string(write(t, export.JSONL, sample(t), export.Options{})), "\n"), "\n")
	const first = `{"month":"2017-01-01","product":"椴树蜂蜜 500 g","currency":"EUR","net":"14195135800.13","payout":"-5","payout_currency":"JPY",` +
		`"orders":-7000,"rate":"-1.0567","share":"0.125","last":"2017-01-10T16:30:15Z","open":true}`
	if len(lines) != 3 || lines[0] != first {
		t.Errorf("%d lines, the first is %s", len(lines), lines[0])
	}
	for _, line := range lines {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil || len(object) != 11 {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, f := range export.Formats {
		t.Run("nothing_as_"+string(f), func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			n, err := export.Write(t.Context(), &out, f, texts("Nothing"), export.Options{})
			if err != nil || n != 0 {
				t.Fatal(n, err)
			}
			switch f {
			case export.CSV:
				if out.String() != "text\r\n" {
					t.Errorf("%q", out.String())
				}
			case export.XLSX:
				book, err := excelize.OpenReader(&out)
				if err != nil {
					t.Fatal(err)
				}
				if rows, err := book.GetRows("Nothing"); err != nil || len(rows) != 1 || rows[0][0] != "text" {
					t.Error(rows, err)
				}
			case export.Parquet:
				file, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
				if err != nil || file.NumRows() != 0 || len(file.Schema().Fields()) != 1 {
					t.Error(err)
				}
			case export.JSONL:
				if out.Len() != 0 {
					t.Errorf("%q", out.String())
				}
			}
		})
		t.Run("fails_with_its_rows_as_"+string(f), func(t *testing.T) {
			t.Parallel()
			broken := errors.New("the database is gone")
			whole := texts("Broken")
			whole.Rows = table.Failed(broken)
			if _, err := export.Write(t.Context(), io.Discard, f, whole, export.Options{}); !errors.Is(err, broken) {
				t.Error(err)
			}
			whole.Rows = table.Of(table.Row{1})
			if _, err := export.Write(t.Context(), io.Discard, f, whole, export.Options{}); err == nil {
				t.Error("a row that does not fit is written")
			}
			whole.Rows = table.Of(table.Row{"a", "b"}, nil)
			if _, err := export.Write(t.Context(), io.Discard, f, whole, export.Options{}); err == nil {
				t.Error("a row that does not fit is written")
			}
		})
	}
	t.Run("ends_when_cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		whole := texts("Endless")
		whole.Rows = func(yield func(table.Row, error) bool) {
			for yield(table.Row{"again"}, nil) {
				continue
			}
		}
		n, err := export.Write(ctx, io.Discard, export.CSV, whole, export.Options{Progress: func(n int64) {
			if n == 5000 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || n != 5000 {
			t.Error(n, err)
		}
	})
	t.Run("writes_no_table_without_columns", func(t *testing.T) {
		t.Parallel()
		if _, err := export.Write(t.Context(), io.Discard, export.CSV, &table.Table{Rows: table.Of()}, export.Options{}); err == nil {
			t.Error("it is written")
		}
	})
}

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]export.Format{
		"sales.csv": export.CSV, "a/b.c/sales.XLSX": export.XLSX, "sales.parquet": export.Parquet, "jsonl": export.JSONL, "CSV": export.CSV,
	} {
		if got, ok := export.FormatOf(name); !ok || got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	for _, name := range []string{"", "sales", "sales.xls", "."} {
		if got, ok := export.FormatOf(name); ok {
			t.Errorf("%q is %s", name, got)
		}
	}
}
