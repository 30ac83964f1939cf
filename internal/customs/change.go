package customs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RuleInput is a rule that an operator adds.
type RuleInput struct {
	Country  string
	Currency money.Currency
	Kind     models.RuleKind
	Regime   string
	HSPrefix string
	Origin   string
	Rate     *decimal.Decimal
	// Thresholds, and amounts of terms, are in major units.
	Thresholds []ThresholdInput
	Terms      *TermsInput
	Listing    *models.RuleListed
	Note       string
	From       models.Date
	To         *models.Date
	Source     string
	SourceURL  string
	Confidence models.Confidence
	// EndPrevious has the rule of the same end that holds on the first day.
	EndPrevious bool
}

// ThresholdInput is a value for each unit of net content.
type ThresholdInput struct {
	Unit      models.NetUnit
	Value     decimal.Decimal
	Exclusive bool
}

// TermsInput are limits and shares; nil where there is none, and where all is due.
type TermsInput struct {
	OrderLimit, YearLimit, Exempt            *decimal.Decimal
	DutyShare, VATShare, ConsumptionTaxShare *decimal.Decimal
	SinglePiece                              bool
	ReturnDays                               *int32
}

// rule checks what is said, and makes a row of it.
func (in *RuleInput) rule() (*models.CustomsRule, error) {
	var l problem.List
	r := &models.CustomsRule{
		Country: in.Country, Kind: in.Kind, Regime: in.Regime, HSPrefix: in.HSPrefix, Origin: in.Origin, Rate: in.Rate,
		Detail: models.RuleDetail{Currency: string(in.Currency)}, ValidFrom: in.From.Time(), Confidence: in.Confidence,
	}
	r.Source = l.Line("input.source", in.Source, 1, maxSource)
	r.Note = models.Optional(l.Lines("input.note", in.Note, 0, maxNote))
	r.SourceURL = models.Optional(l.Line("input.sourceUrl", in.SourceURL, 0, maxURL))
	if in.To != nil {
		if r.ValidTo = new(in.To.Time()); !in.To.After(in.From) {
			l.Add("input.validTo", problem.OutOfRange, "must lie after the first day")
		}
	}
	if in.HSPrefix != "" && !prefixForm.MatchString(in.HSPrefix) {
		l.Add("input.hsPrefix", problem.Invalid, "must have 2, 4, 6, 8 or 10 digits")
	}
	in.onlyOf(&l)
	in.tax(&l, r)
	in.terms(&l, r)
	if in.Kind == models.RuleListing {
		if r.Detail.Listing = in.Listing; in.Listing == nil {
			r.Detail.Listing = &models.RuleListed{}
		} else {
			l.Number("input.listing.gramsPerYear", in.Listing.GramsPerYear, 0, 1_000_000_000)
		}
		if in.HSPrefix == "" {
			l.Add("input.hsPrefix", problem.Required, "an entry of the positive list has one")
		}
	}
	return r, l.Err()
}

// onlyOf refuses what rules of the kind do not have.
func (in *RuleInput) onlyOf(l *problem.List) {
	if in.Kind == models.RuleFee {
		l.Add("input.kind", problem.NotAllowed, "fees come with files of rules")
	}
	for field, wrong := range map[string]bool{
		"input.origin":     in.Origin != "" && !in.Kind.Tax(),
		"input.rate":       in.Rate != nil && !in.Kind.Tax(),
		"input.hsPrefix":   in.HSPrefix != "" && !in.Kind.Tax() && in.Kind != models.RuleListing,
		"input.thresholds": len(in.Thresholds) > 0 && in.Kind != models.RuleConsumptionTax && in.Kind != models.RulePostalTax,
		"input.regime":     in.Regime != "" && in.Kind != models.RuleRegime,
		"input.terms":      in.Terms != nil && in.Kind != models.RuleRegime,
		"input.listing":    in.Listing != nil && in.Kind != models.RuleListing,
	} {
		if wrong {
			l.Add(field, problem.NotAllowed, fmt.Sprintf("rules of kind %s have none", in.Kind))
		}
	}
}

func (in *RuleInput) tax(l *problem.List, r *models.CustomsRule) {
	if !in.Kind.Tax() {
		return
	}
	switch {
	case in.Rate == nil:
		l.Add("input.rate", problem.Required, "a tax has a rate")
	case in.Rate.Sign() < 0 || in.Rate.GreaterThan(decimal.NewFromInt(3)) || in.Rate.Exponent() < -6:
		l.Add("input.rate", problem.OutOfRange, "must be 0 to 3, with at most 6 decimals")
	case in.Kind == models.RuleConsumptionTax && !in.Rate.LessThan(decimal.NewFromInt(1)):
		l.Add("input.rate", problem.OutOfRange, "a consumption tax is below 1: it is part of its own base")
	}
	seen := []models.NetUnit{}
	for i, t := range in.Thresholds {
		at := fmt.Sprintf("input.thresholds.%d", i)
		if slices.Contains(seen, t.Unit) {
			l.Add(at+".unit", problem.Taken, "the unit has a value already")
		}
		seen = append(seen, t.Unit)
		r.Detail.Thresholds = append(r.Detail.Thresholds, models.RuleThreshold{
			Unit: t.Unit, Minor: in.minor(l, at+".value", &t.Value), Exclusive: t.Exclusive,
		})
	}
}

func (in *RuleInput) terms(l *problem.List, r *models.CustomsRule) {
	if in.Kind != models.RuleRegime {
		return
	}
	if !slices.Contains(landedcost.Regimes, landedcost.Regime(in.Regime)) {
		l.Add("input.regime", problem.Invalid, "must be one of "+joined(landedcost.Regimes))
	}
	t := in.Terms
	if t == nil {
		t = &TermsInput{}
	}
	share := func(field string, d *decimal.Decimal) decimal.Decimal {
		if d != nil && (d.Sign() < 0 || d.GreaterThan(decimal.NewFromInt(1)) || d.Exponent() < -6) {
			l.Add("input.terms."+field, problem.OutOfRange, "must be 0 to 1, with at most 6 decimals")
		}
		return whole(d)
	}
	out := &models.RuleTerms{
		OrderLimitMinor: in.minor(l, "input.terms.orderLimit", t.OrderLimit), YearLimitMinor: in.minor(l, "input.terms.yearLimit", t.YearLimit),
		ExemptMinor: in.minor(l, "input.terms.exempt", t.Exempt), SinglePiece: t.SinglePiece,
		DutyShare: share("dutyShare", t.DutyShare), VATShare: share("vatShare", t.VATShare), ConsumptionTaxShare: share("consumptionTaxShare", t.ConsumptionTaxShare),
	}
	if t.ReturnDays != nil {
		l.Number("input.terms.returnDays", int64(*t.ReturnDays), 1, 365)
		out.ReturnDays = *t.ReturnDays
	}
	r.Detail.Terms = out
}

// minor is an amount in minor units, 0 where there is none.
func (in *RuleInput) minor(l *problem.List, field string, d *decimal.Decimal) int64 {
	if d == nil {
		return 0
	}
	m, err := money.FromDecimal(*d, in.Currency)
	switch {
	case errors.Is(err, money.ErrTooPrecise):
		l.Add(field, problem.Invalid, "more decimals than the currency has")
	case err != nil || m.Minor < 0:
		l.Add(field, problem.OutOfRange, "must not be negative, nor beyond 63 bits of minor units")
	}
	return m.Minor
}

// Add takes a rule in. One of the same that holds on one of its days is a
// CONFLICT, unless it began before and is asked to end.
func (s *Service) Add(ctx context.Context, in RuleInput) (*models.CustomsRule, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	rule, err := in.rule()
	if err != nil {
		return nil, err
	}
	rule.ID, rule.CreatedAt, rule.CreatedBy = newID(), s.now(), auth.From(ctx).AccountID()
	rule.Fingerprint = Fingerprint(rule)
	err = database.InTx(ctx, s.db, func(tx *gorm.DB) error {
		if err := changing(tx); err != nil {
			return err
		}
		there, err := database.Find[models.CustomsRule](tx.Where("country = ? and kind = ? and regime = ? and hs_prefix = ? and origin = ? and code = '' and replaced_at is null",
			rule.Country, rule.Kind, rule.Regime, rule.HSPrefix, rule.Origin).Order("valid_from"), "customs rules")
		if err != nil {
			return err
		}
		for _, other := range there {
			switch {
			case !overlap(rule, other):
			case in.EndPrevious && other.ValidFrom.Before(rule.ValidFrom):
				if err := end(tx, other, rule.From()); err != nil {
					return err
				}
			default:
				return problem.At("input.validFrom", problem.Conflict, fmt.Sprintf("%s: %s says it %s already", subjectOf(rule), owner(other), period(other)))
			}
		}
		return tx.Create(rule).Error
	})
	if err != nil {
		return nil, err
	}
	s.books.forget()
	return rule, nil
}

func end(tx *gorm.DB, r *models.CustomsRule, on models.Date) error {
	r.ValidTo = new(on.Time())
	return tx.Model(&models.CustomsRule{}).Where("id = ?", r.ID).Updates(map[string]any{"valid_to": *r.ValidTo}).Error
}

// End has a rule hold no longer from a day on, sooner than it does.
func (s *Service) End(ctx context.Context, id uuid.UUID, on models.Date) (*models.CustomsRule, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	var rules []*models.CustomsRule
	err := database.InTx(ctx, s.db, func(tx *gorm.DB) (err error) {
		if err := changing(tx); err != nil {
			return err
		}
		if rules, err = database.Find[models.CustomsRule](tx.Where("id = ? and replaced_at is null", id), "customs rules"); err != nil {
			return err
		}
		switch {
		case len(rules) == 0:
			return problem.At("input.customsRuleId", problem.NotFound, "there is no such rule")
		case !on.After(rules[0].From()):
			return problem.At("input.validTo", problem.OutOfRange, "must lie after its first day")
		case rules[0].ValidTo != nil && !rules[0].ValidTo.After(on.Time()):
			return problem.At("input.validTo", problem.Conflict, "the rule ends then, or sooner")
		}
		return end(tx, rules[0], on)
	})
	if err != nil {
		return nil, err
	}
	s.books.forget()
	return rules[0], nil
}
