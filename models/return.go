package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// ReturnStatus is where a return stands.
type ReturnStatus string

// Statuses of a return.
const (
	ReturnRequested ReturnStatus = "REQUESTED"
	ReturnApproved  ReturnStatus = "APPROVED"
	ReturnRejected  ReturnStatus = "REJECTED"
	ReturnCancelled ReturnStatus = "CANCELLED"
	ReturnReceived  ReturnStatus = "RECEIVED"
	ReturnInspected ReturnStatus = "INSPECTED"
	ReturnCompleted ReturnStatus = "COMPLETED"
)

// Return is goods of an order that a shopper sends back.
type Return struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	OrderID     uuid.UUID
	Status      ReturnStatus
	Reason      string
	Note        *string
	WarehouseID *uuid.UUID
	RefundID    *uuid.UUID
	RequestedAt time.Time
	UpdatedAt   time.Time
	Version     int32
}

// GlobalID is the opaque id of the API.
func (r Return) GlobalID() string { return globalid.EncodeOf(globalid.Return, r.BrandID, r.ID) }

// TenantID is the brand whose row this is.
func (r Return) TenantID() uuid.UUID { return r.BrandID }

// ReturnLine is how many pieces of a line come back, and what became of them.
type ReturnLine struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ReturnID   uuid.UUID `gorm:"primaryKey"`
	LineID     uuid.UUID `gorm:"primaryKey"`
	Quantity   int64
	Received   int64
	Restocked  int64
	WrittenOff int64
}
