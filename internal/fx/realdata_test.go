//go:build realdata

package fx_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fx"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

func TestRealRates(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("REALDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	data, err := os.Open(filepath.Join(dir, "ecb-fx", "eurofxref-2010-2018-subset.csv"))
	if err != nil {
		t.Fatalf("set REALDATA to the folder of the real data: %v", err)
	}
	t.Cleanup(func() { _ = data.Close() })
	w := newWorld(t, dbtest.New(t).Gorm)
	w.now = time.Date(2026, 4, 13, 0, 0, 0, 0, time.UTC)
	r, err := w.rates.Import(w.ctx, fx.Import{File: data})
	if err != nil || r.Days != 880 || r.New != r.Figures || r.First != day("2010-11-25") || r.Last != day("2018-12-31") || len(r.Unknown) != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := data.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if again, err := w.rates.Import(w.ctx, fx.Import{File: data}); err != nil || again.New+again.Changed != 0 || again.Figures != r.Figures {
		t.Fatalf("again: %+v %v", again, err)
	}
	for on, want := range map[string]string{
		"2017-01-10": "14195135800.13", "2017-01-09": "14263978699.13", "2017-01-08": "14165643592.41", "2017-01-11": "14281633818.91",
	} {
		rate, err := w.rates.Rate(w.ctx, "USD", "EUR", day(on))
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := rate.Convert(money.New(1_500_000_000_000, "USD")); err != nil || sum.Amount() != want || rate.Source != fx.ECB {
			t.Errorf("%s: %v %v, want %s", on, sum, err, want)
		}
	}
	// Between the two parts of the file there is nothing to fall back on.
	if _, err := w.rates.Rate(w.ctx, "USD", "EUR", day("2014-06-02")); err == nil {
		t.Error("a rate of 2014")
	}
	mean, err := w.rates.Average(w.ctx, "USD", "CNY", day("2017-01-01"), day("2018-01-01"))
	if err != nil || mean.Days != 255 || mean.Value.StringFixed(2) != "6.76" {
		t.Errorf("%+v %v", mean, err)
	}
}
