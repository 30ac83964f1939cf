package cart

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/problem"
	"github.com/tradewind-commerce/tradewind/models"
)

// LineInput asks for pieces of a variant from a storefront.
type LineInput struct {
	Storefront models.Key
	Variant    models.Key
	Quantity   int64
}

// QuantityInput sets how many pieces of a line are wanted; zero removes it.
type QuantityInput struct {
	Line     uuid.UUID
	Quantity int64
}

func lineField(i int) string { return fmt.Sprintf("input.lines.%d", i) }

// AddLines puts goods into a cart. Pieces of what it holds already are added
// to that line. It refuses goods that are not for sale; what is short of stock
// is told as a problem of the cart.
func (s *Service) AddLines(ctx context.Context, ref Ref, lines []LineInput) (*Priced, error) {
	if err := checkLines(lines, 1); err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{lines: lines}, func(e *edit) error { return e.add(lines) })
}

func checkLines(lines []LineInput, least int) error {
	var refused problem.List
	checkCount(&refused, "input.lines", len(lines), least)
	for i, l := range lines {
		refused.Number(lineField(i)+".quantity", l.Quantity, 1, maxPieces)
	}
	return refused.Err()
}

func checkCount(refused *problem.List, field string, n, least int) {
	switch {
	case n < least:
		refused.Add(field, problem.Required, "give at least one line")
	case n > maxLines:
		refused.Add(field, problem.TooLong, fmt.Sprintf("give at most %d lines", maxLines))
	}
}

func (e *edit) add(lines []LineInput) error {
	var refused problem.List
	for i, in := range lines {
		field := lineField(i)
		if p := e.unsuited(in); p != nil {
			p.Field = append([]string{"input", "lines", fmt.Sprint(i)}, p.Field...)
			refused = append(refused, p)
			continue
		}
		at := place{in.Storefront.BrandID, in.Storefront.ID, in.Variant.ID}
		l := e.line(at)
		if l == nil {
			e.lines = append(e.lines, models.CartLine{
				CartID: e.cart.ID, ID: newID(), BrandID: at.brand, StorefrontID: at.storefront, VariantID: at.variant, AddedAt: e.at,
			})
			l = &e.lines[len(e.lines)-1]
			show(l, e.goods.offers[at])
		}
		if l.Quantity += in.Quantity; l.Quantity > maxPieces {
			refused.Add(field+".quantity", problem.OutOfRange, "a line holds at most 10,000 pieces")
		}
	}
	if len(refused) == 0 && len(e.lines) > maxLines {
		refused.Add("input.lines", problem.TooLong, fmt.Sprintf("a cart holds at most %d lines", maxLines))
	}
	return refused.Err()
}

// unsuited says why goods cannot go into the cart, nil where they can. Its
// field is that of the line.
func (e *edit) unsuited(in LineInput) *problem.Problem {
	shop := e.goods.shops[in.Storefront]
	switch {
	case shop == nil:
		return problem.At("storefrontId", problem.NotFound, "there is no such storefront, or you may not see it")
	case !shop.Sells():
		return problem.At("storefrontId", problem.Conflict, "the storefront is not open")
	case shop.Currency != e.cart.Currency || shop.Country != e.cart.Country:
		return problem.At("storefrontId", problem.CurrencyMismatch, fmt.Sprintf(
			"the storefront sells in %s for %s, the cart is in %s for %s", shop.Currency, shop.Country, e.cart.Currency, e.cart.Country))
	case in.Variant.BrandID != in.Storefront.BrandID || e.goods.offers[place{in.Storefront.BrandID, in.Storefront.ID, in.Variant.ID}] == nil:
		return problem.At("variantId", problem.NotForSale, "this variant is not sold in this storefront now")
	}
	return nil
}

// ChangeLines sets how many pieces of lines are wanted; none removes a line.
func (s *Service) ChangeLines(ctx context.Context, ref Ref, lines []QuantityInput) (*Priced, error) {
	var refused problem.List
	checkCount(&refused, "input.lines", len(lines), 1)
	for i, l := range lines {
		refused.Number(lineField(i)+".quantity", l.Quantity, 0, maxPieces)
		if slices.ContainsFunc(lines[:i], func(o QuantityInput) bool { return o.Line == l.Line }) {
			refused.Add(lineField(i)+".lineId", problem.Invalid, "this line is named twice")
		}
	}
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{}, func(e *edit) error {
		var refused problem.List
		for i, in := range lines {
			at := slices.IndexFunc(e.lines, func(l models.CartLine) bool { return l.ID == in.Line })
			if at < 0 {
				refused.Add(lineField(i)+".lineId", problem.NotFound, "the cart has no such line")
				continue
			}
			e.lines[at].Quantity = in.Quantity
		}
		e.drop(func(l *models.CartLine) bool { return l.Quantity == 0 })
		return refused.Err()
	})
}

// RemoveLines takes lines out of a cart.
func (s *Service) RemoveLines(ctx context.Context, ref Ref, lines []uuid.UUID) (*Priced, error) {
	var refused problem.List
	checkCount(&refused, "input.lineIds", len(lines), 1)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, ref, further{}, func(e *edit) error {
		var refused problem.List
		for i, id := range lines {
			if !slices.ContainsFunc(e.lines, func(l models.CartLine) bool { return l.ID == id }) {
				refused.Add(fmt.Sprintf("input.lineIds.%d", i), problem.NotFound, "the cart has no such line")
			}
		}
		e.drop(func(l *models.CartLine) bool { return slices.Contains(lines, l.ID) })
		return refused.Err()
	})
}

// drop takes out lines.
func (e *edit) drop(gone func(*models.CartLine) bool) {
	e.lines = slices.DeleteFunc(e.lines, func(l models.CartLine) bool { return gone(&l) })
}
