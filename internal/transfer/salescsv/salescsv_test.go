package salescsv_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/internal/transfer/csvfile"
	"github.com/tradewind-commerce/tradewind/internal/transfer/salescsv"
)

func source(name, text string) salescsv.Source {
	return salescsv.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func layout(t *testing.T, columns ...string) salescsv.Layout {
	t.Helper()
	c, err := salescsv.ParseColumns(columns)
	if err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	times, err := cell.NewTimes("", london)
	if err != nil {
		t.Fatal(err)
	}
	return salescsv.Layout{Columns: c, Times: times, Currency: "GBP", Latest: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// read gives a line of text for each line and note.
func read(t *testing.T, f *salescsv.File) []string {
	t.Helper()
	var got []string
	err := f.Each(func(l *salescsv.Line) error {
		text := fmt.Sprintf("%d: %s %s %q %d x %s = %s", l.Row, l.Order, l.SKU, l.Title, l.Quantity, l.UnitPrice, l.Goods.Amount())
		if l.Returned() {
			text += " returned"
		}
		if l.Shipping.Minor != 0 {
			text += " shipping " + l.Shipping.Amount()
		}
		got = append(got, strings.TrimSpace(text+strings.Join([]string{"", l.Time.Format("2006-01-02T15:04Z"), l.Customer, l.Country, l.Region, l.Unknown}, " ")))
		return nil
	}, func(n csvfile.Note) { got = append(got, fmt.Sprintf("%d! %s", n.Line, n.Text)) })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

var all = []string{"order=InvoiceNo", "sku=StockCode", "title=Description", "quantity=Quantity", "time=InvoiceDate",
	"unit-price=UnitPrice", "customer=CustomerID", "country=Country"}

const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func TestFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"reads_sales_returns_and_things_that_are_no_products": {
			"exported by hand\n" + header +
				"1,85123A,HEART ,6,2011-07-01 08:26:00,2.555,17850.0,EIRE\n" +
				"C2,85123A,HEART,-6,2011-01-01 08:26:00,2.55,,United Kingdom\n" +
				"A3,B,Adjust bad debt,1,2011-01-01,-11.06,,Channel Islands\n" +
				"4,POST,,1,2011-01-01 00:00:00,0.001,12,RSA\n" +
				"5,,Manual,-5,2011-01-01 00:00:00,0,12,Unspecified\n",
			[]string{
				`3: 1 85123A "HEART" 6 x 2.555 = 15.33 2011-07-01T07:26Z 17850 IE`,
				`4: C2 85123A "HEART" -6 x 2.55 = -15.30 returned 2011-01-01T08:26Z  GB`,
				`5: A3 B "Adjust bad debt" 1 x -11.06 = -11.06 returned 2011-01-01T00:00Z    Channel Islands`,
				`6: 4 POST "POST" 1 x 0.001 = 0.00 2011-01-01T00:00Z 12 ZA`,
				`7: 5  "Manual" -5 x 0 = 0.00 returned 2011-01-01T00:00Z 12   Unspecified`,
			},
		},
		"refuses_rows_with_the_reason": {
			header +
				",A,,1,2011-01-01,1,,\n1,,,1,2011-01-01,1,,\n1,A,,x,2011-01-01,1e999,,\n1,A,,1000000000000,2011-01-01,1,,\n" +
				"1,A,,0,2011-01-01,1,,\n1,A,,1,0011-01-01,1,,\n1,A,,1,2026-02-30,1,,\n1,A,,1,2031-01-01,1,,\n" +
				"1,A,,-1,2011-01-01,-1,,\n1,A,,1000000000,2011-01-01,1000000000,,\n" + strings.Repeat("9", 61) + ",A,,1,2011-01-01,1,,\n" +
				"1,A,,1,2011-01-01,1,,,extra\n1,A,,1\n",
			[]string{
				"2! there is no order", "3! there is neither a sku nor a title",
				`4! the quantity "x" is not a number; the unit-price "1e999" is not a number`,
				`5! the quantity "1000000000000" is out of range`, "6! the quantity is 0",
				`7! the time "0011-01-01" is out of range`,
				`8! the time "2026-02-30" is not a time; its form can be named, such as DD/MM/YYYY hh:mm`,
				`9! the time "2031-01-01" is out of range`, "10! quantity and price are both negative",
				"11! the total 1000000000000000000 is out of range", "12! the order has 61 characters, more than 60",
				"13! the row has 9 cells, the header 8",
				`14! the unit-price "" is not a number; the time "" is not a time; its form can be named, such as DD/MM/YYYY hh:mm`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := salescsv.Open(source("sales.csv", c.file), nil, layout(t, all...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, read(t, f)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("takes_codes_of_currencies_in_capitals_or_not", func(t *testing.T) {
		t.Parallel()
		const file = "o,s,q,t,p,c\n1,A,1,2011-01-01,1,usd\n1,A,1,2011-01-01,1, Jpy \n1,A,1,2011-01-01,1,\n1,A,1,2011-01-01,1,xxx\n"
		f, err := salescsv.Open(source("s.csv", file), nil, layout(t, "order=o", "sku=s", "quantity=q", "time=t", "unit-price=p", "currency=c"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		err = f.Each(func(l *salescsv.Line) error { got = append(got, l.Goods.String()); return nil },
			func(n csvfile.Note) { got = append(got, n.Text) })
		if diff := cmp.Diff([]string{"1.00 USD", "1 JPY", "1.00 GBP", `the currency "xxx" is unknown`}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})

	t.Run("knows_a_line_by_what_how_many_and_at_what_price", func(t *testing.T) {
		t.Parallel()
		const file = "o,s,n,q,t,p\n1,A,x,1,2011-01-01,1.50\n1,A,y,1.0,2011-01-02,1.5\n1,a,x,1,2011-01-01,1.50\n1,A,x,2,2011-01-01,1.50\n1,A,x,1,2011-01-01,1.51\n1,,A,1,2011-01-01,1.50\n"
		f, err := salescsv.Open(source("s.csv", file), nil, layout(t, "order=o", "sku=s", "title=n", "quantity=q", "time=t", "unit-price=p"))
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		_ = f.Each(func(l *salescsv.Line) error { keys = append(keys, l.Key()); return nil }, func(csvfile.Note) {})
		if keys[0] != keys[1] {
			t.Error("another title, time or spelling of the number makes another line")
		}
		for i, key := range keys[2:] {
			if key == keys[0] {
				t.Errorf("line %d passes for the first", i+3)
			}
		}
	})
}

func TestJoins(t *testing.T) {
	t.Parallel()
	const items = "order_id,item,product,price,freight\no1,1,P,10.5,2.25\no1,2,P,10.5,\no9,1,Q,1,\n"
	const orders = "order_id,customer_id,bought,price\no1,c1,2018-01-02 10:00:00,99\no2,c2,2018-01-03 10:00:00,99\n"
	const people = "customer_id,person,state\nc1,p1,sp\nc2,p2,rj\n"
	columns := []string{"order=order_id", "sku=product", "unit-price=items.csv:price", "time=bought", "customer=person", "region=state", "shipping=freight"}
	joins := []salescsv.Join{
		{Source: source("/data/orders.csv", orders), Left: "order_id", Right: "order_id"},
		{Source: source("/data/people.csv", people), Left: "customer_id", Right: "customer_id"},
	}

	t.Run("add_the_columns_of_other_files_row_by_row", func(t *testing.T) {
		t.Parallel()
		l := layout(t, columns...)
		l.Country = "BR"
		f, err := salescsv.Open(source("/data/items.csv", items), joins, l)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			`2: o1 P "P" 1 x 10.5 = 10.50 shipping 2.25 2018-01-02T10:00Z p1 BR SP`,
			`3: o1 P "P" 1 x 10.5 = 10.50 2018-01-02T10:00Z p1 BR SP`,
			`4! the time "" is not a time; its form can be named, such as DD/MM/YYYY hh:mm`,
		}
		for range 2 { // it can be read again
			if diff := cmp.Diff(want, read(t, f)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]int{"orders.csv": 1, "people.csv": 1}, f.Unjoined()); diff != "" {
				t.Errorf("without a row (-want +got):\n%s", diff)
			}
		}
	})

	t.Run("refuse_what_is_not_one_row_or_one_column", func(t *testing.T) {
		t.Parallel()
		l := layout(t, columns...)
		twice := salescsv.Join{Source: source("orders.csv", orders+"o1,c2,2018-01-02,99\n"), Left: "order_id", Right: "order_id"}
		_, err := salescsv.Open(source("items.csv", items), []salescsv.Join{twice, joins[1]}, l)
		expect(t, err, salescsv.ErrTwoRows, `orders.csv: a key stands twice: "o1" is in line 2 and line 4`)

		ambiguous := layout(t, "order=order_id", "sku=product", "unit-price=price", "time=bought")
		_, err = salescsv.Open(source("items.csv", items), joins[:1], ambiguous)
		expect(t, err, salescsv.ErrTwoColumns, `the column for unit-price: a column stands twice: "price" is in items.csv and orders.csv; write items.csv:price`)

		_, err = salescsv.Open(source("items.csv", items), []salescsv.Join{{Source: joins[0].Source, Left: "order_id", Right: "nr"}}, ambiguous)
		expect(t, err, salescsv.ErrNoColumn, `join /data/orders.csv: a column is missing: there is no "nr"; orders.csv has "order_id,customer_id,bought,price"`)
	})

	t.Run("are_written_as_file_and_column", func(t *testing.T) {
		t.Parallel()
		for text, want := range map[string][3]string{
			"a.csv:id": {"a.csv", "id", "id"}, `C:\a.csv:order = id`: {`C:\a.csv`, "order", "id"},
		} {
			path, left, right, err := salescsv.ParseJoin(text)
			if got := [3]string{path, left, right}; err != nil || got != want {
				t.Errorf("%s: %q %v", text, got, err)
			}
		}
		for _, text := range []string{"a.csv", ":id", "a.csv:"} {
			if _, _, _, err := salescsv.ParseJoin(text); err == nil {
				t.Errorf("%s is taken", text)
			}
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct {
		is   error
		text string
	}{
		"":                      {csvfile.ErrEmpty, "s.csv: the file is empty"},
		"PK\x03\x04":            {csvfile.ErrSpreadsheet, "s.csv: the file is a zip archive or a spreadsheet; save it as CSV"},
		"just text\nand more\n": {salescsv.ErrNoColumn, ""},
		strings.Replace(header, "CustomerID", "unitprice", 1): {salescsv.ErrTwoColumns, `the column for unit-price: s.csv: a column stands twice: "UnitPrice" is column 6 and column 7`},
	} {
		_, err := salescsv.Open(source("s.csv", file), nil, layout(t, all[:6]...))
		expect(t, err, want.is, want.text)
	}
	for _, columns := range [][]string{
		{"order"}, {"order="}, {"color=x"}, {"order=a", "order=b"}, {"order=a", "time=b", "unit-price=c"}, {"order=a", "sku=b", "unit-price=c"},
	} {
		if _, err := salescsv.ParseColumns(columns); !errors.Is(err, salescsv.ErrColumns) {
			t.Errorf("%q: %v", columns, err)
		}
	}
}

func expect(t *testing.T, err, is error, text string) {
	t.Helper()
	if !errors.Is(err, is) || text != "" && err.Error() != text {
		t.Errorf("got %v, want %s", err, text)
	}
}

func TestCountryCode(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"United Kingdom": "GB", "EIRE": "IE", "RSA": "ZA", "USA": "US", "U.S.A.": "US", "usa": "US", "de": "DE", "DEU": "DE", "Germany": "DE",
		"Czech Republic": "CZ", "Côte d’Ivoire": "CI", "Cote d'Ivoire": "CI", "Hong Kong": "HK", "The Netherlands": "NL", "Brazil": "BR",
		"Saudi Arabia": "SA", "United Arab Emirates": "AE", "Bosnia & Herzegovina": "BA", "Korea": "KR", "uk": "GB", "中国": "CN", "Singapore": "SG",
		"Channel Islands": "", "European Community": "", "Unspecified": "", "": "", "XX": "", "ZZ": "", "EU": "", "419": "", "Atlantis": "",
	} {
		if got, ok := salescsv.CountryCode(name); got != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
