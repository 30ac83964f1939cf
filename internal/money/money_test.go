package money_test

import (
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		amount   string
		currency money.Currency
		minor    int64
		err      error
	}{
		{"12.50", "USD", 1250, nil},
		{"12.505", "USD", 0, money.ErrTooPrecise},
		{"1500", "JPY", 1500, nil},
		{"1.5", "JPY", 0, money.ErrTooPrecise},
		{"1.234", "KWD", 1234, nil},
		{"15000000000.00", "USD", 1_500_000_000_000, nil},
		{"92233720368547758.08", "USD", 0, money.ErrOverflow},
		{"1e400", "USD", 0, money.ErrOverflow},
	} {
		m, err := money.Parse(c.amount, c.currency)
		if err != c.err || m.Minor != c.minor {
			t.Errorf("Parse(%s %s) = %d, %v; want %d, %v", c.amount, c.currency, m.Minor, err, c.minor, c.err)
		}
	}
}

func TestRoundHalfUp(t *testing.T) {
	for text, want := range map[string]int64{"0.005": 1, "-0.005": -1, "0.0049": 0, "2.675": 268} {
		m, err := money.RoundHalfUp(decimal.RequireFromString(text), "USD")
		if err != nil || m.Minor != want {
			t.Errorf("RoundHalfUp(%s) = %d, %v; want %d", text, m.Minor, err, want)
		}
	}
}

func TestParseCurrency(t *testing.T) {
	for _, bad := range []string{"", "usd", "US", "ZZZ", "XXX", "USDD", "U\x00D"} {
		if _, err := money.ParseCurrency(bad); err == nil {
			t.Errorf("ParseCurrency(%q) accepted", bad)
		}
	}
	if c, err := money.ParseCurrency("CNY"); err != nil || c.Digits() != 2 {
		t.Errorf("ParseCurrency(CNY) = %s, %v", c, err)
	}
}

func TestAllocateSumsToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := money.New(rapid.Int64Range(-1<<53, 1<<53).Draw(t, "minor"), "CNY")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 12).Draw(t, "weights")
		var sum int64
		for _, part := range whole.Allocate(weights...) {
			sum += part.Minor
		}
		if sum != whole.Minor {
			t.Fatalf("parts sum to %d of %d", sum, whole.Minor)
		}
	})
}

func TestArithmeticRefusesOverflowAndMixedCurrencies(t *testing.T) {
	top := money.New(math.MaxInt64, "USD")
	if _, err := top.Add(money.New(1, "USD")); err != money.ErrOverflow {
		t.Errorf("Add beyond the range: %v", err)
	}
	if _, err := top.Times(2); err != money.ErrOverflow {
		t.Errorf("Times beyond the range: %v", err)
	}
	if _, err := top.Sub(money.New(1, "CNY")); err != money.ErrCurrencyMismatch {
		t.Errorf("Sub of another currency: %v", err)
	}
}
