package customs_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/internal/dbtest"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

func vat(change ...func(*customs.RuleInput)) customs.RuleInput {
	in := customs.RuleInput{
		Country: "CN", Currency: "CNY", Kind: models.RuleVAT, HSPrefix: "95", Rate: new(decimal.RequireFromString("0.12")),
		From: date("2027-01-01"), Source: "a law", Confidence: models.Verified,
	}
	for _, f := range change {
		f(&in)
	}
	return in
}

func TestOperatorsAddRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Tx(t))
	w.load(t, file(1))
	rate := func(day string) int64 { return w.on(t, day).Find("950300", "").VAT.PPM }
	if _, err := w.rules.Add(w.ctx, vat()); refused(err) != "input.validFrom CONFLICT" {
		t.Errorf("an overlap: %v", err)
	}
	rate("2027-01-01")
	added, err := w.rules.Add(w.ctx, vat(func(in *customs.RuleInput) { in.EndPrevious = true }))
	if err != nil || rate("2026-12-31") != 130_000 || rate("2027-01-01") != 120_000 {
		t.Fatalf("%+v %v: %d, %d", added, err, rate("2026-12-31"), rate("2027-01-01"))
	}
	if _, err := w.rules.Add(w.ctx, vat(func(in *customs.RuleInput) { in.From, in.EndPrevious = date("2026-01-01"), true })); refused(err) != "input.validFrom CONFLICT" {
		t.Errorf("over one that begins later: %v", err)
	}
	// The file again keeps the end that an operator set.
	if r := w.load(t, file(2)); r.New != 0 || r.Kept != 1 || rate("2027-01-01") != 120_000 {
		t.Errorf("%+v", r)
	}
	if _, err := w.rules.End(w.ctx, added.ID, date("2028-01-01")); err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2028-01-01": "input.validTo CONFLICT", "2027-01-01": "input.validTo OUT_OF_RANGE"} {
		if _, err := w.rules.End(w.ctx, added.ID, date(on)); refused(err) != want {
			t.Errorf("%s: %v", on, err)
		}
	}
	if _, err := w.rules.End(w.ctx, fixture.ID(), date("2028-01-01")); refused(err) != "input.customsRuleId NOT_FOUND" {
		t.Errorf("%v", err)
	}
	for want, change := range map[string]func(*customs.RuleInput){
		"input.rate REQUIRED":        func(in *customs.RuleInput) { in.Rate = nil },
		"input.rate OUT_OF_RANGE":    func(in *customs.RuleInput) { in.Rate = new(decimal.NewFromInt(4)) },
		"input.hsPrefix INVALID":     func(in *customs.RuleInput) { in.HSPrefix = "950" },
		"input.validTo OUT_OF_RANGE": func(in *customs.RuleInput) { in.To = new(date("2027-01-01")) },
		"input.source REQUIRED":      func(in *customs.RuleInput) { in.Source = "" },
		"input.kind NOT_ALLOWED":     func(in *customs.RuleInput) { in.Kind, in.HSPrefix, in.Rate = models.RuleFee, "", nil },
		"input.regime NOT_ALLOWED":   func(in *customs.RuleInput) { in.Regime = "CBEC_DIRECT" },
		"input.regime INVALID": func(in *customs.RuleInput) {
			in.Kind, in.HSPrefix, in.Rate, in.Regime = models.RuleRegime, "", nil, "CBEC"
		},
		"input.hsPrefix REQUIRED":      func(in *customs.RuleInput) { in.Kind, in.HSPrefix, in.Rate = models.RuleListing, "", nil },
		"input.thresholds NOT_ALLOWED": func(in *customs.RuleInput) { in.Thresholds = []customs.ThresholdInput{{Unit: models.Gram}} },
		"input.thresholds.0.value INVALID, input.thresholds.1.unit TAKEN": func(in *customs.RuleInput) {
			in.Kind = models.RuleConsumptionTax
			in.Thresholds = []customs.ThresholdInput{{Unit: models.Gram, Value: decimal.RequireFromString("0.001")}, {Unit: models.Gram}}
		},
	} {
		if _, err := w.rules.Add(w.ctx, vat(change)); refused(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	owner := auth.With(t.Context(), fixture.Member(t, w.db, fixture.Brand(t, w.db, "acme").ID, models.RoleOwner))
	if _, err := w.rules.Add(owner, vat()); !isDenied(err) {
		t.Errorf("%v", err)
	}
	if _, err := w.rules.End(owner, added.ID, date("2027-06-01")); !isDenied(err) {
		t.Errorf("%v", err)
	}
}
