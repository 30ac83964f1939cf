package promotion

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// Apply reckons what promotions take off lines, by the rules above. Lines are
// of one currency, else it reports money.ErrCurrencyMismatch; amounts beyond
// 63 bits are money.ErrOverflow. The order of its arguments plays no part.
func Apply(promotions []Promotion, lines []Line, codes []string, at time.Time) (Result, error) {
	items, err := itemsOf(lines)
	if err != nil {
		return Result{}, err
	}
	r := reckoning{items: items, at: at, refused: map[string]Refused{}, applied: map[string]bool{}}
	for _, code := range codes {
		r.asked = append(r.asked, Normal(code))
	}
	slices.Sort(r.asked)
	r.asked = slices.Compact(r.asked)
	r.reckon(promotions)
	for _, code := range r.asked {
		if !r.applied[code] {
			refused := r.refused[code]
			refused.Code = code
			if refused.Reason == "" {
				refused.Reason = Unknown
			}
			r.result.Refused = append(r.result.Refused, refused)
		}
	}
	return r.result, nil
}

// item is a line with what it costs at its price, and after discounts so far.
type item struct {
	Line
	goods, left int64
}

func itemsOf(lines []Line) ([]*item, error) {
	items := make([]*item, 0, len(lines))
	var total money.Money
	var pieces int64
	for i, l := range lines {
		if l.Quantity < 1 || l.UnitPrice.Minor < 0 {
			return nil, ErrLine
		}
		goods, err := l.UnitPrice.Times(l.Quantity)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			total.Currency = goods.Currency
		}
		// What is summed later is a part of this, so that it cannot overflow.
		if total, err = total.Add(goods); err != nil {
			return nil, err
		}
		if pieces += l.Quantity; pieces < 0 {
			return nil, money.ErrOverflow
		}
		items = append(items, &item{Line: l, goods: goods.Minor, left: goods.Minor})
	}
	slices.SortFunc(items, func(a, b *item) int { return compare(a.ID, b.ID) })
	return items, nil
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

type reckoning struct {
	items   []*item
	asked   []string
	at      time.Time
	applied map[string]bool
	refused map[string]Refused
	result  Result
}

// reckon sorts promotions into the steps of the rules. Brands have no lines in
// common, so that they need no steps of their own.
func (r *reckoning) reckon(promotions []Promotion) {
	promotions = slices.Clone(promotions)
	slices.SortFunc(promotions, func(a, b Promotion) int {
		if a.Trigger != b.Trigger {
			if a.Trigger == models.TriggerAutomatic {
				return -1
			}
			return 1
		}
		return compare(a.ID, b.ID)
	})
	var lines, automatic, codes, shipping []candidate
	for _, p := range promotions {
		c, reason := r.candidate(p)
		switch {
		case reason != "":
			r.refuse(p, reason)
		case p.Target == models.TargetLines:
			lines = append(lines, c)
		case p.Target == models.TargetShipping:
			shipping = append(shipping, c)
		case p.Trigger == models.TriggerAutomatic:
			automatic = append(automatic, c)
		default:
			codes = append(codes, c)
		}
	}
	for _, step := range [][]candidate{lines, automatic, codes} {
		r.step(step)
	}
	r.ship(shipping)
}

// step lets candidates take their discounts, the largest first; of equal ones
// the first.
func (r *reckoning) step(candidates []candidate) {
	claimed := map[*item]bool{}
	for len(candidates) > 0 {
		best, most := -1, parts(nil)
		for i, c := range candidates {
			if off := c.off(claimed); off.sum() > most.sum() {
				best, most = i, off
			}
		}
		if best < 0 {
			break
		}
		c := candidates[best]
		a := c.applied()
		for _, it := range append(slices.Clone(c.covers), c.gets...) {
			claimed[it] = true
		}
		for _, part := range most {
			part.item.left -= part.minor
			a.Amount.Minor += part.minor
			if part.minor > 0 {
				a.Shares = append(a.Shares, Share{Line: part.item.ID, Amount: money.New(part.minor, c.currency)})
			}
		}
		r.take(c, a)
		candidates = slices.Delete(candidates, best, best+1)
	}
	for _, c := range candidates {
		r.refuse(c.Promotion, OtherApplied)
	}
}

// ship frees the carriage of storefronts: each by the first that covers it.
func (r *reckoning) ship(candidates []candidate) {
	free := map[uuid.UUID]bool{}
	for _, c := range candidates {
		a := c.applied()
		for _, it := range c.covers {
			if !free[it.StorefrontID] {
				free[it.StorefrontID] = true
				a.Storefronts = append(a.Storefronts, it.StorefrontID)
			}
		}
		if len(a.Storefronts) == 0 {
			r.refuse(c.Promotion, OtherApplied)
			continue
		}
		slices.SortFunc(a.Storefronts, compare)
		r.take(c, a)
	}
}

func (r *reckoning) take(c candidate, a Applied) {
	r.refuse(c.Promotion, OtherApplied) // its further codes
	if c.code != "" {
		r.applied[c.code] = true
	}
	r.result.Applied = append(r.result.Applied, a)
}

// refuse notes why the codes of a promotion do not apply. A code that names
// promotions of several brands tells the reason that is nearest to applying.
func (r *reckoning) refuse(p Promotion, reason Reason) {
	for _, code := range r.codesOf(p) {
		if was := r.refused[code.Code]; slices.Index(Reasons, reason) > slices.Index(Reasons, was.Reason) {
			r.refused[code.Code] = Refused{Promotion: &p.Promotion, Reason: reason}
		}
	}
}

// codesOf gives the codes of a promotion that were asked for, in their order.
func (r *reckoning) codesOf(p Promotion) []models.PromotionCode {
	var codes []models.PromotionCode
	for _, word := range r.asked {
		for _, code := range p.Codes {
			if code.Code == word {
				codes = append(codes, code)
			}
		}
	}
	return codes
}
