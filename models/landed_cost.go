package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

// OrderLandedCost is what an order costs at the door, as it was agreed.
type OrderLandedCost struct {
	BrandID    uuid.UUID         `gorm:"primaryKey"`
	OrderID    uuid.UUID         `gorm:"primaryKey"`
	Record     landedcost.Record `gorm:"type:jsonb;serializer:json"`
	RecordedAt time.Time
}

// CartTax is what the goods of a storefront are charged on import.
type CartTax struct {
	BrandID      uuid.UUID       `json:"brandId"`
	StorefrontID uuid.UUID       `json:"storefrontId"`
	Charges      []CartTaxCharge `json:"charges"`
}

// CartTaxCharge is a tax of a line; a fee has none.
type CartTaxCharge struct {
	LineID      *uuid.UUID `json:"lineId,omitempty"`
	Kind        ChargeKind `json:"kind"`
	AmountMinor int64      `json:"amountMinor"`
}

// Storefront is whose goods are charged.
func (t CartTax) Storefront() Key { return Key{BrandID: t.BrandID, ID: t.StorefrontID} }

// AmountMinor is the sum of its charges.
func (t CartTax) AmountMinor() (sum int64) {
	for _, c := range t.Charges {
		sum += c.AmountMinor
	}
	return sum
}

// TaxOf is what was shown of a storefront's taxes; none where there is nothing.
func (c *Cart) TaxOf(storefront Key) CartTax {
	for _, t := range c.Taxes {
		if t.Storefront() == storefront {
			return t
		}
	}
	return CartTax{BrandID: storefront.BrandID, StorefrontID: storefront.ID}
}
