// Package peers compares the API with what can be had at most, a server of a
// few statements written by hand, and with other servers: on data of one size,
// under one load, each in a process of its own.
package peers

import (
	"fmt"
	"math"
)

// Amounts of the data that is measured on.
type Amounts struct {
	// Brands have one storefront each. The first Big of them hold PerBig
	// products each, the others share the rest.
	Brands, Big, PerBig int
	Products            int
	Shoppers, Orders    int
}

// variants that a product has, and orders of a shopper on average.
const (
	variants  = 5
	perPerson = 20
)

// Of gives the amounts at a scale; 1 is full. They never go below what the
// operations need.
func Of(scale float64) (Amounts, error) {
	if !(scale >= 0.001 && scale <= 10) {
		return Amounts{}, fmt.Errorf("a scale is 0.001 to 10, not %g", scale)
	}
	of := func(full, least int) int { return max(least, int(math.Round(float64(full)*scale))) }
	a := Amounts{Products: of(100_000, 0), Shoppers: of(50_000, 0), Big: min(25, of(25, 2))}
	a.PerBig = min(2000, a.Products/2/a.Big)
	a.Brands = of(7000, a.Big+1)
	a.Orders = a.Shoppers * perPerson
	return a, nil
}

// place says whose the n-th product is, from 1: the number of its brand from
// 0, and its own among that brand's.
func (a Amounts) place(n int) (brand, place int) {
	n--
	if large := a.Big * a.PerBig; n >= large {
		small := a.Brands - a.Big
		return a.Big + (n-large)%small, (n - large) / small
	}
	return n / a.PerBig, n % a.PerBig
}

// Words of titles. Each pair is in one of 120 products.
var (
	kinds = []string{"Hydrating", "Organic", "Premium", "Classic", "Ultra", "Gentle", "Vitamin", "Silk", "Sport", "Kids"}
	goods = []string{
		"Serum", "Cream", "Milk Powder", "Sneaker", "Jacket", "Shampoo", "Supplement", "Lipstick", "Headphones", "Backpack", "Coffee", "Diaper",
	}
	uses = []string{"skincare", "nutrition", "fashion", "electronics", "baby", "home", "outdoor", "pet"}
)

// months of the year that orders fill: one comes 31 minutes after the other,
// over the year and over again.
func (a Amounts) months() int { return min(12, max(1, a.Orders/(24*60))) }

// hits is how many products a search for a pair of words finds at least.
func (a Amounts) hits() int { return a.Products / (len(kinds) * len(goods)) }
