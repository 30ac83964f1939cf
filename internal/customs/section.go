package customs

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/transfer/cell"
	"github.com/tradewind-commerce/tradewind/models"
)

// regime reads the limits and shares of ways of importing.
func (f *fileReader) regime(r *reader) {
	rule := f.rule(r, models.RuleRegime)
	t := &models.RuleTerms{
		OrderLimitMinor: zero(f.amount(r, "order_limit")), YearLimitMinor: zero(f.amount(r, "year_limit")), ExemptMinor: zero(f.amount(r, "exempt")),
		DutyShare: whole(r.share("duty_share", false, 1)), VATShare: whole(r.share("vat_share", false, 1)),
		ConsumptionTaxShare: whole(r.share("consumption_tax_share", false, 1)),
		SinglePiece:         r.flag("single_piece"), ReturnDays: int32(r.number("return_days", 365)),
	}
	f.orderLimits(r, t)
	rule.Detail.Terms = t
	for _, regime := range r.regimes("regime", true) {
		rule.Regime = regime
		f.add(rule)
	}
}

func (f *fileReader) orderLimits(r *reader, t *models.RuleTerms) {
	at := r.get("order_limits")
	if at == nil {
		return
	}
	t.OrderLimits = map[string]int64{}
	for _, limit := range read(at.value, r.wrong).fields {
		minor, err := f.money(limit.value.text)
		switch {
		case !countryForm.MatchString(limit.name):
			r.note(limit.line, "%s is not the code of a country", cell.Show(limit.name))
		case err != nil:
			r.note(limit.line, "%s: %v", limit.name, err)
		default:
			t.OrderLimits[limit.name] = minor
		}
	}
}

func zero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// whole is a share that is not limited where the file says nothing.
func whole(d *decimal.Decimal) decimal.Decimal {
	if d == nil {
		return decimal.NewFromInt(1)
	}
	return *d
}

// number is 0 where it is not there.
func (r *reader) number(name string, most int64) int64 {
	text, line := r.text(name, 20)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		r.note(line, "%s is a whole number of 1 to %d", name, most)
		return 0
	}
	return n
}

func (r *reader) regimes(name string, must bool) (regimes []string) {
	texts, line := r.texts(name)
	if must && len(texts) == 0 {
		r.note(line, "%s is missing: one of %s, or a list of them", name, joined(landedcost.Regimes))
	}
	for _, text := range texts {
		if !slices.Contains(landedcost.Regimes, landedcost.Regime(text)) || slices.Contains(regimes, text) {
			r.note(line, "%s: each is one of %s", name, joined(landedcost.Regimes))
			continue
		}
		regimes = append(regimes, text)
	}
	return regimes
}

// listing reads an entry of the positive list.
func (f *fileReader) listing(r *reader) {
	rule := f.rule(r, models.RuleListing)
	rule.Detail.Listing = &models.RuleListed{
		Excluded: r.flag("excluded"), BondedOnly: r.flag("bonded_only"), GramsPerYear: r.number("grams_per_year", 1_000_000_000),
	}
	for _, prefix := range r.prefixes(false) {
		rule.HSPrefix = prefix
		f.add(rule)
	}
}

// fee reads what somebody charges besides.
func (f *fileReader) fee(r *reader) {
	rule := f.rule(r, models.RuleFee)
	c := &models.RuleCharge{FlatMinor: f.amount(r, "amount"), Regimes: r.regimes("regimes", false)}
	c.Title, _ = r.needed("title", maxTitle)
	c.Payer = r.oneOf("payer", "SHOPPER", "BRAND")
	c.Per = r.oneOf("per", "ORDER", "YEAR", "ONCE")
	rule.Rate, rule.RateTo = r.share("rate", false, 1), r.share("rate_to", false, 1)
	if rule.RateTo != nil && (rule.Rate == nil || !rule.RateTo.GreaterThan(*rule.Rate)) {
		r.note(r.line, "rate_to is more than rate: the end of a range")
		rule.RateTo = nil
	}
	if rule.Rate == nil && c.FlatMinor == nil {
		r.note(r.line, "a fee has an amount, a rate, or both")
	}
	code, line := r.needed("code", 60)
	if code != "" && !codeForm.MatchString(code) {
		r.note(line, "code is a name of capital letters, digits and underscores")
	}
	rule.Code = code
	if schedule, line := r.text("schedule", 60); schedule != "" {
		if !codeForm.MatchString(schedule) {
			r.note(line, "schedule is a name of capital letters, digits and underscores")
		}
		rule.Code = schedule + "/" + code
	}
	rule.Detail.Fee = c
	f.add(rule)
}

func (r *reader) oneOf(name string, all ...string) string {
	text, line := r.needed(name, 20)
	if text != "" && !slices.Contains(all, text) {
		r.note(line, "%s is one of %s", name, joined(all))
	}
	return text
}

// subject is what a rule is about: of one, no two rules hold on one day.
type subject struct {
	country                        string
	kind                           models.RuleKind
	regime, hsPrefix, origin, code string
}

func subjectOf(r *models.CustomsRule) subject {
	return subject{r.Country, r.Kind, r.Regime, r.HSPrefix, r.Origin, r.Code}
}

// String names it for people.
func (s subject) String() string {
	text := string(s.kind)
	switch s.kind {
	case models.RuleRegime:
		text += " of " + s.regime
	case models.RuleFee:
		text += " " + s.code
	default:
		if s.hsPrefix == "" {
			text += " of all goods"
		} else {
			text += " of HS " + s.hsPrefix
		}
	}
	if s.origin != "" {
		text += " from " + s.origin
	}
	return text + " in " + s.country
}

// period names the days of a rule.
func period(r *models.CustomsRule) string {
	if r.ValidTo == nil {
		return fmt.Sprintf("from %s on", r.From())
	}
	return fmt.Sprintf("from %s and before %s", r.From(), r.To())
}

func overlap(a, b *models.CustomsRule) bool {
	return (a.ValidTo == nil || b.ValidFrom.Before(*a.ValidTo)) && (b.ValidTo == nil || a.ValidFrom.Before(*b.ValidTo))
}

// overlaps notes rules of the file that hold on the same day as another.
func (s *Set) overlaps() {
	of := map[subject][]*models.CustomsRule{}
	for i := range s.Rules {
		r := &s.Rules[i]
		about := subjectOf(r)
		for _, other := range of[about] {
			if overlap(r, other) {
				f := read(&value{kind: isMap}, &s.Wrong)
				f.note(int(*r.Line), "%s: line %d says it %s already", about, *other.Line, period(other))
				break
			}
		}
		of[about] = append(of[about], r)
	}
}
