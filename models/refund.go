package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// OrderRefund is money of an order that was given back.
type OrderRefund struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	OrderID     uuid.UUID
	Currency    string
	AmountMinor int64
	Reason      string
	ActorID     *uuid.UUID
	RecordedAt  time.Time
	// Status says whether the money has left; what failed can be tried again.
	Status      RefundStatus
	FailureCode *string
	// Disputed tells that the shopper's bank took it.
	Disputed bool
}

// GlobalID is the opaque id of the API.
func (r OrderRefund) GlobalID() string {
	return globalid.EncodeOf(globalid.OrderRefund, r.BrandID, r.ID)
}

// TenantID is the brand whose row this is.
func (r OrderRefund) TenantID() uuid.UUID { return r.BrandID }

// Amount is the sum of its lines.
func (r OrderRefund) Amount() money.Money {
	return money.New(r.AmountMinor, money.Currency(r.Currency))
}

// OrderRefundLine is what of a refund belongs to a line. Withdrawn pieces have
// never left: they were taken off the order.
type OrderRefundLine struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	RefundID    uuid.UUID
	LineID      uuid.UUID
	Quantity    int64
	Withdrawn   int64
	Currency    string
	AmountMinor int64
}

// Amount is what was given back with the line.
func (l OrderRefundLine) Amount() money.Money {
	return money.New(l.AmountMinor, money.Currency(l.Currency))
}

// OrderRefundPart is what of a charge was given back with a line.
type OrderRefundPart struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	RefundID    uuid.UUID `gorm:"primaryKey"`
	LineID      uuid.UUID `gorm:"primaryKey"`
	ChargeID    uuid.UUID `gorm:"primaryKey"`
	AmountMinor int64
}
