package models

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// WarehouseKind says on which side of customs a warehouse stands.
type WarehouseKind string

// Kinds of warehouses.
const (
	OriginWarehouse WarehouseKind = "ORIGIN"
	BondedWarehouse WarehouseKind = "BONDED"
)

// Warehouse is where a brand's stock lies.
type Warehouse struct {
	BrandID   uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	Code      string
	Name      string
	Kind      WarehouseKind
	Country   string
	Region    *string
	Priority  int32
	Active    bool
	Version   int32
	CreatedAt time.Time
	UpdatedAt time.Time
}

// GlobalID is the opaque id of the API.
func (w Warehouse) GlobalID() string { return globalid.EncodeOf(globalid.Warehouse, w.BrandID, w.ID) }

// TenantID is the brand whose row this is.
func (w Warehouse) TenantID() uuid.UUID { return w.BrandID }

// StockLevel is a variant's stock in a warehouse.
type StockLevel struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	VariantID   uuid.UUID `gorm:"primaryKey"`
	WarehouseID uuid.UUID `gorm:"primaryKey"`
	OnHand      int64
	Reserved    int64
	UpdatedAt   time.Time
}

// Available is what can still be sold.
func (l StockLevel) Available() int64 { return l.OnHand - l.Reserved }

// StockReason is why stock changed.
type StockReason string

// Reasons of stock changes. Staff give the first six, the others are booked by the system.
const (
	StockReceived       StockReason = "RECEIVED"
	StockCounted        StockReason = "COUNTED"
	StockDamaged        StockReason = "DAMAGED"
	StockLost           StockReason = "LOST"
	StockReturned       StockReason = "RETURNED"
	StockCorrection     StockReason = "CORRECTION"
	StockImported       StockReason = "IMPORTED"
	StockOrderPlaced    StockReason = "ORDER_PLACED"
	StockOrderCancelled StockReason = "ORDER_CANCELLED"
	StockOrderResent    StockReason = "ORDER_RESENT"
)

// StaffReasons are those that people give; the system books the others.
var StaffReasons = []StockReason{StockReceived, StockCounted, StockDamaged, StockLost, StockReturned, StockCorrection}

// ByStaff tells whether people give this reason.
func (r StockReason) ByStaff() bool { return slices.Contains(StaffReasons, r) }

// StockAdjustment is one change of a stock level.
type StockAdjustment struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	VariantID   uuid.UUID
	WarehouseID uuid.UUID
	Delta       int64
	Reason      StockReason
	Note        *string
	OrderID     *uuid.UUID
	ActorID     *uuid.UUID
	RecordedAt  time.Time
}
