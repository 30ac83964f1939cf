package landedcost_test

import (
	"errors"
	"math/big"
	"slices"
	"strconv"
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

// split spreads the pieces of an order's lines over several orders, each with
// the lines' place in the whole as their reference.
func split(t *rapid.T, whole *landedcost.Input) []*landedcost.Input {
	orders := make([]*landedcost.Input, rapid.IntRange(2, 6).Draw(t, "orders"))
	for i := range orders {
		orders[i] = order(whole.Regime)
		orders[i].ShippedFrom = whole.ShippedFrom
	}
	for at, line := range whole.Lines {
		left := line.Quantity
		for i, o := range orders {
			if line.Quantity = left; i < len(orders)-1 {
				line.Quantity = rapid.Int64Range(0, left).Draw(t, "of them")
			}
			if left -= line.Quantity; line.Quantity > 0 {
				line.Ref = strconv.Itoa(at)
				o.Lines = append(o.Lines, line)
			}
		}
	}
	return slices.DeleteFunc(orders, func(o *landedcost.Input) bool { return len(o.Lines) == 0 })
}

// parts are the taxes of the parts of each line of an order that was split.
type parts struct {
	due   []map[landedcost.Kind]int64
	tax   []int64
	lines []int64
	// total is the tax of all of them; same tells that all are treated alike,
	// exempt that one has too little tax to be charged.
	total        int64
	same, exempt bool
}

func quotedInParts(t *rapid.T, whole *landedcost.Input, before *landedcost.Result, rules *landedcost.Rules) parts {
	p := parts{make([]map[landedcost.Kind]int64, len(whole.Lines)), make([]int64, len(whole.Lines)), make([]int64, len(whole.Lines)), 0, true, false}
	for _, o := range split(t, whole) {
		after := quoted(t, o, rules)
		p.total += after.Tax
		p.same = p.same && after.Treatment == before.Treatment
		for i := range after.Lines {
			at, err := strconv.Atoi(o.Lines[i].Ref)
			if err != nil {
				t.Fatal(err)
			}
			if p.due[at] == nil {
				p.due[at] = map[landedcost.Kind]int64{}
			}
			for _, part := range after.Lines[i].Parts() {
				p.due[at][part.Kind] += part.Due
				p.exempt = p.exempt || part.Exempt
			}
			p.lines[at]++
			p.tax[at] += after.Lines[i].Tax
		}
	}
	return p
}

// Each tax of a line is rounded once, by half a cent at most. So of a line that
// is split in n the parts of a tax sum to that of the whole within n/2 cents:
// less than a cent for each of them. A line of cross-border retail import has
// two such taxes, within a cent for each part together; of personal post there
// is one. General trade has three that customs round each on their own, duty,
// consumption tax and VAT: each is bound so, and their sum by three halves.
//
// What is bound is the rounding, so limits and exemptions are taken out of the
// rules here: with them, splitting changes how an order is taxed, which is
// TestSplittingWithinLimits. Carriage is left out, since several parcels have
// another carriage.
func TestSplittingChangesNoMoreThanACentALine(t *testing.T) {
	t.Parallel()
	for _, regime := range landedcost.Regimes {
		t.Run(string(regime), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				rules := anyDay(t)
				for _, terms := range rules.Terms {
					terms.OrderLimitMinor, terms.YearLimitMinor, terms.ExemptMinor, terms.OrderLimits = 0, 0, 0, nil
				}
				whole := order(regime)
				for range rapid.IntRange(1, 4).Draw(t, "lines") {
					whole.Lines = append(whole.Lines, anyLine(t, 100_000))
				}
				before := quoted(t, whole, rules)
				after := quotedInParts(t, whole, before, rules)
				for at := range whole.Lines {
					l, n, taxes := &before.Lines[at], after.lines[at], int64(0)
					for _, part := range l.Parts() {
						if part.Share > 0 {
							taxes++
						}
						if d := after.due[at][part.Kind] - part.Due; max(d, -d) > n/2 {
							t.Fatalf("%s of %d became %d in %d parts", part.Kind, part.Due, after.due[at][part.Kind], n)
						}
					}
					bound := n // a cent for each
					if taxes == 3 {
						bound = 3 * (n / 2)
					}
					if d := after.tax[at] - l.Tax; max(d, -d) > bound {
						t.Fatalf("tax of %d became %d in %d parts", l.Tax, after.tax[at], n)
					}
				}
				if !after.same {
					t.Fatal("without limits an order is treated as its parts")
				}
			})
		})
	}
}

// With its limits, cross-border retail import treats an order above them as
// general trade, and its parts below them not: splitting it makes it cheaper,
// never dearer than rounding. Of personal post a rate may be above all taxes of
// general trade (wine), so that only orders that are treated as their parts
// compare; and of those a part may have so little tax that it is exempt, by
// which it becomes cheaper, too: where none is, rounding is all that differs.
func TestSplittingWithinLimits(t *testing.T) {
	t.Parallel()
	for _, regime := range []landedcost.Regime{landedcost.CBECBonded, landedcost.CBECDirect, landedcost.PersonalPost} {
		t.Run(string(regime), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				rules := anyDay(t)
				whole := order(regime)
				whole.ShippedFrom = rapid.SampledFrom([]string{"", "US", "HK"}).Draw(t, "from")
				for range rapid.IntRange(1, 3).Draw(t, "lines") {
					line := anyLine(t, 20_000)
					line.Quantity = rapid.Int64Range(1, 10).Draw(t, "pieces")
					whole.Lines = append(whole.Lines, line)
				}
				before := quoted(t, whole, rules)
				after := quotedInParts(t, whole, before, rules)
				var bound int64
				for _, n := range after.lines {
					bound += 3 * (n / 2)
				}
				if (after.same || regime.CrossBorder()) && after.total > before.Tax+bound {
					t.Fatalf("tax of %d became %d in parts", before.Tax, after.total)
				}
				if after.same && !after.exempt && after.total < before.Tax-bound {
					t.Fatalf("tax of %d became %d in parts, and nothing is exempt", before.Tax, after.total)
				}
			})
		})
	}
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
