package cart

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// ProblemCode says what stands between a cart and its order.
type ProblemCode string

// Codes of problems.
const (
	PriceChanged             ProblemCode = "PRICE_CHANGED"
	Unavailable              ProblemCode = "UNAVAILABLE"
	OutOfStock               ProblemCode = "OUT_OF_STOCK"
	PaymentMethodUnavailable ProblemCode = "PAYMENT_METHOD_UNAVAILABLE"
	PromotionChanged         ProblemCode = "PROMOTION_CHANGED"
	DeliveryChanged          ProblemCode = "DELIVERY_CHANGED"
	DeliveryUnavailable      ProblemCode = "DELIVERY_UNAVAILABLE"
	TaxChanged               ProblemCode = "TAX_CHANGED"
	RateUnknown              ProblemCode = "RATE_UNKNOWN"
	ImportRefused            ProblemCode = "IMPORT_REFUSED"
	OverOrderLimit           ProblemCode = "OVER_ORDER_LIMIT"
)

// ProblemCodes lists every code.
var ProblemCodes = []ProblemCode{
	PriceChanged, Unavailable, OutOfStock, PaymentMethodUnavailable, PromotionChanged, DeliveryChanged, DeliveryUnavailable,
	TaxChanged, RateUnknown, ImportRefused, OverOrderLimit,
}

// Problem is something that has changed since the shopper was shown the cart.
type Problem struct {
	Code    ProblemCode
	Message string
	// Line it is about, nil where it is about the cart.
	Line *Line `json:"-"`
	// LineID is the line's.
	LineID *uuid.UUID
	// Group it is about: its delivery, or what it is charged on import.
	Group *Group `json:"-"`
	// Storefront is the group's.
	Storefront *models.Key
	// Promotion it is about, of PROMOTION_CHANGED alone: as it is now, or was
	// where it is no more.
	Promotion *Promotion `json:"-"`
	// PromotionID is the promotion's.
	PromotionID *uuid.UUID
	// Was and Now are prices of a piece, what a promotion takes off, carriage, or taxes;
	// nil where there was, or is, none.
	Was, Now *money.Money
	// Customs says what is wrong with its import, of RATE_UNKNOWN,
	// IMPORT_REFUSED and OVER_ORDER_LIMIT alone.
	Customs landedcost.Problem `json:",omitempty"`
	// Available is how many pieces can be had, of OUT_OF_STOCK alone.
	Available *int64
}

// examine finds what differs from what was shown. An ordered cart is as it was.
func (p *Priced) examine(g *goods) error {
	if p.Status != models.CartOpen {
		return nil
	}
	left := map[uuid.UUID]int64{}
	for _, group := range p.Groups {
		for _, l := range group.Lines {
			p.line(l, g, left)
		}
	}
	if p.PaymentMethod != nil && !slices.Contains(p.PaymentMethods, *p.PaymentMethod) {
		p.tell(Problem{Code: PaymentMethodUnavailable, Message: "not all storefronts take " + *p.PaymentMethod})
	}
	for _, c := range p.changed() {
		p.promotion(c)
	}
	for _, group := range p.Groups {
		p.carriage(group)
		p.customs(group)
	}
	return p.name()
}

// line finds what has changed about a line. Lines of one variant in several
// storefronts share its stock: those before it take theirs first.
func (p *Priced) line(l *Line, g *goods, left map[uuid.UUID]int64) {
	about := Problem{Line: l, LineID: &l.ID}
	if l.Offer == nil {
		about.Code, about.Message = Unavailable, "this is not sold in this storefront now"
		p.tell(about)
		return
	}
	if now := money.New(l.Offer.AmountMinor, l.UnitPrice.Currency); now != l.UnitPrice {
		about := about
		about.Code, about.Message = PriceChanged, fmt.Sprintf("the price was %s and is %s now", l.UnitPrice, now)
		about.Was, about.Now = &l.UnitPrice, &now
		p.tell(about)
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
		about.Code, about.Message, about.Available = OutOfStock, fmt.Sprintf("%d pieces are left", pieces), &pieces
		p.tell(about)
	}
}

// change is a promotion that was shown, is now, or both and takes off another
// amount.
type change struct{ was, is *Promotion }

// changed are the promotions that differ from those shown.
func (p *Priced) changed() (all []change) {
	for _, shown := range p.Promotions {
		was := p.applied(shown)
		at := slices.IndexFunc(p.Applied, func(a *Promotion) bool { return a.Key() == shown.Key() })
		switch {
		case at < 0:
			all = append(all, change{was: was})
		case !p.Applied[at].TakesAsMuchAs(shown):
			all = append(all, change{was, p.Applied[at]})
		}
	}
	for _, is := range p.Applied {
		if !slices.ContainsFunc(p.Promotions, func(was models.CartPromotion) bool { return was.Key() == is.Key() }) {
			all = append(all, change{is: is})
		}
	}
	return all
}

func (p *Priced) promotion(c change) {
	about := Problem{Code: PromotionChanged}
	switch {
	case c.is == nil:
		about.Promotion, about.Was = c.was, &c.was.Amount
		about.Message = fmt.Sprintf("the promotion %q does not apply any more", c.was.english())
	case c.was == nil:
		about.Promotion, about.Now = c.is, &c.is.Amount
		about.Message = fmt.Sprintf("the promotion %q applies now", c.is.english())
	default:
		about.Promotion, about.Was, about.Now = c.is, &c.was.Amount, &c.is.Amount
		about.Message = fmt.Sprintf("the promotion %q took off %s and takes off %s now", c.is.english(), c.was.Amount, c.is.Amount)
	}
	about.PromotionID = &about.Promotion.ID
	p.tell(about)
}

func (p *Priced) carriage(g *Group) {
	chosen := p.DeliveryOf(g.Key)
	if chosen == nil {
		return
	}
	about := Problem{Group: g, Storefront: &g.Key}
	if g.Delivery == nil {
		about.Code, about.Message = DeliveryUnavailable, "the chosen way of delivery does not go there, or not with so much"
		p.tell(about)
		return
	}
	if was := money.New(chosen.CarriageMinor, money.Currency(p.Currency)); was != g.Delivery.Price {
		about.Code, about.Was, about.Now = DeliveryChanged, &was, &g.Delivery.Price
		about.Message = fmt.Sprintf("the carriage was %s and is %s now", was, g.Delivery.Price)
		p.tell(about)
	}
}

func (p *Priced) tell(about Problem) { p.Problems = append(p.Problems, &about) }

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
