package takehome

import "github.com/tradewind-commerce/tradewind/internal/money"

// Price that the shopper sees.
func (r *Result) Price() money.Money { return *r.money(r.PriceMinor) }

// Carriage that the shopper pays.
func (r *Result) Carriage() money.Money { return *r.money(r.CarriageMinor) }

// Paid by the shopper in all; nil where that is not known.
func (r *Result) Paid() *money.Money {
	if r.LandedCost != nil && !r.LandedCost.Complete {
		return nil
	}
	return r.money(r.PaidMinor)
}

// Left of it for the brand; nil where that is not known.
func (r *Result) Left() *money.Money { return r.Steps[len(r.Steps)-1].Base }

// Taken home, in the brand's currency; nil where that is not known.
func (r *Result) Taken() *money.Money { return r.Steps[len(r.Steps)-1].Amount }
