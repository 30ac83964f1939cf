// Package promotion reckons what a brand takes off its goods and carriage, and
// keeps promotions, their codes and their uses.
//
// How promotions stack, in one place; Apply does exactly this, for each brand
// in a cart by itself:
//
//  1. Conditions are measured on goods at their prices, before any discount,
//     and on all the goods a promotion covers, whatever else takes them.
//  2. Promotions of LINES come first, automatic ones and codes alike. The one
//     that takes off most goes first and claims every line it covers; the next
//     is reckoned on the lines left, until nothing takes anything off. So a
//     line has at most one of them.
//  3. Automatic promotions of ORDER follow, in the same manner, on what lines
//     cost after step 2: a line has at most one of them.
//  4. Codes of ORDER follow on what is left after step 3: at most one a line.
//  5. Of promotions of SHIPPING each storefront takes one.
//
// Of two that take off the same the automatic one goes first, so that no code
// is used up for nothing, then the older one. No line goes below zero.
package promotion

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// ErrLine reports a line without pieces, or with a negative price.
var ErrLine = errors.New("promotion: a line needs a quantity and a price")

// Line is a line of a cart. Quantities of one variant may be spread over lines.
type Line struct {
	ID           uuid.UUID
	BrandID      uuid.UUID
	StorefrontID uuid.UUID
	ProductID    uuid.UUID
	// CategoryPath is that of its category: "food/honey", empty without one.
	CategoryPath string
	UnitPrice    money.Money
	Quantity     int64
}

// Promotion is a promotion with what its row does not say.
type Promotion struct {
	models.Promotion
	// Paths of the categories its selections name.
	Paths map[uuid.UUID]string
	// Codes that were asked for and belong to it.
	Codes []models.PromotionCode
	// ShopperUses counts the uses of the shopper whose cart it is.
	ShopperUses int64
}

// Share is what a promotion takes off a line.
type Share struct {
	Line   uuid.UUID
	Amount money.Money
}

// Applied is a promotion that takes something off.
type Applied struct {
	Promotion models.Promotion
	// Code that made it apply, in the form of Normal; empty where it is automatic.
	Code string
	// Amount is the sum of Shares, positive; zero where it frees carriage.
	Amount money.Money
	// Shares in order of line ids, each above zero.
	Shares []Share
	// Storefronts whose carriage is free, in order of their ids.
	Storefronts []uuid.UUID
}

// Reason is why a code does not apply.
type Reason string

// Reasons, from the one furthest from applying to the nearest.
const (
	Unknown         Reason = "UNKNOWN"
	OtherGoods      Reason = "OTHER_GOODS"
	Ended           Reason = "ENDED"
	NotStarted      Reason = "NOT_STARTED"
	OtherCurrency   Reason = "OTHER_CURRENCY"
	UsedUp          Reason = "USED_UP"
	UsedByShopper   Reason = "USED_BY_SHOPPER"
	MinimumAmount   Reason = "MINIMUM_AMOUNT"
	MinimumQuantity Reason = "MINIMUM_QUANTITY"
	OtherApplied    Reason = "OTHER_APPLIED"
)

// Reasons in that order.
var Reasons = []Reason{
	Unknown, OtherGoods, Ended, NotStarted, OtherCurrency, UsedUp, UsedByShopper, MinimumAmount, MinimumQuantity, OtherApplied,
}

// Refused is a code that does not apply.
type Refused struct {
	Code   string
	Reason Reason
	// Promotion it belongs to, nil where it is unknown.
	Promotion *models.Promotion
}

// Result is what a cart's promotions come to.
type Result struct {
	// Applied in the order in which they were reckoned.
	Applied []Applied
	// Refused in order of codes.
	Refused []Refused
}

// Off is what is taken off a line, in currency c.
func (r Result) Off(line uuid.UUID, c money.Currency) money.Money {
	off := money.New(0, c)
	for _, a := range r.Applied {
		for _, s := range a.Shares {
			if s.Line == line {
				off.Minor += s.Amount.Minor
			}
		}
	}
	return off
}

// FreesShipping gives the promotion that makes the carriage of a storefront
// free, or nil.
func (r Result) FreesShipping(storefront uuid.UUID) *Applied {
	for i, a := range r.Applied {
		if slices.Contains(a.Storefronts, storefront) {
			return &r.Applied[i]
		}
	}
	return nil
}

// Normal is the one form of a code: without spaces around, in capitals.
func Normal(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }
