package resolvers

import (
	"github.com/tradewind-commerce/tradewind/graph/api"
	"github.com/tradewind-commerce/tradewind/internal/customs"
	"github.com/tradewind-commerce/tradewind/models"
)

func hsCode(c *models.HSCode) string { return c.Code }

func parentCode(c *models.HSCode) (string, bool) { return or(c.Parent, ""), c.Parent != nil }

func rulesWhere(in *api.CustomsRuleWhere) (out customs.RuleWhere) {
	if in == nil {
		return out
	}
	return customs.RuleWhere{
		Country: in.Country.Value(), Kinds: in.Kind.Value(), HSCode: in.HsCode.Value(), On: in.On.Value(), SetName: in.SetName.Value(),
		Confidences: in.Confidence.Value(), Replaced: or(in.Replaced.Value(), false),
	}
}

func ruleInput(in api.CustomsRuleAddInput) customs.RuleInput {
	out := customs.RuleInput{
		Country: in.Country, Currency: or(given(in.Currency), "CNY"), Kind: in.Kind, Regime: text(in.Regime), HSPrefix: text(in.HsPrefix),
		Origin: text(in.Origin), Rate: given(in.Rate), Note: text(in.Note), From: in.ValidFrom, To: given(in.ValidTo), Source: in.Source,
		SourceURL: text(in.SourceURL), Confidence: in.Confidence, EndPrevious: or(given(in.EndPrevious), false),
	}
	for _, t := range in.Thresholds.Value() {
		out.Thresholds = append(out.Thresholds, customs.ThresholdInput{Unit: t.Unit, Value: t.Value, Exclusive: or(given(t.Exclusive), false)})
	}
	if t := given(in.Terms); t != nil {
		out.Terms = &customs.TermsInput{
			OrderLimit: given(t.OrderLimit), YearLimit: given(t.YearLimit), Exempt: given(t.Exempt), DutyShare: given(t.DutyShare),
			VATShare: given(t.VatShare), ConsumptionTaxShare: given(t.ConsumptionTaxShare), SinglePiece: or(given(t.SinglePiece), false),
			ReturnDays: given(t.ReturnDays),
		}
	}
	if l := given(in.Listing); l != nil {
		out.Listing = &models.RuleListed{
			Excluded: or(given(l.Excluded), false), BondedOnly: or(given(l.BondedOnly), false), GramsPerYear: or(given(l.GramsPerYear), 0),
		}
	}
	return out
}
