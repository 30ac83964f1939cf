package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/tradewind-commerce/tradewind/internal/globalid"
	"github.com/tradewind-commerce/tradewind/internal/money"
)

// CommissionPlan says what the platform keeps of a sale, and when the rest may
// be paid out. It holds for orders placed from ValidFrom until before ValidTo.
type CommissionPlan struct {
	ID uuid.UUID `gorm:"primaryKey"`
	// ForBrandID is nil for the plan of all brands, Currency for every currency.
	ForBrandID *uuid.UUID
	Currency   *string
	Name       string
	// Rate is of goods less discounts: 0.05 is 5 %.
	Rate               decimal.Decimal `gorm:"type:numeric"`
	FixedMinor         int64
	DaysAfterDelivery  int32
	DaysAfterPlacement int32
	Source             string
	ValidFrom          time.Time
	ValidTo            *time.Time
	CreatedBy          *uuid.UUID
	CreatedAt          time.Time
}

// GlobalID is the opaque id of the API.
func (p CommissionPlan) GlobalID() string { return globalid.Encode(globalid.CommissionPlan, p.ID) }

// Fixed is added to the share of each order; nil where there is none.
func (p CommissionPlan) Fixed() *money.Money {
	if p.Currency == nil || p.FixedMinor == 0 {
		return nil
	}
	return new(money.New(p.FixedMinor, money.Currency(*p.Currency)))
}

// LedgerAccount is what a sum of money is, in the books of one brand.
type LedgerAccount string

// Accounts. Credits are positive: what a brand is owed, what was earned or
// collected, and money that has left. Debits are what others owe us.
const (
	// AccountReceivable is what a shopper has yet to pay.
	AccountReceivable LedgerAccount = "SHOPPER_RECEIVABLE"
	// AccountClearing is what the payment provider holds for us.
	AccountClearing LedgerAccount = "GATEWAY_CLEARING"
	// AccountPending is the brand's, but not yet payable.
	AccountPending LedgerAccount = "BRAND_PENDING"
	// AccountPayable is the brand's; negative where it owes us.
	AccountPayable    LedgerAccount = "BRAND_PAYABLE"
	AccountCommission LedgerAccount = "COMMISSION"
	// AccountGatewayFee is what the provider kept, at the platform's cost.
	AccountGatewayFee LedgerAccount = "GATEWAY_FEE"
	AccountTax        LedgerAccount = "TAX_COLLECTED"
	AccountDuty       LedgerAccount = "DUTY_COLLECTED"
	// AccountFee is what shoppers paid for the platform's own services.
	AccountFee LedgerAccount = "FEE_COLLECTED"
	// AccountRefunds is what was promised to shoppers and has yet to leave.
	AccountRefunds LedgerAccount = "REFUNDS"
	// AccountDisputes is what shoppers' banks took back, undecided: a debit.
	AccountDisputes LedgerAccount = "DISPUTES"
	// AccountFX holds both sides of each exchange: at today's rates their sum
	// is what exchanging has won or lost.
	AccountFX LedgerAccount = "FX_DIFFERENCE"
	// AccountPayout is what was sent to the brand.
	AccountPayout LedgerAccount = "PAYOUT"
)

// LedgerKind is what moved money.
type LedgerKind string

// Kinds of transactions.
const (
	LedgerSale         LedgerKind = "SALE"
	LedgerPayment      LedgerKind = "PAYMENT"
	LedgerRefund       LedgerKind = "REFUND"
	LedgerRefundPaid   LedgerKind = "REFUND_PAID"
	LedgerRefundFailed LedgerKind = "REFUND_FAILED"
	LedgerDispute      LedgerKind = "DISPUTE"
	LedgerDisputeWon   LedgerKind = "DISPUTE_WON"
	LedgerDisputeFee   LedgerKind = "DISPUTE_FEE"
	LedgerDisputeLoss  LedgerKind = "DISPUTE_LOSS"
	LedgerRelease      LedgerKind = "RELEASE"
	LedgerGatewayFee   LedgerKind = "GATEWAY_FEE"
	LedgerPayout       LedgerKind = "PAYOUT"
	LedgerPayoutReturn LedgerKind = "PAYOUT_RETURN"
)

// LedgerTransaction is one movement of money of a brand, never changed. Its
// entries sum to zero in each currency.
type LedgerTransaction struct {
	BrandID    uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	Kind       LedgerKind
	OrderID    *uuid.UUID
	PayoutID   *uuid.UUID
	Reference  *string
	RecordedAt time.Time
}

// LedgerEntry credits an account, or debits it where negative.
type LedgerEntry struct {
	BrandID       uuid.UUID `gorm:"primaryKey"`
	TransactionID uuid.UUID `gorm:"primaryKey"`
	Ordinal       int32     `gorm:"primaryKey"`
	Account       LedgerAccount
	Currency      string
	AmountMinor   int64
	RecordedAt    time.Time
}

// Amount is signed: credits are positive.
func (e LedgerEntry) Amount() money.Money {
	return money.New(e.AmountMinor, money.Currency(e.Currency))
}

// LedgerClosing is the sum of all entries of an account before a time.
type LedgerClosing struct {
	BrandID      uuid.UUID     `gorm:"primaryKey"`
	Until        time.Time     `gorm:"primaryKey"`
	Account      LedgerAccount `gorm:"primaryKey"`
	Currency     string        `gorm:"primaryKey"`
	BalanceMinor int64
	ClosedAt     time.Time
}

// PayoutStatus says whether a payout has arrived.
type PayoutStatus string

// Statuses of a payout.
const (
	PayoutSent     PayoutStatus = "SENT"
	PayoutReturned PayoutStatus = "RETURNED"
)

// Payout is money sent to a brand from its balance.
type Payout struct {
	BrandID      uuid.UUID `gorm:"primaryKey"`
	ID           uuid.UUID `gorm:"primaryKey"`
	Status       PayoutStatus
	Currency     string
	AmountMinor  int64
	PaidCurrency string
	PaidMinor    int64
	// Rate is paid units for one unit of the balance; nil in one currency.
	Rate         *decimal.Decimal `gorm:"type:numeric"`
	RateSource   *string
	RatedOn      *time.Time `gorm:"type:date"`
	Holder       string
	BankName     string
	LastDigits   string
	Reference    *string
	ReturnReason *string
	CreatedBy    *uuid.UUID
	CreatedAt    time.Time
	ReturnedAt   *time.Time
}

// GlobalID is the opaque id of the API.
func (p Payout) GlobalID() string { return globalid.EncodeOf(globalid.Payout, p.BrandID, p.ID) }

// TenantID is the brand whose row this is.
func (p Payout) TenantID() uuid.UUID { return p.BrandID }

// RateDate is the day of the rate.
func (p Payout) RateDate() *Date {
	if p.RatedOn == nil {
		return nil
	}
	return new(DateOf(*p.RatedOn))
}

// Amount is what was taken from the balance.
func (p Payout) Amount() money.Money { return money.New(p.AmountMinor, money.Currency(p.Currency)) }

// Paid is what was sent, in the currency of the account.
func (p Payout) Paid() money.Money { return money.New(p.PaidMinor, money.Currency(p.PaidCurrency)) }
