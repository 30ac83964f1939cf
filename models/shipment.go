package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
)

// ShipmentStatus is where a shipment stands.
type ShipmentStatus string

// Statuses of a shipment.
const (
	ShipmentPlanned    ShipmentStatus = "PLANNED"
	ShipmentLabelled   ShipmentStatus = "LABELLED"
	ShipmentDispatched ShipmentStatus = "DISPATCHED"
	ShipmentDelivered  ShipmentStatus = "DELIVERED"
	ShipmentLost       ShipmentStatus = "LOST"
	ShipmentCancelled  ShipmentStatus = "CANCELLED"
)

// LossResolution is what became of the goods of a lost shipment.
type LossResolution string

// Resolutions of a loss: the money is given back, or the goods are sent again.
const (
	LossRefunded LossResolution = "REFUND"
	LossResent   LossResolution = "RESEND"
)

// Shipment is a parcel with goods of an order.
type Shipment struct {
	BrandID        uuid.UUID `gorm:"primaryKey"`
	ID             uuid.UUID `gorm:"primaryKey"`
	OrderID        uuid.UUID
	WarehouseID    uuid.UUID
	Status         ShipmentStatus
	Carrier        string
	TrackingNumber *string
	LabelURL       *string `gorm:"column:label_url"`
	Resolution     *LossResolution
	CreatedAt      time.Time
	DispatchedAt   *time.Time
	DeliveredAt    *time.Time
	Version        int32
}

// GlobalID is the opaque id of the API.
func (s Shipment) GlobalID() string { return globalid.EncodeOf(globalid.Shipment, s.BrandID, s.ID) }

// TenantID is the brand whose row this is.
func (s Shipment) TenantID() uuid.UUID { return s.BrandID }

// ShipmentLine is how many pieces of a line are in a shipment.
type ShipmentLine struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ShipmentID uuid.UUID `gorm:"primaryKey"`
	LineID     uuid.UUID `gorm:"primaryKey"`
	Quantity   int64
}

// TrackingType is what a carrier tells of a shipment.
type TrackingType string

// Steps of a shipment's way.
const (
	TrackingLabelled  TrackingType = "LABELLED"
	TrackingAccepted  TrackingType = "ACCEPTED"
	TrackingInTransit TrackingType = "IN_TRANSIT"
	TrackingAtCustoms TrackingType = "AT_CUSTOMS"
	TrackingOutFor    TrackingType = "OUT_FOR_DELIVERY"
	TrackingDelivered TrackingType = "DELIVERED"
	TrackingLost      TrackingType = "LOST"
	TrackingCancelled TrackingType = "CANCELLED"
)

// ShipmentEvent is an entry of a tracking timeline.
type ShipmentEvent struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	ShipmentID uuid.UUID
	Type       TrackingType
	Place      *string
	Note       *string
	HappenedAt time.Time
	RecordedAt time.Time
}

// TrackingNumber finds a shipment by its carrier's number.
type TrackingNumber struct {
	Carrier    string `gorm:"primaryKey"`
	Number     string `gorm:"primaryKey"`
	BrandID    uuid.UUID
	ShipmentID uuid.UUID
}

// CarrierEvent is an event of a carrier that was taken.
type CarrierEvent struct {
	Carrier    string `gorm:"primaryKey"`
	EventID    string `gorm:"primaryKey"`
	Number     string
	RecordedAt time.Time
}
