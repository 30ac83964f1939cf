package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/image/math/fixed"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/table"
	"github.com/tradewind-commerce/tradewind/models"
)

var byMonth = []table.Column{
	{Name: "period", Title: "Month", Kind: table.Date, Dimension: true}, {Name: "brand", Title: "Brand", Kind: table.Text, Dimension: true},
	{Name: "brand_id", Title: "Brand id", Kind: table.Text}, {Name: "orders", Title: "Orders", Kind: table.Integer},
	{Name: "net", Title: "Net", Kind: table.Money, Sums: true}, {Name: "share", Title: "Share", Kind: table.Percent},
}

// months are sales of brands in the months of a year.
func months(currency money.Currency, brands ...string) *table.Table {
	var rows []table.Row
	for m := range 12 {
		for i, b := range brands {
			rows = append(rows, table.Row{
				models.Date{Year: 2017, Month: time.Month(m + 1), Day: 1}, b, "brd_x", int64(10 * m), money.New(int64(123_456_789*(m+1)*(i+1)), currency),
				decimal.New(int64(m), -2),
			})
		}
	}
	return &table.Table{Title: "Sales", Columns: byMonth, Rows: table.Of(rows...)}
}

func drawn(t *testing.T, whole *table.Table, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := SVG(&out, whole, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// texts are those of an SVG that a strict reader takes.
func texts(t *testing.T, svg string) []string {
	t.Helper()
	var all []string
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if at, ok := token.(xml.StartElement); ok && at.Name.Local == "text" {
			text, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			data, _ := text.(xml.CharData)
			all = append(all, string(data))
		}
	}
}

func shows(t *testing.T, svg string, wanted ...string) {
	t.Helper()
	all := texts(t, svg)
	for _, w := range wanted {
		if !slices.Contains(all, w) {
			t.Errorf("%q is not among %q", w, all)
		}
	}
}

func TestLinesOverTime(t *testing.T) {
	t.Parallel()
	svg := drawn(t, months("USD", "椴树蜂蜜", "Denim & <Sons>"), Options{})
	shows(t, svg, "Sales: Net by month", "椴树蜂蜜", "Denim & <Sons>", "USD", "0", "10M", "2017-01", "2017-12")
	if !strings.Contains(svg, "Noto Sans CJK SC") || !strings.Contains(svg, "<title>Sales: Net by month</title>") {
		t.Error("it has no font for Chinese, or no title")
	}
	// Two lines of twelve points, in colours and dashes of their own.
	for i := range 2 {
		if strings.Count(svg, `stroke="`+palette[i]+`"`) != 2 {
			t.Errorf("%s is not on one line and in the legend", palette[i])
		}
	}
	shows(t, drawn(t, months("CNY", "a"), Options{Language: "zh-CN"}), "1000万", "CNY")
	shows(t, drawn(t, months("CNY", "a"), Options{Measure: "share"}), "10 %")
	shows(t, drawn(t, months("CNY", "a"), Options{Measure: "orders"}), "100")
	shows(t, drawn(t, &table.Table{Title: "Sales", Columns: byMonth, Rows: table.Of()}, Options{}), "There is nothing to show.")
	one := &table.Table{Title: "Sales", Columns: byMonth[:5], Rows: table.Of(table.Row{
		models.Date{Year: 2017, Month: 1, Day: 1}, nil, nil, int64(1), money.New(0, "USD"),
	})}
	shows(t, drawn(t, one, Options{Width: MinSize, Height: MinSize}), "2017-01-01")
}

func TestBars(t *testing.T) {
	t.Parallel()
	columns := []table.Column{
		{Name: "product", Title: "Product", Kind: table.Text, Dimension: true}, {Name: "net", Title: "Net", Kind: table.Money, Sums: true},
		{Name: "orders", Title: "Orders", Kind: table.Integer},
	}
	rows := []table.Row{{"蜂蜜", money.New(1_500_000_000_000, "USD"), int64(3)}, {nil, money.New(-500_000_000_000, "USD"), int64(2)}}
	whole := &table.Table{Title: "Sales", Columns: columns, Rows: table.Of(rows...)}
	shows(t, drawn(t, whole, Options{}), "Sales: Net by product", "蜂蜜", "—", "15B", "-5B", "USD")

	t.Run("one_panel_for_each_currency", func(t *testing.T) {
		t.Parallel()
		mixed := *whole
		mixed.Rows = table.Of(append(rows, table.Row{"蜂蜜", money.New(77, "CNY"), int64(1)})...)
		shows(t, drawn(t, &mixed, Options{}), "USD", "CNY", "15B", "0.77")
		mixed.Rows = table.Of(append(rows, table.Row{"a", money.New(1, "CNY"), nil}, table.Row{"a", money.New(1, "EUR"), nil}, table.Row{"a", money.New(1, "GBP"), nil})...)
		var bad *problem.BadInput
		if err := SVG(io.Discard, &mixed, Options{}); !errors.As(err, &bad) || !strings.Contains(bad.Message, "CNY, EUR, GBP, USD") {
			t.Error(err)
		}
	})
	t.Run("the_rest_as_others_where_they_can_be_summed", func(t *testing.T) {
		t.Parallel()
		many := make([]table.Row, 100)
		for i := range many {
			many[i] = table.Row{"p" + strconv.Itoa(i), money.New(int64(100*(i+1)), "USD"), int64(i)}
		}
		large := &table.Table{Title: "Sales", Columns: columns, Rows: table.Of(many...)}
		svg := drawn(t, large, Options{Height: 900})
		shows(t, svg, "Others (71)", "p99", "p71", "2.56K") // 1 to 71 summed
		if slices.Contains(texts(t, svg), "p70") {
			t.Error("it shows more than there is room for")
		}
		// What the report has summed already is not told beside it.
		before := *large
		before.Rows = table.Of(slices.Concat(many, []table.Row{{"Others", money.New(1_000_000, "USD"), int64(0)}})...)
		svg = drawn(t, &before, Options{Height: 900})
		shows(t, svg, "Others", "p99", "p71", "12.6K")
		if n := strings.Count(strings.Join(texts(t, svg), "\n"), "Others"); n != 1 {
			t.Errorf("others are told %d times", n)
		}
		svg = drawn(t, large, Options{Measure: "orders"})
		shows(t, svg, "The largest 30 of 100 are shown.", "p99", "p70")
	})
}

func TestChartsThatCannotBe(t *testing.T) {
	t.Parallel()
	for argument, o := range map[string]Options{
		"measure": {Measure: "brand"}, "width": {Width: 199}, "height": {Height: 2001},
	} {
		var bad *problem.BadInput
		if err := Check(months("USD", "a"), o); !errors.As(err, &bad) || bad.Argument != argument {
			t.Errorf("%+v: %v", o, err)
		}
		if err := PNG(io.Discard, months("USD", "a"), o); !errors.As(err, &bad) || bad.Argument != argument {
			t.Errorf("%+v: %v", o, err)
		}
	}
	texts := &table.Table{Columns: []table.Column{{Name: "a", Kind: table.Text}}, Rows: table.Of()}
	if err := Check(texts, Options{}); err == nil {
		t.Error("texts are drawn")
	}
	gone := errors.New("the database is gone")
	failed := months("USD", "a")
	failed.Rows = table.Failed(gone)
	if err := SVG(io.Discard, failed, Options{}); !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := PNG(&out, months("USD", "椴树蜂蜜", "Denim"), Options{Width: 640, Height: 320}); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&out)
	if err != nil || picture.Bounds() != image.Rect(0, 0, 1280, 640) {
		t.Fatal(picture.Bounds(), err)
	}
	seen := map[[3]uint32]bool{}
	for y := range 640 {
		for x := range 1280 {
			r, g, b, _ := picture.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for _, c := range [][3]uint32{{0x00, 0x72, 0xB2}, {0xD5, 0x5E, 0x00}, {0xFF, 0xFF, 0xFF}} {
		if !seen[c] {
			t.Errorf("nothing is of the colour %x", c)
		}
	}
}

// Chinese letters have shapes of their own, with a font of the machine and
// without one.
func TestChineseLetters(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*fonts{"of the machine": letters(), "of dots": newFonts(nil)} {
		shapes := map[string]rune{}
		for _, r := range "中国蜂蜜牛仔裤销售额□万亿" {
			g := f.glyph(r, 24, false)
			_, mask, _ := g.image(fixed.P(100, 100))
			alpha, ok := mask.(*image.Alpha)
			if !ok || g.advance <= 0 {
				t.Fatalf("%s: %c is not drawn", name, r)
			}
			if other, twice := shapes[string(alpha.Pix)]; twice {
				t.Errorf("%s: %c looks like %c", name, r, other)
			}
			shapes[string(alpha.Pix)] = r
		}
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		least, most float64
		want        []float64
	}{
		{0, 10, []float64{0, 2.5, 5, 7.5, 10}}, {0, 0, []float64{0, 0.25, 0.5, 0.75, 1}}, {-3, 7, []float64{-5, -2.5, 0, 2.5, 5, 7.5}},
		{0, 1499, []float64{0, 500, 1000, 1500}}, {-12, 0, []float64{-15, -10, -5, 0}}, {0, 0.03, []float64{0, 0.01, 0.02, 0.03}},
	} {
		got := ticks(c.least, c.most, 4)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }) {
			t.Errorf("ticks(%v, %v) = %v, want %v", c.least, c.most, got, c.want)
		}
	}
}

func TestShortNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p        picture
		v, apart float64
		want     string
	}{
		{picture{}, 1500, 500, "1.5K"}, {picture{}, 1_419_513_580_013, 1e10, "1.42T"}, {picture{}, 14_195_135_800, 1e7, "14.2B"},
		{picture{}, 0, 0.5, "0"}, {picture{}, -2_500_000, 500_000, "-2.5M"}, {picture{chinese: true}, 123_400_000, 100_000, "1.234亿"},
		{picture{chinese: true}, 9_999, 1, "9999"}, {picture{percent: true}, 0.125, 0.005, "12.5 %"}, {picture{}, 0.25, 0.05, "0.25"},
	} {
		if got := c.p.short(c.v, c.apart); got != c.want {
			t.Errorf("%v, apart %v, is %q, want %q", c.v, c.apart, got, c.want)
		}
	}
}

func TestDayLabels(t *testing.T) {
	t.Parallel()
	for want, days := range map[string][]string{
		"2017 2018":             {"2017-01-01", "2018-01-01"},
		"2017 Q1,2017 Q2":       {"2017-01-01", "2017-04-01"},
		"2017-01,2017-02":       {"2017-01-01", "2017-02-01"},
		"2017-01-01,2017-01-02": {"2017-01-01", "2017-01-02"},
		"2017-01-02,2017-01-09": {"2017-01-02", "2017-01-09"},
		"2017-01-01":            {"2017-01-01"},
	} {
		var times []time.Time
		for _, d := range days {
			day, err := models.ParseDate(d)
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, day.Time())
		}
		got := strings.Join(dayLabels(times), ",")
		if strings.ReplaceAll(got, ",", " ") != strings.ReplaceAll(want, ",", " ") {
			t.Errorf("%v is labelled %s", days, got)
		}
	}
}

// All that a chart says by itself is in the language that is asked for.
func TestChartsSpeakChinese(t *testing.T) {
	t.Parallel()
	svg := drawn(t, months("CNY", "a", "b"), Options{Language: "zh-CN", Measure: "orders"})
	shows(t, svg, "销售：订单数（按月）", "a", "b")
	if !strings.Contains(svg, "数量：2 个系列，12 个位置。") {
		t.Error("it is not told in Chinese to those who do not see it")
	}
	var many []table.Row
	for i := range 100 {
		many = append(many, table.Row{fmt.Sprintf("p%d", i), money.New(int64(1+i), "USD"), int64(i)})
	}
	columns := []table.Column{
		{Name: "product", Title: "Product", Kind: table.Text, Dimension: true}, {Name: "net", Title: "Net", Kind: table.Money, Sums: true},
		{Name: "rank", Title: "Rank", Kind: table.Integer},
	}
	by := func(rows ...table.Row) *table.Table {
		return &table.Table{Title: "Tariff scenario: Net", Columns: columns, Rows: table.Of(rows...)}
	}
	chinese := Options{Language: "zh-Hans-CN"}
	shows(t, drawn(t, by(many...), chinese), "关税情景：Net：净额（按商品）", "其他（71）")
	shows(t, drawn(t, by(append(many, table.Row{"Others", money.New(1_000_000, "USD"), int64(0)})...), chinese), "其他")
	shows(t, drawn(t, by(many...), Options{Language: "zh-CN", Measure: "rank"}), "仅显示 100 项中最大的 30 项。")
	shows(t, drawn(t, by(), chinese), "没有可显示的数据。")
	shows(t, drawn(t, by(many...), Options{Language: "fr"}), "Tariff scenario: Net: Net by product", "Others (71)")
}
