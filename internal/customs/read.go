package customs

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/tradewind-commerce/tradewind/internal/auth"
	"github.com/tradewind-commerce/tradewind/internal/database"
	"github.com/tradewind-commerce/tradewind/internal/paging"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// RuleWhere narrows rules; what is empty asks for nothing.
type RuleWhere struct {
	Country     *string
	Kinds       []models.RuleKind
	HSCode      *string
	On          *models.Date
	SetName     *string
	Confidences []models.Confidence
	Replaced    bool
}

var digitsForm = regexp.MustCompile(`^[0-9]{2,10}$`)

func (w RuleWhere) conditions() (c database.Conditions, err error) {
	if !w.Replaced {
		c.Add("customs_rules.replaced_at is null")
	}
	if w.Country != nil {
		c.Add("customs_rules.country = ?", *w.Country)
	}
	paging.AnyOf(&c, "customs_rules.kind", w.Kinds)
	paging.AnyOf(&c, "customs_rules.confidence", w.Confidences)
	if w.HSCode != nil {
		if !digitsForm.MatchString(*w.HSCode) {
			return nil, &problem.BadInput{Argument: "where.hsCode", Message: "must have 2 to 10 digits"}
		}
		c.Add("starts_with(?, customs_rules.hs_prefix) and customs_rules.kind not in ('REGIME', 'FEE')", *w.HSCode)
	}
	if w.On != nil {
		c.Add("customs_rules.valid_from <= ? and coalesce(customs_rules.valid_to, 'infinity') > ?", w.On.String(), w.On.String())
	}
	if w.SetName != nil {
		c.Add("customs_rules.set_name = ?", *w.SetName)
	}
	return c, nil
}

func inOrder(where RuleWhere) paging.Sort[models.CustomsRule] {
	return paging.Sort[models.CustomsRule]{Name: "customsRules", Filter: where, Columns: []paging.Column[models.CustomsRule]{
		{Expr: "customs_rules.country", Type: "text", Value: func(r *models.CustomsRule) any { return r.Country }},
		{Expr: "customs_rules.kind", Type: "text", Value: func(r *models.CustomsRule) any { return r.Kind }},
		{Expr: "customs_rules.hs_prefix", Type: "text", Value: func(r *models.CustomsRule) any { return r.HSPrefix }},
		{Expr: "customs_rules.valid_from::timestamp at time zone 'UTC'", Type: "timestamptz", Value: func(r *models.CustomsRule) any { return r.ValidFrom }},
		{Expr: "customs_rules.id", Type: "uuid", Value: func(r *models.CustomsRule) any { return r.ID }},
	}}
}

// List gives a page of rules.
func (s *Service) List(ctx context.Context, where RuleWhere, args paging.Args) (*paging.Connection[models.CustomsRule], error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	conditions, err := where.conditions()
	if err != nil {
		return nil, err
	}
	return paging.Find(conditions.Narrow(s.db.WithContext(ctx).Model(&models.CustomsRule{})), args, inOrder(where))
}

// Sets gives the sets of rules that count, by name.
func (s *Service) Sets(ctx context.Context) ([]*models.CustomsRuleSet, error) {
	if err := auth.Require(ctx, auth.RulesWrite); err != nil {
		return nil, err
	}
	return database.Find[models.CustomsRuleSet](s.db.WithContext(ctx).Where("replaced_at is null").Order("name").Limit(100), "sets of rules")
}

// HSCode gives an entry of the nomenclature by 2, 4 or 6 digits, and of a
// longer code its subheading.
func (s *Service) HSCode(ctx context.Context, code string) (*models.HSCode, error) {
	code = strings.NewReplacer(".", "", " ", "").Replace(code)
	if !prefixForm.MatchString(code) {
		return nil, &problem.BadInput{Argument: "code", Message: "must have 2, 4, 6, 8 or 10 digits"}
	}
	rows, err := s.HSCodes(ctx, []string{code[:min(6, len(code))]})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, problem.New(problem.NotFound, "there is no such code")
	}
	return rows[0], nil
}

// HSCodes gives entries by their codes, in any order.
func (s *Service) HSCodes(ctx context.Context, codes []string) ([]*models.HSCode, error) {
	return database.Find[models.HSCode](s.db.WithContext(ctx).Where("code in ?", codes), "HS codes")
}

// HSBelow gives the entries directly below others, by code.
func (s *Service) HSBelow(ctx context.Context, parents []string) ([]*models.HSCode, error) {
	return database.Find[models.HSCode](s.db.WithContext(ctx).Where("parent in ?", parents).Order("code"), "HS codes")
}

// HSWhere narrows the nomenclature.
type HSWhere struct{ Query, Under *string }

const (
	maxQuery = 120
	maxWords = 12
)

func (w HSWhere) conditions() (c database.Conditions, err error) {
	if w.Query != nil {
		words := strings.Fields(*w.Query)
		if utf8.RuneCountInString(*w.Query) > maxQuery || len(words) > maxWords {
			return nil, &problem.BadInput{Argument: "query", Message: fmt.Sprintf("must have at most %d characters and %d words", maxQuery, maxWords)}
		}
		for _, word := range words {
			if strings.Trim(word, "0123456789.") == "" {
				c.Add("starts_with(hs_codes.code, ?)", strings.ReplaceAll(word, ".", ""))
			} else {
				c.Add("strpos(lower(hs_codes.description), lower(?)) > 0", word)
			}
		}
	}
	if w.Under != nil {
		if !digitsForm.MatchString(*w.Under) {
			return nil, &problem.BadInput{Argument: "under", Message: "must have 2 or 4 digits"}
		}
		c.Add("starts_with(hs_codes.code, ?) and hs_codes.code <> ?", *w.Under, *w.Under)
	}
	return c, nil
}

// SearchHSCodes gives a page of the nomenclature, by code.
func (s *Service) SearchHSCodes(ctx context.Context, where HSWhere, args paging.Args) (*paging.Connection[models.HSCode], error) {
	conditions, err := where.conditions()
	if err != nil {
		return nil, err
	}
	return paging.Find(conditions.Narrow(s.db.WithContext(ctx).Model(&models.HSCode{})), args, paging.Sort[models.HSCode]{
		Name: "hsCodes", Filter: where, Columns: []paging.Column[models.HSCode]{
			{Expr: "hs_codes.code", Type: "text", Value: func(c *models.HSCode) any { return c.Code }},
		},
	})
}
