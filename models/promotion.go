package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// PromotionKind is how a promotion reckons what it takes off.
type PromotionKind string

// Kinds of promotions.
const (
	PromotionPercentage   PromotionKind = "PERCENTAGE"
	PromotionFixed        PromotionKind = "FIXED_AMOUNT"
	PromotionBuyXGetY     PromotionKind = "BUY_X_GET_Y"
	PromotionFreeShipping PromotionKind = "FREE_SHIPPING"
)

// PromotionTarget is what a promotion takes off from.
type PromotionTarget string

// Targets of promotions, in the order in which they are reckoned.
const (
	TargetLines    PromotionTarget = "LINES"
	TargetOrder    PromotionTarget = "ORDER"
	TargetShipping PromotionTarget = "SHIPPING"
)

// PromotionTrigger is what makes a promotion apply.
type PromotionTrigger string

// Triggers of promotions.
const (
	TriggerAutomatic PromotionTrigger = "AUTOMATIC"
	TriggerCode      PromotionTrigger = "CODE"
)

// PromotionStatus is where a promotion stands in time.
type PromotionStatus string

// Statuses of a promotion.
const (
	PromotionScheduled PromotionStatus = "SCHEDULED"
	PromotionActive    PromotionStatus = "ACTIVE"
	PromotionEnded     PromotionStatus = "ENDED"
)

// Selection says which goods are meant: those products, and all in those
// categories or below. Empty means everything.
type Selection struct {
	Products   []uuid.UUID `json:"products,omitempty"`
	Categories []uuid.UUID `json:"categories,omitempty"`
}

// Everything tells whether nothing narrows it.
func (s Selection) Everything() bool { return len(s.Products) == 0 && len(s.Categories) == 0 }

// HasProduct tells whether the product is named.
func (s Selection) HasProduct(id uuid.UUID) bool { return slices.Contains(s.Products, id) }

// TitleText is a name shown to shoppers, in one language.
type TitleText struct {
	Title string `json:"title"`
}

// Promotion is what a brand takes off, and when. Numbers that its kind does
// not use are zero.
type Promotion struct {
	BrandID uuid.UUID `gorm:"primaryKey"`
	ID      uuid.UUID `gorm:"primaryKey"`
	// StorefrontID is nil where it holds in all storefronts of the brand.
	StorefrontID    *uuid.UUID
	Kind            PromotionKind
	Target          PromotionTarget
	Trigger         PromotionTrigger
	DefaultLanguage string
	Texts           Texts[TitleText] `gorm:"type:jsonb;serializer:json"`
	// Currency of its amounts, nil where it has none.
	Currency *string
	// BasisPoints are hundredths of a percent: 1,250 takes off 12.5 %.
	BasisPoints int32
	AmountMinor int64
	BuyQuantity int64
	GetQuantity int64
	// Goods it takes off from; of BUY_X_GET_Y those to be bought.
	Goods Selection `gorm:"type:jsonb;serializer:json"`
	// Gets are the goods that BUY_X_GET_Y takes off from, nil where they are Goods.
	Gets            *Selection `gorm:"type:jsonb;serializer:json"`
	MinimumMinor    int64
	MinimumQuantity int64
	UseLimit        *int64
	ShopperLimit    *int64
	// Uses are counted while there is a UseLimit.
	Uses      int64
	StartsAt  time.Time
	EndsAt    *time.Time
	Version   int32
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (p Promotion) GlobalID() string { return globalid.EncodeOf(globalid.Promotion, p.BrandID, p.ID) }

// TenantID is the brand whose row this is.
func (p Promotion) TenantID() uuid.UUID { return p.BrandID }

// StatusAt is where it stands at a time: it ends before EndsAt.
func (p Promotion) StatusAt(now time.Time) PromotionStatus {
	switch {
	case p.EndsAt != nil && !now.Before(*p.EndsAt):
		return PromotionEnded
	case now.Before(p.StartsAt):
		return PromotionScheduled
	}
	return PromotionActive
}

// Amount is what FIXED_AMOUNT takes off, nil for other kinds.
func (p Promotion) Amount() *money.Money { return p.money(p.AmountMinor) }

// MinimumAmount is what its goods must come to, nil where nothing is asked.
func (p Promotion) MinimumAmount() *money.Money { return p.money(p.MinimumMinor) }

// Percent is what is taken off in percent, nil for kinds that take off no part.
func (p Promotion) Percent() *decimal.Decimal {
	if p.BasisPoints == 0 {
		return nil
	}
	d := decimal.New(int64(p.BasisPoints), -2)
	return &d
}

// Buys is BuyQuantity, nil for kinds that have none.
func (p Promotion) Buys() *int64 { return some(p.BuyQuantity) }

// GetsPieces is GetQuantity, nil for kinds that have none.
func (p Promotion) GetsPieces() *int64 { return some(p.GetQuantity) }

// MinimumPieces is MinimumQuantity, nil where any number will do.
func (p Promotion) MinimumPieces() *int64 { return some(p.MinimumQuantity) }

func some(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func (p Promotion) money(minor int64) *money.Money {
	if p.Currency == nil || minor == 0 {
		return nil
	}
	m := money.New(minor, money.Currency(*p.Currency))
	return &m
}

// PromotionCode is a word that makes a promotion apply. Code is in the form
// of promotion.Normal and unique in its brand.
type PromotionCode struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	Code        string    `gorm:"primaryKey"`
	PromotionID uuid.UUID
	UseLimit    *int64
	// Uses are counted where there is a UseLimit.
	Uses      int64
	CreatedAt time.Time
}

// PromotionShopper counts what a shopper has used.
type PromotionShopper struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	PromotionID uuid.UUID `gorm:"primaryKey"`
	ShopperID   uuid.UUID `gorm:"primaryKey"`
	Uses        int64
}

// PromotionUse is a promotion that a purchase has used.
type PromotionUse struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	PromotionID uuid.UUID `gorm:"primaryKey"`
	PurchaseID  uuid.UUID `gorm:"primaryKey"`
	ShopperID   uuid.UUID
	Code        *string
	UsedAt      time.Time
}
