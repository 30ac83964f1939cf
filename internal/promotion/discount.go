package promotion

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// whole is 100 % in basis points.
const whole = 10_000

// part is what is taken off an item, in order of lines.
type part struct {
	item  *item
	minor int64
}

type parts []part

func (p parts) sum() (sum int64) {
	for _, each := range p {
		sum += each.minor
	}
	return sum
}

// off is what the candidate takes off the lines that nobody has claimed.
//
// Every discount is one amount, rounded half up once, which money.Allocate
// spreads over lines by what they cost: parts always sum to it.
func (c candidate) off(claimed map[*item]bool) parts {
	covers := free(c.covers, claimed)
	switch {
	case c.Kind == models.PromotionBuyXGetY:
		return c.offGets(covers, free(c.gets, claimed))
	case c.Kind == models.PromotionPercentage:
		return c.spread(covers, lefts(covers), percent(sum(lefts(covers)), int64(c.BasisPoints)))
	case c.Target == models.TargetLines:
		// An amount for each piece, never more than the piece costs.
		p := make(parts, len(covers))
		for i, it := range covers {
			p[i] = part{it, it.left}
			if each := c.AmountMinor; each < it.UnitPrice.Minor {
				p[i].minor = min(it.left, each*it.Quantity)
			}
		}
		return p
	default:
		all := sum(lefts(covers))
		return c.spread(covers, lefts(covers), min(all, c.AmountMinor))
	}
}

func (c candidate) spread(items []*item, weights []int64, off int64) parts {
	p := make(parts, len(items))
	for i, share := range money.New(off, c.currency).Allocate(weights...) {
		p[i] = part{items[i], share.Minor}
	}
	return p
}

// percent is basis points of an amount, rounded half up.
func percent(minor, basisPoints int64) int64 {
	n := new(big.Int).Mul(big.NewInt(minor), big.NewInt(basisPoints))
	n.Add(n, big.NewInt(whole/2))
	return n.Quo(n, big.NewInt(whole)).Int64()
}

func lefts(items []*item) []int64 {
	left := make([]int64, len(items))
	for i, it := range items {
		left[i] = it.left
	}
	return left
}

func sum(amounts []int64) (sum int64) {
	for _, a := range amounts {
		sum += a
	}
	return sum
}

// offGets takes the percentage off the cheapest pieces that are got, as many
// as what is bought earns.
func (c candidate) offGets(covers, gets []*item) parts {
	sets := c.setsOf(covers, gets)
	if sets == 0 {
		return nil
	}
	taken := cheapest(covers, gets, sets*c.BuyQuantity, sets*c.GetQuantity)
	weights := make([]int64, len(gets))
	for i, it := range gets {
		weights[i] = taken[it] * it.UnitPrice.Minor
	}
	return c.spread(gets, weights, percent(sum(weights), int64(c.BasisPoints)))
}

func (c candidate) sets() int64 { return c.setsOf(c.covers, c.gets) }

// setsOf is how often the goods hold what is to be bought and got, no piece
// counted for both.
func (c candidate) setsOf(covers, gets []*item) int64 {
	both := slices.Clone(covers)
	for _, it := range gets {
		if !slices.Contains(covers, it) {
			both = append(both, it)
		}
	}
	return min(pieces(covers)/c.BuyQuantity, pieces(gets)/c.GetQuantity, pieces(both)/(c.BuyQuantity+c.GetQuantity))
}

func pieces(items []*item) (n int64) {
	for _, it := range items {
		n += it.Quantity
	}
	return n
}

// cheapest picks the pieces to be got: the cheapest, while enough pieces are
// left of what is to be bought.
func cheapest(covers, gets []*item, buy, get int64) map[*item]int64 {
	spare := pieces(covers) - buy
	byPrice := slices.Clone(gets)
	slices.SortStableFunc(byPrice, func(a, b *item) int { return cmp.Compare(a.UnitPrice.Minor, b.UnitPrice.Minor) })
	taken := map[*item]int64{}
	for _, it := range byPrice {
		n := min(get, it.Quantity)
		if slices.Contains(covers, it) {
			n = min(n, spare)
			spare -= n
		}
		taken[it] = n
		get -= n
	}
	return taken
}
