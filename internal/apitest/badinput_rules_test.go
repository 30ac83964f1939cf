package apitest_test

import (
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/fixture"
	"github.com/tradewind-commerce/tradewind/models"
)

// rule is one that an operator added.
func (w *shopWorld) rule() *models.CustomsRule {
	r := &models.CustomsRule{
		ID: fixture.ID(), Fingerprint: fixture.ID().String(), Country: "CN", Kind: models.RuleVAT, HSPrefix: "95", Rate: new(decimal.New(13, -2)),
		ValidFrom: fixture.Start, Source: "a law", Confidence: models.Verified, CreatedAt: fixture.Start,
	}
	w.create(r)
	return r
}

// ruling are good inputs of rules of customs.
var ruling = map[string][]goodInput{
	"customsRuleAdd": {
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.operator, object{
				"country": "CN", "currency": "CNY", "kind": "CONSUMPTION_TAX", "hsPrefix": "3304", "origin": "US", "rate": "0.15",
				"thresholds": []any{object{"unit": "GRAM", "value": "10", "exclusive": true}}, "note": "luxury", "validFrom": "2026-01-01", "validTo": "2027-01-01",
				"source": "a law", "sourceUrl": "https://law.example/7", "confidence": "VERIFIED", "endPrevious": true,
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.operator, object{
				"country": "CN", "kind": "REGIME", "regime": "CBEC_DIRECT", "validFrom": "2026-01-01", "source": "a law", "confidence": "ASSUMED",
				"terms": object{
					"orderLimit": "5000", "yearLimit": "26000", "exempt": "50", "dutyShare": "0", "vatShare": "0.7", "consumptionTaxShare": "0.7",
					"singlePiece": true, "returnDays": 30,
				},
			}
		},
		func(w *shopWorld) (*auth.Actor, map[string]any) {
			return w.operator, object{
				"country": "CN", "kind": "LISTING", "hsPrefix": "0409", "validFrom": "2026-01-01", "source": "a list", "confidence": "DERIVED",
				"listing": object{"excluded": false, "bondedOnly": true, "gramsPerYear": "2000"},
			}
		},
	},
	"customsRuleEnd": {func(w *shopWorld) (*auth.Actor, map[string]any) {
		return w.operator, object{"customsRuleId": w.rule().GlobalID(), "validTo": "2100-01-01"}
	}},
}
