package cart

import (
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/delivery"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/models"
)

// Promotion is a promotion that applies. Amount is what it takes off goods, or
// what is spared of carriage that was chosen.
type Promotion struct {
	models.CartPromotion
	Amount money.Money
}

// FreesCarriage tells whether it takes off carriage rather than goods.
func (p *Promotion) FreesCarriage() bool { return len(p.Storefronts) > 0 }

// OptionalCode is the code that made it apply, nil where it is automatic.
func (p *Promotion) OptionalCode() *string { return models.Optional(p.Code) }

func (p *Promotion) english() string {
	text, _ := p.Texts.In(p.DefaultLanguage, "en")
	return text.Title
}

// Code is a code that the shopper asked for.
type Code struct {
	Code string
	// Reason is why it does not apply, nil where it does.
	Reason *promotion.Reason
}

// Applies tells whether it takes something off.
func (c *Code) Applies() bool { return c.Reason == nil }

// DeliveryOption is a way of sending a group's goods, with what that costs.
type DeliveryOption struct {
	Option models.DeliveryOption
	Price  money.Money
}

// settle reckons what promotions take off, and what carriage costs after them.
func (p *Priced) settle(g *goods) error {
	result, err := promotion.Apply(g.promotions, p.promotable(), p.DiscountCodes, g.at)
	if err != nil {
		return err
	}
	for _, a := range result.Applied {
		row := models.CartPromotion{
			BrandID: a.Promotion.BrandID, ID: a.Promotion.ID, DefaultLanguage: a.Promotion.DefaultLanguage, Texts: a.Promotion.Texts,
			Code: a.Code, AmountMinor: a.Amount.Minor, Storefronts: a.Storefronts,
		}
		for _, share := range a.Shares {
			row.Shares = append(row.Shares, models.CartShare{LineID: share.Line, AmountMinor: share.Amount.Minor})
		}
		p.apply(row)
	}
	for _, word := range p.DiscountCodes {
		code := &Code{Code: word}
		for i := range result.Refused {
			if result.Refused[i].Code == word {
				code.Reason = &result.Refused[i].Reason
			}
		}
		p.Codes = append(p.Codes, code)
	}
	left, supply := g.left, g.supply.Clone()
	for _, group := range p.Groups {
		if err := p.carry(group, g.options[group.Key]); err != nil {
			return err
		}
		if err := p.tax(group, g.terms, supply, left); err != nil {
			return err
		}
		if group.LandedCost != nil {
			left = left.Without(group.LandedCost)
		}
	}
	return nil
}

// promotable are the lines as promotions see them.
func (p *Priced) promotable() []promotion.Line {
	var lines []promotion.Line
	for _, l := range p.Lines() {
		line := promotion.Line{
			ID: l.ID, BrandID: l.BrandID, StorefrontID: l.StorefrontID, ProductID: l.ProductID, UnitPrice: l.UnitPrice, Quantity: l.Quantity,
		}
		if path, _ := l.traits(); path != nil {
			line.CategoryPath = *path
		}
		lines = append(lines, line)
	}
	return lines
}

// traits are the category and the weight of a piece: those of now, or as they
// were last shown where it cannot be bought.
func (l *Line) traits() (path *string, grams *int32) {
	if l.Offer != nil {
		return l.Offer.CategoryPath, l.Offer.WeightGrams
	}
	return l.CategoryPath, l.WeightGrams
}

// applied is a row with its amount.
func (p *Priced) applied(row models.CartPromotion) *Promotion {
	return &Promotion{row, money.New(row.AmountMinor, money.Currency(p.Currency))}
}

// apply charges lines with what a promotion takes off them.
func (p *Priced) apply(row models.CartPromotion) {
	applied := p.applied(row)
	p.Applied = append(p.Applied, applied)
	for _, share := range row.Shares {
		for _, g := range p.Groups {
			if at := slices.IndexFunc(g.Lines, func(l *Line) bool { return l.ID == share.LineID }); at >= 0 {
				g.charge(p.Currency, models.ChargeDiscount, g.Lines[at], -share.AmountMinor).Promotion = applied
			}
		}
	}
}

// carry finds the ways of sending a group and charges the one that was chosen.
func (p *Priced) carry(g *Group, options []models.DeliveryOption) error {
	goods, err := models.Sum(g.Rows(), p.Currency)
	if err != nil {
		return err
	}
	to := delivery.Destination{Country: p.Country}
	if p.Recipient != nil {
		to.Region = p.Recipient.Region
	}
	var grams int64
	for _, l := range g.Lines {
		if _, each := l.traits(); each != nil {
			grams += int64(*each) * l.Quantity
		}
	}
	g.DeliveryRequired = slices.ContainsFunc(options, func(o models.DeliveryOption) bool { return o.ArchivedAt == nil })
	free := slices.IndexFunc(p.Applied, func(a *Promotion) bool { return slices.Contains(a.Storefronts, g.Key.ID) })
	chosen := p.DeliveryOf(g.Key)
	for _, quote := range delivery.Options(options, to, grams, goods.Total) {
		o := &DeliveryOption{Option: quote.Option, Price: quote.Amount}
		if free >= 0 {
			o.Price.Minor = 0
		}
		g.Options = append(g.Options, o)
		if chosen == nil || chosen.OptionID != o.Option.ID {
			continue
		}
		if free >= 0 {
			p.Applied[free].Amount.Minor += quote.Amount.Minor
			p.Applied[free].AmountMinor = p.Applied[free].Amount.Minor
			if quote.Amount.Minor > 0 {
				g.Freed = p.Applied[free]
			}
		}
		g.deliver(p.Currency, o)
	}
	return nil
}

func (g *Group) deliver(currency string, o *DeliveryOption) {
	g.Delivery = o
	if o.Price.Minor > 0 {
		g.charge(currency, models.ChargeShipping, nil, o.Price.Minor)
	}
}

// keep charges an ordered cart as it was last shown.
func (p *Priced) keep(g *goods) error {
	for _, row := range p.Promotions {
		p.apply(row)
	}
	for _, word := range p.DiscountCodes {
		code := &Code{Code: word}
		if !slices.ContainsFunc(p.Promotions, func(a models.CartPromotion) bool { return a.Code == word }) {
			code.Reason = new(promotion.OtherApplied)
		}
		p.Codes = append(p.Codes, code)
	}
	for _, group := range p.Groups {
		chosen := p.DeliveryOf(group.Key)
		for _, option := range g.options[group.Key] {
			if chosen != nil && chosen.OptionID == option.ID {
				group.deliver(p.Currency, &DeliveryOption{option, money.New(chosen.CarriageMinor, money.Currency(p.Currency))})
			}
		}
		p.keepTaxes(group)
	}
	return nil
}

// agree takes over what the shopper is shown now, but for what had changed by
// itself before: that remains to be accepted.
func (e *edit) agree(before, after *Priced) {
	changed, of := map[models.Key]*Promotion{}, map[uuid.UUID]bool{}
	if !e.accepted {
		for _, c := range before.changed() {
			if c.was != nil {
				changed[c.was.Key()] = c.was
			} else {
				changed[c.is.Key()] = nil
			}
		}
	}
	e.cart.Promotions = []models.CartPromotion{}
	for _, now := range after.Applied {
		if _, known := changed[now.Key()]; !known {
			e.cart.Promotions = append(e.cart.Promotions, now.CartPromotion)
		}
	}
	for _, l := range e.lines {
		of[l.BrandID] = true
	}
	for _, was := range before.Promotions {
		if _, known := changed[was.Key()]; known && of[was.BrandID] {
			e.cart.Promotions = append(e.cart.Promotions, was)
		}
	}
	for i := range e.cart.Deliveries {
		d := &e.cart.Deliveries[i]
		was, is := before.DeliveryOf(d.Storefront()), after.delivery(d.Storefront())
		same := was != nil && was.OptionID == d.OptionID && d.Storefront() != e.chosen
		if same && !e.accepted {
			if priced := before.delivery(d.Storefront()); priced == nil || priced.Price.Minor != was.CarriageMinor {
				continue
			}
		}
		if is != nil {
			d.CarriageMinor = is.Price.Minor
		}
	}
	e.agreeTaxes(before, after)
}

// delivery is the chosen way of sending that can be had, or nil.
func (p *Priced) delivery(storefront models.Key) *DeliveryOption {
	if g := p.group(storefront); g != nil {
		return g.Delivery
	}
	return nil
}
