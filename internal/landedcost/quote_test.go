package landedcost_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// The composite rates that are published: what CNY 10,000.00 within the limits
// costs, which the order limit is lifted for.
func TestCompositeRatesWithinLimits(t *testing.T) {
	t.Parallel()
	luxury := cosmetics(1_000_000, 1)
	for name, c := range map[string]struct {
		on   string
		line landedcost.Line
		tax  int64
	}{
		"standard goods, 9.1 %":                     {"2026-11-23", toys(1_000_000), 91_000},
		"olive oil, 6.3 %":                          {"2026-11-23", goods("15092000", 1_000_000), 63_000},
		"wine, 17.89 %":                             {"2026-11-23", goods("22042100", 1_000_000), 178_889},
		"luxury cosmetics, 23.06 %":                 {"2026-11-23", luxury, 230_588},
		"cosmetics below the threshold, 9.1 %":      {"2026-11-23", cosmetics(1_000_000, 1001), 91_000},
		"standard goods in January 2017, 11.9 %":    {"2017-01-10", toys(1_000_000), 119_000},
		"luxury cosmetics in January 2017, 26.35 %": {"2017-01-10", luxury, 263_529},
		"standard goods in May 2018, 11.2 %":        {"2018-05-01", toys(1_000_000), 112_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := china(c.on)
			rules.Terms[landedcost.CBECBonded].OrderLimitMinor = 0
			r := quote(t, order(landedcost.CBECBonded, c.line), rules)
			if r.Tax != c.tax || !r.Complete || r.Total != 1_000_000+c.tax || due(&r.Lines[0], landedcost.Duty) != 0 {
				t.Errorf("tax %d, want %d; %+v", r.Tax, c.tax, r)
			}
		})
	}
}

func TestTheOfficialExampleOfCosmetics(t *testing.T) {
	t.Parallel()
	r := quote(t, order(landedcost.CBECBonded, cosmetics(42_500, 20)), china("2026-11-23"))
	l := &r.Lines[0]
	if due(l, landedcost.ConsumptionTax) != 5_250 || due(l, landedcost.VAT) != 4_550 || r.Tax != 9_800 || r.Total != 52_300 {
		t.Errorf("%+v", r)
	}
	for language, want := range map[string][]string{
		"en": {
			"Duty: CNY 425.00 × 0 % = CNY 0.00",
			"Consumption tax: CNY 425.00 ÷ (1 − 15 %) × 15 % × 70 % = CNY 52.50",
			"VAT: CNY 425.00 ÷ (1 − 15 %) × 13 % × 70 % = CNY 45.50",
		},
		"zh-CN": {
			"关税:CNY 425.00 × 0% = CNY 0.00",
			"消费税:CNY 425.00 ÷ (1 − 15%) × 15% × 70% = CNY 52.50",
			"增值税:CNY 425.00 ÷ (1 − 15%) × 13% × 70% = CNY 45.50",
		},
	} {
		for i, p := range l.Parts() {
			if got := p.Formula(language, r.Declared, r.Currency); got != want[i] {
				t.Errorf("%s: %s, want %s", language, got, want[i])
			}
		}
	}
	if p := l.Parts()[2]; p.Base != 50_000 || p.Source.ID != "standard VAT" || p.Terms.ID != "cbec terms" {
		t.Errorf("VAT of %d by %s and %s", p.Base, p.Source.ID, p.Terms.ID)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	left := func(minor int64) *int64 { return &minor }
	two := toys(150_000)
	two.Quantity = 2
	for name, c := range map[string]struct {
		on        string
		line      landedcost.Line
		left      *int64
		treatment landedcost.Treatment
		problem   landedcost.Problem
		counts    int64
	}{
		"exactly CNY 2,000 before 2019":             {"2018-12-31", toys(200_000), nil, landedcost.WithinLimits, "", 200_000},
		"a fen more before 2019":                    {"2018-12-31", toys(200_001), nil, landedcost.AsGeneralTrade, landedcost.OverOrderLimit, 0},
		"the same from 2019":                        {"2019-01-01", toys(200_001), nil, landedcost.WithinLimits, "", 200_001},
		"exactly CNY 5,000 from 2019":               {"2019-01-01", toys(500_000), nil, landedcost.WithinLimits, "", 500_000},
		"one piece above":                           {"2019-01-01", toys(500_001), nil, landedcost.FullTaxes, "", 500_001},
		"two pieces below":                          {"2019-01-01", two, left(300_000), landedcost.WithinLimits, "", 300_000},
		"beyond what is left of the year":           {"2019-01-01", two, left(299_999), landedcost.AsGeneralTrade, landedcost.OverYearLimit, 0},
		"nothing is left":                           {"2019-01-01", two, left(0), landedcost.AsGeneralTrade, landedcost.OverYearLimit, 0},
		"one piece of the whole year from 2019":     {"2019-01-01", toys(2_600_000), nil, landedcost.FullTaxes, "", 2_600_000},
		"one piece above the whole year from 2019":  {"2019-01-01", toys(2_600_001), nil, landedcost.AsGeneralTrade, landedcost.OverYearLimit, 0},
		"above CNY 20,000 before 2019":              {"2018-12-31", toys(2_000_001), nil, landedcost.AsGeneralTrade, landedcost.OverYearLimit, 0},
		"the carriage takes it above the limit too": {"2019-01-01", toys(500_000), nil, landedcost.FullTaxes, "", 500_100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := order(landedcost.CBECDirect, c.line)
			if in.AllowanceMinor = c.left; c.counts == 500_100 {
				in.FreightMinor = 100
			}
			r := quote(t, in, china(c.on))
			if r.Treatment != c.treatment || r.Problem != c.problem || r.Counts() != c.counts || !r.Complete {
				t.Errorf("%s %s, counts %d", r.Treatment, r.Problem, r.Counts())
			}
		})
	}
}

func TestTaxesInFullHaveDutyInTheirBase(t *testing.T) {
	t.Parallel()
	// Wine of CNY 6,000.00 with 14 % duty: 840.00; in the base 6,840 / 0.9 =
	// 7,600.00: consumption tax 760.00, VAT 988.00.
	wine := goods("22042100", 600_000)
	r := quote(t, order(landedcost.CBECBonded, wine), china("2026-11-23"))
	l := &r.Lines[0]
	if r.Treatment != landedcost.FullTaxes || due(l, landedcost.Duty) != 84_000 || due(l, landedcost.ConsumptionTax) != 76_000 || due(l, landedcost.VAT) != 98_800 {
		t.Errorf("%+v", r)
	}
	want := "VAT: CNY 6000.00 × (1 + 14 %) ÷ (1 − 10 %) × 13 % = CNY 988.00"
	if got := l.Parts()[2].Formula("en", "CNY", "CNY"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	wine.Origin = "NZ"
	if r := quote(t, order(landedcost.GeneralTrade, wine), china("2026-11-23")); due(&r.Lines[0], landedcost.Duty) != 0 || r.Problem != "" {
		t.Errorf("wine of New Zealand: %+v", r)
	}
	wine.Origin = ""
	if r := quote(t, order(landedcost.GeneralTrade, wine), china("2026-11-23")); r.Lines[0].Problem != landedcost.OriginMissing || r.Complete {
		t.Errorf("wine of unknown origin: %+v", r)
	}
}

func TestPersonalPost(t *testing.T) {
	t.Parallel()
	rules := china("2026-11-23")
	// 13 % of CNY 384.61 are CNY 50.00, which is not charged; of 384.66 they are 50.01.
	for price, tax := range map[int64]int64{38_461: 0, 38_466: 5_001, 100_000: 13_000, 200_000: 26_000} {
		if r := quote(t, order(landedcost.PersonalPost, toys(price)), rules); r.Tax != tax || r.Problem != "" || r.Counts() != 0 {
			t.Errorf("%d costs %d, want %d: %+v", price, r.Tax, tax, r)
		}
	}
	exempt := quote(t, order(landedcost.PersonalPost, toys(10_000)), rules)
	want := "Postal tax: CNY 100.00 × 13 % = CNY 13.00 (too little to be charged)"
	if got := exempt.Lines[0].Parts()[0].Formula("en", "CNY", "CNY"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	two := order(landedcost.PersonalPost, toys(45_000), toys(45_000))
	if r := quote(t, two, rules); r.Problem != "" || r.Tax != 11_700 {
		t.Errorf("two below the limit: %+v", r)
	}
	two.ShippedFrom = "HK"
	if r := quote(t, two, rules); r.Problem != landedcost.OverOrderLimit || r.Treatment != landedcost.AsGeneralTrade || r.Tax != 2*5_850 {
		t.Errorf("two above the limit of Hong Kong: %+v", r)
	}
}

func TestWhatIsNotKnownIsNoZero(t *testing.T) {
	t.Parallel()
	known, rules := toys(10_000), china("2026-11-23")
	delete(rules.Tariffs, "") // neither VAT nor consumption tax of toys
	lonely := cosmetics(42_500, 0)
	for name, c := range map[string]struct {
		regime  landedcost.Regime
		line    landedcost.Line
		rules   *landedcost.Rules
		problem landedcost.Problem
		missing landedcost.Kind
	}{
		"a rate of consumption tax":       {landedcost.CBECBonded, known, rules, landedcost.RateUnknown, landedcost.ConsumptionTax},
		"a rate of VAT":                   {landedcost.CBECBonded, cosmetics(42_500, 20), rules, landedcost.RateUnknown, landedcost.VAT},
		"a rate of duty in general trade": {landedcost.GeneralTrade, goods("010121", 100), china("2026-11-23"), landedcost.RateUnknown, landedcost.Duty},
		"a rate of post":                  {landedcost.PersonalPost, goods("010121", 100), china("2026-11-23"), landedcost.RateUnknown, landedcost.PostalTax},
		"an HS code":                      {landedcost.CBECBonded, goods("", 100), china("2026-11-23"), landedcost.HSCodeMissing, ""},
		"an HS code of five digits":       {landedcost.CBECBonded, goods("95030", 100), china("2026-11-23"), landedcost.HSCodeInvalid, ""},
		"an HS code of letters":           {landedcost.CBECBonded, goods("95030O", 100), china("2026-11-23"), landedcost.HSCodeInvalid, ""},
		"a net content":                   {landedcost.CBECBonded, lonely, china("2026-11-23"), landedcost.NetContentMissing, landedcost.ConsumptionTax},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := quote(t, order(c.regime, goods("6203", 1), c.line), c.rules)
			l := &r.Lines[1]
			if l.Problem != c.problem || l.Missing != c.missing || len(l.Parts()) > 0 || r.Complete || l.Tax != 0 {
				t.Errorf("%s of %s: %+v", l.Problem, l.Missing, r)
			}
			if l.Problem.Text("en") == "" || l.Problem.Text("zh-CN") == "" {
				t.Error("no words for it")
			}
		})
	}
	if r := quote(t, order("CBEC_CANAL", known), china("2026-11-23")); r.Problem != landedcost.RegimeUnknown || r.Complete || r.Goods != 10_000 {
		t.Errorf("an unknown regime: %+v", r)
	}
}

func TestPositiveList(t *testing.T) {
	t.Parallel()
	rules := china("2026-11-23")
	rules.Listed = map[string]*landedcost.Listed{
		"9503": {GramsPerYear: 1_000}, "95030010": {Excluded: true}, "62031100": {BondedOnly: true},
	}
	heavy, light := toys(100), toys(100)
	heavy.WeightGrams, heavy.Quantity = 501, 2
	light.WeightGrams = 0
	for name, c := range map[string]struct {
		regime landedcost.Regime
		line   landedcost.Line
		want   landedcost.Problem
	}{
		"on it":                       {landedcost.CBECDirect, goods("95030000", 100), ""},
		"not on it":                   {landedcost.CBECDirect, goods("22042100", 100), landedcost.NotListed},
		"taken out of it":             {landedcost.CBECDirect, goods("95030010", 100), landedcost.NotListed},
		"bonded only, from afar":      {landedcost.CBECDirect, goods("62031100", 100), landedcost.BondedOnly},
		"bonded only, from bond":      {landedcost.CBECBonded, goods("62031100", 100), ""},
		"too heavy":                   {landedcost.CBECBonded, heavy, landedcost.OverWeightLimit},
		"of unknown weight":           {landedcost.CBECBonded, light, landedcost.WeightMissing},
		"of no matter in other trade": {landedcost.GeneralTrade, goods("22042100", 100), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := quote(t, order(c.regime, c.line), rules); r.Lines[0].Problem != c.want {
				t.Errorf("%q, want %q", r.Lines[0].Problem, c.want)
			}
		})
	}
}

// Of goods whose weight is bounded an order holds no more than is left of the
// year: the lines that come first take theirs.
func TestWeightsOfAYear(t *testing.T) {
	t.Parallel()
	rules := china("2026-11-23")
	rules.Listed = map[string]*landedcost.Listed{"95": {}, "9503": {GramsPerYear: 1_000}, "620342": {GramsPerYear: 500}}
	line := func(code string, grams int64) landedcost.Line {
		l := goods(code, 10_000)
		l.WeightGrams = grams
		return l
	}
	in := order(landedcost.CBECDirect, line("95030010", 400), line("95030090", 601), line("95030020", 600), line("62034290", 500), line("950400", 9_000))
	for name, c := range map[string]struct {
		left map[string]int64
		want [5]bool
		took []landedcost.Weight
	}{
		"all of it": {nil, [5]bool{1: true}, []landedcost.Weight{{"620342", 500, 500}, {"9503", 1_000, 1_000}}},
		"some is taken": {map[string]int64{"9503": 400, "9504": 1}, [5]bool{1: true, 2: true},
			[]landedcost.Weight{{"620342", 500, 500}, {"9503", 400, 1_000}}},
		"nothing is left":                  {map[string]int64{"9503": 0, "620342": 499}, [5]bool{true, true, true, true, false}, nil},
		"no more than the rules allow now": {map[string]int64{"9503": 20_000}, [5]bool{1: true}, []landedcost.Weight{{"620342", 500, 500}, {"9503", 1_000, 1_000}}},
	} {
		in := *in
		in.GramsLeft = c.left
		r := quote(t, &in, rules)
		for i := range r.Lines {
			if over := r.Lines[i].Problem == landedcost.OverWeightLimit; over != c.want[i] {
				t.Errorf("%s: line %d: %+v", name, i, r.Lines[i])
			}
		}
		if took := r.Record(&in, rules).Weights(); !slices.Equal(took, c.took) {
			t.Errorf("%s: it takes %v", name, took)
		}
	}
	in.Regime = landedcost.GeneralTrade
	if took := quote(t, in, rules).Record(in, rules).Weights(); len(took) > 0 {
		t.Errorf("general trade takes %v", took)
	}
}

func TestCarriageIsInTheBase(t *testing.T) {
	t.Parallel()
	heavy := toys(10_000)
	heavy.WeightGrams, heavy.Quantity, heavy.DiscountMinor = 300, 2, 5_000
	in := order(landedcost.CBECBonded, heavy, toys(10_000))
	in.FreightMinor, in.InsuranceMinor = 1_000, 70
	r := quote(t, in, china("2026-11-23"))
	a, b := r.Lines[0], r.Lines[1]
	if a.Freight != 857 || b.Freight != 143 || a.Insurance != 60 || b.Insurance != 10 || a.Goods != 15_000 {
		t.Errorf("%+v %+v", a, b)
	}
	if due(&a, landedcost.VAT) != 1_448 || due(&b, landedcost.VAT) != 924 || r.Total != 25_000+1_070+1_448+924 {
		t.Errorf("%+v", r)
	}
}

func TestOtherCurrenciesAreDeclaredAtTheirRate(t *testing.T) {
	t.Parallel()
	in := order(landedcost.CBECDirect, toys(2_000))
	in.Currency = "USD"
	if r := quote(t, in, china("2026-11-23")); r.Lines[0].Problem != landedcost.RateUnknown || r.Complete || r.Total != 2_000 {
		t.Errorf("without a rate: %+v", r)
	}
	in.Exchange = landedcost.Exchange{Units: 71234, Per: 10_000, Source: "ECB 2026-11-20"}
	r := quote(t, in, china("2026-11-23"))
	// USD 20.00 are CNY 142.47, VAT of 9.1 % CNY 12.96, which are USD 1.82.
	if r.Lines[0].Value != 14_247 || r.DeclaredTax != 1_296 || r.Tax != 182 || r.Total != 2_182 {
		t.Errorf("%+v", r)
	}
	want := "VAT: CNY 142.47 × 13 % × 70 % = CNY 12.96 (USD 1.82)"
	if got := r.Lines[0].Parts()[2].Formula("en", r.Declared, r.Currency); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	in.Currency, in.Exchange = "JPY", landedcost.Exchange{Units: 47, Per: 1_000}
	if r := quote(t, in, china("2026-11-23")); r.Lines[0].Value != 9_400 {
		t.Errorf("JPY 2000 are %d", r.Lines[0].Value)
	}
}

func TestFeesComeOnTop(t *testing.T) {
	t.Parallel()
	rules := china("2026-11-23")
	rules.Fees = []landedcost.Fee{
		{Code: "CLEARANCE", Payer: landedcost.PaidByShopper, FlatMinor: 500, PPM: 10_000, Regimes: []landedcost.Regime{landedcost.CBECDirect}},
		{Code: "PAYMENT", Payer: landedcost.PaidByBrand, PPM: 10_000},
	}
	if r := quote(t, order(landedcost.CBECDirect, toys(10_000)), rules); r.Fee != 600 || len(r.Fees) != 1 || r.Total != 11_510 {
		t.Errorf("%+v", r)
	}
	if r := quote(t, order(landedcost.CBECBonded, toys(10_000)), rules); r.Fee != 0 {
		t.Errorf("%+v", r)
	}
}

func TestRegimesSideBySide(t *testing.T) {
	t.Parallel()
	results := make([]landedcost.Result, len(landedcost.Regimes))
	if err := landedcost.Compare(results, *order("", goods("62034290", 80_000)), china("2026-11-23"), landedcost.Regimes); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{7_280, 7_280, 16_000, 17_632} { // 9.1 %, 9.1 %, 20 %, 8 % and 13 % of 108 %
		if results[i].Tax != want || results[i].Regime != landedcost.Regimes[i] {
			t.Errorf("%s costs %d, want %d", results[i].Regime, results[i].Tax, want)
		}
	}
}

func TestSenselessInputIsRefused(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*landedcost.Input){
		"freight":    func(in *landedcost.Input) { in.FreightMinor = -1 },
		"insurance":  func(in *landedcost.Input) { in.InsuranceMinor = -1 },
		"lines":      func(in *landedcost.Input) { in.Lines = nil },
		"quantity":   func(in *landedcost.Input) { in.Lines[0].Quantity = 0 },
		"unitPrice":  func(in *landedcost.Input) { in.Lines[0].UnitMinor = -1 },
		"discount":   func(in *landedcost.Input) { in.Lines[0].DiscountMinor = 101 },
		"weight":     func(in *landedcost.Input) { in.Lines[0].WeightGrams = -1 },
		"netContent": func(in *landedcost.Input) { in.Lines[0].NetContent = -1 },
	} {
		in := order(landedcost.CBECBonded, toys(100))
		spoil(in)
		var refused *landedcost.InputError
		if err := landedcost.Quote(new(landedcost.Result), in, china("2026-11-23")); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := order(landedcost.CBECBonded, toys(1<<53))
	in.Lines[0].Quantity = 1 << 12
	if err := landedcost.Quote(new(landedcost.Result), in, china("2026-11-23")); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("beyond 63 bits: %v", err)
	}
}

func TestAQuoteAllocatesNothing(t *testing.T) {
	in := twenty()
	rules, r := china("2026-11-23"), new(landedcost.Result)
	if n := testing.AllocsPerRun(100, func() {
		if err := landedcost.Quote(r, in, rules); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a quote into a reused result allocates %.0f times", n)
	}
}

// twenty lines of all kinds with carriage.
func twenty() *landedcost.Input {
	in := order(landedcost.CBECBonded)
	in.FreightMinor, in.InsuranceMinor = 9_900, 123
	for i := range int64(5) {
		in.Lines = append(in.Lines, toys(4_999+i), goods("2204210010", 9_999+i), cosmetics(15_000+i, 10+i), goods("62034290", 7_777+i))
	}
	return in
}

func BenchmarkQuoteOfTwentyLines(b *testing.B) {
	in, rules, r := twenty(), china("2026-11-23"), new(landedcost.Result)
	b.ReportAllocs()
	for b.Loop() {
		if err := landedcost.Quote(r, in, rules); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDaysAreThoseOfTheDestination(t *testing.T) {
	t.Parallel()
	newYearsEve := time.Date(2018, 12, 31, 16, 0, 0, 0, time.UTC)
	if day := landedcost.Day("CN", newYearsEve); day != "2019-01-01" {
		t.Errorf("in China it is %s", day)
	}
	if day := landedcost.Day("IE", newYearsEve); day != "2018-12-31" {
		t.Errorf("in Ireland it is %s", day)
	}
}
