package cart

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/internal/promotion"
	"github.com/tradewind-commerce/tradewind/internal/recipient"
	"github.com/tradewind-commerce/tradewind/models"
)

// SetRecipient says who receives the goods, and where: in the cart's market.
func (s *Service) SetRecipient(ctx context.Context, ref Ref, r models.Recipient) (*Priced, error) {
	var refused problem.List
	recipient.Check(&refused, "input.recipient", &r)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{}, func(e *edit) error { return e.sendTo(r, "input.recipient.country") })
}

func (e *edit) sendTo(r models.Recipient, field string) error {
	if r.Country != e.cart.Country {
		return problem.At(field, problem.NotAllowed, "the cart is for "+e.cart.Country)
	}
	e.cart.Recipient = &r
	return nil
}

// SetPaymentMethod chooses one that all storefronts of the cart take, or none.
func (s *Service) SetPaymentMethod(ctx context.Context, ref Ref, method *string) (*Priced, error) {
	if method != nil && !slices.Contains(models.PaymentMethods, *method) {
		return nil, problem.At("input.method", problem.Invalid, "must be one of "+strings.Join(models.PaymentMethods, ", "))
	}
	return s.change(ctx, ref, further{}, func(e *edit) error {
		p, err := e.priced()
		if err != nil {
			return err
		}
		if method != nil && !slices.Contains(p.PaymentMethods, *method) {
			return problem.At("input.method", problem.NotAllowed, "not all storefronts of the cart take it")
		}
		e.cart.PaymentMethod = method
		return nil
	})
}

// SetDiscountCodes says which codes are to apply, instead of those before.
func (s *Service) SetDiscountCodes(ctx context.Context, ref Ref, list []string) (*Priced, error) {
	var refused problem.List
	for i, code := range list {
		list[i] = refused.Line(fmt.Sprintf("input.codes.%d", i), code, 1, 40)
	}
	if len(list) > maxCodes {
		refused.Add("input.codes", problem.TooLong, fmt.Sprintf("give at most %d codes", maxCodes))
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{codes: list}, func(e *edit) error {
		e.cart.DiscountCodes = codes(list)
		return nil
	})
}

// codes gives each code once, in its normal form.
func codes(list []string) models.StringList {
	each := models.StringList{}
	for _, code := range list {
		if code = promotion.Normal(code); !slices.Contains(each, code) {
			each = append(each, code)
		}
	}
	return each
}

// SetDelivery chooses how the goods of a storefront are sent, nil for not at
// all: by an option of that storefront which goes to where the cart goes, with
// what it weighs. Expected is the version of the cart whose options the shopper
// has seen, nil for any.
func (s *Service) SetDelivery(ctx context.Context, ref Ref, storefront models.Key, option *models.Key, expected *int32) (*Priced, error) {
	return s.change(ctx, ref, further{}, func(e *edit) error {
		if expected != nil && *expected != e.cart.Version {
			return problem.At("input.expectedVersion", problem.VersionConflict,
				fmt.Sprintf("the cart has version %d by now: read it again", e.cart.Version))
		}
		p, err := e.priced()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(p.Groups, func(g *Group) bool { return g.Key == storefront })
		switch {
		case at < 0:
			return problem.At("input.storefrontId", problem.NotFound, "the cart holds nothing of this storefront")
		case option == nil:
			e.cart.Deliver(storefront, nil)
			return nil
		case !slices.ContainsFunc(e.goods.options[storefront], func(o models.DeliveryOption) bool { return o.BrandID == option.BrandID && o.ID == option.ID }):
			return problem.At("input.deliveryOptionId", problem.NotFound, "the storefront has no such delivery option")
		case !slices.ContainsFunc(p.Groups[at].Options, func(o *DeliveryOption) bool { return o.Option.ID == option.ID }):
			return problem.At("input.deliveryOptionId", problem.NotAllowed, "this does not go there, or not with so much")
		}
		e.cart.Deliver(storefront, &option.ID)
		e.chosen = storefront
		return nil
	})
}

// Accept renews what the shopper was shown: prices, promotions and carriage
// become those of now, and what cannot be had or imported leaves the cart. Key is that of the problems the shopper
// has seen; where others stand there now, nothing is changed.
func (s *Service) Accept(ctx context.Context, ref Ref, key string) (*Priced, error) {
	return s.change(ctx, ref, further{}, func(e *edit) error {
		p, err := e.priced()
		if err != nil {
			return err
		}
		if p.ProblemsKey != key {
			return problem.At("input.problemsKey", problem.Conflict, "the cart has other problems now; read them first")
		}
		for _, problem := range p.Problems {
			e.accept(problem)
		}
		e.accepted = true
		return nil
	})
}

func (e *edit) accept(p *Problem) {
	switch p.Code {
	case PriceChanged:
		show(e.line(placeOf(&p.Line.CartLine)), p.Line.Offer)
	case OutOfStock:
		e.line(placeOf(&p.Line.CartLine)).Quantity = *p.Available
		e.drop(func(l *models.CartLine) bool { return l.Quantity == 0 })
	case Unavailable, RateUnknown, ImportRefused:
		e.drop(func(l *models.CartLine) bool { return l.ID == p.Line.ID })
	case PaymentMethodUnavailable:
		e.cart.PaymentMethod = nil
	case DeliveryUnavailable:
		e.cart.Deliver(*p.Storefront, nil)
	case PromotionChanged, DeliveryChanged, TaxChanged: // as they are now
	case OverOrderLimit: // the shopper chooses what to leave out
	}
}
