package insight

import (
	"cmp"
	"slices"

	"github.com/tradewind-commerce/tradewind/models"
)

// node is a place with those in it: all, countries, census regions, regions.
type node struct {
	placeRow

	depth    int
	in       []*node
	withheld bool
}

// grow makes trees of rows, one for each currency. Rows come with the largest
// places first.
func grow(rows []*placeRow) (roots []*node) {
	at := map[[5]string]*node{}
	for _, r := range rows {
		n := &node{placeRow: *r, depth: map[int]int{7: 0, 3: 1, 1: 2, 0: 3}[r.Grouped]}
		path := []string{r.Currency, r.Country, r.Census, r.Region}[:n.depth+1]
		at[key(path)] = n
		if n.depth == 0 {
			roots = append(roots, n)
			continue
		}
		parent := at[key(path[:n.depth])]
		parent.in = append(parent.in, n)
	}
	return roots
}

// key tells an empty name from one that is summed over.
func key(path []string) (k [5]string) {
	copy(k[1:], path)
	k[0] = string(rune('0' + len(path)))
	return k
}

// told are the places of a level of which each has at least so many shoppers:
// those with fewer are told as one, together with others where they alone
// could be reckoned from the sum of what is around them. That holds at each
// level, and for all levels together: a census region is told or not
// whichever level is asked for.
func (n *node) told(level Level, least int64) []*node {
	if n.depth == map[Level]int{Countries: 1, CensusRegions: 2, Regions: 3}[level] {
		return []*node{n}
	}
	kept, rest := n.split(least)
	var all []*node
	for _, in := range kept {
		all = append(all, in.told(level, least)...)
	}
	if rest != nil {
		all = append(all, rest)
	}
	return all
}

// split takes what must not be told apart from the places within.
func (n *node) split(least int64) (kept []*node, rest *node) {
	var few []*node
	for _, in := range n.in {
		if in.Shoppers < least {
			few = append(few, in)
		} else {
			kept = append(kept, in)
		}
	}
	if len(few) == 0 {
		return kept, nil
	}
	// Somebody may have bought in several of few: together they are at least
	// as many shoppers as the largest has, so that one with enough joins them.
	if len(kept) > 0 {
		i := slices.Index(kept, slices.MinFunc(kept, func(a, b *node) int { return cmp.Compare(a.Shoppers, b.Shoppers) }))
		few, kept = append(few, kept[i]), slices.Delete(kept, i, i+1)
	}
	if len(kept) == 0 {
		whole := *n
		whole.withheld = true
		return nil, &whole
	}
	rest = &node{placeRow: n.placeRow, depth: n.depth, withheld: true}
	rest.Shoppers, rest.Orders, rest.UnitsSold, rest.UnitsReturned, rest.GrossMinor, rest.DiscountMinor, rest.RefundMinor = 0, 0, 0, 0, 0, 0, 0
	for _, f := range few {
		rest.Orders, rest.UnitsSold, rest.UnitsReturned = rest.Orders+f.Orders, rest.UnitsSold+f.UnitsSold, rest.UnitsReturned+f.UnitsReturned
		rest.GrossMinor, rest.DiscountMinor, rest.RefundMinor = rest.GrossMinor+f.GrossMinor, rest.DiscountMinor+f.DiscountMinor, rest.RefundMinor+f.RefundMinor
	}
	return kept, rest
}

// place is the node as it is told.
func (n *node) place(names names) *Place {
	p := &Place{Figures: n.figures(), Withheld: n.withheld}
	if n.depth > 0 {
		p.Country = models.Optional(n.Country)
	}
	if n.depth > 1 && n.Census != "" {
		p.Census = new(models.CensusRegion(n.Census))
	}
	if n.depth > 2 {
		p.Region = models.Optional(n.Region)
	}
	if !n.withheld {
		p.Shoppers = &n.Shoppers
	}
	p.Label = names.place(p)
	return p
}
