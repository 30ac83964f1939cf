package models

import (
	"time"

	"github.com/google/uuid"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// PaymentStatus says what became of a payment. What was given back of it is
// told by its amounts.
type PaymentStatus string

// Statuses of a payment, in the order in which they outrank each other.
const (
	PaymentPending        PaymentStatus = "PENDING"
	PaymentRequiresAction PaymentStatus = "REQUIRES_ACTION"
	PaymentFailed         PaymentStatus = "FAILED"
	PaymentAuthorised     PaymentStatus = "AUTHORISED"
	PaymentVoided         PaymentStatus = "VOIDED"
	PaymentCaptured       PaymentStatus = "CAPTURED"
)

var paymentRanks = map[PaymentStatus]int{
	PaymentPending: 0, PaymentRequiresAction: 1, PaymentFailed: 2, PaymentAuthorised: 3, PaymentVoided: 4, PaymentCaptured: 5,
}

// Outranks tells whether a status stands once both were reported, in whatever order.
func (s PaymentStatus) Outranks(o PaymentStatus) bool { return paymentRanks[s] > paymentRanks[o] }

// Methods of paying, as PaymentMethods lists them.
const (
	MethodCard      = "CARD"
	MethodAlipay    = "ALIPAY"
	MethodWeChatPay = "WECHAT_PAY"
)

// NextActionType is what a shopper must do.
type NextActionType string

// What a shopper must do to go on paying.
const (
	ActionRedirect NextActionType = "REDIRECT"
	ActionQRCode   NextActionType = "QR_CODE"
)

// NextAction is what the shopper must do next: open a page, or scan a code
// that holds a URL.
type NextAction struct {
	Type NextActionType `json:"type"`
	URL  string         `json:"url"`
}

// Payment is one attempt to take money from a shopper for a purchase.
type Payment struct {
	ID              uuid.UUID `gorm:"primaryKey"`
	ShopperID       uuid.UUID
	PurchaseID      uuid.UUID
	Provider        string
	Reference       *string
	Method          string
	ManualCapture   bool
	Status          PaymentStatus
	Currency        string
	AmountMinor     int64
	AuthorisedMinor int64
	CapturedMinor   int64
	RefundingMinor  int64
	RefundedMinor   int64
	// FeeMinor is what the provider kept, as far as it has told.
	FeeMinor     int64
	CaptureMinor *int64
	VoidAsked    bool
	Dispute      DisputeStatus
	NextAction   *NextAction `gorm:"type:jsonb;serializer:json"`
	FailureCode  *string
	ExpiresAt    *time.Time
	AskAt        *time.Time
	Asks         int32
	Version      int32
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

func (p Payment) money(minor int64) money.Money { return money.New(minor, money.Currency(p.Currency)) }

// Amount is what shall be paid.
func (p Payment) Amount() money.Money { return p.money(p.AmountMinor) }

// Authorised is what the shopper's bank has promised.
func (p Payment) Authorised() money.Money { return p.money(p.AuthorisedMinor) }

// Captured is what was taken.
func (p Payment) Captured() money.Money { return p.money(p.CapturedMinor) }

// Refunded is what was given back.
func (p Payment) Refunded() money.Money { return p.money(p.RefundedMinor) }

// GlobalID is the opaque id of the API.
func (p Payment) GlobalID() string { return globalid.Encode(globalid.Payment, p.ID) }

// Fee is what the provider kept, as far as it has told.
func (p Payment) Fee() money.Money { return p.money(p.FeeMinor) }

// Open tells whether the shopper may still pay.
func (p Payment) Open() bool { return p.Status == PaymentPending || p.Status == PaymentRequiresAction }

// Paid tells whether the money is promised or here.
func (p Payment) Paid() bool { return p.Status == PaymentAuthorised || p.Status == PaymentCaptured }

// CapturedPayment is a payment that was made at the provider before, in full.
func CapturedPayment(id, shopper, purchase uuid.UUID, provider, reference string, paid money.Money, at time.Time) Payment {
	return Payment{
		ID: id, ShopperID: shopper, PurchaseID: purchase, Provider: provider, Reference: &reference, Method: MethodCard,
		Status: PaymentCaptured, Currency: string(paid.Currency), AmountMinor: paid.Minor, AuthorisedMinor: paid.Minor,
		CapturedMinor: paid.Minor, Dispute: DisputeNone, Version: 1, CreatedAt: at, UpdatedAt: at,
	}
}

// RefundStatus says whether a refund has reached the shopper.
type RefundStatus string

// Statuses of a refund, in the order in which they outrank each other.
const (
	RefundPending   RefundStatus = "PENDING"
	RefundSucceeded RefundStatus = "SUCCEEDED"
	RefundFailed    RefundStatus = "FAILED"
)

var refundRanks = map[RefundStatus]int{RefundPending: 0, RefundSucceeded: 1, RefundFailed: 2}

// Outranks tells whether a status stands once both were reported, in whatever order.
func (s RefundStatus) Outranks(o RefundStatus) bool { return refundRanks[s] > refundRanks[o] }

// Refund gives back a part of a payment.
type Refund struct {
	ID          uuid.UUID `gorm:"primaryKey"`
	PaymentID   uuid.UUID
	Key         string
	Status      RefundStatus
	Currency    string
	AmountMinor int64
	Reason      string
	Reference   *string
	FailureCode *string
	// RetryOf is the refund that failed before.
	RetryOf *uuid.UUID
	// DisputeID is the dispute in which the shopper's bank took its money.
	DisputeID *uuid.UUID
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Amount is what is given back.
func (r Refund) Amount() money.Money { return money.New(r.AmountMinor, money.Currency(r.Currency)) }

// RefundAllocation is the part of a refund that belongs to an order.
type RefundAllocation struct {
	BrandID  uuid.UUID `gorm:"primaryKey"`
	ID       uuid.UUID `gorm:"primaryKey"`
	RefundID uuid.UUID
	OrderID  uuid.UUID
	// OrderRefundID is the order's refund that it pays.
	OrderRefundID *uuid.UUID
	Currency      string
	AmountMinor   int64
}

// Amount is the order's part of the refund.
func (a RefundAllocation) Amount() money.Money {
	return money.New(a.AmountMinor, money.Currency(a.Currency))
}

// EventOutcome is what was made of a provider's event.
type EventOutcome string

// Outcomes of events.
const (
	EventApplied        EventOutcome = "APPLIED"
	EventIgnored        EventOutcome = "IGNORED"
	EventUnknownPayment EventOutcome = "UNKNOWN_PAYMENT"
	EventMismatch       EventOutcome = "MISMATCH"
)

// PaymentEvent is what a provider told, once by its id there.
type PaymentEvent struct {
	Provider   string `gorm:"primaryKey"`
	EventID    string `gorm:"primaryKey"`
	Type       string
	Reference  *string
	PaymentID  *uuid.UUID
	Outcome    *EventOutcome
	HappenedAt time.Time
	ReceivedAt time.Time
}
