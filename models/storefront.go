package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
)

// StorefrontStatus says whether a storefront can be read and sells.
type StorefrontStatus string

// Statuses of a storefront. A draft is read by staff only; an open one sells;
// a paused one is readable and sells nothing; a closed one is read by staff
// only, and stays closed.
const (
	StorefrontDraft  StorefrontStatus = "DRAFT"
	StorefrontOpen   StorefrontStatus = "OPEN"
	StorefrontPaused StorefrontStatus = "PAUSED"
	StorefrontClosed StorefrontStatus = "CLOSED"
)

// StorefrontStatuses in order of a storefront's life.
var StorefrontStatuses = []StorefrontStatus{StorefrontDraft, StorefrontOpen, StorefrontPaused, StorefrontClosed}

// PaymentMethods a storefront can offer.
var PaymentMethods = StringList{"CARD", "ALIPAY", "WECHAT_PAY"}

// Storefront is a brand's shop in one market.
type Storefront struct {
	BrandID        uuid.UUID `gorm:"primaryKey"`
	ID             uuid.UUID `gorm:"primaryKey"`
	Slug           string
	Name           string
	Texts          Texts[StorefrontText] `gorm:"type:jsonb;serializer:json"`
	Country        string
	Currency       string
	Languages      StringList
	PaymentMethods StringList
	// CustomsRegime is how its goods are brought into its market; nil where no
	// duty or tax is charged.
	CustomsRegime *landedcost.Regime
	Status        StorefrontStatus
	Visible       bool
	IsPrimary     bool
	OpenedAt      *time.Time
	ClosedAt      *time.Time
	Version       int32
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// GlobalID is the opaque id of the API.
func (s Storefront) GlobalID() string {
	return globalid.EncodeOf(globalid.Storefront, s.BrandID, s.ID)
}

// TenantID is the brand whose row this is.
func (s Storefront) TenantID() uuid.UUID { return s.BrandID }

// DefaultLanguage is the first of its languages.
func (s Storefront) DefaultLanguage() string { return s.Languages[0] }
