package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// DeliveryStep is what carriage costs up to a weight.
type DeliveryStep struct {
	UpToGrams   int64 `json:"upToGrams"`
	AmountMinor int64 `json:"amountMinor"`
}

// DeliveryZone is where a delivery option goes, and for how much: Base per
// order, and what the first step costs that is not too light. Without steps
// weight is free; beyond the last step each started Extra.Grams cost
// Extra.AmountMinor more, or where there is no Extra it does not deliver.
type DeliveryZone struct {
	Countries []string `json:"countries"`
	// Regions are ISO 3166-2 codes without the country, of the one country
	// named; empty means all of it.
	Regions   []string       `json:"regions,omitempty"`
	BaseMinor int64          `json:"baseMinor"`
	Steps     []DeliveryStep `json:"steps,omitempty"`
	Extra     *DeliveryExtra `json:"extra,omitempty"`
	// FreeFromMinor is the goods from which carriage is free, nil for never.
	FreeFromMinor *int64 `json:"freeFromMinor,omitempty"`
}

// DeliveryExtra is what weight beyond the last step costs.
type DeliveryExtra struct {
	Grams       int64 `json:"grams"`
	AmountMinor int64 `json:"amountMinor"`
}

// OrderDelivery is how the goods of an order are to be sent, as its option was
// when the shopper chose it.
type OrderDelivery struct {
	OptionID        uuid.UUID        `json:"optionId"`
	DefaultLanguage string           `json:"defaultLanguage"`
	Texts           Texts[TitleText] `json:"texts"`
	MinDays         int32            `json:"minDays"`
	MaxDays         int32            `json:"maxDays"`
}

// Chosen freezes the option for an order.
func (o DeliveryOption) Chosen() *OrderDelivery {
	return &OrderDelivery{OptionID: o.ID, DefaultLanguage: o.DefaultLanguage, Texts: o.Texts, MinDays: o.MinDays, MaxDays: o.MaxDays}
}

// DeliveryOption is a way in which a storefront sends its goods.
type DeliveryOption struct {
	BrandID         uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	StorefrontID    uuid.UUID
	DefaultLanguage string
	Texts           Texts[TitleText] `gorm:"type:jsonb;serializer:json"`
	// Currency of its rates: the storefront's.
	Currency   string
	Zones      []DeliveryZone `gorm:"type:jsonb;serializer:json"`
	MinDays    int32
	MaxDays    int32
	Position   int32
	ArchivedAt *time.Time
	Version    int32
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// GlobalID is the opaque id of the API.
func (o DeliveryOption) GlobalID() string {
	return globalid.EncodeOf(globalid.DeliveryOption, o.BrandID, o.ID)
}

// TenantID is the brand whose row this is.
func (o DeliveryOption) TenantID() uuid.UUID { return o.BrandID }

// DeliveryRate is a zone as it is shown: with money.
type DeliveryRate struct {
	Countries   []string
	Regions     []string
	Base        money.Money
	Weights     []*DeliveryWeight
	ExtraGrams  *int64
	ExtraAmount *money.Money
	FreeFrom    *money.Money
}

// DeliveryWeight is a step as it is shown.
type DeliveryWeight struct {
	UpToGrams int64
	Amount    money.Money
}

// Rates are its zones as they are shown.
func (o DeliveryOption) Rates() []*DeliveryRate {
	of := func(minor int64) money.Money { return money.New(minor, money.Currency(o.Currency)) }
	rates := make([]*DeliveryRate, len(o.Zones))
	for i, z := range o.Zones {
		r := &DeliveryRate{Countries: z.Countries, Regions: z.Regions, Base: of(z.BaseMinor), Weights: []*DeliveryWeight{}}
		for _, step := range z.Steps {
			r.Weights = append(r.Weights, &DeliveryWeight{UpToGrams: step.UpToGrams, Amount: of(step.AmountMinor)})
		}
		if z.Extra != nil {
			amount := of(z.Extra.AmountMinor)
			r.ExtraGrams, r.ExtraAmount = &z.Extra.Grams, &amount
		}
		if z.FreeFromMinor != nil {
			free := of(*z.FreeFromMinor)
			r.FreeFrom = &free
		}
		rates[i] = r
	}
	return rates
}
