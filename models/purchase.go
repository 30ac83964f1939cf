package models

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/landedcost"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// PurchaseStatus is where a purchase stands.
type PurchaseStatus string

// Statuses of a purchase. Only that which awaits its payment holds stock, and
// only that which is completed has orders.
const (
	PurchaseAwaiting  PurchaseStatus = "AWAITING_PAYMENT"
	PurchaseCompleted PurchaseStatus = "COMPLETED"
	PurchaseFailed    PurchaseStatus = "FAILED"
	PurchaseCancelled PurchaseStatus = "CANCELLED"
	PurchaseExpired   PurchaseStatus = "EXPIRED"
	PurchaseRefunded  PurchaseStatus = "REFUNDED"
)

// Purchase is what a shopper pays for at once: one order per storefront.
type Purchase struct {
	ID         uuid.UUID `gorm:"primaryKey"`
	ShopperID  uuid.UUID
	Status     PurchaseStatus
	Currency   string
	TotalMinor int64
	CartID     *uuid.UUID
	// Draft is what was agreed, until it is paid; then it is empty, not nil.
	Draft       []Draft `gorm:"type:jsonb;serializer:json"`
	ExpiresAt   *time.Time
	PlacedAt    time.Time
	CompletedAt *time.Time
}

// GlobalID is the opaque id of the API.
func (p Purchase) GlobalID() string { return globalid.Encode(globalid.Purchase, p.ID) }

// Total is what the shopper pays.
func (p Purchase) Total() money.Money { return money.New(p.TotalMinor, money.Currency(p.Currency)) }

// Draft is an order as it will be booked, with ids given beforehand.
type Draft struct {
	Order   Order
	Lines   []OrderLine
	Charges []Charge
	// Market is the country of the storefront.
	Market string
	// Commission is the plan that was agreed with the seller, nil for none.
	Commission *CommissionPlan
	// LandedCost is what it costs at the door, nil where nothing is charged there.
	LandedCost *landedcost.Record
	// Promotions are those of its brand that the purchase uses.
	Promotions []DraftPromotion
}

// CrossBorder tells whether it is cross-border retail import, which counts
// against its buyer's yearly allowance.
func (d Draft) CrossBorder() bool { return d.LandedCost != nil && d.LandedCost.Regime.CrossBorder() }

// CrossBorder tells whether an order that is yet to be placed is cross-border
// retail import: then customs must know who buys.
func (p Purchase) CrossBorder() bool { return slices.ContainsFunc(p.Draft, Draft.CrossBorder) }

// DraftPromotion is a promotion that a purchase uses.
type DraftPromotion struct {
	ID uuid.UUID
	// Code made it apply, empty where it is automatic.
	Code string
}

// ReservationStatus is what became of reserved stock.
type ReservationStatus string

// Statuses of reserved stock. It is taken or released, once.
const (
	ReservationHeld     ReservationStatus = "HELD"
	ReservationTaken    ReservationStatus = "TAKEN"
	ReservationReleased ReservationStatus = "RELEASED"
)

// StockReservation holds stock for a purchase while it is paid.
type StockReservation struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	PurchaseID  uuid.UUID
	OrderID     uuid.UUID
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Quantity    int64
	Status      ReservationStatus
	CreatedAt   time.Time
	EndedAt     *time.Time
}
