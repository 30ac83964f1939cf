package models

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// CartStatus says whether a cart can still be changed.
type CartStatus string

// Statuses of a cart.
const (
	CartOpen    CartStatus = "OPEN"
	CartOrdered CartStatus = "ORDERED"
)

// Cart is what somebody may buy in one market and one currency, from any
// number of storefronts.
type Cart struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	ShopperID *uuid.UUID
	// SecretHash is of a guest's secret, empty where a shopper owns the cart.
	SecretHash    []byte
	Country       string
	Currency      string
	Status        CartStatus
	Recipient     *Recipient `gorm:"type:jsonb;serializer:json"`
	PaymentMethod *string
	DiscountCodes StringList
	Deliveries    []CartDelivery `gorm:"type:jsonb;serializer:json"`
	// Promotions are those that applied when it was last shown.
	Promotions []CartPromotion `gorm:"type:jsonb;serializer:json"`
	// Taxes are those on import as they were last shown.
	Taxes     []CartTax `gorm:"type:jsonb;serializer:json"`
	Version   int32
	ExpiresAt time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (c Cart) GlobalID() string { return globalid.Encode(globalid.Cart, c.ID) }

// CartDelivery is how the goods of a storefront are to be delivered.
type CartDelivery struct {
	BrandID      uuid.UUID `json:"brandId"`
	StorefrontID uuid.UUID `json:"storefrontId"`
	OptionID     uuid.UUID `json:"optionId"`
	// CarriageMinor is what it cost when it was last shown.
	CarriageMinor int64 `json:"carriageMinor"`
}

// Storefront is whose goods are delivered.
func (d CartDelivery) Storefront() Key { return Key{BrandID: d.BrandID, ID: d.StorefrontID} }

// CartPromotion is a promotion that applies to a cart.
type CartPromotion struct {
	BrandID         uuid.UUID        `json:"brandId"`
	ID              uuid.UUID        `json:"id"`
	DefaultLanguage string           `json:"defaultLanguage"`
	Texts           Texts[TitleText] `json:"texts"`
	// Code made it apply, empty where it is automatic.
	Code string `json:"code,omitempty"`
	// AmountMinor is what it takes off goods, or what is spared of carriage.
	AmountMinor int64       `json:"amountMinor"`
	Shares      []CartShare `json:"shares,omitempty"`
	// Storefronts are those whose carriage it frees.
	Storefronts []uuid.UUID `json:"storefronts,omitempty"`
}

// CartShare is what a promotion takes off a line.
type CartShare struct {
	LineID      uuid.UUID `json:"lineId"`
	AmountMinor int64     `json:"amountMinor"`
}

// Key is the promotion's.
func (p CartPromotion) Key() Key { return Key{BrandID: p.BrandID, ID: p.ID} }

// TakesAsMuchAs tells whether both take the same off, of goods and of the
// carriage of the same storefronts: how dear that is there plays no part.
func (p CartPromotion) TakesAsMuchAs(o CartPromotion) bool {
	return slices.Equal(p.Storefronts, o.Storefronts) && (len(p.Storefronts) > 0 || p.AmountMinor == o.AmountMinor)
}

// DeliveryOf is what was chosen for a storefront, nil where there is nothing.
func (c *Cart) DeliveryOf(storefront Key) *CartDelivery {
	for i := range c.Deliveries {
		if c.Deliveries[i].Storefront() == storefront {
			return &c.Deliveries[i]
		}
	}
	return nil
}

// Deliver chooses an option for a storefront, nil for none.
func (c *Cart) Deliver(storefront Key, option *uuid.UUID) {
	c.Deliveries = slices.DeleteFunc(slices.Clone(c.Deliveries), func(d CartDelivery) bool { return d.Storefront() == storefront })
	if option != nil {
		c.Deliveries = append(c.Deliveries, CartDelivery{BrandID: storefront.BrandID, StorefrontID: storefront.ID, OptionID: *option})
	}
}

// CartLine is a variant in a cart, with price and texts as they were last shown.
type CartLine struct {
	CartID          uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	BrandID         uuid.UUID
	StorefrontID    uuid.UUID
	ProductID       uuid.UUID
	VariantID       uuid.UUID
	Quantity        int64
	UnitPriceMinor  int64
	SKU             *string `gorm:"column:sku"`
	DefaultLanguage string
	Texts           Texts[LineText]  `gorm:"type:jsonb;serializer:json"`
	Options         []SelectedOption `gorm:"type:jsonb;serializer:json"`
	CategoryPath    *string
	WeightGrams     *int32
	AddedAt         time.Time
}

// GlobalID is the opaque id of the API.
func (l CartLine) GlobalID() string { return globalid.Encode(globalid.CartLine, l.ID) }

// Storefront is where it is bought.
func (l CartLine) Storefront() Key { return Key{BrandID: l.BrandID, ID: l.StorefrontID} }

// Goods is pieces times the price last shown; it reports money.ErrOverflow.
func (l CartLine) Goods(currency string) (money.Money, error) {
	return money.New(l.UnitPriceMinor, money.Currency(currency)).Times(l.Quantity)
}

// CartTrace is what is kept of a cart that was forgotten, for each storefront
// whose goods it held or was ordered from.
type CartTrace struct {
	BrandID      uuid.UUID `gorm:"primaryKey"`
	CartID       uuid.UUID `gorm:"primaryKey"`
	StorefrontID uuid.UUID `gorm:"primaryKey"`
	BegunAt      time.Time
}

// Address is an entry of a shopper's address book.
type Address struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	ShopperID uuid.UUID
	Recipient Recipient `gorm:"type:jsonb;serializer:json"`
	IsDefault bool
	Version   int32
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (a Address) GlobalID() string { return globalid.Encode(globalid.Address, a.ID) }
