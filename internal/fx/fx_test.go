package fx_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// history is of our own making, but for the dollar of 2017-01-10.
const history = `Date,USD,JPY,CNY,CYP,
2017-01-11,1.0503,121.9,7.2795,N/A,
2017-01-10,1.0567,122.4,7.3070,N/A,
2017-01-09,1.0516,N/A,7.2900,N/A,
2017-01-06,1.0589,123.2,7.3300,N/A,
`

func day(text string) models.Date {
	d, err := models.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

type world struct {
	ctx   context.Context
	db    *gorm.DB
	rates *fx.Service
	now   time.Time
}

func newWorld(t *testing.T, db *gorm.DB) *world {
	t.Helper()
	w := &world{ctx: auth.With(t.Context(), auth.System()), db: db, now: time.Date(2017, 1, 12, 9, 0, 0, 0, time.UTC)}
	w.rates = fx.NewService(db, func() time.Time { return w.now })
	return w
}

func (w *world) load(t *testing.T, file string) *fx.Report {
	t.Helper()
	r, err := w.rates.Import(w.ctx, fx.Import{File: strings.NewReader(file)})
	if err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	return r
}

func TestRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	if r := w.load(t, history); r.Days != 4 || r.Figures != 11 || r.New != 11 || r.Missing != 5 || r.First != day("2017-01-06") || r.Last != day("2017-01-11") {
		t.Fatalf("imported %+v", r)
	}
	for _, c := range []struct{ base, quote, on, date, value string }{
		{"EUR", "USD", "2017-01-10", "2017-01-10", "1.0567"},
		{"USD", "EUR", "2017-01-10", "2017-01-10", "0.946342386675499196"},
		{"USD", "CNY", "2017-01-10", "2017-01-10", "6.914923819437872622"},
		{"CNY", "USD", "2017-01-08", "2017-01-06", "0.144461118690313779"},
		{"USD", "JPY", "2017-01-09", "2017-01-06", "116.347152705637926150"}, // both are of one day
		{"EUR", "CNY", "2017-01-18", "2017-01-11", "7.2795"},
		{"USD", "USD", "2017-03-18", "2017-03-18", "1"},
	} {
		r, err := w.rates.Rate(w.ctx, money.Currency(c.base), money.Currency(c.quote), day(c.on))
		if err != nil {
			t.Errorf("%s in %s: %v", c.base, c.quote, err)
			continue
		}
		want := decimal.RequireFromString(c.value)
		if r.Date.String() != c.date || r.On.String() != c.on || !r.Value.Equal(want) || r.Kind != fx.OfDay {
			t.Errorf("%s in %s on %s: %+v", c.base, c.quote, c.on, r)
		}
		if c.base != c.quote && r.Source != fx.ECB {
			t.Errorf("source %q", r.Source)
		}
	}
	for _, c := range []struct{ base, quote, on string }{
		{"EUR", "USD", "2017-01-05"}, {"EUR", "USD", "2017-01-19"}, {"EUR", "CYP", "2017-01-10"}, {"USD", "GBP", "2017-01-10"},
	} {
		_, err := w.rates.Rate(w.ctx, money.Currency(c.base), money.Currency(c.quote), day(c.on))
		if refused := problem.From(err); len(refused) != 1 || refused[0].Code != problem.RateUnknown || !strings.Contains(err.Error(), c.on) {
			t.Errorf("%s in %s on %s: %v", c.base, c.quote, c.on, err)
		}
	}
}

// TestFifteenBillionDollars is the figure of a newspaper of January 2017.
func TestFifteenBillionDollars(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.load(t, history)
	r, err := w.rates.Rate(w.ctx, "USD", "EUR", day("2017-01-10"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := r.Convert(money.New(1_500_000_000_000, "USD"))
	if err != nil || sum.String() != "14195135800.13 EUR" {
		t.Errorf("%v %v", sum, err)
	}
	// There and back, and beyond 2^53, without a cent lost.
	back, _ := w.rates.Rate(w.ctx, "EUR", "USD", day("2017-01-10"))
	if sum, err = back.Convert(money.New(900_719_925_474_099_301, "EUR")); err != nil || sum.Minor != 951_790_745_248_480_731 {
		t.Errorf("%v %v", sum, err)
	}
	if _, err = back.Convert(money.New(9_200_000_000_000_000_000, "EUR")); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("beyond 63 bits: %v", err)
	}
	if _, err = back.Convert(money.New(1, "USD")); !errors.Is(err, money.ErrCurrencyMismatch) {
		t.Errorf("another currency: %v", err)
	}
}

func TestFixedAndAverageRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.load(t, history)
	fixed, err := fx.Given("USD", "CNY", decimal.RequireFromString("6.9"), day("2017-01-10"), "a contract")
	if err != nil || fixed.Kind != fx.Fixed || fixed.Source != "a contract" {
		t.Fatalf("%+v %v", fixed, err)
	}
	if sum, err := fixed.Convert(money.New(1001, "USD")); err != nil || sum.String() != "69.07 CNY" {
		t.Errorf("%v %v", sum, err)
	}
	for _, bad := range []string{"0", "-1", "0.0000000000000000001"} {
		if _, err := fx.Given("USD", "CNY", decimal.RequireFromString(bad), day("2017-01-10"), "x"); err == nil {
			t.Errorf("a rate of %s", bad)
		}
	}
	// Half open: the 11th does not count.
	mean, err := w.rates.Average(w.ctx, "EUR", "USD", day("2017-01-01"), day("2017-01-11"))
	if err != nil || !mean.Value.Equal(decimal.RequireFromString("1.055733333333333333")) || mean.Days != 3 ||
		mean.Date != day("2017-01-06") || mean.On != day("2017-01-11") || mean.Kind != fx.Average {
		t.Errorf("%+v %v", mean, err)
	}
	if _, err := w.rates.Average(w.ctx, "EUR", "USD", day("2016-01-01"), day("2017-01-01")); len(problem.From(err)) != 1 {
		t.Errorf("a period without rates: %v", err)
	}
	for _, until := range []string{"2017-01-01", "2016-12-31", "2021-01-01"} {
		if bad, ok := errors.AsType[*problem.BadInput](second(w.rates.Average(w.ctx, "EUR", "USD", day("2017-01-01"), day(until)))); !ok {
			t.Errorf("until %s: %v", until, bad)
		}
	}
}

func second(_ *fx.Rate, err error) error { return err }

func TestImport(t *testing.T) {
	t.Parallel()

	t.Run("again changes nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		w.load(t, history)
		if r := w.load(t, history); r.New != 0 || r.Changed != 0 {
			t.Errorf("%+v", r)
		}
		r := w.load(t, strings.Replace(history, "1.0567", "1.0568", 1)+"2017-01-05,1.05,1,1,0.5,\n")
		if r.New != 4 || r.Changed != 1 {
			t.Errorf("%+v", r)
		}
		rate, err := w.rates.Rate(w.ctx, "EUR", "USD", day("2017-01-10"))
		if err != nil || rate.Value.String() != "1.0568" {
			t.Errorf("%+v %v", rate, err)
		}
	})

	t.Run("of a corrected rate is heard of within seconds", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		w.load(t, history)
		value := func() string {
			r, err := w.rates.Rate(w.ctx, "EUR", "USD", day("2017-01-10"))
			if err != nil {
				t.Fatal(err)
			}
			return r.Value.String()
		}
		before := value()
		w.load(t, strings.Replace(history, "1.0567", "1.0568", 1))
		w.now = w.now.Add(5 * time.Second)
		if after := value(); before != "1.0567" || after != "1.0568" {
			t.Errorf("%s, then %s", before, after)
		}
	})

	t.Run("tells every line that is wrong and loads none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		for file, want := range map[string]string{
			"Date,USD,\n2017-01-10,1.05,\n2017-01-10,1.06,\n":               "3: 2017-01-10 stands in line 2 already",
			"Date,USD,\n2017-01-10,one,\n":                                  `2: USD: "one" is not a positive number of at most 12 digits and 12 decimals`,
			"Date,USD,\n2017-01-10,-1.05,\n":                                `2: USD: "-1.05" is not a positive number of at most 12 digits and 12 decimals`,
			"Date,USD,\n2017-01-10,1e9,\n":                                  `2: USD: "1e9" is not a positive number of at most 12 digits and 12 decimals`,
			"Date,USD,\n2017-01-10,0.00,\n":                                 "2: USD: a rate is more than 0",
			"Date,USD,JPY,\n2017-01-10,,1,\n":                               "2: USD: there is no figure; a missing one is written N/A",
			"Date,USD,JPY,\n2017-01-10,1.05,\n":                             "2: the row has 2 cells, the header 3",
			"Date,USD,\n2017-01-10,1.05,1.06,\n":                            "2: the row has 3 cells, the header 2",
			"Date,USD,\n10.01.2017,1.05,\n":                                 `2: "10.01.2017" is not a day such as 2017-01-10`,
			"Date,USD,\n2017-02-30,1.05,\n":                                 `2: "2017-02-30" is not a day such as 2017-01-10`,
			"Date,USD,\n2017-01-14,1.05,\n":                                 "2: 2017-01-14 lies in the future",
			"Date,USD,\n2017-01-10,1.05,\n2017-01-09,x,\n2017-01-06,0,\n\n": `3: USD: "x" is not a positive number of at most 12 digits and 12 decimals; 4: USD: a rate is more than 0`,
		} {
			r, err := w.rates.Import(w.ctx, fx.Import{File: strings.NewReader(file)})
			got := []string{}
			for _, n := range r.Wrong.First {
				got = append(got, fmt.Sprintf("%d: %s", n.Line, n.Text))
			}
			if !errors.Is(err, fx.ErrWrong) || strings.Join(got, "; ") != want {
				t.Errorf("%q: %v %q", file, err, got)
			}
		}
		for file, want := range map[string]string{
			"":                                "the file is empty",
			"2017-01-10,1.05\n":               `line 1: the first column must be Date, not "2017-01-10"`,
			"Date\n2017-01-10\n":              "line 1: there is no currency beside Date",
			"Date,USD,,JPY,\n":                "line 1: column 3 has no name",
			"Date,USD,usd,\n":                 `line 1: column 3: "usd" is not the code of a currency`,
			"Date,EUR,\n":                     `line 1: column 2: "EUR" is not the code of a currency other than the euro`,
			"Date,USD,JPY,USD,\n":             "line 1: column 4: USD has a column already",
			"Date,USD,\n":                     "the file has no rate",
			"Date,USD,\n2017-01-10,N/A,\n":    "the file has no rate",
			"PK\x03\x04\x00\x00":              "zip archive",
			"Date,USD,\n2017-01-10,1.05,\x00": "not text",
		} {
			r, err := w.rates.Import(w.ctx, fx.Import{File: strings.NewReader(file)})
			text := fmt.Sprint(err)
			if r != nil && len(r.Wrong.First) > 0 {
				text += r.Wrong.First[0].Text
			}
			if !strings.Contains(text, want) {
				t.Errorf("%q: %s, want %s", file, text, want)
			}
		}
		var n int64
		if w.db.Model(&models.ExchangeRate{}).Count(&n); n != 0 {
			t.Errorf("%d rates were loaded", n)
		}
	})

	t.Run("is for those who keep the rules", func(t *testing.T) {
		t.Parallel()
		db := dbtest.Tx(t)
		w := newWorld(t, db)
		for _, actor := range []*auth.Actor{fixture.Shopper(t, db, "Li"), fixture.Member(t, db, fixture.Brand(t, db, "acme").ID, models.RoleOwner)} {
			_, err := w.rates.Import(auth.With(t.Context(), actor), fx.Import{File: strings.NewReader(history)})
			if _, ok := errors.AsType[*problem.Denied](err); !ok {
				t.Errorf("%v", err)
			}
		}
	})
}
