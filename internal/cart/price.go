package cart

import (
	"slices"

	"github.com/tradewind-commerce/tradewind/internal/doorprice"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/models"
)

// Priced is a cart as its shopper sees it: goods at the prices that were
// shown, with the promotions and the carriage of now. Problems say what differs
// from what was shown.
type Priced struct {
	models.Cart
	models.Totals
	Groups   []*Group
	Problems []*Problem
	// Applied are the promotions that apply, and Codes how those that were
	// asked for stand.
	Applied []*Promotion
	Codes   []*Code
	// PaymentMethods are those that all its storefronts take.
	PaymentMethods []string
	// ProblemsKey stands for exactly these problems; empty where there are none.
	ProblemsKey string
}

// Lines of all groups, in their order.
func (p *Priced) Lines() []*Line {
	var all []*Line
	for _, g := range p.Groups {
		all = append(all, g.Lines...)
	}
	return all
}

// OptionalProblemsKey is ProblemsKey, nil where there is none.
func (p *Priced) OptionalProblemsKey() *string { return models.Optional(p.ProblemsKey) }

// Group is what a cart holds of one storefront: it becomes one order.
type Group struct {
	Key models.Key
	// Shop is nil where the shopper may no longer see it.
	Shop  *offer.Storefront
	Lines []*Line
	models.Totals
	// Charges sum to the total.
	Charges []*Charge
	// Options are how its goods can be sent to where the cart goes, Delivery the
	// one that was chosen, nil where there is none. DeliveryRequired tells that
	// one must be, since the storefront sends in ways of its own.
	Options          []*DeliveryOption
	Delivery         *DeliveryOption
	DeliveryRequired bool
	// Freed is the promotion that takes off what Delivery would cost, nil for none.
	Freed *Promotion
	// LandedCost is what it costs at the door, nil where its storefront charges
	// no duties and taxes, or the cart was ordered.
	LandedCost *landedcost.Record

	terms       *doorprice.Terms
	left        *landedcost.Left
	shippedFrom string
}

// SellerName is nil where the shopper may no longer see the storefront.
func (g *Group) SellerName() *string {
	if g.Shop == nil {
		return nil
	}
	return &g.Shop.SellerName
}

// Charge is a typed part of what a group costs. Its LineID is that of Line.
type Charge struct {
	models.Charge
	// Line is nil for the group as a whole.
	Line *Line
	// Promotion took it off, nil where none did.
	Promotion *Promotion
}

// Line is a line of a cart with what it costs.
type Line struct {
	models.CartLine
	UnitPrice money.Money
	Goods     money.Money
	// Offer is what it is sold for now, nil where it cannot be bought.
	Offer *offer.Offer
}

// price reckons a cart and finds what has changed about it. It reports
// money.ErrOverflow.
func price(c models.Cart, lines []models.CartLine, g *goods) (*Priced, error) {
	p, err := reckon(c, lines, g)
	if err != nil {
		return nil, err
	}
	return p, p.examine(g)
}

// reckon prices a cart by the rules of now, whatever was shown. An ordered cart
// keeps what it was ordered with.
func reckon(c models.Cart, lines []models.CartLine, g *goods) (*Priced, error) {
	p := &Priced{Cart: c}
	groups := map[models.Key]*Group{}
	for i := range lines {
		l := &Line{CartLine: lines[i], UnitPrice: money.New(lines[i].UnitPriceMinor, money.Currency(c.Currency)), Offer: g.of(&lines[i])}
		var err error
		if l.Goods, err = l.CartLine.Goods(c.Currency); err != nil {
			return nil, err
		}
		key := l.Storefront()
		group := groups[key]
		if group == nil {
			group = &Group{Key: key, Shop: g.shops[key]}
			groups[key], p.Groups = group, append(p.Groups, group)
		}
		group.Lines = append(group.Lines, l)
		group.charge(c.Currency, models.ChargeGoods, l, l.Goods.Minor)
	}
	settle := p.settle
	if c.Status != models.CartOpen {
		settle = p.keep
	}
	if err := settle(g); err != nil {
		return nil, err
	}
	p.paidBy()
	return p, p.sum()
}

func (g *Group) charge(currency string, kind models.ChargeKind, line *Line, minor int64) *Charge {
	c := &Charge{Charge: models.Charge{BrandID: g.Key.BrandID, Kind: kind, Currency: currency, AmountMinor: minor}, Line: line}
	if line != nil {
		c.LineID = &line.ID
	}
	g.Charges = append(g.Charges, c)
	return c
}

// Rows are the charges without their lines, as copies.
func (g *Group) Rows() []models.Charge {
	rows := make([]models.Charge, len(g.Charges))
	for i, c := range g.Charges {
		rows[i] = c.Charge
	}
	return rows
}

func (p *Priced) sum() (err error) {
	var all []models.Charge
	for _, g := range p.Groups {
		if g.Totals, err = models.Sum(g.Rows(), p.Currency); err != nil {
			return err
		}
		all = append(all, g.Rows()...)
	}
	p.Totals, err = models.Sum(all, p.Currency)
	return err
}

// paidBy finds the methods that all storefronts take.
func (p *Priced) paidBy() {
	p.PaymentMethods = []string{}
	for _, method := range models.PaymentMethods {
		if !slices.ContainsFunc(p.Groups, func(g *Group) bool { return g.Shop != nil && !slices.Contains(g.Shop.PaymentMethods, method) }) {
			p.PaymentMethods = append(p.PaymentMethods, method)
		}
	}
}
