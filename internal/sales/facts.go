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
// facts sum to the order. The market is the country of the storefront; newID
// makes the facts' ids.
func Facts(o *models.Order, lines []models.OrderLine, charges []models.Charge, market string, newID func() uuid.UUID) []models.SalesFact {
	facts := make([]models.SalesFact, len(lines))
	at := make(map[uuid.UUID]*models.SalesFact, len(lines))
	weights := make([]int64, len(lines))
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
		at[l.ID], weights[i] = &facts[i], max(l.GoodsMinor, -l.GoodsMinor)
	}
	for i := range charges {
		c := &charges[i]
		if c.LineID != nil && at[*c.LineID] != nil {
			add(at[*c.LineID], c.Kind, c.AmountMinor)
			continue
		}
		for j, part := range c.Amount().Allocate(weights...) {
			add(&facts[j], c.Kind, part.Minor)
		}
	}
	for i := range facts {
		f := &facts[i]
		if lines[i].Quantity >= 0 && lines[i].GoodsMinor >= 0 {
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

// Refunds gives the counter-facts of sales that were undone in full: on a date
// of their own, so that the sale stays in the report of its day. What was
// charged beside the goods is given back with them.
func Refunds(facts []models.SalesFact, at, recorded time.Time, newID func() uuid.UUID) []models.SalesFact {
	var refunds []models.SalesFact
	for _, f := range facts {
		if f.Kind != models.FactSale {
			continue
		}
		f.ID, f.Kind, f.EventAt, f.RecordedAt = newID(), models.FactRefund, at, recorded
		f.UnitsReturned, f.RefundMinor = f.UnitsSold, f.GrossMinor-f.DiscountMinor
		f.UnitsSold, f.GrossMinor, f.DiscountMinor = 0, 0, 0
		f.ShippingMinor, f.DutyMinor, f.TaxMinor, f.FeeMinor = -f.ShippingMinor, -f.DutyMinor, -f.TaxMinor, -f.FeeMinor
		refunds = append(refunds, f)
	}
	return refunds
}
