package cell_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{" a\r\nb\x00c ": "a b c", "蜂\u202e蜜": "蜂 蜜", "two  spaces": "two  spaces"} {
		if got := cell.Line(in); got != want {
			t.Errorf("line %q: %q, want %q", in, got, want)
		}
	}
	if got := cell.Code(" AD-04\n-blue "); got != "AD-04-blue" {
		t.Errorf("code: %q", got)
	}
	if got := cell.Lines("\n a\n\tb\x07\n"); got != "a\n\tb" {
		t.Errorf("lines: %q", got)
	}
	if got := cell.Show(strings.Repeat("蜜", 1000)); len([]rune(got)) > 70 {
		t.Errorf("a long value is shown in full: %s", got)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	plain, comma := cell.Numbers{}, cell.Numbers{DecimalComma: true}
	for in, want := range map[string]string{
		"9.99": "9.99", "\t50": "50", "-0.001": "-0.001", "+7": "7", ".5": "0.5", "5.": "5", "1,234.50": "1234.5",
		"1,234,567": "1234567", "007": "7", "0": "0", "123456789012345.5": "123456789012345.5",
		"": "\"\" is not a number", "abc": "\"abc\" is not a number", "1e999": "\"1e999\" is not a number", "9,99": "\"9,99\" is not a number",
		"$9": "\"$9\" is not a number", "1.2.3": "\"1.2.3\" is not a number", "--1": "\"--1\" is not a number", "٣": "\"٣\" is not a number",
		"NaN": "\"NaN\" is not a number", "1234567890123456": "\"1234567890123456\" is out of range",
		"0.1234567890123456": "\"0.1234567890123456\" is out of range", ".": "\".\" is not a number",
	} {
		d, err := plain.Decimal(in)
		got := d.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if d, err := comma.Decimal("1.234,50"); err != nil || d.String() != "1234.5" {
		t.Errorf("decimal comma: %s %v", d, err)
	}
	for in, want := range map[string]string{
		"24.0": "", "-3": "", "2.5": "\"2.5\" is not a whole number", "1000000000000": "\"1000000000000\" is out of range",
	} {
		_, err := plain.Integer(in, -1000, 1000)
		if got := text(err); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ form, in, want string }{
		{"", "2011-07-01 08:45:00", "2011-07-01T07:45:00Z"},
		{"", "2011-12-01T08:45", "2011-12-01T08:45:00Z"},
		{"", "2011-12-01T08:45:10+08:00", "2011-12-01T00:45:10Z"},
		{"", "2011-1-9 8:05", "2011-01-09T08:05:00Z"},
		{"", "2011-07-01", "2011-06-30T23:00:00Z"},
		{"", "03/04/2026", "\"03/04/2026\" is not a time; its form can be named, such as DD/MM/YYYY hh:mm"},
		{"", "2011-02-30", "\"2011-02-30\" is not a time; its form can be named, such as DD/MM/YYYY hh:mm"},
		{"DD/MM/YYYY hh:mm", "3/4/2026 9:30", "2026-04-03T08:30:00Z"},
		{"MM/DD/YYYY", "03/04/2026", "2026-03-04T00:00:00Z"},
	} {
		times, err := cell.NewTimes(c.form, london)
		if err != nil {
			t.Fatal(err)
		}
		at, err := times.Time(c.in)
		got := at.Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q as %q: %s, want %s", c.in, c.form, got, c.want)
		}
	}
	for _, form := range []string{"YYYY", "MM/DD", "yyyy-mm-dd", "YYYY-MM-DD XX"} {
		if _, err := cell.NewTimes(form, london); err == nil {
			t.Errorf("the form %q is taken", form)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
