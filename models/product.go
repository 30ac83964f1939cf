package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// ProductStatus says whether a product may be sold at all.
type ProductStatus string

// Statuses of a product.
const (
	ProductDraft    ProductStatus = "DRAFT"
	ProductActive   ProductStatus = "ACTIVE"
	ProductArchived ProductStatus = "ARCHIVED"
)

// Category is a node of the marketplace's one tree.
type Category struct {
	ID        uuid.UUID `gorm:"primaryKey"`
	ParentID  *uuid.UUID
	Slug      string
	Path      string
	Texts     Texts[CategoryText] `gorm:"type:jsonb;serializer:json"`
	Position  int32
	Version   int32
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (c Category) GlobalID() string { return globalid.Encode(globalid.Category, c.ID) }

// Option is a choice a product offers, with its values in display order.
type Option struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// SelectedOption is a variant's value of one option.
type SelectedOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Product is what a brand sells, in one or more variants.
type Product struct {
	BrandID         uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	Handle          string
	Status          ProductStatus
	DefaultLanguage string
	Texts           Texts[ProductText] `gorm:"type:jsonb;serializer:json"`
	CategoryID      *uuid.UUID
	Vendor          *string
	ProductType     *string
	Tags            StringList
	HSCode          *string `gorm:"column:hs_code"`
	OriginCountry   *string
	OriginRegion    *string
	Options         []Option `gorm:"type:jsonb;serializer:json"`
	VisibleFrom     *time.Time
	Tokens          Vector
	ArchivedAt      *time.Time
	ArchivedFrom    *ProductStatus
	Version         int32
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// GlobalID is the opaque id of the API.
func (p Product) GlobalID() string { return globalid.EncodeOf(globalid.Product, p.BrandID, p.ID) }

// TenantID is the brand whose row this is.
func (p Product) TenantID() uuid.UUID { return p.BrandID }

// Media is one picture of a product, by its address.
type Media struct {
	BrandID   uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	ProductID uuid.UUID
	Position  int32
	URL       string `gorm:"column:url"`
	Alt       *string
	CreatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (m Media) GlobalID() string { return globalid.EncodeOf(globalid.Media, m.BrandID, m.ID) }

// TableName of media.
func (Media) TableName() string { return "media" }

// NetUnit is the unit of a net content.
type NetUnit string

// Units of net contents.
const (
	Millilitre NetUnit = "MILLILITRE"
	Gram       NetUnit = "GRAM"
	Piece      NetUnit = "PIECE"
)

// Variant is the thing that is priced, stocked and shipped.
type Variant struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	ProductID   uuid.UUID
	Position    int32
	SKU         *string `gorm:"column:sku"`
	Barcode     *string
	Options     []SelectedOption `gorm:"type:jsonb;serializer:json"`
	OptionKey   string
	WeightGrams *int32
	NetContent  *decimal.Decimal `gorm:"type:numeric(12,3)"`
	NetUnit     *NetUnit
	TrackStock  bool
	ArchivedAt  *time.Time
	Version     int32
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// GlobalID is the opaque id of the API.
func (v Variant) GlobalID() string { return globalid.EncodeOf(globalid.Variant, v.BrandID, v.ID) }

// TenantID is the brand whose row this is.
func (v Variant) TenantID() uuid.UUID { return v.BrandID }

// ListingStatus says whether a listing is meant to appear.
type ListingStatus string

// Statuses of a listing.
const (
	ListingDraft     ListingStatus = "DRAFT"
	ListingPublished ListingStatus = "PUBLISHED"
)

// Listing is a product in a storefront.
type Listing struct {
	BrandID       uuid.UUID `gorm:"primaryKey"`
	ID            uuid.UUID `gorm:"primaryKey"`
	StorefrontID  uuid.UUID
	ProductID     uuid.UUID
	Status        ListingStatus
	PublishAt     *time.Time
	VisibleFrom   *time.Time
	Currency      string
	MinPriceMinor *int64
	MaxPriceMinor *int64
	Version       int32
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// GlobalID is the opaque id of the API.
func (l Listing) GlobalID() string { return globalid.EncodeOf(globalid.Listing, l.BrandID, l.ID) }

// TenantID is the brand whose row this is.
func (l Listing) TenantID() uuid.UUID { return l.BrandID }

// PriceRange is what its cheapest and dearest variants cost, nil before there are prices.
func (l Listing) PriceRange() *PriceRange {
	if l.MinPriceMinor == nil || l.MaxPriceMinor == nil {
		return nil
	}
	currency := money.Currency(l.Currency)
	return &PriceRange{Min: money.New(*l.MinPriceMinor, currency), Max: money.New(*l.MaxPriceMinor, currency)}
}

// PriceRange spans the prices of a product's variants.
type PriceRange struct{ Min, Max money.Money }

// Price is what a variant costs in a storefront.
type Price struct {
	BrandID        uuid.UUID `gorm:"primaryKey"`
	VariantID      uuid.UUID `gorm:"primaryKey"`
	StorefrontID   uuid.UUID `gorm:"primaryKey"`
	ProductID      uuid.UUID
	AmountMinor    int64
	CompareAtMinor *int64
	Currency       string
	UpdatedAt      time.Time
}

// Amount is the price of one piece.
func (p Price) Amount() money.Money { return money.New(p.AmountMinor, money.Currency(p.Currency)) }

// CompareAt is the price it is compared with, nil where there is none.
func (p Price) CompareAt() *money.Money {
	if p.CompareAtMinor == nil {
		return nil
	}
	m := money.New(*p.CompareAtMinor, money.Currency(p.Currency))
	return &m
}

// SearchEntry is a listing as the public search reads it.
type SearchEntry struct {
	BrandID       uuid.UUID `gorm:"primaryKey"`
	ListingID     uuid.UUID `gorm:"primaryKey"`
	ProductID     uuid.UUID
	StorefrontID  uuid.UUID
	Country       string
	IsPrimary     bool
	VisibleFrom   time.Time
	CategoryPath  *string
	OriginCountry *string
	OriginRegion  *string
	Currency      string
	MinPriceMinor int64
	MaxPriceMinor int64
	Title         string
	Tokens        Vector
}

// NetContent is what is inside a package.
type NetContent struct {
	Quantity decimal.Decimal
	Unit     NetUnit
}

// Content is what is inside, nil where it is not told.
func (v Variant) Content() *NetContent {
	if v.NetContent == nil || v.NetUnit == nil {
		return nil
	}
	return &NetContent{Quantity: *v.NetContent, Unit: *v.NetUnit}
}
