package promotion

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/catalog"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/patch"
	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/title"
	"github.com/tradewind-commerce/tradewind/models"
)

// Limits of a promotion.
const (
	selectedMax = 200
	quantityMax = 10_000
	usesMax     = 1_000_000_000
)

// Terms are what a promotion gives, and when; absent fields stay as they are.
type Terms struct {
	// Titles by language, the first is the default; nil leaves them.
	Titles []title.Title
	// Percent is 0.01 to 100, with at most two decimals.
	Percent         patch.Field[decimal.Decimal]
	Amount          patch.Field[decimal.Decimal]
	BuyQuantity     patch.Field[int32]
	GetQuantity     patch.Field[int32]
	Goods           patch.Field[models.Selection]
	Gets            patch.Field[models.Selection]
	MinimumAmount   patch.Field[decimal.Decimal]
	MinimumQuantity patch.Field[int32]
	UseLimit        patch.Field[int64]
	ShopperLimit    patch.Field[int64]
	StartsAt        patch.Field[time.Time]
	EndsAt          patch.Field[time.Time]
}

// onto puts the terms into a promotion and collects what is wrong with them,
// and with the promotion as it then is.
func (t Terms) onto(refused *problem.List, p *models.Promotion) {
	if t.Titles != nil {
		p.DefaultLanguage, p.Texts = title.Check(refused, "input.titles", t.Titles)
	}
	t.reduction(refused, p)
	t.conditions(refused, p)
	if starts, ok := t.StartsAt.Set(); ok {
		p.StartsAt = starts.UTC()
	}
	if t.EndsAt.Given {
		p.EndsAt = nil
		if ends, ok := t.EndsAt.Set(); ok {
			ends = ends.UTC()
			p.EndsAt = &ends
		}
	}
	if p.EndsAt != nil && !p.EndsAt.After(p.StartsAt) && (t.StartsAt.Given || t.EndsAt.Given) {
		refused.Add("input.endsAt", problem.OutOfRange, "must be after the start")
	}
}

// reduction is what is taken off: each kind has its own numbers and no other.
func (t Terms) reduction(refused *problem.List, p *models.Promotion) {
	percentage := p.Kind == models.PromotionPercentage || p.Kind == models.PromotionBuyXGetY
	if percent, ok := used(refused, "input.percent", t.Percent, percentage, p.Kind); ok {
		p.BasisPoints = basisPoints(refused, percent)
	} else if percentage && p.BasisPoints == 0 {
		refused.Add("input.percent", problem.Required, "give the percentage that is taken off")
	}
	fixed := p.Kind == models.PromotionFixed
	if amount, ok := used(refused, "input.amount", t.Amount, fixed, p.Kind); ok {
		p.AmountMinor = amountOf(refused, "input.amount", amount, p.Currency)
	} else if fixed && p.AmountMinor == 0 {
		refused.Add("input.amount", problem.Required, "give the amount that is taken off")
	}
	pieces := p.Kind == models.PromotionBuyXGetY
	for _, q := range []struct {
		field string
		to    patch.Field[int32]
		at    *int64
	}{{"input.buyQuantity", t.BuyQuantity, &p.BuyQuantity}, {"input.getQuantity", t.GetQuantity, &p.GetQuantity}} {
		if n, ok := used(refused, q.field, q.to, pieces, p.Kind); ok {
			refused.Number(q.field, int64(n), 1, quantityMax)
			*q.at = int64(n)
		} else if pieces && *q.at == 0 {
			refused.Add(q.field, problem.Required, "say how many pieces")
		}
	}
	if goods, ok := t.Goods.Set(); ok || t.Goods.Given {
		p.Goods = goods
	}
	if gets, ok := used(refused, "input.gets", t.Gets, pieces, p.Kind); ok {
		p.Gets = &gets
	} else if t.Gets.Emptied() {
		p.Gets = nil
	}
}

// used gives a number that is set, and refuses one that the kind has no use for.
func used[T any](refused *problem.List, field string, f patch.Field[T], by bool, kind models.PromotionKind) (T, bool) {
	v, ok := f.Set()
	if ok && !by {
		refused.Add(field, problem.Invalid, "a promotion of kind "+string(kind)+" has none")
	}
	return v, ok && by
}

func (t Terms) conditions(refused *problem.List, p *models.Promotion) {
	if t.MinimumAmount.Given {
		p.MinimumMinor = 0
		if minimum, ok := t.MinimumAmount.Set(); ok {
			p.MinimumMinor = amountOf(refused, "input.minimumAmount", minimum, p.Currency)
		}
	}
	if t.MinimumQuantity.Given {
		p.MinimumQuantity = 0
		if minimum, ok := t.MinimumQuantity.Set(); ok {
			refused.Number("input.minimumQuantity", int64(minimum), 1, quantityMax)
			p.MinimumQuantity = int64(minimum)
		}
	}
	for _, l := range []struct {
		field string
		to    patch.Field[int64]
		at    **int64
	}{{"input.useLimit", t.UseLimit, &p.UseLimit}, {"input.shopperLimit", t.ShopperLimit, &p.ShopperLimit}} {
		if !l.to.Given {
			continue
		}
		if limit, ok := l.to.Set(); ok {
			refused.Number(l.field, limit, 1, usesMax)
		}
		*l.at = l.to.To
	}
	checkSelection(refused, "input.goods", p.Goods)
	if p.Gets != nil {
		checkSelection(refused, "input.gets", *p.Gets)
	}
}

func checkSelection(refused *problem.List, field string, s models.Selection) {
	for part, list := range map[string][]uuid.UUID{".productIds": s.Products, ".categoryIds": s.Categories} {
		if len(list) > selectedMax {
			refused.Add(field+part, problem.TooLong, fmt.Sprintf("name at most %d", selectedMax))
			continue
		}
		seen := map[uuid.UUID]bool{}
		for i, id := range list {
			if seen[id] {
				refused.Add(field+part+"."+strconv.Itoa(i), problem.Invalid, "name each once")
			}
			seen[id] = true
		}
	}
}

func basisPoints(refused *problem.List, percent decimal.Decimal) int32 {
	points := percent.Shift(2)
	switch {
	case percent.LessThanOrEqual(decimal.Zero) || percent.GreaterThan(decimal.New(100, 0)):
		refused.Add("input.percent", problem.OutOfRange, "must be more than 0 and at most 100")
	case !points.IsInteger():
		refused.Add("input.percent", problem.Invalid, "has at most 2 decimals")
	default:
		return int32(points.IntPart())
	}
	return 1
}

// amountOf is an amount above zero in minor units.
func amountOf(refused *problem.List, field string, d decimal.Decimal, currency *string) int64 {
	if currency == nil {
		refused.Add("input.currency", problem.Required, "say in which currency its amounts are")
		return 1
	}
	if d.IsZero() {
		refused.Add(field, problem.OutOfRange, "must be more than 0")
		return 1
	}
	return catalog.Price(refused, field, d, money.Currency(*currency))
}
