package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// PaymentAllocation is the part of a payment that belongs to an order.
type PaymentAllocation struct {
	BrandID     uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	PaymentID   uuid.UUID
	OrderID     uuid.UUID
	Currency    string
	AmountMinor int64
}

// OrderSource says whether an order was placed here or came from a file.
type OrderSource string

// Sources of orders.
const (
	OrderFromShop   OrderSource = "SHOP"
	OrderFromImport OrderSource = "IMPORT"
)

// OrderKind tells sales from the credit notes of imported history.
type OrderKind string

// Kinds of orders.
const (
	OrderSale       OrderKind = "SALE"
	OrderCreditNote OrderKind = "CREDIT_NOTE"
)

// OrderStatus is where an order stands as a whole.
type OrderStatus string

// Statuses of an order.
const (
	OrderPlaced    OrderStatus = "PLACED"
	OrderCompleted OrderStatus = "COMPLETED"
	OrderCancelled OrderStatus = "CANCELLED"
)

// OrderPaymentStatus says whether an order's money is with us.
type OrderPaymentStatus string

// Payment statuses of an order; unknown for imported history.
const (
	OrderPaid              OrderPaymentStatus = "PAID"
	OrderPartiallyRefunded OrderPaymentStatus = "PARTIALLY_REFUNDED"
	OrderRefunded          OrderPaymentStatus = "REFUNDED"
	OrderPaymentUnknown    OrderPaymentStatus = "UNKNOWN"
)

// FulfilmentStatus says whether an order's goods have left.
type FulfilmentStatus string

// Fulfilment statuses of an order.
const (
	Unfulfilled        FulfilmentStatus = "UNFULFILLED"
	Preparing          FulfilmentStatus = "PREPARING"
	PartiallyFulfilled FulfilmentStatus = "PARTIALLY_FULFILLED"
	Fulfilled          FulfilmentStatus = "FULFILLED"
	PartiallyDelivered FulfilmentStatus = "PARTIALLY_DELIVERED"
	Delivered          FulfilmentStatus = "DELIVERED"
)

// OrderReturnStatus says whether goods of an order come back.
type OrderReturnStatus string

// Return statuses of an order.
const (
	NoReturn          OrderReturnStatus = "NONE"
	ReturnsRequested  OrderReturnStatus = "REQUESTED"
	ReturnsInProgress OrderReturnStatus = "IN_PROGRESS"
	PartiallyReturned OrderReturnStatus = "PARTIALLY_RETURNED"
	Returned          OrderReturnStatus = "RETURNED"
)

// Recipient is who receives an order, and where. Region is the ISO 3166-2
// code without the country; Province, City and District are as written.
type Recipient struct {
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	Country    string `json:"country"`
	Region     string `json:"region,omitempty"`
	Province   string `json:"province,omitempty"`
	City       string `json:"city"`
	District   string `json:"district,omitempty"`
	Street     string `json:"street"`
	PostalCode string `json:"postalCode,omitempty"`
}

// Order is what one shopper bought from one storefront.
type Order struct {
	BrandID          uuid.UUID `gorm:"primaryKey"`
	ID               uuid.UUID `gorm:"primaryKey"`
	Number           string
	Source           OrderSource
	Kind             OrderKind
	StorefrontID     uuid.UUID
	PurchaseID       *uuid.UUID
	ShopperID        *uuid.UUID
	BatchID          *uuid.UUID
	Status           OrderStatus
	PaymentStatus    OrderPaymentStatus
	FulfilmentStatus FulfilmentStatus
	ReturnStatus     OrderReturnStatus
	Currency         string
	GoodsMinor       int64
	DiscountMinor    int64
	ShippingMinor    int64
	TaxMinor         int64
	TotalMinor       int64
	RefundedMinor    int64
	SellerName       string
	BuyerCountry     *string
	BuyerRegion      *string
	BuyerReference   *string
	Recipient        *Recipient `gorm:"type:jsonb;serializer:json"`
	// Delivery is nil where none was chosen.
	Delivery     *OrderDelivery `gorm:"type:jsonb;serializer:json"`
	CancelReason *string
	PlacedAt     time.Time
	CancelledAt  *time.Time
	RecordedAt   time.Time
	Version      int32
	// The commission is frozen when the order is placed; no plan, no commission.
	CommissionPlanID     *uuid.UUID
	CommissionRate       decimal.Decimal `gorm:"type:numeric"`
	CommissionFixedMinor int64
	CommissionMinor      int64
	// PayableDue is when its money becomes payable to the brand; nil where none waits.
	PayableDue *time.Time
	// Dispute is nil where the shopper's bank never took the payment up.
	Dispute *DisputeStatus
}

// Disputed tells whether the shopper's bank is yet to decide on the payment.
func (o Order) Disputed() bool { return o.Dispute != nil && *o.Dispute == DisputeOpen }

// GlobalID is the opaque id of the API.
func (o Order) GlobalID() string { return globalid.EncodeOf(globalid.Order, o.BrandID, o.ID) }

// TenantID is the brand whose row this is.
func (o Order) TenantID() uuid.UUID { return o.BrandID }

func (o Order) money(minor int64) money.Money { return money.New(minor, money.Currency(o.Currency)) }

// Goods is the sum of its lines.
func (o Order) Goods() money.Money { return o.money(o.GoodsMinor) }

// Discount is what was taken off, as a positive amount.
func (o Order) Discount() money.Money { return o.money(o.DiscountMinor) }

// Shipping is what carriage was charged.
func (o Order) Shipping() money.Money { return o.money(o.ShippingMinor) }

// Tax is duties and taxes together.
func (o Order) Tax() money.Money { return o.money(o.TaxMinor) }

// Total is what the shopper paid.
func (o Order) Total() money.Money { return o.money(o.TotalMinor) }

// Refunded is what was given back of the total.
func (o Order) Refunded() money.Money { return o.money(o.RefundedMinor) }

// Commission is what the platform keeps of it, before refunds.
func (o Order) Commission() money.Money { return o.money(o.CommissionMinor) }

// CanCancel tells whether it may still be cancelled: placed here, and
// no shipment of it was made.
func (o Order) CanCancel() bool {
	return o.Source == OrderFromShop && o.Status == OrderPlaced && o.FulfilmentStatus == Unfulfilled
}

// OrderLine is one bought variant, with everything frozen as it was.
type OrderLine struct {
	BrandID         uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	OrderID         uuid.UUID
	Ordinal         int32
	ProductID       *uuid.UUID
	VariantID       *uuid.UUID
	SKU             *string `gorm:"column:sku"`
	DefaultLanguage string
	Texts           Texts[LineText]  `gorm:"type:jsonb;serializer:json"`
	Options         []SelectedOption `gorm:"type:jsonb;serializer:json"`
	Quantity        int64
	UnitPrice       decimal.Decimal `gorm:"type:numeric"`
	Currency        string
	GoodsMinor      int64
	HSCode          *string `gorm:"column:hs_code"`
	OriginCountry   *string
	OriginRegion    *string
	CategoryPath    *string
	ImportKey       *string
	BatchID         *uuid.UUID
}

// GlobalID is the opaque id of the API.
func (l OrderLine) GlobalID() string { return globalid.EncodeOf(globalid.OrderLine, l.BrandID, l.ID) }

// TenantID is the brand whose row this is.
func (l OrderLine) TenantID() uuid.UUID { return l.BrandID }

// Goods is quantity times unit price, rounded half up once per line.
func (l OrderLine) Goods() money.Money { return money.New(l.GoodsMinor, money.Currency(l.Currency)) }

// OrderEventType is a step in an order's life.
type OrderEventType string

// Steps of an order.
const (
	OrderWasPlaced    OrderEventType = "PLACED"
	OrderWasPaid      OrderEventType = "PAID"
	OrderWasCancelled OrderEventType = "CANCELLED"
	OrderWasRefunded  OrderEventType = "REFUNDED"
	OrderWasImported  OrderEventType = "IMPORTED"
	OrderWasCompleted OrderEventType = "COMPLETED"

	OrderShipmentMade      OrderEventType = "SHIPMENT_MADE"
	OrderShipmentCancelled OrderEventType = "SHIPMENT_CANCELLED"
	OrderWasDispatched     OrderEventType = "DISPATCHED"
	OrderWasDelivered      OrderEventType = "DELIVERED"
	OrderWasLost           OrderEventType = "LOST"
	OrderLossResolved      OrderEventType = "LOSS_RESOLVED"

	OrderReturnRequested OrderEventType = "RETURN_REQUESTED"
	OrderReturnApproved  OrderEventType = "RETURN_APPROVED"
	OrderReturnRejected  OrderEventType = "RETURN_REJECTED"
	OrderReturnCancelled OrderEventType = "RETURN_CANCELLED"
	OrderReturnReceived  OrderEventType = "RETURN_RECEIVED"
	OrderReturnInspected OrderEventType = "RETURN_INSPECTED"
	OrderReturnCompleted OrderEventType = "RETURN_COMPLETED"

	OrderRefundFailed  OrderEventType = "REFUND_FAILED"
	OrderRefundRetried OrderEventType = "REFUND_RETRIED"
	OrderWasDisputed   OrderEventType = "DISPUTE_OPENED"
	OrderDisputeWon    OrderEventType = "DISPUTE_WON"
	OrderDisputeLost   OrderEventType = "DISPUTE_LOST"
)

// OrderEvent is an entry of an order's history.
type OrderEvent struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	OrderID    uuid.UUID
	Type       OrderEventType
	Note       *string
	ActorID    *uuid.UUID
	RecordedAt time.Time
}

// OrderNumber finds an order placed here by its number.
type OrderNumber struct {
	Number  string `gorm:"primaryKey"`
	BrandID uuid.UUID
	OrderID uuid.UUID
}

// OrderActor is who did something to an order.
type OrderActor string

// Who does something to orders.
const (
	OrderByShopper OrderActor = "SHOPPER"
	OrderByStaff   OrderActor = "STAFF"
	OrderBySystem  OrderActor = "SYSTEM"
)
