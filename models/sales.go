package models

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// FactKind tells sales from refunds.
type FactKind string

// Kinds of sales facts.
const (
	FactSale   FactKind = "SALE"
	FactRefund FactKind = "REFUND"
)

// SalesFact is one sold or refunded line, never changed: the only source of
// reports. Net is gross less discount less refund; net with shipping less
// commission is the brand's, its payout.
type SalesFact struct {
	BrandID       uuid.UUID `gorm:"primaryKey"`
	ID            uuid.UUID `gorm:"primaryKey"`
	Kind          FactKind
	Source        OrderSource
	EventAt       time.Time
	RecordedAt    time.Time
	OrderID       uuid.UUID
	LineID        uuid.UUID
	RefundID      *uuid.UUID
	StorefrontID  uuid.UUID
	ProductID     *uuid.UUID
	VariantID     *uuid.UUID
	ShopperID     *uuid.UUID
	CategoryPath  *string
	Market        string
	BuyerCountry  *string
	BuyerRegion   *string
	OriginCountry *string
	OriginRegion  *string
	Currency      string
	UnitsSold     int64
	UnitsReturned int64
	GrossMinor    int64
	DiscountMinor int64
	RefundMinor   int64
	ShippingMinor int64
	DutyMinor     int64
	TaxMinor      int64
	FeeMinor      int64
	// CommissionMinor is what the platform keeps of the line, of a refund what it
	// gives back, negative. Imported history has none.
	CommissionMinor int64
	// OpensOrder marks one sale of each order that has any.
	OpensOrder bool
	// RepeatsOrigin is how much of its origin an earlier sale of the order has
	// told: 3 all of it, 2 its census region, 1 its country, 0 nothing.
	RepeatsOrigin int32
}

// OutboxEvent is something that happened, written in the transaction that
// caused it. The database stamps its transaction id.
type OutboxEvent struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	Type        string
	SubjectType string
	SubjectID   uuid.UUID
	Payload     json.RawMessage `gorm:"type:jsonb"`
	RecordedAt  time.Time
}

// ImportKind is what a file brought.
type ImportKind string

// Kinds of imports.
const (
	ImportProducts ImportKind = "PRODUCTS"
	ImportSales    ImportKind = "SALES"
)

// ImportBatch is one run over a file, with its control totals.
type ImportBatch struct {
	BrandID      uuid.UUID `gorm:"primaryKey"`
	ID           uuid.UUID `gorm:"primaryKey"`
	Kind         ImportKind
	FileName     string
	FileSHA256   []byte `gorm:"column:file_sha256"`
	StorefrontID *uuid.UUID
	Currency     *string
	RowsRead     int64
	RowsRefused  int64
	LinesBooked  int64
	UnroundedSum decimal.Decimal `gorm:"type:numeric"`
	BookedMinor  int64
	StartedAt    time.Time
	FinishedAt   *time.Time
}
