package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/money"
)

// DeclarationStatus is where a declaration stands.
type DeclarationStatus string

// Statuses of a declaration.
const (
	DeclarationMismatched DeclarationStatus = "MISMATCHED"
	DeclarationMatched    DeclarationStatus = "MATCHED"
	DeclarationSubmitted  DeclarationStatus = "SUBMITTED"
	DeclarationReleased   DeclarationStatus = "RELEASED"
	DeclarationRejected   DeclarationStatus = "REJECTED"
)

// Declaration is what customs are told of a shipment: the sale, its payment
// and its way, which must agree.
type Declaration struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	OrderID    uuid.UUID
	ShipmentID uuid.UUID
	Status     DeclarationStatus
	Regime     string
	Sale       DeclaredSale      `gorm:"type:jsonb;serializer:json"`
	Payment    DeclaredPayment   `gorm:"type:jsonb;serializer:json"`
	Logistics  DeclaredLogistics `gorm:"type:jsonb;serializer:json"`
	// Mismatches is empty, not nil, where all three agree.
	Mismatches []Mismatch `gorm:"type:jsonb;serializer:json"`
	// Note is what customs said, nil where nothing.
	Note        *string
	PreparedAt  time.Time
	SubmittedAt *time.Time
	ReleasedAt  *time.Time
	Version     int32
}

// TenantID is the brand whose row this is.
func (d Declaration) TenantID() uuid.UUID { return d.BrandID }

// May tells whether its shipment may leave.
func (d Declaration) May() bool {
	return d.Status == DeclarationMatched || d.Status == DeclarationSubmitted || d.Status == DeclarationReleased
}

// Mismatch is a field in which two records do not agree, or which is missing.
type Mismatch struct {
	// Field is its dotted path, beginning with the record: payment.amount.
	Field   string `json:"field"`
	Message string `json:"message"`
}

// DeclaredSale is the order as it is declared. Amounts are what is left of the
// order after refunds, in minor units.
type DeclaredSale struct {
	OrderNumber   string `json:"orderNumber"`
	Currency      string `json:"currency"`
	GoodsMinor    int64  `json:"goodsMinor"`
	FreightMinor  int64  `json:"freightMinor"`
	DiscountMinor int64  `json:"discountMinor"`
	TaxMinor      int64  `json:"taxMinor"`
	PaidMinor     int64  `json:"paidMinor"`
	// Buyer is the shopper's account as others know it, Person whose number it is.
	Buyer  string `json:"buyer"`
	Person []byte `json:"person,omitempty"`
	// Name is an HMAC, compared and not kept.
	Name      []byte         `json:"-"`
	Seller    string         `json:"seller"`
	Consignee Recipient      `json:"consignee"`
	Lines     []DeclaredLine `json:"lines"`
}

func (s DeclaredSale) money(minor int64) money.Money {
	return money.New(minor, money.Currency(s.Currency))
}

// Goods is the price of the goods.
func (s DeclaredSale) Goods() money.Money { return s.money(s.GoodsMinor) }

// Freight is carriage, insurance and fees.
func (s DeclaredSale) Freight() money.Money { return s.money(s.FreightMinor) }

// Discount is what was taken off, as a positive amount.
func (s DeclaredSale) Discount() money.Money { return s.money(s.DiscountMinor) }

// Tax is duties and taxes.
func (s DeclaredSale) Tax() money.Money { return s.money(s.TaxMinor) }

// Paid is goods, freight and taxes less the discount.
func (s DeclaredSale) Paid() money.Money { return s.money(s.PaidMinor) }

// DeclaredLine is goods of one kind.
type DeclaredLine struct {
	LineID     uuid.UUID       `json:"lineId"`
	Item       string          `json:"item"`
	Name       string          `json:"name"`
	Quantity   int64           `json:"quantity"`
	UnitPrice  decimal.Decimal `json:"unitPrice"`
	TotalMinor int64           `json:"totalMinor"`
	HSCode     string          `json:"hsCode"`
	Origin     string          `json:"origin"`
}

// DeclaredPayment is the payment of the order as it is declared.
type DeclaredPayment struct {
	OrderNumber string `json:"orderNumber"`
	Provider    string `json:"provider"`
	Reference   string `json:"reference"`
	Currency    string `json:"currency"`
	AmountMinor int64  `json:"amountMinor"`
	Payer       string `json:"payer"`
	Person      []byte `json:"person,omitempty"`
	Name        []byte `json:"-"`
}

// Amount is what was paid of the order and not given back.
func (p DeclaredPayment) Amount() money.Money {
	return money.New(p.AmountMinor, money.Currency(p.Currency))
}

// DeclaredLogistics is the parcel as it is declared.
type DeclaredLogistics struct {
	OrderNumber string           `json:"orderNumber"`
	Carrier     string           `json:"carrier"`
	Number      string           `json:"number"`
	Consignee   Recipient        `json:"consignee"`
	Pieces      []DeclaredPieces `json:"pieces"`
}

// DeclaredPieces is how many pieces of a line are in the parcel.
type DeclaredPieces struct {
	LineID   uuid.UUID `json:"lineId"`
	Quantity int64     `json:"quantity"`
}
