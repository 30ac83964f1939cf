package cart

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/offer"
	"github.com/tradewind-commerce/tradewind/models"
)

// Priced is a cart as its shopper sees it: amounts are of the prices that were
// shown, and problems say what differs from them now.
type Priced struct {
	models.Cart
	models.Totals
	Groups   []*Group
	Problems []*Problem
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
}

// Line is a line of a cart with what it costs.
type Line struct {
	models.CartLine
	UnitPrice money.Money
	Goods     money.Money
	// Offer is what it is sold for now, nil where it cannot be bought.
	Offer *offer.Offer
}

// ProblemCode says what stands between a cart and its order.
type ProblemCode string

// Codes of problems.
const (
	PriceChanged             ProblemCode = "PRICE_CHANGED"
	Unavailable              ProblemCode = "UNAVAILABLE"
	OutOfStock               ProblemCode = "OUT_OF_STOCK"
	PaymentMethodUnavailable ProblemCode = "PAYMENT_METHOD_UNAVAILABLE"
)

// ProblemCodes lists every code.
var ProblemCodes = []ProblemCode{PriceChanged, Unavailable, OutOfStock, PaymentMethodUnavailable}

// Problem is something that has changed since the shopper was shown the cart.
type Problem struct {
	Code    ProblemCode
	Message string
	// Line it is about, nil where it is about the cart.
	Line *Line `json:"-"`
	// LineID is the line's.
	LineID *uuid.UUID
	// Was and Now are prices of a piece, of PRICE_CHANGED alone.
	Was, Now *money.Money
	// Available is how many pieces can be had, of OUT_OF_STOCK alone.
	Available *int64
}

// price reckons a cart. It reports money.ErrOverflow.
func price(c models.Cart, lines []models.CartLine, g *goods) (*Priced, error) {
	p := &Priced{Cart: c}
	groups := map[models.Key]*Group{}
	left := map[uuid.UUID]int64{}
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
		p.examine(l, g, left)
	}
	if err := p.sum(); err != nil {
		return nil, err
	}
	p.paidBy()
	return p, p.name()
}

func (g *Group) charge(currency string, kind models.ChargeKind, line *Line, minor int64) {
	c := &Charge{Charge: models.Charge{BrandID: g.Key.BrandID, Kind: kind, Currency: currency, AmountMinor: minor}, Line: line}
	if line != nil {
		c.LineID = &line.ID
	}
	g.Charges = append(g.Charges, c)
}

// Rows are the charges without their lines, as copies.
func (g *Group) Rows() []models.Charge {
	rows := make([]models.Charge, len(g.Charges))
	for i, c := range g.Charges {
		rows[i] = c.Charge
	}
	return rows
}

// examine finds what has changed about a line. Lines of one variant in several
// storefronts share its stock: those before it take theirs first.
func (p *Priced) examine(l *Line, g *goods, left map[uuid.UUID]int64) {
	if l.Offer == nil {
		p.tell(l, Problem{Code: Unavailable, Message: "this is not sold in this storefront now"})
		return
	}
	if now := money.New(l.Offer.AmountMinor, l.UnitPrice.Currency); now != l.UnitPrice {
		p.tell(l, Problem{Code: PriceChanged, Message: fmt.Sprintf("the price was %s and is %s now", l.UnitPrice, now), Was: &l.UnitPrice, Now: &now})
	}
	pieces, tracked := g.supply.Left(l.VariantID)
	if !tracked {
		return
	}
	if rest, known := left[l.VariantID]; known {
		pieces = rest
	}
	left[l.VariantID] = max(pieces-l.Quantity, 0)
	if pieces < l.Quantity {
		p.tell(l, Problem{Code: OutOfStock, Message: fmt.Sprintf("%d pieces are left", pieces), Available: &pieces})
	}
}

func (p *Priced) tell(l *Line, problem Problem) {
	if l != nil {
		problem.Line, problem.LineID = l, &l.ID
	}
	p.Problems = append(p.Problems, &problem)
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
	if p.PaymentMethod != nil && !slices.Contains(p.PaymentMethods, *p.PaymentMethod) {
		p.tell(nil, Problem{Code: PaymentMethodUnavailable, Message: "not all storefronts take " + *p.PaymentMethod})
	}
}

// name makes the key of the problems.
func (p *Priced) name() error {
	if len(p.Problems) == 0 {
		return nil
	}
	text, err := json.Marshal(p.Problems)
	if err != nil {
		return fmt.Errorf("name the problems of a cart: %w", err)
	}
	sum := sha256.Sum256(text)
	p.ProblemsKey = base64.RawURLEncoding.EncodeToString(sum[:18])
	return nil
}
