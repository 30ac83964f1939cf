package models

import (
	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// ChargeKind is what a part of a total is for. Duty is never a tax.
type ChargeKind string

// Kinds of charges.
const (
	ChargeGoods          ChargeKind = "GOODS"
	ChargeDiscount       ChargeKind = "DISCOUNT"
	ChargeShipping       ChargeKind = "SHIPPING"
	ChargeInsurance      ChargeKind = "INSURANCE"
	ChargeDuty           ChargeKind = "DUTY"
	ChargeConsumptionTax ChargeKind = "CONSUMPTION_TAX"
	ChargeVAT            ChargeKind = "VAT"
	ChargeFee            ChargeKind = "FEE"
)

// ChargeKinds in the order in which people add them up.
var ChargeKinds = []ChargeKind{
	ChargeGoods, ChargeDiscount, ChargeShipping, ChargeInsurance, ChargeDuty, ChargeConsumptionTax, ChargeVAT, ChargeFee,
}

// Charge is a typed part of an order's total.
type Charge struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	OrderID     uuid.UUID
	LineID      *uuid.UUID
	Kind        ChargeKind
	Currency    string
	AmountMinor int64
}

// Amount is signed: discounts are negative.
func (c Charge) Amount() money.Money { return money.New(c.AmountMinor, money.Currency(c.Currency)) }

// Totals are sums of charges. Insurance counts as shipping; fees stand in the
// total alone. The discount is positive.
type Totals struct {
	Goods, Discount, Shipping, Tax, Total money.Money
}

// Sum adds up charges in a currency, and reports money.ErrOverflow.
func Sum(charges []Charge, currency string) (Totals, error) {
	zero := money.New(0, money.Currency(currency))
	t, fee := Totals{zero, zero, zero, zero, zero}, zero
	for i := range charges {
		part := &fee
		switch charges[i].Kind {
		case ChargeGoods:
			part = &t.Goods
		case ChargeDiscount:
			part = &t.Discount
		case ChargeShipping, ChargeInsurance:
			part = &t.Shipping
		case ChargeDuty, ChargeConsumptionTax, ChargeVAT:
			part = &t.Tax
		case ChargeFee:
		}
		for _, sum := range []*money.Money{part, &t.Total} {
			added, err := sum.Add(charges[i].Amount())
			if err != nil {
				return Totals{}, err
			}
			*sum = added
		}
	}
	t.Discount.Minor = -t.Discount.Minor
	return t, nil
}
