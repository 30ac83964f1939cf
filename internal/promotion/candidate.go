package promotion

import (
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// candidate is a promotion whose conditions hold.
type candidate struct {
	Promotion
	code string
	// covers are the lines it takes off from; of BUY_X_GET_Y those that count
	// as bought, and gets those it takes off from.
	covers, gets []*item
	currency     money.Currency
}

// candidate checks the conditions of a promotion; the reason says which does
// not hold.
func (r *reckoning) candidate(p Promotion) (candidate, Reason) {
	c := candidate{Promotion: p}
	c.covers = p.selected(r.items, p.Goods)
	if len(c.covers) == 0 {
		return c, OtherGoods
	}
	if c.gets = c.covers; p.Gets != nil {
		c.gets = p.selected(r.items, *p.Gets)
	}
	c.currency = c.covers[0].UnitPrice.Currency
	switch p.StatusAt(r.at) {
	case models.PromotionEnded:
		return c, Ended
	case models.PromotionScheduled:
		return c, NotStarted
	case models.PromotionActive:
	}
	if p.Currency != nil && *p.Currency != string(c.currency) {
		return c, OtherCurrency
	}
	if spent(p.UseLimit, p.Uses) {
		return c, UsedUp
	}
	if spent(p.ShopperLimit, p.ShopperUses) {
		return c, UsedByShopper
	}
	var goods, quantity int64
	for _, it := range c.covers {
		goods += it.goods
		quantity += min(it.Quantity, p.MinimumQuantity)
	}
	if goods < p.MinimumMinor {
		return c, MinimumAmount
	}
	if quantity < p.MinimumQuantity || p.Kind == models.PromotionBuyXGetY && c.sets() == 0 {
		return c, MinimumQuantity
	}
	return c, r.unlock(&c)
}

// unlock finds the code that makes it apply.
func (r *reckoning) unlock(c *candidate) Reason {
	if c.Trigger == models.TriggerAutomatic {
		return ""
	}
	codes := r.codesOf(c.Promotion)
	for _, code := range codes {
		if !spent(code.UseLimit, code.Uses) {
			c.code = code.Code
			return ""
		}
	}
	return UsedUp
}

func spent(limit *int64, uses int64) bool { return limit != nil && uses >= *limit }

// selected gives the lines of its brand and storefront that a selection means.
func (p Promotion) selected(items []*item, s models.Selection) []*item {
	var meant []*item
	for _, it := range items {
		if it.BrandID == p.BrandID && (p.StorefrontID == nil || *p.StorefrontID == it.StorefrontID) && p.means(s, it.Line) {
			meant = append(meant, it)
		}
	}
	return meant
}

func (p Promotion) means(s models.Selection, l Line) bool {
	if s.Everything() || s.HasProduct(l.ProductID) {
		return true
	}
	for _, id := range s.Categories {
		if path := p.Paths[id]; path != "" && (l.CategoryPath == path || strings.HasPrefix(l.CategoryPath, path+"/")) {
			return true
		}
	}
	return false
}

func (c candidate) applied() Applied {
	return Applied{Promotion: c.Promotion.Promotion, Code: c.code, Amount: money.New(0, c.currency)}
}

func free(items []*item, claimed map[*item]bool) []*item {
	var left []*item
	for _, it := range items {
		if !claimed[it] {
			left = append(left, it)
		}
	}
	return left
}
