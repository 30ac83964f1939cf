package customs_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

func quote(t *testing.T, rules *landedcost.Rules, regime landedcost.Regime, line landedcost.Line) *landedcost.Result {
	t.Helper()
	line.Origin, line.Quantity, line.WeightGrams = "US", 1, 100
	var r landedcost.Result
	if err := landedcost.Quote(&r, &landedcost.Input{Regime: regime, Currency: "CNY", Lines: []landedcost.Line{line}}, rules); err != nil {
		t.Fatal(err)
	}
	return &r
}

// TestShippedRules holds the shipped files to the figures that are published.
func TestShippedRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	w.shipped(t, customs.China)
	luxury := landedcost.Line{HSCode: "33049900", UnitMinor: 42500, NetContent: 20_000, NetUnit: landedcost.Gram}
	for _, c := range []struct {
		day  string
		line landedcost.Line
		tax  int64
	}{
		{"2026-01-15", landedcost.Line{HSCode: "950300", UnitMinor: 100_000}, 9_100},
		{"2026-01-15", landedcost.Line{HSCode: "22042100", UnitMinor: 100_000}, 17_889},
		{"2026-01-15", luxury, 9_800},
		{"2026-01-15", landedcost.Line{HSCode: "33049900", UnitMinor: 100_000, NetContent: 20_000, NetUnit: landedcost.Gram}, 23_059},
		{"2026-01-15", landedcost.Line{HSCode: "33049900", UnitMinor: 10_000, NetContent: 20_000, NetUnit: landedcost.Gram}, 910},
		{"2026-01-15", landedcost.Line{HSCode: "15091000", UnitMinor: 100_000}, 6_300},
		{"2017-01-10", landedcost.Line{HSCode: "950300", UnitMinor: 100_000}, 11_900},
		{"2017-01-10", landedcost.Line{HSCode: "33049900", UnitMinor: 100_000, NetContent: 20_000, NetUnit: landedcost.Gram}, 26_353},
		{"2018-06-01", landedcost.Line{HSCode: "950300", UnitMinor: 100_000}, 11_200},
	} {
		for _, regime := range []landedcost.Regime{landedcost.CBECBonded, landedcost.CBECDirect} {
			if r := quote(t, w.on(t, c.day), regime, c.line); !r.Complete || r.Tax != c.tax || r.Treatment != landedcost.WithinLimits {
				t.Errorf("%s %s: tax %d, want %d: %+v", c.day, c.line.HSCode, r.Tax, c.tax, r.Lines)
			}
		}
	}
	for day, want := range map[string][2]int64{
		"2016-04-08": {200_000, 2_000_000}, "2018-12-31": {200_000, 2_000_000}, "2019-01-01": {500_000, 2_600_000}, "2026-06-01": {500_000, 2_600_000},
	} {
		terms := w.on(t, day).Terms[landedcost.CBECDirect]
		if got := [2]int64{terms.OrderLimitMinor, terms.YearLimitMinor}; got != want || terms.ReturnDays != 30 || terms.VATShare != 700_000 {
			t.Errorf("%s: %+v", day, terms)
		}
	}
	for day, want := range map[string]int64{"2017-01-10": 150_000, "2019-04-08": 150_000, "2019-04-09": 130_000} {
		if post := w.on(t, day).Find("950300", "US").Post; post == nil || post.PPM != want {
			t.Errorf("%s: personal post %+v", day, post)
		}
	}
	// What is not known is no zero.
	rules := w.on(t, "2026-01-15")
	for code, missing := range map[string]landedcost.Kind{"04090000": landedcost.VAT, "24022000": landedcost.ConsumptionTax} {
		if l := quote(t, rules, landedcost.CBECDirect, landedcost.Line{HSCode: code, UnitMinor: 100}).Lines[0]; l.Problem != landedcost.RateUnknown || l.Missing != missing {
			t.Errorf("%s: %+v", code, l)
		}
	}
	if l := quote(t, rules, landedcost.GeneralTrade, landedcost.Line{HSCode: "950300", UnitMinor: 100}).Lines[0]; l.Missing != landedcost.Duty {
		t.Errorf("a duty that nobody knows: %+v", l)
	}
	if rules.Listed != nil || len(rules.Fees) != 0 {
		t.Errorf("listed %v, fees %v", rules.Listed, rules.Fees)
	}
	if _, err := w.rules.RulesOn(w.ctx, "CN", date("2016-04-07")); !errors.Is(err, customs.ErrNoRules) {
		t.Errorf("before any rule: %v", err)
	}
	if _, err := w.rules.RulesOn(w.ctx, "DE", date("2026-04-07")); !errors.Is(err, customs.ErrNoRules) {
		t.Errorf("of another country: %v", err)
	}
}

// TestDemonstrationRules is complete for all goods of the demonstration.
func TestDemonstrationRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.New(t).Gorm)
	w.shipped(t, customs.China, customs.DemonstrationChina)
	rules := w.on(t, "2026-01-15")
	for _, code := range []string{"04090000", "61091000", "33049900", "71131190", "22029900", "95030089"} {
		for _, regime := range landedcost.Regimes {
			line := landedcost.Line{HSCode: code, UnitMinor: 10_000, NetContent: 340_000, NetUnit: landedcost.Gram}
			if r := quote(t, rules, regime, line); !r.Complete {
				t.Errorf("%s %s: %+v", code, regime, r)
			}
		}
	}
	if l := rules.ListedAs("36050000"); l == nil || !l.Excluded || rules.ListedAs("88010000") != nil {
		t.Errorf("listed %+v", l)
	}
	for _, s := range []*landedcost.Source{rules.Find("61091000", "US").Duty.Source, rules.ListedAs("04090000").Source} {
		if s.Confidence != "DEMONSTRATION" || !strings.HasPrefix(s.Title, "DEMONSTRATION") {
			t.Errorf("%+v", s)
		}
	}
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	wine := `  - {kind: VAT, hs: "22", rate: 13%, from: 2019-04-01, source: law}`

	t.Run("again changes nothing, and a later version what it says otherwise", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		if r := w.load(t, file(1, wine)); r.New != 2 || r.There {
			t.Errorf("%+v", r)
		}
		first := w.on(t, "2026-01-01")
		if r := w.load(t, file(1, wine)); !r.There || r.New != 0 {
			t.Errorf("again: %+v", r)
		}
		if again := w.on(t, "2026-01-01"); again.Version != first.Version {
			t.Error("the version of unchanged rules changed")
		}
		r := w.load(t, file(2, `  - {kind: VAT, hs: "22", rate: 12%, from: 2019-04-01, source: law}`))
		if r.New != 1 || r.Kept != 1 || r.Left != 1 {
			t.Errorf("a later version: %+v", r)
		}
		second := w.on(t, "2026-01-01")
		if second.Version == first.Version || second.Find("220421", "").VAT.PPM != 120_000 || second.Tariffs["95"].VAT[0].Source.ID != first.Tariffs["95"].VAT[0].Source.ID {
			t.Errorf("%+v", second.Tariffs["22"])
		}
		for version, want := range map[int]string{2: "was imported with other contents", 1: "is imported already: 1 is older"} {
			if _, err := w.rules.ImportRules(w.ctx, strings.NewReader(file(version, wine, "# changed"))); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d: %v", version, err)
			}
		}
	})

	t.Run("tells every line that is wrong and loads none", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		for rates, want := range map[string]string{
			`  - {kind: VAT, hs: "95", rate: 12%, from: 2020-01-01, source: law}`:                    "10: VAT of HS 95 in CN: line 9 says it from 2019-04-01 on already",
			`  - {kind: VAT, hs: "22", rate: 13, from: 2019-04-01, source: law}`:                     `10: rate is a percentage, such as 13% or 6.5%, not "13"`,
			`  - {kind: VAT, hs: "22", rate: -1%, from: 2019-04-01, source: law}`:                    "10: rate is a percentage",
			`  - {kind: VAT, hs: "22", rate: 301%, from: 2019-04-01, source: law}`:                   "10: rate is at most 300%",
			`  - {kind: CONSUMPTION_TAX, hs: "22", rate: 100%, from: 2019-04-01, source: law}`:       "10: a consumption tax is below 100%",
			`  - {kind: VAT, hs: "22041", rate: 13%, from: 2019-04-01, source: law}`:                 `10: "22041" is not an HS code of 2, 4, 6, 8 or 10 digits`,
			`  - {kind: VAT, hs: ["22", "22"], rate: 13%, from: 2019-04-01, source: law}`:            `10: "22" stands here twice`,
			`  - {kind: TAX, hs: "22", rate: 13%, from: 2019-04-01, source: law}`:                    "10: kind is one of DUTY, VAT, CONSUMPTION_TAX, POSTAL_TAX",
			`  - {kind: VAT, hs: "22", rate: 13%, from: 2019-02-30, source: law}`:                    "10: from is a day",
			`  - {kind: VAT, hs: "22", rate: 13%, from: 2019-04-01, until: 2019-04-01, source: law}`: "10: until must lie after from",
			`  - {kind: VAT, hs: "22", rate: 13%, from: 2019-04-01, source: rumour}`:                 `10: the source "rumour" is not among sources`,
			`  - {kind: VAT, hs: "22", rate: 13%, from: 2019-04-01, source: law, colour: red}`:       `10: "colour" is unknown here`,
			`  - {kind: VAT, hs: "22", rate: 13%, from: 2019-04-01, source: law, confidence: SURE}`:  "10: confidence is one of VERIFIED",
			"  - {kind: VAT, hs: \"22\", rate: 13%,\n     rate: 14%, from: 2019-04-01, source: law}": "11: mapping key \"rate\" already defined",
			"  - &a {kind: VAT, hs: \"22\", rate: 13%, from: 2019-04-01, source: law}\n  - *a":       "10: files of rules have no anchors, aliases and tags",
			"  - {kind: VAT": "10: ",
			"  - VAT":        `10: here stand names with values, such as "rate: 13%"`,
			`  - {kind: VAT, hs: "22", per_gram: 10, rate: 13%, from: 2019-04-01, source: law}`:                    "10: a value per unit is for CONSUMPTION_TAX and POSTAL_TAX",
			"fees:\n  - {code: x, title: X, payer: ME, per: ORDER, from: 2019-04-01, source: law}":                 "11: a fee has an amount, a rate, or both; 11: code is a name of capital letters, digits and underscores; 11: payer is one of SHOPPER, BRAND",
			"regimes:\n  - {regime: CBEC, from: 2019-04-01, source: law, order_limit: 5000.001, return_days: 999}": "11: order_limit: \"5000.001\" has more decimals than CNY has; 11: regime: each is one of CBEC_BONDED, CBEC_DIRECT, PERSONAL_POST, GENERAL_TRADE; 11: return_days is a whole number of 1 to 365",
			"positive_list:\n  - {hs: all, grams_per_year: 0, from: 2019-04-01, source: law}":                      `11: "all" is not an HS code of 2, 4, 6, 8 or 10 digits; 11: grams_per_year is a whole number`,
			"---\nset: other": "11: a file has one document",
		} {
			r, err := w.rules.ImportRules(w.ctx, strings.NewReader(file(1, rates)))
			got := notes(r.Wrong)
			for part := range strings.SplitSeq(want, "; ") {
				if !errors.Is(err, customs.ErrWrong) || !strings.Contains(got, part) {
					t.Errorf("%s\ntold %q, want %q (%v)", rates, got, part, err)
				}
			}
		}
		for _, text := range []string{"", "# nothing", "a", "[]", "set: x", "\x00", strings.Repeat("a: [", 99)} {
			if r, err := w.rules.ImportRules(w.ctx, strings.NewReader(text)); !errors.Is(err, customs.ErrWrong) || r.Wrong.Count == 0 {
				t.Errorf("%.20q: %v", text, err)
			}
		}
		var n int64
		if w.db.Model(&models.CustomsRule{}).Count(&n); n != 0 {
			t.Errorf("%d rules were loaded", n)
		}
	})

	t.Run("refuses what another set says", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		w.load(t, file(1))
		other := strings.Replace(file(1, wine), "set: small", "set: other", 1)
		r, err := w.rules.ImportRules(w.ctx, strings.NewReader(other))
		if got := notes(r.Wrong); !errors.Is(err, customs.ErrWrong) || got != "9: VAT of HS 95 in CN: the set small says it from 2019-04-01 on already" {
			t.Errorf("%v %q", err, got)
		}
	})

	t.Run("is held to it by the database", func(t *testing.T) {
		t.Parallel()
		db := dbtest.Tx(t)
		rule := func(from string) *models.CustomsRule {
			return &models.CustomsRule{
				ID: fixture.ID(), Fingerprint: from, Country: "CN", Kind: models.RuleFee, Code: "X", ValidFrom: date(from).Time(),
				Source: "s", Confidence: models.Assumed, CreatedAt: fixture.Start,
			}
		}
		first := rule("2020-01-01")
		first.ValidTo = new(date("2021-01-01").Time())
		fixture.Create(t, db, first, rule("2021-01-01"))
		if err := db.Create(rule("2020-12-31")).Error; !database.Violates(err, "customs_rules_overlap") {
			t.Errorf("%v", err)
		}
	})

	t.Run("is for those who keep the rules", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, dbtest.Tx(t))
		owner := fixture.Member(t, w.db, fixture.Brand(t, w.db, "acme").ID, models.RoleOwner)
		if _, err := w.rules.ImportRules(auth.With(t.Context(), owner), strings.NewReader(file(1))); !isDenied(err) {
			t.Errorf("%v", err)
		}
	})
}

func isDenied(err error) bool {
	_, ok := errors.AsType[*problem.Denied](err)
	return ok
}

// Rules are read once, and once more when they have changed: seen at once by
// who changed them, within seconds by others.
func TestRulesAreKeptUntilTheyChange(t *testing.T) {
	t.Parallel()
	db, sent := dbtest.Counted(t)
	w := newWorld(t, db.Gorm)
	other := customs.NewService(db.Gorm, func() time.Time { return w.now })
	w.load(t, file(1))
	rate := func(s *customs.Service) int64 {
		t.Helper()
		rules, err := s.RulesOn(w.ctx, "CN", date("2026-01-01"))
		if err != nil {
			t.Fatal(err)
		}
		return rules.Find("950300", "").VAT.PPM
	}
	rate(other)
	sent.Reset()
	for range 100 {
		rate(other)
	}
	sent.AtMost(t, 0)
	w.load(t, strings.Replace(file(2), "13%", "14%", 1))
	if mine, others := rate(w.rules), rate(other); mine != 140_000 || others != 130_000 {
		t.Errorf("%d, others %d", mine, others)
	}
	w.now = w.now.Add(customs.Stale)
	if others := rate(other); others != 140_000 {
		t.Errorf("%d", others)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{customs.China, customs.DemonstrationChina} {
		data, err := customs.Shipped(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: {b: [c, {d: &e f}]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := customs.Parse(bytes.NewReader(data))
		if err == nil && set.Wrong.Count == 0 && (len(set.Rules) == 0 || set.Name == "") {
			t.Error("nothing was read and nothing is wrong")
		}
	})
}
