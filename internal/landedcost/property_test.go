package landedcost_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

func anyLine(t *rapid.T, most int64) landedcost.Line {
	return landedcost.Line{
		HSCode: rapid.SampledFrom([]string{"950300", "15092000", "2204210010", "33049900", "62034290"}).Draw(t, "code"),
		Origin: rapid.SampledFrom([]string{"US", "NZ"}).Draw(t, "origin"), Quantity: rapid.Int64Range(1, 50).Draw(t, "quantity"),
		UnitMinor: rapid.Int64Range(0, most).Draw(t, "price"), WeightGrams: rapid.Int64Range(0, 5_000).Draw(t, "grams"),
		NetContent: rapid.Int64Range(1, 500_000).Draw(t, "net"), NetUnit: landedcost.Gram,
	}
}

func anyOrder(t *rapid.T, most int64) *landedcost.Input {
	in := order(rapid.SampledFrom(landedcost.Regimes).Draw(t, "regime"))
	in.FreightMinor, in.InsuranceMinor = rapid.Int64Range(0, 50_000).Draw(t, "freight"), rapid.Int64Range(0, 5_000).Draw(t, "insurance")
	if in.Currency = rapid.SampledFrom([]money.Currency{"CNY", "USD", "JPY"}).Draw(t, "currency"); in.Currency != "CNY" {
		in.Exchange = landedcost.Exchange{Units: rapid.Int64Range(1, 99_999_999).Draw(t, "units"), Per: 1_000_000}
	}
	for range rapid.IntRange(1, 8).Draw(t, "lines") {
		in.Lines = append(in.Lines, anyLine(t, most))
	}
	return in
}

func anyDay(t *rapid.T) *landedcost.Rules {
	return china(rapid.SampledFrom([]string{"2017-01-10", "2018-12-31", "2019-01-01", "2026-11-23"}).Draw(t, "day"))
}

// Whatever is quoted: nothing is negative, parts sum to their lines and lines
// to the whole, and freight and insurance are spread without a rest.
func TestPartsSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyOrder(t, 10_000_000)
		var r landedcost.Result
		if err := landedcost.Quote(&r, in, anyDay(t)); err != nil {
			t.Fatal(err)
		}
		var freight, insurance, value, tax, dues, total int64
		for i := range r.Lines {
			l := &r.Lines[i]
			var parts int64
			for _, p := range l.Parts() {
				if p.Due < 0 || p.Amount < 0 || p.Source == nil {
					t.Fatalf("%+v", p)
				}
				parts += p.Amount
				dues += p.Due
			}
			if parts != l.Tax || l.Total != l.Goods+l.Freight+l.Insurance+l.Tax || min(l.Freight, l.Insurance, l.Value) < 0 {
				t.Fatalf("%+v", l)
			}
			freight, insurance, value = freight+l.Freight, insurance+l.Insurance, value+l.Value
			tax, total = tax+l.Tax, total+l.Total
		}
		if freight != in.FreightMinor || insurance != in.InsuranceMinor || freight != r.Freight || insurance != r.Insurance ||
			tax != r.Tax || total != r.Total || dues != r.DeclaredTax || value != r.DeclaredValue || !r.Complete {
			t.Fatalf("%+v", r)
		}
	})
}

// Within a regime a dearer line never makes an order cheaper, at whatever
// treatment it ends.
func TestDearerGoodsNeverCostLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in, rules := anyOrder(t, 200_000), anyDay(t)
		var was, is landedcost.Result
		if err := landedcost.Quote(&was, in, rules); err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(in.Lines)-1).Draw(t, "line")
		in.Lines[at].UnitMinor += rapid.Int64Range(1, 1_000_000).Draw(t, "dearer")
		if err := landedcost.Quote(&is, in, rules); err != nil {
			t.Fatal(err)
		}
		if is.Problem == was.Problem && (is.Tax < was.Tax || is.Total < was.Total) {
			t.Fatalf("%d of tax became %d", was.Tax, is.Tax)
		}
	})
}

// Splitting an order into several changes no tax of a line by more than a cent
// for each part of it, and within the limits no sum either.
func TestSplittingChangesNoMoreThanACentALine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := anyDay(t)
		rules.Terms[landedcost.CBECBonded].OrderLimitMinor, rules.Terms[landedcost.CBECBonded].YearLimitMinor = 0, 0
		whole := anyLine(t, 100_000)
		whole.Quantity = rapid.Int64Range(2, 50).Draw(t, "pieces")
		in := order(rapid.SampledFrom([]landedcost.Regime{landedcost.CBECBonded, landedcost.GeneralTrade}).Draw(t, "by"), whole)
		before := quoted(t, in, rules)
		sum, orders, tax := map[landedcost.Kind]int64{}, int64(0), int64(0)
		for left := whole.Quantity; left > 0; orders++ {
			in.Lines[0].Quantity = rapid.Int64Range(1, left).Draw(t, "of them")
			left -= in.Lines[0].Quantity
			after := quoted(t, in, rules)
			for _, p := range after.Lines[0].Parts() {
				sum[p.Kind] += p.Due
			}
			tax += after.Tax
		}
		for _, p := range before.Lines[0].Parts() {
			if d := sum[p.Kind] - p.Due; max(d, -d) > orders/2 {
				t.Fatalf("%s of %d became %d in %d orders", p.Kind, p.Due, sum[p.Kind], orders)
			}
		}
		if d := tax - before.Tax; in.Regime == landedcost.CBECBonded && max(d, -d) > orders {
			t.Fatalf("tax of %d became %d in %d orders", before.Tax, tax, orders)
		}
	})
}

func quoted(t *rapid.T, in *landedcost.Input, rules *landedcost.Rules) *landedcost.Result {
	var r landedcost.Result
	if err := landedcost.Quote(&r, in, rules); err != nil {
		t.Fatal(err)
	}
	return &r
}

// Absurd prices are exact to the last fen, or refused.
func TestAbsurdPricesAreExactOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := china("2026-11-23")
		line := anyLine(t, 1<<53)
		line.HSCode, line.Quantity = "2204210010", rapid.Int64Range(1, 5_000).Draw(t, "many")
		in := order(landedcost.GeneralTrade, line)
		in.FreightMinor = rapid.Int64Range(0, 1<<53).Draw(t, "dear freight")
		var r landedcost.Result
		err := landedcost.Quote(&r, in, rules)
		value := new(big.Int).Add(new(big.Int).Mul(big.NewInt(line.UnitMinor), big.NewInt(line.Quantity)), big.NewInt(in.FreightMinor))
		if err != nil {
			if !errors.Is(err, money.ErrOverflow) || value.Cmp(big.NewInt(1<<62)) < 0 {
				t.Fatalf("%s: %v", value, err)
			}
			return
		}
		p := r.Lines[0].Parts()[2] // VAT: value × (1 + duty) × 13 % / 90 %
		num := new(big.Int).Mul(value, big.NewInt((1_000_000+p.InDuty)*13*2))
		num.Add(num, big.NewInt(90*1_000_000))
		if want := num.Div(num, big.NewInt(2*90*1_000_000)); want.Cmp(big.NewInt(p.Due)) != 0 {
			t.Fatalf("VAT of %s is %d, want %s", value, p.Due, want)
		}
	})
}
