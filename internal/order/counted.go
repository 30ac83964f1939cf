package order

import (
	"slices"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
	"github.com/tradewind-commerce/tradewind/models"
)

// valued are the kinds of charges that make the value of goods for customs.
var valued = []models.ChargeKind{models.ChargeGoods, models.ChargeDiscount, models.ChargeShipping, models.ChargeInsurance}

// counted is what of an order counts against its buyer's yearly allowance: all
// but duties, taxes and fees.
func (b *Book) counted() (minor int64) {
	for _, c := range b.Charges {
		if slices.Contains(valued, c.Kind) {
			minor += c.AmountMinor
		}
	}
	return minor
}

// uncounted is what of that a refund is for: of goods that never left, or have
// come back. Other money that is given back changes nothing.
func (b *Book) uncounted(refund *Refund, returned bool) (minor int64) {
	charges := make(map[uuid.UUID]models.Charge, len(b.Charges))
	for _, c := range b.Charges {
		charges[c.ID] = c
	}
	lines := make(map[uuid.UUID]models.OrderRefundLine, len(refund.Lines))
	for _, l := range refund.Lines {
		lines[l.LineID] = l
	}
	all := b.Standing.Withdrawn()
	for _, p := range refund.Parts {
		c, l := charges[p.ChargeID], lines[p.LineID]
		carriage := c.LineID == nil && (c.Kind == models.ChargeShipping || c.Kind == models.ChargeInsurance)
		switch {
		case !slices.Contains(valued, c.Kind):
		case returned, all:
			minor += p.AmountMinor
		case !carriage && l.Quantity > 0:
			minor += money.New(p.AmountMinor, money.Currency(c.Currency)).Allocate(l.Withdrawn, l.Quantity-l.Withdrawn)[0].Minor
		}
	}
	return minor
}

// uncounted are the pieces that never left, or have come back, by their lines.
func (r *Refund) uncounted(returned bool) map[uuid.UUID]int64 {
	pieces := map[uuid.UUID]int64{}
	for _, l := range r.Lines {
		n := l.Withdrawn
		if returned {
			n = l.Quantity
		}
		if n > 0 {
			pieces[l.LineID] += n
		}
	}
	return pieces
}
