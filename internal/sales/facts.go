// Package sales makes sales facts, the only source of reports. It is pure, and
// the one place where the lines of an order become facts: placing, cancelling,
// imports and demonstration data all pass here.
package sales

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/models"
)

// Facts gives one fact for each line, in order: what the line and its charges
// add to the sales of the order's day. Pieces that came back and goods of
// negative value, both of imported history only, are refunds. Charges on the
// order as a whole are shared among its lines by their goods, so that the
// facts sum to the order. Its first sale opens the order; later ones may repeat its origins. The market is the country of the storefront; newID
// makes the facts' ids.
func Facts(o *models.Order, lines []models.OrderLine, charges []models.Charge, market string, newID func() uuid.UUID) []models.SalesFact {
	facts := make([]models.SalesFact, len(lines))
	at := make(map[uuid.UUID]*models.SalesFact, len(lines))
	for i := range lines {
		l := &lines[i]
		facts[i] = models.SalesFact{
			BrandID: o.BrandID, ID: newID(), Kind: models.FactSale, Source: o.Source,
			EventAt: o.PlacedAt, RecordedAt: o.RecordedAt, OrderID: o.ID, LineID: l.ID, StorefrontID: o.StorefrontID,
			ProductID: l.ProductID, VariantID: l.VariantID, ShopperID: o.ShopperID, CategoryPath: l.CategoryPath,
			Market: market, BuyerCountry: o.BuyerCountry, BuyerRegion: o.BuyerRegion,
			OriginCountry: l.OriginCountry, OriginRegion: l.OriginRegion, Currency: o.Currency,
			UnitsSold: l.Quantity,
		}
		at[l.ID] = &facts[i]
	}
	for _, share := range Shares(lines, charges) {
		add(at[share.LineID], share.Charge.Kind, share.Minor)
	}
	opened, told := false, Origins{}
	for i := range facts {
		f := &facts[i]
		if lines[i].Quantity >= 0 && lines[i].GoodsMinor >= 0 {
			f.OpensOrder, opened = !opened, true
			f.RepeatsOrigin = told.Repeats(f.OriginCountry, f.OriginRegion)
			continue
		}
		f.Kind = models.FactRefund
		f.UnitsReturned, f.RefundMinor = max(0, -f.UnitsSold), f.DiscountMinor-f.GrossMinor
		f.UnitsSold, f.GrossMinor, f.DiscountMinor = 0, 0, 0
	}
	return facts
}

// add books a charge to its measure. Discounts are negative charges and
// positive measures; insurance goes with the carriage it insures.
func add(f *models.SalesFact, kind models.ChargeKind, minor int64) {
	switch kind {
	case models.ChargeGoods:
		f.GrossMinor += minor
	case models.ChargeDiscount:
		f.DiscountMinor -= minor
	case models.ChargeShipping, models.ChargeInsurance:
		f.ShippingMinor += minor
	case models.ChargeDuty:
		f.DutyMinor += minor
	case models.ChargeConsumptionTax, models.ChargeVAT:
		f.TaxMinor += minor
	case models.ChargeFee:
		f.FeeMinor += minor
	}
}

// Share is what of a charge belongs to a line.
type Share struct {
	Charge *models.Charge
	LineID uuid.UUID
	Minor  int64
}

// Shares gives each charge to its line, and those on the order as a whole to
// all its lines by their goods. The shares of a charge sum to it.
func Shares(lines []models.OrderLine, charges []models.Charge) []Share {
	weights := make([]int64, len(lines))
	known := make(map[uuid.UUID]bool, len(lines))
	for i := range lines {
		known[lines[i].ID], weights[i] = true, max(lines[i].GoodsMinor, -lines[i].GoodsMinor)
	}
	shares := make([]Share, 0, len(charges))
	for i := range charges {
		c := &charges[i]
		if c.LineID != nil && known[*c.LineID] {
			shares = append(shares, Share{c, *c.LineID, c.AmountMinor})
			continue
		}
		for j, part := range c.Amount().Allocate(weights...) {
			shares = append(shares, Share{c, lines[j].ID, part.Minor})
		}
	}
	return shares
}

// Refund gives the fact of a refund, from that of the sale and what of the
// line's shares was given back: on a date of its own, so that the sale stays
// in the report of its day. GiveBack adds the commission.
func Refund(sale models.SalesFact, refund, id uuid.UUID, pieces int64, back []Share, at time.Time) models.SalesFact {
	f := sale
	f.ID, f.Kind, f.RefundID, f.EventAt, f.RecordedAt = id, models.FactRefund, &refund, at, at
	f.OpensOrder, f.RepeatsOrigin = false, 0
	f.UnitsSold, f.UnitsReturned, f.GrossMinor, f.DiscountMinor, f.RefundMinor = 0, pieces, 0, 0, 0
	f.ShippingMinor, f.DutyMinor, f.TaxMinor, f.FeeMinor = 0, 0, 0, 0
	f.CommissionMinor = 0
	for _, share := range back {
		add(&f, share.Charge.Kind, -share.Minor)
	}
	f.RefundMinor, f.GrossMinor, f.DiscountMinor = f.DiscountMinor-f.GrossMinor, 0, 0
	return f
}
